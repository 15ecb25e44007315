"""From the headers and names of FCS files to the rows of a sample sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from re import Pattern

from marrowgate.drafts.batches import RunFacts, batch_names, day_numbers
from marrowgate.drafts.controls import ControlDraft, control_of
from marrowgate.drafts.file_names import fields_of, filled, read_date, safe_id
from marrowgate.drafts.panels import NamedPanel
from marrowgate.drafts.sample_rows import Cells, next_number, to_do, with_partners
from marrowgate.drafts.visits import Visit, read_visit
from marrowgate.fcs.acquisition import Acquired
from marrowgate.fcs.model import FcsFile


@dataclass(frozen=True)
class DataSet:
    """A data set of a file.

    Parameters
    ----------
    path : Path
        The file.
    header : FcsFile
        Read without a panel.
    acquired : Acquired
        Where and when.
    known_batch : str
        The batch that the sheet gives it already; empty when it is new or has none.
    known_id : str
        Its sample_id in the sheet; empty when it is new.
    """

    path: Path
    header: FcsFile
    acquired: Acquired
    known_batch: str = ""
    known_id: str = ""


@dataclass(frozen=True)
class Wishes:
    """What the user asked for.

    Parameters
    ----------
    pattern : Pattern or None
        How files are named.
    cycle_days : int or None
        Days of a cycle.
    batch : str
        The batch of all files; empty when it is to be found.
    names : bool
        Whether samples are called by the names of their files.
    """

    pattern: Pattern[str] | None = None
    cycle_days: int | None = None
    batch: str = ""
    names: bool = False


def draft_rows(
    sets: Sequence[DataSet], panels: Sequence[NamedPanel], wishes: Wishes, taken: Sequence[str]
) -> list[Cells | None]:
    """Return the row of each data set, None for one that is rejected; `fcs` is left to the caller.

    Parameters
    ----------
    sets : sequence of DataSet
        New ones and those of the sheet, whose batches new files of the same run get.
    panels : sequence of NamedPanel
        With the places of their files in `sets`.
    wishes : Wishes
        What the user asked for.
    taken : sequence of str
        Ids that other samples have.
    """
    panel_of = {place: named for named in panels for place in named.files}
    fields = [fields_of(each.path.stem, wishes.pattern) if wishes.pattern else {} for each in sets]
    visits = _visits(fields, wishes.cycle_days)
    runs = [_run_facts(each, panel_of.get(place)) for place, each in enumerate(sets)]
    batches = [wishes.batch] * len(sets) if wishes.batch else batch_names(runs)
    days = day_numbers(runs)
    rows: list[Cells | None] = []
    ids = _Ids(set(map(str.casefold, taken)), next_number(taken))
    several = {each.path for each in sets if each.header.data_set > 1}
    for place, each in enumerate(sets):
        named = panel_of.get(place)
        if named is None:
            rows.append(None)
            continue
        control = control_of(each.path.stem, each.header.channels, named.panel)
        words = filled(fields[place], visits[place].day) or ((each.path.stem,) if wishes.names else ())
        number = str(each.header.data_set) if each.path in several else ""
        wanted = safe_id([*words, number]) if words else ""
        sample_id = each.known_id or ids.give(wanted, each.path, number)
        row = _row(sample_id, fields[place], visits[place], control)
        more = [*([control.to_do] if control.to_do else []), *(["panel"] if _is_open(named) else [])]
        row |= {
            "data_set": str(each.header.data_set),
            "panel": named.name,
            "batch": batches[place],
            "acquisition_day": "" if days[place] is None else str(days[place]),
        }
        rows.append({**row, "to_do": to_do(row, more)})
    drafted = iter(with_partners([row for row in rows if row is not None]))
    return [None if row is None else next(drafted) for row in rows]


@dataclass
class _Ids:
    """Ids that are taken, in small letters, the next number, and the number of each file that has one."""

    taken: set[str]
    number: int
    of_file: dict[Path, str] = field(default_factory=dict)

    def give(self, wanted: str, path: Path, data_set: str) -> str:
        """Return an id that nobody has: the wanted one, or the file's number with that of the data set."""
        if not wanted:
            if path not in self.of_file:
                self.of_file[path] = f"s{self.number:03d}"
                self.number += 1
            wanted = "_".join(word for word in (self.of_file[path], data_set) if word)
        name, n = wanted, 2
        while name.casefold() in self.taken:
            name, n = f"{wanted}_{n}", n + 1
        self.taken.add(name.casefold())
        return name


def _row(sample_id: str, fields: Mapping[str, str], visit: Visit, control: ControlDraft) -> Cells:
    numbers = {"cycle": visit.cycle, "cycle_day": visit.cycle_day, "day": visit.day}
    return {
        "sample_id": sample_id,
        "patient_id": safe_id([fields.get("patient", "")]),
        "control_type": control.control_type,
        "control_marker": control.control_marker,
        "control_for": "",
        **{name: "" if value is None else str(value) for name, value in numbers.items()},
    }


def _visits(fields: Sequence[Mapping[str, str]], cycle_days: int | None) -> list[Visit]:
    """Return the visit of each file; of dates the first one of a patient is day 0, and the others count from there."""
    dates = [read_date(each.get("date", "")) for each in fields]
    first: dict[str, date] = {}
    for each, when in zip(fields, dates, strict=True):
        if when is not None:
            patient = each.get("patient", "")
            first[patient] = min(first.get(patient, when), when)
    found = []
    for each, when in zip(fields, dates, strict=True):
        named = read_visit(each.get("visit", ""), cycle_days)
        by_date = None if when is None else (when - first[each.get("patient", "")]).days
        found.append(named or Visit(day=by_date))
    return found


def _run_facts(each: DataSet, named: NamedPanel | None) -> RunFacts:
    used = [channel for channel in each.header.channels if channel.role in {"fluorescence", "scatter"}]
    settings = tuple((channel.name, channel.voltage, channel.gain) for channel in used)
    return RunFacts(each.acquired, named.name if named else "", settings, each.known_batch)


def _is_open(named: NamedPanel) -> bool:
    return named.draft is not None and bool(named.draft.unknown)

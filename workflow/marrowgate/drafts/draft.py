"""From the headers and names of FCS files to the rows of a sample sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from re import Pattern

from marrowgate.drafts.batches import RunFacts, batch_names, day_numbers
from marrowgate.drafts.controls import control_of
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
        With the indices of their files in `sets`.
    wishes : Wishes
        What the user asked for.
    taken : sequence of str
        Ids that other samples have.
    """
    panel_of = {index: panel for panel in panels for index in panel.files}
    fields = [fields_of(item.path.stem, wishes.pattern) if wishes.pattern else {} for item in sets]
    visits = _visits(fields, wishes.cycle_days)
    runs = [_run_facts(item, panel_of.get(index)) for index, item in enumerate(sets)]
    batches = [wishes.batch] * len(sets) if wishes.batch else batch_names(runs)
    days = day_numbers(runs)
    ids = _Ids(set(map(str.casefold, taken)), next_number(taken))
    several = {item.path for item in sets if item.header.data_set > 1}
    rows: dict[int, Cells] = {}
    for index, item in enumerate(sets):
        if index not in panel_of:
            continue
        number = str(item.header.data_set) if item.path in several else ""
        words = _id_words(item, fields[index], visits[index], wishes)
        sample_id = item.known_id or ids.give(safe_id([*words, number]) if words else "", item.path, number)
        run = {"batch": batches[index], "acquisition_day": "" if days[index] is None else str(days[index])}
        rows[index] = _row(item, sample_id, panel_of[index], fields[index], visits[index], run)
    drafted = dict(zip(rows, with_partners(list(rows.values())), strict=True))
    return [drafted.get(index) for index in range(len(sets))]


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


def _id_words(item: DataSet, fields: Mapping[str, str], visit: Visit, wishes: Wishes) -> Sequence[str]:
    """Return what a sample is called by: the fields of its file's name, or that name where the user wants it."""
    return filled(fields, visit.day) or ((item.path.stem,) if wishes.names else ())


def _row(
    item: DataSet,
    sample_id: str,
    named: NamedPanel,
    fields: Mapping[str, str],
    visit: Visit,
    run: Mapping[str, str],
) -> Cells:
    control = control_of(item.path.stem, item.header.channels, named.panel)
    numbers = {"cycle": visit.cycle, "cycle_day": visit.cycle_day, "day": visit.day}
    row = {
        "sample_id": sample_id,
        "patient_id": safe_id([fields.get("patient", "")]),
        "control_type": control.control_type,
        "control_marker": control.control_marker,
        "control_for": "",
        **{name: "" if value is None else str(value) for name, value in numbers.items()},
        "data_set": str(item.header.data_set),
        "panel": named.name,
        **run,
    }
    is_open = named.draft is not None and bool(named.draft.unknown)
    return {**row, "to_do": to_do(row, [*filter(None, [control.to_do]), *(["panel"] if is_open else [])])}


def _visits(fields: Sequence[Mapping[str, str]], cycle_days: int | None) -> list[Visit]:
    """Return the visit of each file; of dates the first one of a patient is day 0, and the others count from there."""
    dates = [read_date(words.get("date", "")) for words in fields]
    first: dict[str, date] = {}
    for words, when in zip(fields, dates, strict=True):
        if when is not None:
            patient = words.get("patient", "")
            first[patient] = min(first.get(patient, when), when)
    visits = []
    for words, when in zip(fields, dates, strict=True):
        by_date = None if when is None else (when - first[words.get("patient", "")]).days
        visits.append(read_visit(words.get("visit", ""), cycle_days) or Visit(day=by_date))
    return visits


def _run_facts(item: DataSet, named: NamedPanel | None) -> RunFacts:
    used = [channel for channel in item.header.channels if channel.role in {"fluorescence", "scatter"}]
    settings = tuple((channel.name, channel.voltage, channel.gain) for channel in used)
    return RunFacts(item.acquired, named.name if named else "", settings, item.known_batch)

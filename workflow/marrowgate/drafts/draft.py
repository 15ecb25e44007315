"""From the headers and names of FCS files to the rows of a sample sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
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

_LONGEST_DAYS = 100_000


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
    known_day : float or None
        The treatment day that the sheet gives it already.
    """

    path: Path
    header: FcsFile
    acquired: Acquired
    known_batch: str = ""
    known_id: str = ""
    known_day: float | None = None


def day_of(cells: Mapping[str, str]) -> float | None:
    """Return the treatment day of a row; None where its cell is empty or no number."""
    try:
        day = float(cells.get("day", ""))
    except ValueError:
        return None
    return day if abs(day) < _LONGEST_DAYS else None


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
    visits = _visits(fields, [item.known_day for item in sets], wishes.cycle_days)
    runs = [_run_facts(item, panel_of.get(index)) for index, item in enumerate(sets)]
    batches = [wishes.batch] * len(sets) if wishes.batch else batch_names(runs)
    days = day_numbers(runs)
    ids = _Ids(set(map(str.casefold, taken)), next_number(taken))
    numbers = _data_set_numbers(sets)
    rows: dict[int, Cells] = {}
    for index, item in enumerate(sets):
        if index not in panel_of:
            continue
        words = _id_words(item, fields[index], visits[index], wishes)
        wanted = safe_id([*words, numbers[index]]) if words else ""
        sample_id = item.known_id or ids.give(wanted, item.path, numbers[index])
        run = {"batch": batches[index], "acquisition_day": "" if days[index] is None else str(days[index])}
        rows[index] = _row(item, sample_id, panel_of[index], fields[index], visits[index], run)
    drafted = dict(zip(rows, with_partners(list(rows.values())), strict=True))
    return [drafted.get(index) for index in range(len(sets))]


def _data_set_numbers(sets: Sequence[DataSet]) -> list[str]:
    """Return the number of each data set in its file; empty where the file has no other."""
    several = {item.path for item in sets if item.header.data_set > 1}
    return [str(item.header.data_set) if item.path in several else "" for item in sets]


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


def _visits(
    fields: Sequence[Mapping[str, str]], known_days: Sequence[float | None], cycle_days: int | None
) -> list[Visit]:
    """Return the visit of each file; dates become days since day 0 of the patient, see `_days_0`."""
    dates = [read_date(words.get("date", "")) for words in fields]
    patients = [words.get("patient", "") for words in fields]
    days_0 = _days_0(patients, dates, known_days)
    visits = []
    for words, patient, when in zip(fields, patients, dates, strict=True):
        day_0 = days_0.get(patient)
        by_date = None if when is None or day_0 is None else (when - day_0).days
        visits.append(read_visit(words.get("visit", ""), cycle_days) or Visit(day=by_date))
    return visits


def _days_0(
    patients: Sequence[str], dates: Sequence[date | None], known_days: Sequence[float | None]
) -> dict[str, date | None]:
    """Return the date of each patient's day 0: the one that the sheet's days count from, else that of the first file.

    None where the days of the sheet count from different dates: nobody can say which holds.
    """
    first: dict[str, date] = {}
    by_sheet: dict[str, set[date]] = {}
    for patient, when, day in zip(patients, dates, known_days, strict=True):
        if when is not None:
            first[patient] = min(first.get(patient, when), when)
            if day is not None:
                by_sheet.setdefault(patient, set()).add(when - timedelta(days=day))
    return first | {patient: days.pop() if len(days) == 1 else None for patient, days in by_sheet.items()}


def _run_facts(item: DataSet, named: NamedPanel | None) -> RunFacts:
    used = [channel for channel in item.header.channels if channel.role in {"fluorescence", "scatter"}]
    settings = tuple((channel.name, channel.voltage, channel.gain) for channel in used)
    return RunFacts(item.acquired, named.name if named else "", settings, item.known_batch)

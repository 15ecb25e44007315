"""Whether the outcomes of a patient can be true together; the sheets are taken as text, like in `checks`."""

from collections.abc import Iterator, Mapping, Sequence

from marrowgate.errors import Fault
from marrowgate.settings.files.sheet_file import Sheet, SheetRow
from marrowgate.settings.messages import correct_to
from marrowgate.settings.outcome_words import NO_REMISSION, spelled, word_key
from marrowgate.settings.sheets import DAYS_PER_MONTH

ROUNDING = 0.05
"""Months that two times rounded to one decimal may seem to differ by."""
RECOVERIES = ("anc_recovery_days", "platelet_recovery_days")
FATAL = "5"
Cells = Mapping[str, str]


def response_words(patients: Sheet, known: Sequence[str]) -> Iterator[Fault]:
    """Tell which responses are no word for a response, each with the nearest; case does not count."""
    for row in patients.rows:
        word = row.cells.get("response")
        if word is not None and spelled(word, known) is None:
            otherwise = f"write one of {', '.join(known)}, or add it to cohort.response_words of the config"
            what = f"{word!r} is no word for a response"
            yield _fault(patients, row, "response", what, correct_to(word, known, otherwise))


def contradictions(patients: Sheet, responses: Sequence[str]) -> Iterator[Fault]:
    """Tell which outcomes of a patient cannot be true together.

    Parameters
    ----------
    patients : Sheet
        The patient sheet.
    responses : sequence of str
        Words of the settings that count as a response.
    """
    for row in patients.rows:
        for column, what, cure in (*_events(row.cells), *_remission(row.cells, responses), *_after_death(row.cells)):
            yield _fault(patients, row, column, what, cure)


def deaths_of_survivors(toxicity: Sheet, patients: Sheet) -> Iterator[Fault]:
    """Tell which rows of the toxicity sheet say that a patient died whom the patient sheet calls alive."""
    alive = {row.cells.get("patient_id"): row.line for row in patients.rows if row.cells.get("os_event") == "0"}
    for row in toxicity.rows:
        line = alive.get(row.cells.get("patient_id"))
        cure = "correct one of them"
        if line is None:
            continue
        if row.cells.get("treatment_related_death") == "yes":
            what = f"is yes, but os_event is 0 in {patients.where(line)}"
            yield _fault(toxicity, row, "treatment_related_death", what, cure)
        elif row.cells.get("grade") == FATAL:
            what = f"is 5 (death), but os_event is 0 in {patients.where(line)}"
            yield _fault(toxicity, row, "grade", what, cure)


def _events(cells: Cells) -> Iterator[tuple[str, str, str]]:
    dead, event, relapsed = (cells.get(name) == "1" for name in ("os_event", "dfs_event", "relapse_event"))
    if dead and cells.get("dfs_event") == "0":
        what = "is 0, but os_event is 1: death is an event of disease-free survival too"
        yield "dfs_event", what, "write 1, or correct os_event"
    if relapsed and not event:
        what = f"is 1, but dfs_event is {cells.get('dfs_event', 'empty')}: a relapse is an event"
        yield "relapse_event", what, "write dfs_event 1, or correct relapse_event"


def _remission(cells: Cells, responses: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    word = cells.get("response")
    from_remission = "dfs_months" in cells and word_key(cells.get("dfs_origin", "")) == "remission"
    if word and from_remission and spelled(word, NO_REMISSION) and not spelled(word, responses):
        what = f"counts from remission, but the best response is {word}"
        yield "dfs_months", what, "empty the columns of disease-free survival, or correct response"


def _after_death(cells: Cells) -> Iterator[tuple[str, str, str]]:
    last = _number(cells.get("os_months"))
    if cells.get("os_event") != "1" or last is None:
        return
    transplant = _number(cells.get("transplant_months"))
    if transplant is not None and transplant > last + ROUNDING:
        what = f"the transplant at {transplant:g} months is after the death at {last:g}"
        yield "transplant_months", what, "correct one of them"
    for column in RECOVERIES:
        days = _number(cells.get(column))
        if days is not None and days > (last + ROUNDING) * DAYS_PER_MONTH:
            what = f"the recovery at {days:g} days is after the death at {last:g} months"
            yield column, what, "empty that cell, or correct os_months"


def _number(cell: str | None) -> float | None:
    """Return a cell as a number; what is none is told where the rows are read."""
    try:
        return None if cell is None else float(cell)
    except ValueError:
        return None


def _fault(sheet: Sheet, row: SheetRow, column: str, what: str, cure: str) -> Fault:
    return Fault(sheet.where(row.line, column), what, cure)

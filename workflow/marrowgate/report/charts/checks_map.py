"""The checks of each sample as a map: a row per sample, a column per check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marrowgate.report.sections.hand_section import COUNTING
from marrowgate.report.wording import check_words, number

Row = Mapping[str, Any]
MOST_SAMPLES = 400
"""Of more samples only those with a flag are shown."""


@dataclass(frozen=True)
class Cell:
    """The verdict of one check on one sample, and its value and limit in words."""

    verdict: str
    title: str


@dataclass(frozen=True)
class ChecksMap:
    """The map.

    Parameters
    ----------
    checks : tuple of str
        Names of the columns in words.
    rows : tuple of (str, str, str, int, tuple of Cell)
        sample_id, panel, batch, number of flags, and a cell for each column.
    n_hidden : int
        Samples without a flag that are not shown.
    """

    checks: tuple[str, ...]
    rows: tuple[tuple[str, str, str, int, tuple[Cell, ...]], ...]
    n_hidden: int


def checks_map(quality: Sequence[Row], batches: Mapping[str, tuple[str, str]]) -> ChecksMap:
    """Arrange the checks by sample; those of counting errors alone are left out.

    Parameters
    ----------
    quality : sequence of mapping
        Rows of the table of quality; rows without a sample are of a batch and are passed over.
    batches : mapping of str to (str, str)
        sample_id to panel and batch, in the order of the rows.
    """
    by_sample: dict[str, dict[str, Row]] = {}
    for row in quality:
        if row["sample_id"] in batches and not row["check"].startswith(COUNTING):
            by_sample.setdefault(row["sample_id"], {})[row["check"]] = row
    flags = {name: sum(row["verdict"] == "flagged" for row in own.values()) for name, own in by_sample.items()}
    is_whole = len(by_sample) <= MOST_SAMPLES
    shown = [name for name in batches if name in by_sample and (is_whole or flags[name])]
    # a check that could be made in no sample that is shown is a column of dashes
    made = (row for name in shown for row in by_sample[name].values() if row["verdict"] != "not_checked")
    checks = list(dict.fromkeys(row["check"] for row in made))
    rows = tuple(
        (name, *batches[name], flags[name], tuple(_cell(by_sample[name].get(check)) for check in checks))
        for name in shown
    )
    return ChecksMap(tuple(map(check_words, checks)), rows, len(by_sample) - len(shown))


def _cell(row: Row | None) -> Cell:
    if row is None:
        return Cell("none", "not a check of this sample")
    note = f"{check_words(row['check'])}: {number(row['value'])}, limit {number(row['limit'])}"
    return Cell(row["verdict"], f"{note}; {row['reason']}" if row["reason"] else note)

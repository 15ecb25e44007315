"""The quality checks of the page: each check once, with how many samples it was made for and what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marrowgate.report.wording import check_words, number

Row = Mapping[str, Any]


@dataclass(frozen=True)
class CheckLine:
    """One check over all its samples or batches."""

    check: str
    flagged: int
    made: int
    not_made: int
    values: str
    limit: str


def check_lines(quality: Sequence[Row]) -> list[CheckLine]:
    """Return one line per check, those with most flags first.

    Parameters
    ----------
    quality : sequence of mapping
        Rows of the table of quality.
    """
    by_check: dict[str, list[Row]] = {}
    for row in quality:
        by_check.setdefault(row["check"], []).append(row)
    lines = [_line(check, rows) for check, rows in by_check.items()]
    return sorted(lines, key=lambda line: -line.flagged)


def _line(check: str, rows: Sequence[Row]) -> CheckLine:
    made = [row for row in rows if row["verdict"] != "not_checked"]
    values = [row["value"] for row in made if row["value"] is not None]
    limits = dict.fromkeys(number(row["limit"]) for row in made)
    return CheckLine(
        check_words(check),
        sum(row["verdict"] == "flagged" for row in made),
        len(made),
        len(rows) - len(made),
        f"{number(min(values))} to {number(max(values))}" if len(set(values)) > 1 else number(next(iter(values), None)),
        ", ".join(limits) or "-",
    )

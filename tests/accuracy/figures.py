"""Figures of the accuracy run: one value each, with its Monte Carlo error, written as tables and as Markdown."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from marrowgate.stats.intervals import binomial_interval
from marrowgate.tables import write_table

WHOLE = frozenset({"samples", "cohorts", "patients", "draws", "changes", "gates"})
"""Units of counts that others rest on."""
NOTHING = "Nothing in this run could be measured."
"""Stands in place of a table without rows."""


@dataclass(frozen=True)
class Figure:
    """One figure.

    Parameters
    ----------
    item : str
        What was measured, for example a population; the first column of the page's table.
    band : str
        Which part of it, for example a range of true cells; empty for all.
    measure : str
        Heading of the page's column.
    value : float or None
        None where there was nothing to measure.
    unit : str
        Unit of the value.
    error : str
        Monte Carlo error, ready to be read; empty where the figure is no estimate.
    detail : str
        How it was measured, and on how much.
    """

    item: str
    band: str
    measure: str
    value: float | None
    unit: str
    error: str = ""
    detail: str = ""

    @property
    def name(self) -> str:
        """Return the name in the tables."""
        return ", ".join(part for part in (self.item, self.band, self.measure) if part)


def share(item: str, band: str, measure: str, hits: int, n: int, detail: str = "") -> Figure:
    """Return a share in percent with its exact 95 % interval; None when there was nothing to count."""
    told = "; ".join(part for part in (f"{hits} of {n}", detail) if part)
    if n == 0:
        return Figure(item, band, measure, None, "%", "", told)
    low, high = binomial_interval(hits, n)
    return Figure(item, band, measure, 100 * hits / n, "%", f"{100 * low:.1f} to {100 * high:.1f}", told)


def mean(item: str, band: str, measure: str, values: Sequence[float], unit: str, detail: str = "") -> Figure:
    """Return a mean with its standard error."""
    told = "; ".join(part for part in (f"mean of {len(values)}", detail) if part)
    if not len(values):
        return Figure(item, band, measure, None, unit, "", told)
    error = f"± {np.std(values, ddof=1) / math.sqrt(len(values)):.2g}" if len(values) > 1 else ""
    return Figure(item, band, measure, float(np.mean(values)), unit, error, told)


def middle(item: str, band: str, measure: str, values: Sequence[float], unit: str, detail: str = "") -> Figure:
    """Return a median with its standard error, from the 95 % interval between order statistics."""
    told = "; ".join(part for part in (f"median of {len(values)}", detail) if part)
    if not len(values):
        return Figure(item, band, measure, None, unit, "", told)
    return Figure(item, band, measure, float(np.median(values)), unit, _median_error(values), told)


def _median_error(values: Sequence[float]) -> str:
    # the number of values below the median is binomial with probability one half
    n = len(values)
    reach = 1.96 * math.sqrt(n) / 2
    first, last = math.floor(n / 2 - reach), math.ceil(n / 2 + reach)
    if first < 0 or last >= n:
        return ""
    ordered = np.sort(values)
    return f"± {(ordered[last] - ordered[first]) / 3.92:.2g}"


def number(item: str, band: str, measure: str, n: int, unit: str = "samples") -> Figure:
    """Return a count of what the figures beside it rest on."""
    return Figure(item, band, measure, float(n), unit)


def write_figures(path: Path, figures: Iterable[Figure]) -> None:
    """Write figures as a table with the columns name, value, unit and detail; Parquet beside it."""
    write_table(path, "figures", [_row(figure) for figure in figures])


def print_figures(figures: Iterable[Figure]) -> None:
    """Print figures, one a line, as they stand in the tables."""
    for row in map(_row, figures):
        value = "none" if row["value"] is None else f"{row['value']:.4g}"
        print(f"{row['name']}\t{value}\t{row['unit']}\t{row['detail']}")


def _row(figure: Figure) -> dict[str, Any]:
    error = f"Monte Carlo error: {figure.error}" if figure.error else ""
    detail = "; ".join(part for part in (figure.detail, error) if part)
    return {"name": figure.name, "value": figure.value, "unit": figure.unit, "detail": detail}


def markdown(figures: Sequence[Figure], item: str, band: str = "") -> str:
    """Write figures as a Markdown table, one row per item and band, one column per measure.

    Parameters
    ----------
    figures : sequence of Figure
        Of one topic.
    item, band : str
        Headings of the first columns; without `band` there is no such column.

    Returns
    -------
    str
        A sentence where there is no figure.
    """
    if not figures:
        return NOTHING
    measures = list(dict.fromkeys(figure.measure for figure in figures))
    units = {measure: {figure.unit for figure in figures if figure.measure == measure} for measure in measures}
    cells = {
        (figure.item, figure.band, figure.measure): _cell(figure, with_unit=len(units[figure.measure]) > 1)
        for figure in figures
    }
    rows = list(dict.fromkeys((figure.item, figure.band) for figure in figures))
    heads = [_head(measure, own) for measure, own in units.items()]
    lines = [[item, *([band] if band else []), *heads]]
    lines.append(["---"] * len(lines[0]))
    for row in rows:
        first = [row[0], row[1]] if band else [row[0]]
        lines.append([*first, *(cells.get((*row, measure), "") for measure in measures)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _head(measure: str, units: set[str]) -> str:
    shown = units - {"", *WHOLE}
    return f"{measure} ({shown.pop()})" if len(units) == len(shown) == 1 else measure


def _cell(figure: Figure, *, with_unit: bool) -> str:
    if figure.value is None:
        return "none"
    value = f"{figure.value:.0f}" if figure.unit in WHOLE else _short(figure.value)
    if with_unit and figure.unit:
        value = f"{value} {figure.unit}"
    if not figure.error:
        return value
    return f"{value} {figure.error}" if figure.error.startswith("±") else f"{value} ({figure.error})"


def _short(value: float) -> str:
    return f"{value:.3f}" if 0 < abs(value) < 1 else f"{value:.1f}"

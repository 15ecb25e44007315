"""The measured markers of the page: one line per population, marker and kind of control over the stained samples."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from marrowgate.report.wording import number, words

Row = Mapping[str, Any]
COLUMNS = {
    "median_fi": "median fluorescence, channel units",
    "control_median_fi": "control's median",
    "delta_fi": "difference from control",
    "ratio_fi": "ratio to control",
    "abc": "molecules per cell",
    "pct_above_control": "% above control",
}


@dataclass(frozen=True)
class IntensityLine:
    """One marker on one population.

    Parameters
    ----------
    population, marker, control : str
        What was measured, and against which kind of control.
    n : int
        Samples.
    cells : tuple of str
        Median and range over the samples of each of `COLUMNS`.
    status : str
        How many samples have which status.
    """

    population: str
    marker: str
    control: str
    n: int
    cells: tuple[str, ...]
    status: str


def intensity_lines(intensities: Sequence[Row]) -> list[IntensityLine]:
    """Return the lines in the order of the table.

    Parameters
    ----------
    intensities : sequence of mapping
        Rows of the table of intensities.

    Returns
    -------
    list of IntensityLine
        Medians over samples of their medians; a dash where no sample has a value.
    """
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in intensities:
        groups.setdefault((row["population"], row["marker"], row["control_type"] or "none"), []).append(row)
    return [
        IntensityLine(
            *(population, marker, words(control), len(rows)),
            tuple(_over_samples([row[column] for row in rows if row[column] is not None]) for column in COLUMNS),
            ", ".join(f"{n} {words(status)}" for status, n in Counter(row["status"] for row in rows).most_common()),
        )
        for (population, marker, control), rows in groups.items()
    ]


def _over_samples(values: Sequence[float]) -> str:
    if not values:
        return "-"
    if len(set(values)) == 1:
        return number(values[0])
    return f"{number(median(values))} ({number(min(values))} to {number(max(values))})"

"""The populations of the page: one table per panel over its stained samples, and each sample's where they are few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from marrowgate.report.wording import number, words

Row = Mapping[str, Any]
COLUMNS = {
    "n_events": "events",
    "pct_of_parent": "% of parent",
    "per_100_cd45": "per 100 CD45+ cells",
    "cells_per_ul": "cells per \N{MICRO SIGN}L",
}
MOST_SAMPLE_ROWS = 240
"""Most rows that the table of each sample may have to stand in the page."""
ALMOST_ALL = 99.95


@dataclass(frozen=True)
class Line:
    """One population of a panel.

    Parameters
    ----------
    population : str
        As in the strategy.
    depth : int
        Populations that it lies in.
    gated : int
        Stained samples in which it was gated.
    cells : tuple of str
        The text of each column.
    gates : str
        With one sample the gate's status, else in how many samples it is ok.
    """

    population: str
    depth: int
    gated: int
    cells: tuple[str, ...]
    gates: str


@dataclass(frozen=True)
class PanelTable:
    """The populations of one panel.

    Parameters
    ----------
    panel : str
        Name of the panel.
    n_samples : int
        Stained samples, rejected ones with them.
    headings : tuple of str
        Headings of the columns that have a value.
    lines : tuple of Line
        Each population below its parent.
    samples : tuple of (mapping, tuple of str)
        Row of the table of populations and its cells, for each sample; empty with one sample, or with too many rows.
    rejected : tuple of (str, str)
        Samples whose file was rejected, with the reasons.
    """

    panel: str
    n_samples: int
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    samples: tuple[tuple[Row, tuple[str, ...]], ...]
    rejected: tuple[tuple[str, str], ...]

    @property
    def is_complete(self) -> bool:
        """Whether every population was gated in every sample."""
        return all(line.gated == self.n_samples for line in self.lines)


def panel_tables(populations: Sequence[Row], rejected: Mapping[str, str]) -> list[PanelTable]:
    """Arrange the stained samples by panel and population.

    Parameters
    ----------
    populations : sequence of mapping
        Rows of the table of populations; control samples are passed over.
    rejected : mapping of str to str
        sample_id of the rejected files to the reasons.

    Returns
    -------
    list of PanelTable
        With one sample a cell is the value with its 95 % interval, with several the median and the range of the samples
        that have a value. A value that is missing is a dash, never a zero.
    """
    panels: dict[str, dict[str, list[Row]]] = {}
    for row in populations:
        if row["control_type"] == "none":
            panels.setdefault(row["panel"], {}).setdefault(row["population"], []).append(row)
    return [_panel_table(panel, by_name, rejected) for panel, by_name in panels.items()]


def _panel_table(panel: str, by_name: Mapping[str, Sequence[Row]], rejected: Mapping[str, str]) -> PanelTable:
    rows = [row for own in by_name.values() for row in own]
    columns = [column for column in COLUMNS if any(row[column] is not None for row in rows)]
    samples = dict.fromkeys(row["sample_id"] for row in rows)
    parents = {name: own[0]["parent"] for name, own in by_name.items()}
    lines = tuple(
        Line(
            name,
            depth,
            sum(row["n_events"] is not None for row in by_name[name]),
            tuple(_over_samples(by_name[name], column) for column in columns),
            _gates(by_name[name]),
        )
        for name, depth in _tree(parents)
    )
    headings = tuple(COLUMNS[name] for name in columns)
    refused = tuple((name, rejected[name]) for name in samples if name in rejected)
    gated = [row for row in rows if row["sample_id"] not in rejected]
    return PanelTable(panel, len(samples), headings, lines, _samples(gated, columns, len(samples)), refused)


def _tree(parents: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return every population with the number of those that it lies in, each below its parent."""

    def below(at: str, depth: int) -> list[tuple[str, int]]:
        own = [name for name, parent in parents.items() if parent == at]
        return [entry for name in own for entry in [(name, depth), *below(name, depth + 1)]]

    tops = dict.fromkeys(parent for parent in parents.values() if parent not in parents)
    return [entry for top in tops for entry in below(top, 0)]


def _gates(rows: Sequence[Row]) -> str:
    if len(rows) == 1:
        return words(rows[0]["gate_status"])
    return f"{sum(row['gate_status'] == 'ok' for row in rows)} of {len(rows)}"


def _samples(rows: Sequence[Row], columns: Sequence[str], n_samples: int) -> tuple[tuple[Row, tuple[str, ...]], ...]:
    if n_samples == 1 or len(rows) > MOST_SAMPLE_ROWS:
        return ()
    # the sort is stable: samples in the order of the sheet, populations in that of the strategy
    ranks = {name: rank for rank, name in enumerate(dict.fromkeys(row["sample_id"] for row in rows))}
    ordered = sorted(rows, key=lambda row: ranks[row["sample_id"]])
    return tuple((row, tuple(_of_sample(row, column) for column in columns)) for row in ordered)


def _over_samples(rows: Sequence[Row], column: str) -> str:
    if len(rows) == 1:
        return _of_sample(rows[0], column)
    values = [row[column] for row in rows if row[column] is not None]
    if not values:
        return "-"
    middle = round(median(values)) if column == "n_events" else median(values)
    shown = [_shown(value, column) for value in (middle, min(values), max(values))]
    text = f"{shown[0]} ({shown[1]} to {shown[2]})"
    gated = sum(row["n_events"] is not None for row in rows)
    return text if len(values) == gated else f"{text}; {len(values)} sample{'' if len(values) == 1 else 's'}"


def _of_sample(row: Row, column: str) -> str:
    value = row[column]
    if value is None:
        return "-"
    if column == "n_events":
        return f"{value:,}" if row["n_parent"] is None else f"{value:,} of {row['n_parent']:,}"
    low, high = (row[f"{column}_{end}"] for end in ("low", "high"))
    text = _shown(value, column)
    return text if low is None or high is None else f"{text} ({_shown(low, column)} to {_shown(high, column)})"


def _shown(value: float, column: str) -> str:
    if column == "n_events":
        return f"{value:,}"
    # three digits would make 100 of nearly all
    return ">99.9" if column == "pct_of_parent" and ALMOST_ALL <= value < 100 else number(value)

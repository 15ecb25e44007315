"""Measured markers of a sample as lines for the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marrowgate.report.wording import number

Row = Mapping[str, Any]


def intensity_lines(rows: Sequence[Row]) -> Iterator[str]:
    """Return a line for each marker that was measured: its median, its control's, and how sure that is.

    Parameters
    ----------
    rows : sequence of mapping
        The sample's rows of `intensities.tsv`.
    """
    for row in rows:
        yield f"{row['marker']} on {row['population']}: {_measured(row)}"


def _measured(row: Row) -> str:
    why = f" ({row['reason']})" if row.get("reason") else ""
    if row.get("median_fi") is None:
        return f"not measured{why}"
    median = f"median {_with_limits(row, 'median_fi')} of {row['n_events']:,} events"
    return f"{median}; {_against_control(row)}; {row['status']}{why}"


def _against_control(row: Row) -> str:
    if row.get("control_median_fi") is None:
        return "no control"
    parts = [f"{row['control_type']} {row['control_sample_id']}: median {_number(row['control_median_fi'])}"]
    if row.get("delta_fi") is not None:
        parts.append(f"difference {_with_limits(row, 'delta_fi')}")
    if row.get("ratio_fi") is not None:
        parts.append(f"ratio {_with_limits(row, 'ratio_fi')}")
    if row.get("pct_above_control") is not None:
        parts.append(f"{number(row['pct_above_control'])} % above it")
    return ", ".join(parts)


def _with_limits(row: Row, column: str) -> str:
    low, high = row.get(f"{column}_low"), row.get(f"{column}_high")
    limits = "" if low is None or high is None else f" ({_number(low)} to {_number(high)})"
    return f"{_number(row[column])}{limits}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else number(value)

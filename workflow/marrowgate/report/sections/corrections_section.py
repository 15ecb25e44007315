"""The gates that a person gave: who, when, why, and the counts before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class CorrectedSample:
    """One sample with corrected gates: the rows of its given gates, and of the populations that rest on them."""

    sample_id: str
    given: tuple[Row, ...]
    resting: tuple[Row, ...]


def corrected_samples(rows: Sequence[Row]) -> list[CorrectedSample]:
    """Group the rows of `corrections.tsv` by sample, in the order of the table."""
    names = list(dict.fromkeys(row["sample_id"] for row in rows))
    return [
        CorrectedSample(
            name,
            tuple(row for row in rows if row["sample_id"] == name and row["reviewer"]),
            tuple(row for row in rows if row["sample_id"] == name and not row["reviewer"]),
        )
        for name in names
    ]


def count_of_parent(row: Row, which: str) -> str:
    """Return a count with its parent's and the percentage, before (found) or after."""
    n_events, n_parent, pct = (row[f"{which}{name}"] for name in ("n_events", "n_parent", "pct_of_parent"))
    if n_events is None:
        return "not gated"
    if n_parent is None or pct is None:
        return f"{n_events:,}"
    return f"{n_events:,} of {n_parent:,} ({pct:.3g} %)"

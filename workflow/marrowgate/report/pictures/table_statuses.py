"""Gates with the statuses of their numbers in the tables, so that no picture says ok where the table does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from marrowgate.gating.records import WEAKEST_FIRST
from marrowgate.measure.pictures.model import DrawnGate, SamplePictures

Row = Mapping[str, Any]


def rows_of_samples(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each sample."""
    of_sample: dict[str, list[Row]] = {}
    for row in rows:
        of_sample.setdefault(row["sample_id"], []).append(row)
    return of_sample


def with_table_statuses(pictures: SamplePictures, populations: Sequence[Row]) -> SamplePictures:
    """Return a sample's pictures with what the table of populations says of them.

    Parameters
    ----------
    pictures : SamplePictures
        As `gate` left them.
    populations : sequence of mapping
        Rows of `populations.tsv` of this sample.
    """
    own = {row["population"]: row for row in populations}
    gates = {name: _marked(gate, own[name]) if name in own else gate for name, gate in pictures.gates.items()}
    return replace(pictures, gates=gates)


def _marked(gate: DrawnGate, row: Row) -> DrawnGate:
    status = row["gate_status"]
    if status is None or gate.n_events is None or WEAKEST_FIRST.index(status) >= WEAKEST_FIRST.index(gate.status):
        return gate
    return replace(gate, of_number=status, reason=row["gate_reason"] or gate.reason)

"""What gating writes for one sample: the gates as a table, and the membership of every event."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from marrowgate import __version__
from marrowgate.arrow_arrays import boolean_array
from marrowgate.fcs.model import Note
from marrowgate.files import whole_file
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Gate, Polygon, Rectangle
from marrowgate.gating.geometry.polygon_corners import part_on_scale
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import EventRows
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.signal.transforms import Transform


def gate_rows(records: Sequence[GateRecord], scales: Mapping[str, Transform]) -> list[dict[str, Any]]:
    """Return the rows of `gates/<sample_id>.tsv`; boundaries on the linear compensated scale."""
    return [
        {
            "population": record.population,
            "parent": record.parent,
            "method": record.method,
            "boundary": "" if record.gate is None else describe(record.gate, scales),
            "boundary_sd": " ".join(f"{sd:.3g}" for sd in record.error.sds) if record.error.known else "unknown",
            "scales": "" if record.gate is None else _scales_of(record.gate, scales),
            "status": record.status,
            "reason": record.reason,
            "reason_code": record.reason_code,
        }
        for record in records
    ]


def rows_without_gates(strategy: Strategy, why: Note) -> list[dict[str, Any]]:
    """Return the rows of `gates/<sample_id>.tsv` of a sample without numbers: nothing is gated, for one reason."""
    return [
        {
            **dict.fromkeys(("method", "boundary", "boundary_sd", "scales"), ""),
            "population": population.name,
            "parent": population.parent,
            "status": "not_gated",
            "reason": why.sentence,
            "reason_code": why.code,
        }
        for population in strategy.populations
    ]


def describe(gate: Gate, scales: Mapping[str, Transform]) -> str:
    """Say in one line where a gate lies, on the linear compensated scale."""
    if isinstance(gate, Boolean):
        return f" {gate.operator} ".join(gate.operands) if gate.operator != "not" else f"not {gate.operands[0]}"
    if isinstance(gate, Rectangle):
        parts = [
            f"{name}{sign}{_linear(scales[name], value):.5g}"
            for name, low, high in zip(gate.dimensions, gate.low, gate.high, strict=True)
            for sign, value in ((">=", low), ("<", high))
            if value is not None
        ]
        return " ".join(parts)
    first, second = gate.dimensions
    if isinstance(gate, Polygon):
        shown = part_on_scale(gate.vertices) or gate.vertices
        corners = [f"({_linear(scales[first], x):.5g},{_linear(scales[second], y):.5g})" for x, y in shown]
        return f"{first},{second} in polygon {' '.join(corners)}"
    return f"{_centre(gate, scales)} distance_square={gate.distance_square:.4g}"


def _scales_of(gate: Gate, scales: Mapping[str, Transform]) -> str:
    """Say on which scale each dimension is, with the scale's parameters."""
    return " ".join(
        f"{name}={scale.kind}({scale.t:g},{scale.m:g},{scale.w:g},{scale.a:g})"
        for name, scale in ((name, scales[name]) for name in gate.dimensions)
    )


def write_membership(
    path: Path,
    n_events: int,
    start: EventRows,
    rows: Mapping[str, EventRows],
    names: Sequence[str],
    fcs_sha256: str = "",
) -> None:
    """Write one row per event, in file order: `qc_ok`, then one Boolean column per population.

    A population without a gate has a column of missing values. The digest of the FCS file stands in the metadata.
    """
    columns = {"qc_ok": _mask(n_events, start)}
    columns |= {name: _mask(n_events, rows[name]) if name in rows else pa.nulls(n_events, pa.bool_()) for name in names}
    table = pa.table(columns).replace_schema_metadata({"marrowgate_version": __version__, "fcs_sha256": fcs_sha256})
    with whole_file(path) as part:
        pq.write_table(table, part)


def _mask(n_events: int, rows: EventRows) -> pa.Array:
    mask = np.zeros(n_events, dtype=np.bool_)
    mask[rows] = True
    return boolean_array(mask)


def _linear(scale: Transform, value: float) -> float:
    return float(scale.inverse(np.array([value]))[0])


def _centre(gate: Ellipsoid, scales: Mapping[str, Transform]) -> str:
    centre = [f"{name}={_linear(scales[name], at):.5g}" for name, at in zip(gate.dimensions, gate.mean, strict=True)]
    return f"ellipse around {' '.join(centre)}"

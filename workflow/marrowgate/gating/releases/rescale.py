"""A fit on other scales: where batches of one release have scales of their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Gate, Polygon, Rectangle
from marrowgate.gating.records import Evidence, Fit
from marrowgate.gating.sample_events import in_units
from marrowgate.signal.transforms import Transform

Floats = NDArray[np.float64]
Move = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Scale:
    """A dimension's scale, and how many of its units make one of the strategy's."""

    transform: Transform
    factor: float = 1.0


def moved_to(fit: Fit, scales: Mapping[str, Scale]) -> Fit:
    """Return a fit on other scales; in the strategy's units its gates stay where they are.

    Corners of polygons and the middles of ellipses are moved. Between scales of one kind whose widths hardly differ
    edges stay straight and ellipses keep their shape within rounding.

    Parameters
    ----------
    fit : Fit
        As found.
    scales : mapping of str to Scale
        To each dimension of the fit.
    """
    moves = {name: _move(Scale(own, fit.factors.get(name, 1.0)), scales[name]) for name, own in fit.scales.items()}
    gates = tuple(
        record if record.gate is None else replace(record, gate=_moved(record.gate, moves)) for record in fit.gates
    )
    return replace(
        fit,
        gates=gates,
        scales={name: scales[name].transform for name in fit.scales},
        factors={name: scales[name].factor for name in fit.factors},
        evidence=tuple(_evidence(evidence, moves) for evidence in fit.evidence),
    )


def _move(own: Scale, new: Scale) -> Move | None:
    """Return what brings values from one scale to the other; None where they are the same in the strategy's units."""
    ratio = new.factor / own.factor
    if in_units(own.transform, ratio) == new.transform:
        return None
    return lambda values: new.transform.forward(own.transform.inverse(values) * ratio)


def _moved(gate: Gate, moves: Mapping[str, Move | None]) -> Gate:
    if isinstance(gate, Boolean) or not any(moves[name] for name in gate.dimensions):
        return gate
    if isinstance(gate, Rectangle):
        low, high = (
            tuple(
                None if value is None else _at(moves[name], value)
                for name, value in zip(gate.dimensions, bounds, strict=True)
            )
            for bounds in (gate.low, gate.high)
        )
        return replace(gate, low=low, high=high)
    if isinstance(gate, Polygon):
        first, second = (moves[name] for name in gate.dimensions)
        return replace(gate, vertices=tuple((_at(first, x), _at(second, y)) for x, y in gate.vertices))
    mean = tuple(_at(moves[name], value) for name, value in zip(gate.dimensions, gate.mean, strict=True))
    return Ellipsoid(gate.dimensions, mean, gate.covariance, gate.distance_square)


def _at(move: Move | None, value: float) -> float:
    return value if move is None else float(move(np.array([value]))[0])


def _evidence(evidence: Evidence, moves: Mapping[str, Move | None]) -> Evidence:
    values = {
        population: {name: _thousandths(moves.get(name), column) for name, column in columns.items()}
        for population, columns in evidence.values.items()
    }
    return replace(evidence, values=values)


def _thousandths(move: Move | None, column: tuple[int, ...]) -> tuple[int, ...]:
    if move is None or not column:
        return column
    return tuple(np.rint(1000 * move(np.array(column) / 1000)).astype(np.int64).tolist())

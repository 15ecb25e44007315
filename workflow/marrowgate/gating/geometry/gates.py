"""Standard gates (Gating-ML 2.0) as plain data, on the transformed scale."""

from collections.abc import Mapping
from typing import Any, Literal

from marrowgate.frozen import Frozen

Bound = float | None

LEFT, RIGHT, BOTTOM, TOP = -1.0, 1.5, -5.0, 5.0
"""Where half planes end, transformed scale: so far out that a line does not reach the corners beside it."""


class Rectangle(Frozen):
    """Lower bounds belong to the gate, upper bounds do not (Gating-ML 2.0, 5.1.1). None is open.

    Parameters
    ----------
    dimensions : tuple of str, length k
        Markers or scatter names.
    low, high : tuple of float or None, length k
        Bounds on the transformed scale.
    """

    dimensions: tuple[str, ...]
    low: tuple[Bound, ...]
    high: tuple[Bound, ...]


class Polygon(Frozen):
    """A closed polygon in two dimensions (Gating-ML 2.0, 5.2)."""

    dimensions: tuple[str, ...]
    vertices: tuple[tuple[float, float], ...]


class Ellipsoid(Frozen):
    """Points with a squared Mahalanobis distance of at most `distance_square` (Gating-ML 2.0, 5.3)."""

    dimensions: tuple[str, ...]
    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    distance_square: float


class Boolean(Frozen):
    """Other populations joined by and, or, or (with one operand) not."""

    operator: Literal["and", "or", "not"]
    operands: tuple[str, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """No dimension of its own."""
        return ()


Gate = Rectangle | Polygon | Ellipsoid | Boolean

_KINDS: dict[str, type[Gate]] = {
    "rectangle": Rectangle,
    "polygon": Polygon,
    "ellipsoid": Ellipsoid,
    "boolean": Boolean,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_plain(gate: Gate) -> dict[str, Any]:
    """Return a gate as lists, numbers and text, for JSON or YAML."""
    fields = {name: _plain(value) for name, value in vars(gate).items()}
    return {"kind": _NAMES[type(gate)], **fields}


def from_plain(plain: Mapping[str, Any]) -> Gate:
    """Make the gate that `to_plain` gave."""
    fields = {name: _frozen(value) for name, value in plain.items() if name != "kind"}
    return _KINDS[plain["kind"]](**fields)


def threshold(dimension: str, value: float, keep: Literal["above", "below"]) -> Rectangle:
    """Return the gate on one side of a value."""
    if keep == "above":
        return Rectangle((dimension,), (value,), (None,))
    return Rectangle((dimension,), (None,), (value,))


def beside_line(dimensions: tuple[str, str], ends: tuple[float, float], keep: Literal["above", "below"]) -> Polygon:
    """Return the gate on one side of a slanted line, cut off well beyond the scale.

    Parameters
    ----------
    dimensions : tuple of str
        The line is a function of the first; above and below are meant in the second.
    ends : tuple of float
        Height of the line at `LEFT` and at `RIGHT` of the first dimension, transformed scale.
    keep : str
        above or below.
    """
    # a steep line leaves the scale before the half plane ends; its edges must not cross
    far = max(TOP, *ends) if keep == "above" else min(BOTTOM, *ends)
    return Polygon(dimensions, ((LEFT, ends[0]), (RIGHT, ends[1]), (RIGHT, far), (LEFT, far)))


def _plain(value: Any) -> Any:
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list | tuple) else value

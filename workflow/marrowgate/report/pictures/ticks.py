"""Round linear values on an axis, and how they are written."""

import math
from functools import lru_cache

import numpy as np

from marrowgate.measure.pictures.cells import linear_places
from marrowgate.measure.pictures.model import PictureAxis

_STEPS = (1.0, 2.0, 5.0, 10.0)
SIGN = 6.2
"""Width of a letter of a tick, px."""
_GAP = 7.0

Tick = tuple[float, str]


@lru_cache(maxsize=4096)
def ticks_of(axis: PictureAxis, length: float) -> tuple[Tick, ...]:
    """Return where an axis has its ticks, as shares of its length, and their linear values in words.

    Parameters
    ----------
    axis : PictureAxis
        The axis.
    length : float
        Its length, px; ticks whose values would touch each other are left out.
    """
    low, high = linear_places(axis.scale, np.array([axis.low, axis.high]))
    values = _round_steps(low, high) if axis.scale.kind == "linear" else _decades(low, high)
    positions: list[float] = axis.scale.forward(np.array(values)).tolist()
    kept: list[Tick] = []
    for value, position in zip(values, positions, strict=True):
        share = (position - axis.low) / (axis.high - axis.low)
        text = short(value)
        if 0.0 <= share <= 1.0 and all(_apart(share, text, tick, length) for tick in kept):
            kept.append((share, text))
    return tuple(sorted(kept))


def short(value: float) -> str:
    """Write a round value in few signs: 50k, 1M."""
    for power, letter in ((9, "G"), (6, "M"), (3, "k")):
        if abs(value) >= 10.0**power:
            return f"{value / 10.0**power:g}{letter}"
    return f"{value:g}"


def _apart(share: float, text: str, tick: Tick, length: float) -> bool:
    return abs(share - tick[0]) * length >= SIGN * (len(text) + len(tick[1])) / 2 + _GAP


def _round_steps(low: float, high: float) -> list[float]:
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step * power for step in _STEPS if step * power >= raw)
    return [round(step * k, 12) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _decades(low: float, high: float) -> list[float]:
    """Return 0, the powers of ten from the largest down, and the negative ones: where they touch, the first stay."""
    top = max(abs(low), abs(high))
    powers = [10.0**k for k in range(math.floor(math.log10(top)), -2, -1)] if top > 0 else []
    return [value for value in (0.0, *powers, *(-power for power in powers)) if low <= value <= high]

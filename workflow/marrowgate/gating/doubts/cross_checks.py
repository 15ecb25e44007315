"""What speaks against a gate from outside of it: landmarks in doubt, a border near by, an overlap."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.boundary_error import STATED_SD
from marrowgate.gating.geometry.gate_coordinates import numbers, reach, same_kind
from marrowgate.gating.geometry.gates import Gate, Rectangle
from marrowgate.gating.landmarks.factors import MOST_APART
from marrowgate.gating.landmarks.readings import LANDMARK_DIMENSIONS
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.reasons import Reasons, because
from marrowgate.gating.sample_events import NO_EVENT_ROWS, EventRows, SampleEvents
from marrowgate.stats.order_statistics import median_of

Stretch = Mapping[str, float]
"""Dimension to the multiple of the batch's factor that is tried in its place."""

MOST_AT_BORDER = 0.05
"""Share of a population's events that may lie within `STATED_SD` of the border of a population that it lies in."""
FEWEST_AT_BORDER = 3
"""Events at a border that are no chance."""
MOST_SHARED = 0.10
"""Share of either of two populations that may lie in both, where the strategy holds them apart."""


def other_landmarks(own: Sequence[LandmarkRow], factors: Mapping[str, float], in_doubt: Sequence[str]) -> list[Stretch]:
    """Return what else the numbers of a strategy may mean in a sample, as multiples of the batch's factors.

    Parameters
    ----------
    own : sequence of LandmarkRow
        The sample's landmarks against its batch's factors.
    factors : mapping of str to float
        Dimension to the batch's factor.
    in_doubt : sequence of str
        Dimensions on which the samples of the batch do not agree.

    Returns
    -------
    list of mapping of str to float
        The sample's own factors where they are far from the batch's, and for dimensions in doubt the two ends of
        what still counts as the same. Empty where nothing is in doubt.
    """
    shifted = {
        row.dimension: row.factor / factors[row.dimension]
        for row in reversed(own)
        if row.status == "shifted" and row.factor is not None and row.dimension in factors
    }
    unsure = [name for name in in_doubt if name in factors]
    ends = [dict.fromkeys(unsure, 1.0 / MOST_APART), dict.fromkeys(unsure, MOST_APART)]
    return [stretch for stretch in (shifted, *ends) if stretch]


def moved_by_landmark(gate: Gate, stretches: Sequence[Stretch], again: Callable[[Stretch], Gate | None]) -> Reasons:
    """Doubt a gate that lies elsewhere, or is not found, when its numbers mean what another landmark says.

    A gate that its own events place, such as a valley, is found in the same place and is not in doubt.

    Parameters
    ----------
    gate : Gate
        As it was found.
    stretches : sequence of mapping of str to float
        See `other_landmarks`.
    again : callable
        Finds the gate with other factors.
    """
    for stretch in stretches:
        other = again(stretch)
        named = ", ".join(f"{name} {ratio:.2f}" for name, ratio in stretch.items())
        said = f"with other landmarks ({named} times the batch's)"
        if other is None or not same_kind(other, gate):
            return (because("landmark_in_doubt", f"{said} there is no such gate"),)
        off = np.abs(numbers(other) - numbers(gate)) / reach(gate)
        if off.size and off.max() > STATED_SD:
            return (because("landmark_in_doubt", f"{said} it lies {off.max():.3f} of full scale away"),)
    return ()


def off_landmark(sample_events: SampleEvents, kind: str, rows: EventRows, landmarks: Sequence[LandmarkRow]) -> Reasons:
    """Doubt a population that is a landmark's when its events lie elsewhere than the landmark of the same sample.

    Parameters
    ----------
    sample_events : SampleEvents
        The events.
    kind : str
        Kind of landmark cells; empty when the population is none.
    rows : ndarray of intp
        The population's events.
    landmarks : sequence of LandmarkRow
        The sample's own landmarks.
    """
    if not kind or not rows.size:
        return ()
    own = [row for row in landmarks if (row.of, row.by) == (kind, "median") and row.dimension in LANDMARK_DIMENSIONS]
    for row in own:
        if row.value is None:
            continue
        ratio = median_of(sample_events.linear(row.dimension, rows)) / row.value
        if not 1 / MOST_APART <= ratio <= MOST_APART:
            sentence = f"the median {row.dimension} is {ratio:.2f} times that of the sample's landmark"
            return (because("off_landmark", sentence),)
    return ()


def at_border(
    outer: Sequence[str],
    rows: EventRows,
    gates: Mapping[str, Gate],
    scaled: Callable[[str, EventRows], NDArray[np.float64]],
) -> Reasons:
    """Doubt a population that crowds at the bounds of one that it lies in: its neighbours beyond reach into it.

    Parameters
    ----------
    outer : sequence of str
        Populations whose bounds it has to be clear of.
    rows : ndarray of intp
        The population's events.
    gates : mapping of str to Gate
        The gates found so far.
    scaled : callable
        Gives the values of events in a dimension, transformed scale.
    """
    reasons = []
    for name in outer:
        gate = gates.get(name)
        if not isinstance(gate, Rectangle) or not rows.size:
            continue
        near = np.zeros(rows.size, dtype=np.bool_)
        for dimension, low, high in zip(gate.dimensions, gate.low, gate.high, strict=True):
            for bound in (low, high):
                if bound is not None:
                    near |= np.abs(scaled(dimension, rows) - bound) < STATED_SD
        n = int(np.count_nonzero(near))
        if n >= FEWEST_AT_BORDER and n > MOST_AT_BORDER * rows.size:
            reasons.append(because("at_border", f"{n} of {rows.size} events lie at the border of {name}"))
    return tuple(reasons)


def overlaps(others: Sequence[str], rows: EventRows, of: Mapping[str, EventRows]) -> dict[str, Reasons]:
    """Return which populations share too many events with one that they ought to be apart from.

    Parameters
    ----------
    others : sequence of str
        Populations that ought to be apart.
    rows : ndarray of intp
        Events of the population that says so.
    of : mapping of str to ndarray of intp
        Events of all populations.

    Returns
    -------
    dict of str to tuple of Note
        The other population to the doubt that both get.
    """
    reasons: dict[str, Reasons] = {}
    for name in others:
        there = of.get(name, NO_EVENT_ROWS)
        both = np.intersect1d(rows, there, assume_unique=True).size
        fewer = min(rows.size, there.size)
        if both >= FEWEST_AT_BORDER and both > MOST_SHARED * fewer:
            reasons[name] = (because("overlap", f"{both} events are shared by populations that ought to be apart"),)
    return reasons

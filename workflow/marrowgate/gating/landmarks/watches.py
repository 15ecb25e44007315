"""Whether a detector reads as it did when a release was made, told by landmark cells.

A detector that reads otherwise multiplies the values of all cells. Each kind of landmark cells shows that factor, some
more sharply than others; their weighted mean shows it best. A new sample lies beyond the prediction interval of that
mean, and its kinds of cells agree, or the detector reads as it did.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

from marrowgate.frozen import Frozen
from marrowgate.gating.landmarks.factors import MOST_APART
from marrowgate.gating.landmarks.readings import MEASURES, Readings

_NAMED = 0.2
"""Weight of cells that are named; of four kinds at most one at least has it."""

State = Literal["as_released", "changed", "too_far", "cells_disagree"]


class WatchedCells(Frozen):
    """One kind of landmark cells in one dimension, as the samples of a release show it.

    Parameters
    ----------
    of, by : str
        Kind of cells, and which of `MEASURES`.
    log_value : float
        ln of the value in channel units.
    weight : float
        In the mean over the kinds; they are 1 together.
    apart : float or None
        How far (ln) this kind may lie from the mean over all, half a prediction interval; None where it is alone.
    """

    of: str
    by: str
    log_value: float
    weight: float
    apart: float | None


class Watch(Frozen):
    """The kinds of cells that are looked at together in one dimension; see `watches_of`.

    Parameters
    ----------
    dimension : str
        Dimension.
    cells : tuple of WatchedCells
        Kinds of cells; a sample needs all of them.
    sd : float
        Standard deviation of their mean between patients of one batch, ln.
    n_patients : int
        Patients that it rests on.
    limit : float
        Half the prediction interval of one more sample, ln.
    reach : float
        The same of a value without any counting of samples: a quantile of t times the spread, ln. A whole batch is held
        against it, see `marrowgate.signal.detector_readings`.
    """

    dimension: str
    cells: tuple[WatchedCells, ...]
    sd: float
    n_patients: int
    limit: float
    reach: float

    @property
    def named(self) -> str:
        """The cells that have most of the say, in words."""
        heaviest = sorted(self.cells, key=lambda own: -own.weight)
        kinds = [own.of.replace("_", " ") for own in heaviest if own.weight >= _NAMED]
        return " and ".join([*([", ".join(kinds[:-1])] if kinds[:-1] else []), kinds[-1]])


class DetectorReading(Frozen):
    """How a detector reads in a sample, against a release.

    Parameters
    ----------
    ratio : float
        By which factor.
    limit : float
        ln of the factor up to which it is called unchanged.
    state : str
        as_released; changed; too_far: by more than `MOST_APART`; cells_disagree: a kind of cells lies far from the mean
        over all, so it is the cells and not the detector.
    watch : Watch
        What it was seen in.
    """

    ratio: float
    limit: float
    state: State
    watch: Watch


def read_detectors(readings: Readings, watches: Sequence[Watch]) -> Mapping[str, DetectorReading]:
    """Hold a sample against a release, dimension by dimension.

    Parameters
    ----------
    readings : Readings
        Of the sample.
    watches : sequence of Watch
        Of the release; of those of a dimension the first counts whose cells the sample has.

    Returns
    -------
    mapping of str to DetectorReading
        A dimension in which the sample lacks the cells of every watch is left out.
    """
    seen: dict[str, DetectorReading] = {}
    for watch in watches:
        if watch.dimension in seen:
            continue
        away = [_away(readings, watch.dimension, own) for own in watch.cells]
        known = [value for value in away if value is not None]
        if len(known) == len(away):
            seen[watch.dimension] = _reading(watch, known)
    return seen


def _away(readings: Readings, dimension: str, cells: WatchedCells) -> float | None:
    value = value_of(readings, dimension, cells.of, cells.by)
    return None if value is None else math.log(value) - cells.log_value


def value_of(readings: Readings, dimension: str, kind: str, by: str) -> float | None:
    """Return a measure of a kind of cells; None where the sample has none, or it is not above 0."""
    own = readings.get(kind, {}).get(dimension)
    value = None if own is None else own[MEASURES.index(by)]
    return value if value is not None and value > 0 else None


def _reading(watch: Watch, away: Sequence[float]) -> DetectorReading:
    mean = sum(own.weight * value for own, value in zip(watch.cells, away, strict=True))
    state: State = "changed"
    if abs(mean) <= watch.limit:
        state = "as_released"
    elif any(
        own.apart is not None and abs(value - mean) > own.apart for own, value in zip(watch.cells, away, strict=True)
    ):
        state = "cells_disagree"
    elif abs(mean) > math.log(MOST_APART):
        state = "too_far"
    return DetectorReading(math.exp(mean), watch.limit, state, watch)


def watches_to_plain(watches: Sequence[Watch]) -> list[dict[str, Any]]:
    """Return watches as lists, numbers and text."""
    return [{**asdict(watch), "cells": [asdict(own) for own in watch.cells]} for watch in watches]


def watches_from_plain(plain: Sequence[Mapping[str, Any]]) -> tuple[Watch, ...]:
    """Make the watches that `watches_to_plain` took apart, or those of a release of before kinds had weights."""
    if plain and "cells" not in plain[0]:
        return tuple(_of_sharpest(plain))
    return tuple(Watch(**{**entry, "cells": tuple(WatchedCells(**own) for own in entry["cells"])}) for entry in plain)


def _of_sharpest(plain: Sequence[Mapping[str, Any]]) -> Iterator[Watch]:
    """Return watches of an earlier form: the sharpest kind counts, and the second sharpest must not contradict."""
    for dimension in dict.fromkeys(entry["dimension"] for entry in plain):
        own = [entry for entry in plain if entry["dimension"] == dimension]
        apart = math.hypot(*(entry["limit"] for entry in own))
        for first in (own, *([entry] for entry in own)):
            cells = tuple(
                WatchedCells(entry["of"], entry["by"], entry["log_value"], float(not at), apart if at else None)
                for at, entry in enumerate(first)
            )
            sharpest = first[0]
            n, limit = sharpest["n_samples"], sharpest["limit"]
            yield Watch(dimension, cells, sharpest["sd"], n, limit, limit / math.sqrt(1 + 1 / n))

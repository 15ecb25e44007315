"""Lymphocytes, granulocytes and cells without CD45, found by side scatter and CD45 alone, whatever the instrument."""

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.gating.landmarks.modes import Floats, Mode, find_modes

MOST_EVENTS = 50_000
"""Events that are looked at, evenly spread over the run."""
MIN_EVENTS = 100
"""Events that a landmark must have."""
LEAST_SHARE = 0.005
"""Smaller modes are no landmark."""
_NEAR = np.log(1.6)
_GRANULOCYTES_FROM = np.log(2.5)
_WITHOUT_CD45 = np.log(20.0)
_DIM = np.log(2.0)

EventRows = NDArray[np.intp]


class LandmarkCells(Frozen):
    """Where each kind of landmark cells is among the events.

    Parameters
    ----------
    rows : dict of str to ndarray of intp
        Kind (lymphocytes, granulocytes, high_scatter, cd45_negative) to its events; absent where it was not found.
    reason : str
        Why there are no lymphocytes, else empty.
    """

    rows: dict[str, EventRows]
    reason: str = ""


def find_cells(side_scatter: Floats, cd45: Floats) -> LandmarkCells:
    """Find the landmark cells of a sample.

    On the logarithm of both, the lymphocytes are the mode with the largest ratio of CD45 to side scatter; counting
    beads are brighter in CD45, but scatter much more. A mode dimmer in CD45 than half the fullest mode of much side
    scatter is none: debris scatters little, too. Granulocytes are the fullest mode of much more side scatter.

    Parameters
    ----------
    side_scatter, cd45 : ndarray of float64, shape (n_events,)
        Compensated, linear, in any unit.

    Returns
    -------
    LandmarkCells
        EventRows count from the first of the events given.
    """
    seen = np.flatnonzero((side_scatter > 0) & (cd45 > 0))
    x, y = np.log(side_scatter[seen]), np.log(cd45[seen])
    if seen.size < MIN_EVENTS or not (np.ptp(x) > 0 and np.ptp(y) > 0):
        return LandmarkCells({}, f"{seen.size} events with side scatter and CD45 above 0, {MIN_EVENTS} are needed")
    modes = [mode for mode in find_modes(x, y) if mode.share >= LEAST_SHARE]
    lymphocytes = _lymphocytes(modes)
    if lymphocytes is None:
        return LandmarkCells({}, "no cells with much CD45 for their side scatter")
    rows = {"lymphocytes": seen[_around(x, y, lymphocytes, modes)]}
    far = lymphocytes.x + _GRANULOCYTES_FROM
    scattering = [mode for mode in modes if mode.x > far and mode.y < lymphocytes.y + _DIM]
    if scattering:
        granulocytes = max(scattering, key=lambda mode: mode.share)
        rows["granulocytes"] = seen[np.hypot(x - granulocytes.x, y - granulocytes.y) < _NEAR]
    # counting beads scatter as much and are brighter in CD45 than any cell
    is_cell = (y < lymphocytes.y + _NEAR) & (y > lymphocytes.y - _WITHOUT_CD45)
    rows["high_scatter"] = seen[(x > far) & is_cell]
    rows["cd45_negative"] = np.flatnonzero((side_scatter > 0) & (cd45 < np.exp(lymphocytes.y - _WITHOUT_CD45)))
    enough = {kind: at for kind, at in rows.items() if at.size >= MIN_EVENTS}
    reason = "" if "lymphocytes" in enough else f"{rows['lymphocytes'].size} lymphocytes, {MIN_EVENTS} are needed"
    return LandmarkCells(enough if not reason else {}, reason)


def _lymphocytes(modes: list[Mode]) -> Mode | None:
    by_ratio = sorted(modes, key=lambda mode: mode.x - mode.y)
    for mode in by_ratio:
        scattering = [other for other in modes if other.x > mode.x + _GRANULOCYTES_FROM and other.share > mode.share]
        fullest = max(scattering, key=lambda other: other.share, default=None)
        if fullest is None or mode.y > fullest.y - _DIM:
            return mode
    return None


def _around(x: Floats, y: Floats, mode: Mode, modes: list[Mode]) -> NDArray[np.bool_]:
    """Mark the events around a mode; modes next to it are other lymphocytes."""
    near = [other for other in modes if np.hypot(other.x - mode.x, other.y - mode.y) < _NEAR]
    weights = [other.share for other in near]
    middle_x = np.average([other.x for other in near], weights=weights)
    middle_y = np.average([other.y for other in near], weights=weights)
    return np.asarray(np.hypot(x - middle_x, y - middle_y) < _NEAR)

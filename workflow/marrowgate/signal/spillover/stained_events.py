"""Which events of a single stain are stained, and which events are its background.

The bright events show in which scatter region the stained particles lie. Background is measured in the same region: on
the unstained sample when that sample holds the same kind of particle, else on the unstained part of the same sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.errors import NotEstimableError
from marrowgate.fcs.model import Channel, FcsFile
from marrowgate.signal.scatter_region import Points, ScatterRegion, densest_region

Events = NDArray[np.float64]

REGION_SHARE = 0.75
"""Share of the bright events that the scatter region holds."""
FEWEST_USABLE = 20
"""With fewer stained or background events nothing is computed."""
BELOW_TOP = 0.99
"""Events above this share of a channel's range are cut off by the converter and are left out."""
_SAME_KIND = 0.5
_START_QUANTILE, _STAINED_QUANTILE = 0.995, 0.99


class StainError(NotEstimableError):
    """A single stain that cannot be used; the message says why."""


@dataclass(frozen=True, eq=False)
class StainSample:
    """A sample that is stained with one fluorochrome.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    detector : str
        The fluorochrome's own detector, `$PnN`.
    file : FcsFile
        With events.
    """

    sample_id: str
    detector: str
    file: FcsFile


@dataclass(frozen=True, eq=False)
class StainedEvents:
    """The events of a single stain that its row of the matrix rests on.

    Parameters
    ----------
    stained, background : ndarray of float64, shape (n, k)
        Values of the stained and of the background events in the detectors of the matrix, channel units.
    source : str
        ``unstained``: background from the unstained sample; ``own_negatives``: from the dim events of the same sample.
    """

    stained: Events
    background: Events
    source: str


def stained_events(stain: StainSample, unstained: FcsFile | None, detectors: Sequence[str]) -> StainedEvents:
    """Pick the stained events of a sample, the brighter half of them, and the background that belongs to them.

    Parameters
    ----------
    stain : StainSample
        The sample.
    unstained : FcsFile or None
        The same cells without any stain.
    detectors : sequence of str, length k
        Channels of the matrix, `$PnN`.

    Raises
    ------
    StainError
        The file is rejected, lacks a detector, or has too few events that could be stained.
    """
    own = list(detectors).index(stain.detector)
    values, scatter = _usable(stain.file, detectors)
    blank, blank_scatter = (None, None) if unstained is None else _usable(unstained, detectors)
    start = _dim_limit(values[:, own]) if blank is None else float(np.quantile(blank[:, own], _START_QUANTILE))
    bright = values[:, own] > start
    if np.count_nonzero(bright) < FEWEST_USABLE:
        msg = f"{np.count_nonzero(bright)} events are brighter than the background in {stain.detector}"
        raise StainError(msg)
    region = None if scatter is None else densest_region(scatter[bright], REGION_SHARE)
    held = _held(region, scatter, values.shape[0])
    values = values[held]
    if blank is not None:
        blank_held = _held(region, blank_scatter, blank.shape[0])
        if np.mean(blank_held) >= _SAME_KIND * np.mean(held):
            return _split(values, blank[blank_held], own, "unstained")
    return _split(values, values[values[:, own] <= _dim_limit(values[:, own])], own, "own_negatives")


def scatter_channels(channels: Sequence[Channel]) -> tuple[Channel, ...]:
    """Return forward and side scatter, area before height; empty when the file lacks one of them."""
    by_scatter = {channel.scatter: channel for channel in channels if channel.scatter}
    for pulse in ("A", "H"):
        names = f"FSC-{pulse}", f"SSC-{pulse}"
        if all(name in by_scatter for name in names):
            return tuple(by_scatter[name] for name in names)
    return ()


def _split(values: Events, background: Events, own: int, source: str) -> StainedEvents:
    """Take as stained what is brighter than nearly all of the background, and of it the brighter half."""
    if background.shape[0] < FEWEST_USABLE:
        msg = f"{background.shape[0]} events could serve as background"
        raise StainError(msg)
    stained = values[values[:, own] > np.quantile(background[:, own], _STAINED_QUANTILE)]
    if stained.shape[0] < 2 * FEWEST_USABLE:
        msg = f"{stained.shape[0]} events are brighter than the background"
        raise StainError(msg)
    return StainedEvents(stained[stained[:, own] >= np.median(stained[:, own])], background, source)


def _usable(file: FcsFile, detectors: Sequence[str]) -> tuple[Events, Points | None]:
    """Return detector values and scatter of the events that are below the top of every channel that is used."""
    by_name = {channel.name: channel for channel in file.channels}
    missing = [name for name in detectors if name not in by_name]
    if file.events is None or missing:
        msg = f"the file has no channel {', '.join(missing)}" if missing else "the file is rejected"
        raise StainError(msg)
    used = [by_name[name] for name in detectors]
    scatter = scatter_channels(file.channels)
    below = np.ones(file.n_events, dtype=np.bool_)
    for channel in (*used, *scatter):
        if channel.range > 0:
            below &= file.events[:, channel.index] < BELOW_TOP * channel.range
    kept = file.events[below]
    points = kept[:, [channel.index for channel in scatter]] if scatter else None
    return kept[:, [channel.index for channel in used]].astype(np.float64), points


def _held(region: ScatterRegion | None, scatter: Points | None, n: int) -> NDArray[np.bool_]:
    return np.ones(n, dtype=np.bool_) if region is None or scatter is None else region.inside(scatter)


def _dim_limit(values: Events) -> float:
    """Return the value between the dim and the bright events of a sample, on a scale of asinh.

    Source: Otsu 1979, IEEE Trans Syst Man Cybern 9:62.
    """
    noise = max(-float(np.quantile(values, 0.01)), float(np.quantile(np.abs(values), 0.1)))
    unit = max(noise, float(np.finfo(np.float32).tiny))
    counts, edges = np.histogram(np.arcsinh(values / unit), bins=200)
    middles = (edges[:-1] + edges[1:]) / 2
    below = (np.cumsum(counts) / counts.sum())[:-1]
    sums = np.cumsum(counts * middles) / counts.sum()
    inner = (below > 0) & (below < 1)
    if not inner.any():
        return float(values.max())
    between = (sums[-1] * below[inner] - sums[:-1][inner]) ** 2 / (below[inner] * (1 - below[inner]))
    return float(unit * np.sinh(edges[1:-1][inner][int(np.argmax(between))]))

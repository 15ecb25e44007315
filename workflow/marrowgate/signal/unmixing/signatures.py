"""Signatures of fluorochromes from single stains, of the cells from the unstained sample, and the detectors' noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.channels import pulse_and_detector
from marrowgate.fcs.model import FcsFile
from marrowgate.signal.spillover.slopes import spillover_slopes
from marrowgate.signal.spillover.stained_events import StainedEvents, StainError, StainSample, stained_events
from marrowgate.signal.unmixing.unmix import Array, DetectorNoise, Signatures, unmix

MOST_AUTOFLUORESCENCE = 3
_ABOVE_NOISE = 3.0
_TOP = 0.99
_BINS = 12
_FEWEST = 200
_STEPS = 30
_ALTERNATIONS = 5
_SMALLEST_GROUP = 0.05
_MOST_EVENTS = 1000


@dataclass(frozen=True, eq=False)
class SpectralStain:
    """A single stain: the channel of its fluorochrome in the panel, and the raw file with events."""

    channel: str
    sample_id: str
    file: FcsFile


def detectors_of(file: FcsFile) -> tuple[str, ...]:
    """Return the raw detectors of a spectral file: areas of fluorescence that are not unmixed, in file order."""
    raw = [channel for channel in file.channels if channel.role == "fluorescence" and not channel.compensated]
    areas = [channel.name for channel in raw if pulse_and_detector(channel.name)[0] == "A"]
    return tuple(areas or [channel.name for channel in raw])


def find_signatures(stains: Sequence[SpectralStain], unstained: FcsFile) -> tuple[Signatures, DetectorNoise]:
    """Find the signatures of the fluorochromes and of the cells, and the noise of the detectors.

    Parameters
    ----------
    stains : sequence of SpectralStain
        One for each fluorochrome.
    unstained : FcsFile
        The same cells without any stain, with events.

    Returns
    -------
    tuple of (Signatures, DetectorNoise)

    Raises
    ------
    StainError
        A stain cannot be used; the message names it.
    """
    detectors = detectors_of(unstained)
    blank = _usable(unstained, detectors)
    picked = [_stained(stain, unstained, detectors) for stain in stains]
    dyes = [_row(events) for events in picked]
    own = autofluorescence(blank, np.array(dyes))
    dyes = [_refined(row, events[0], np.array(own)) for row, events in zip(dyes, picked, strict=True)]
    names = (*(stain.channel for stain in stains), *(f"AF{number}" for number in range(1, len(own) + 1)))
    matrix = np.array([*dyes, *own])
    signatures = Signatures(names, detectors, matrix, len(dyes))
    samples = [blank, *(_usable(stain.file, detectors) for stain in stains)]
    return signatures, noise_of(np.vstack([_thinned(sample) for sample in samples]), signatures)


def autofluorescence(blank: Array, dyes: Array) -> list[Array]:
    """Find the signatures of unstained cells: as many as they show, three at most.

    The spectra of bright enough events are divided into groups by their direction (spherical k-means, Dhillon and
    Modha 2001, Mach Learn 42:143). A further group is kept while it takes a tenth off what the groups leave
    unexplained, holds a twentieth of the events, and has a signature that differs from the others.

    Parameters
    ----------
    blank : ndarray, shape (n, d)
        Unstained events.
    dyes : ndarray, shape (m, d)
        Signatures of the fluorochromes: a group that looks like one of them is none of the cells'.
    """
    level = np.linalg.norm(blank, axis=1)
    bright = blank[level >= np.median(level)]
    spectra = bright / np.linalg.norm(bright, axis=1)[:, None]
    groups = [_spherical_means(spectra, k) for k in range(1, MOST_AUTOFLUORESCENCE + 1)]
    left = [float(np.sum(1 - (spectra @ means.T).max(axis=1) ** 2)) for means in groups]
    chosen = groups[0]
    noise = left[-1]
    for before, means, rest in zip(left, groups[1:], left[1:], strict=False):
        apart = np.triu(means @ means.T, 1).max() < _alike(spectra, means)
        share = np.bincount((spectra @ means.T).argmax(axis=1), minlength=len(means)).min() / len(spectra)
        if not apart or share < _SMALLEST_GROUP or before - rest < 0.1 * max(before, noise):
            break
        chosen = means
    directions = dyes / np.linalg.norm(dyes, axis=1)[:, None]
    kept = [row for row in chosen if (directions @ row).max(initial=0.0) < 0.999]
    return [np.maximum(row, 0.0) / row.max() for row in kept or [chosen[0]]]


def _alike(spectra: Array, means: Array) -> float:
    """Return the likeness above which two groups are one: what events have in common with the mean of their own."""
    return float(np.median((spectra @ means.T).max(axis=1)))


def _spherical_means(spectra: Array, k: int) -> Array:
    start = spectra.mean(axis=0)
    means = [start / np.linalg.norm(start)]
    while len(means) < k:  # the next group begins at the events that the others explain least
        least = np.argsort((spectra @ np.array(means).T).max(axis=1))[: max(1, len(spectra) // 50)]
        added = spectra[least].mean(axis=0)
        means.append(added / np.linalg.norm(added))
    centres = np.array(means)
    for _ in range(_STEPS):
        group = (spectra @ centres.T).argmax(axis=1)
        sums = np.array([spectra[group == index].sum(axis=0) for index in range(k)])
        norms = np.linalg.norm(sums, axis=1)
        centres = np.where(norms[:, None] > 0, sums / np.maximum(norms, 1e-300)[:, None], centres)
    return centres


def noise_of(events: Array, signatures: Signatures) -> DetectorNoise:
    """Find the variance of every detector from what the signatures leave unexplained.

    Parameters
    ----------
    events : ndarray, shape (n, d)
        Unstained and single stained events.
    signatures : Signatures
        Of the components.
    """
    matrix = signatures.matrix
    hat = np.linalg.pinv(matrix) @ matrix  # fitted = observed @ hat
    fitted = unmix(events, signatures, None) @ matrix
    for _ in range(2):
        square = (events - fitted) ** 2
        gain, floor = np.empty(matrix.shape[1]), np.empty(matrix.shape[1])
        for index in range(matrix.shape[1]):
            gain[index], floor[index] = _line(fitted[:, index], square[:, index] / max(1 - hat[index, index], 0.1))
        noise = DetectorNoise(gain, floor)
        fitted = unmix(events, signatures, noise) @ matrix
    return noise


def _line(signal: Array, square: Array) -> tuple[float, float]:
    """Return slope and intercept of the variance over the signal, from medians in steps of the signal."""
    order = np.argsort(signal)
    steps = [part for part in np.array_split(order, _BINS) if part.size]
    x = np.array([signal[part].mean() for part in steps])
    # the median of the square of a normal variable is 0.455 of its mean
    y = np.array([np.median(square[part]) / 0.4549 for part in steps])
    lowest = max(float(y[y > 0].min(initial=np.inf)), 1e-12) if (y > 0).any() else 1.0
    weights = 1.0 / np.maximum(y, lowest)
    centre_x, centre_y = np.average(x, weights=weights**2), np.average(y, weights=weights**2)
    spread = float(np.sum(weights**2 * (x - centre_x) ** 2))
    slope = float(np.sum(weights**2 * (x - centre_x) * (y - centre_y))) / spread if spread > 0 else 0.0
    slope = max(slope, 0.0)
    return slope, max(float(centre_y - slope * centre_x), 0.1 * lowest)


def _stained(stain: SpectralStain, unstained: FcsFile, detectors: tuple[str, ...]) -> tuple[StainedEvents, int]:
    values, blank = _usable(stain.file, detectors), _usable(unstained, detectors)
    lift = np.quantile(values, 0.98, axis=0) - np.quantile(blank, 0.98, axis=0)
    own = int(np.argmax(lift))
    try:
        return stained_events(StainSample(stain.sample_id, detectors[own], stain.file), unstained, detectors), own
    except StainError as error:
        msg = f"{stain.sample_id} ({stain.channel}): {error}"
        raise StainError(msg) from None


def _row(picked: tuple[StainedEvents, int]) -> Array:
    row = spillover_slopes(*picked)
    return np.asarray(row / row.max(), dtype=np.float64)


def _refined(row: Array, picked: StainedEvents, own: Array) -> Array:
    """Return a signature freed of what the cells' own fluorescence adds to it.

    Alternating least squares: how much of the fluorochrome and of the cells' own each event has, then the signature
    that fits best with these (de Leeuw, Young and Takane 1976, Psychometrika 41:471). Any share of the cells' own could
    stand in the signature as well; it is that with which stained and unstained cells have the same of it on average.
    """
    for _ in range(_ALTERNATIONS):
        matrix = np.vstack([row, own])
        components = tuple(str(index) for index in range(len(matrix)))
        fitted = Signatures(components, tuple(str(index) for index in range(row.size)), matrix, 1)
        stained, blank = unmix(picked.stained, fitted, None), unmix(picked.background, fitted, None)
        weights = 1.0 / np.maximum(stained @ matrix, 1.0)
        amount = stained[:, :1]
        rest = picked.stained - stained[:, 1:] @ own
        row = np.sum(weights * amount * rest, axis=0) / np.sum(weights * amount**2, axis=0)
        more = _trimmed(stained[:, 1:]) - _trimmed(blank[:, 1:])
        row = row + more @ own / _trimmed(stained[:, :1])
        row = row / row.max()
    return row


def _trimmed(values: Array) -> Array:
    """Return the mean of each column without its lowest and highest tenth."""
    tenth = len(values) // 10
    return np.asarray(np.sort(values, axis=0)[tenth : len(values) - tenth].mean(axis=0), dtype=np.float64)


def _usable(file: FcsFile, detectors: Sequence[str]) -> Array:
    """Return the detectors' values of the events that are below the top of each."""
    by_name = {channel.name: channel for channel in file.channels}
    missing = [name for name in detectors if name not in by_name]
    if file.events is None or missing:
        msg = f"the file has no detector {', '.join(missing[:5])}" if missing else "the file is rejected"
        raise StainError(msg)
    used = [by_name[name] for name in detectors]
    below = np.ones(file.n_events, dtype=np.bool_)
    for channel in used:
        if channel.range > 0:
            below &= file.events[:, channel.index] < _TOP * channel.range
    values: NDArray[np.float64] = file.events[below][:, [channel.index for channel in used]].astype(np.float64)
    if len(values) < _FEWEST:
        msg = f"{len(values)} events are below the top of every detector, {_FEWEST} are needed"
        raise StainError(msg)
    return values


def _thinned(events: Array) -> Array:
    return events[:: max(1, len(events) // _MOST_EVENTS)]

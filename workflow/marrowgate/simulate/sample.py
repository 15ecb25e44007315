"""One sample: cells are drawn, some pass in pairs, the instrument sees them, and what is true of each event is kept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.settings.panel import Panel
from marrowgate.simulate.cells import Cells, Recipe, draw_cells, draw_kinds
from marrowgate.simulate.optics.instrument import FloatArray, Optics, detect
from marrowgate.simulate.optics.scatter import Pulse, digitised, join_pulses, single_pulse
from marrowgate.simulate.optics.timing import STEADY, Anomalies, event_times, signal_factor
from marrowgate.simulate.parameters import TUBE

NO_PARTNER = np.int8(-1)


@dataclass(frozen=True, eq=False)
class EventTruth:
    """What is true of each event; every array has shape (n,).

    Parameters
    ----------
    kind : ndarray of int8
        Index into `marrowgate.simulate.cells.KINDS`; of a doublet the first cell.
    partner : ndarray of int8
        Kind of a doublet's second cell, -1 for singlets.
    is_dead, is_apoptotic, is_coated, is_sticky : ndarray of bool
        True when it is so of any of the event's cells.
    is_carry_over : ndarray of bool
        The event comes from the sample before.
    """

    kind: NDArray[np.int8]
    partner: NDArray[np.int8]
    is_dead: NDArray[np.bool_]
    is_apoptotic: NDArray[np.bool_]
    is_coated: NDArray[np.bool_]
    is_sticky: NDArray[np.bool_]
    is_carry_over: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Tube:
    """A measured sample.

    Parameters
    ----------
    events : ndarray of float32, shape (n_channels, n_events)
        Values on the instrument's linear scale, in the panel's order of channels.
    truth : EventTruth
        What is true of each event.
    """

    events: FloatArray
    truth: EventTruth


def measure_tube(
    rng: np.random.Generator,
    panel: Panel,
    optics: Optics,
    recipe: Recipe,
    n_events: int,
    anomalies: Anomalies = STEADY,
    before: Recipe | None = None,
) -> Tube:
    """Simulate one sample.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of all randomness.
    panel : Panel
        The channels to report, scatter and time among them.
    optics : Optics
        The instrument, set up for the panel.
    recipe : Recipe
        What is in the sample.
    n_events : int
        Events to record.
    anomalies : Anomalies
        What goes wrong.
    before : Recipe, optional
        The sample before, for carry-over.

    Returns
    -------
    Sample
        Events in the order in which they pass.
    """
    times = event_times(rng, n_events, TUBE["event_rate"].value, anomalies)
    kind = draw_kinds(rng, recipe.rates, n_events)
    is_carry_over = np.zeros(n_events, dtype=bool)
    if before is not None and anomalies.carry_over:
        is_carry_over = _carry_over(rng, n_events, anomalies.carry_over)
        kind[is_carry_over] = draw_kinds(rng, before.rates, int(is_carry_over.sum()))
    is_doublet = rng.random(n_events, dtype=np.float32) < np.float32(recipe.doublets)
    second = draw_kinds(rng, recipe.rates, int(is_doublet.sum()))
    cells = draw_cells(rng, optics, recipe, np.concatenate([kind, second]))
    fsc, ssc = _pulses(rng, cells, is_doublet)
    signal, glow, truth = _events(cells, kind, second, is_doublet, is_carry_over)
    detected = detect(rng, optics, signal, glow, signal_factor(times, anomalies))
    columns = {"FSC": digitised(fsc, "FSC", optics.instrument), "SSC": digitised(ssc, "SSC", optics.instrument)}
    return Tube(_arrange(panel, detected, columns, times), truth)


def _carry_over(rng: np.random.Generator, n: int, share: float) -> NDArray[np.bool_]:
    """Choose the events that come from the sample before: nine tenths of them in the first tenth of the run."""
    chance = np.full(n, share / 9)
    chance[: n // 10] = min(9 * share, 1.0)
    return rng.random(n) < chance


def _pulses(rng: np.random.Generator, cells: Cells, is_doublet: NDArray[np.bool_]) -> tuple[Pulse, Pulse]:
    """Return the scatter pulses of all events; both detectors see the same overlap of a pair."""
    n, pairs = is_doublet.size, np.flatnonzero(is_doublet)
    overlap = rng.beta(1.5, 3.5, size=pairs.size).astype(np.float32)
    joined = []
    for area in (cells.fsc, cells.ssc):
        every = single_pulse(rng, area)
        pulse = Pulse(every.area[:n], every.height[:n], every.width[:n])
        first = Pulse(pulse.area[pairs], pulse.height[pairs], pulse.width[pairs])
        both = join_pulses(first, Pulse(every.area[n:], every.height[n:], every.width[n:]), overlap)
        pulse.area[pairs], pulse.height[pairs], pulse.width[pairs] = both.area, both.height, both.width
        joined.append(pulse)
    return joined[0], joined[1]


def _events(
    cells: Cells,
    kind: NDArray[np.int8],
    second: NDArray[np.int8],
    is_doublet: NDArray[np.bool_],
    is_carry_over: NDArray[np.bool_],
) -> tuple[FloatArray, FloatArray, EventTruth]:
    """Add the second cells of pairs to the first."""
    n, pairs = kind.size, np.flatnonzero(is_doublet)
    signal, glow = cells.signal[:, :n], cells.autofluorescence[:n]
    for row in range(len(signal)):
        signal[row, pairs] += cells.signal[row, n:]
    glow[pairs] += cells.autofluorescence[n:]
    partner = np.full(n, NO_PARTNER)
    partner[pairs] = second
    flags = []
    for flag in (cells.is_dead, cells.is_apoptotic, cells.is_coated, cells.is_sticky):
        joined = flag[:n].copy()
        joined[pairs] |= flag[n:]
        flags.append(joined)
    is_dead, is_apoptotic, is_coated, is_sticky = flags
    return signal, glow, EventTruth(kind, partner, is_dead, is_apoptotic, is_coated, is_sticky, is_carry_over)


def _arrange(panel: Panel, detected: FloatArray, scatter: dict[str, Pulse], times: FloatArray) -> FloatArray:
    """Put the columns in the panel's order."""
    events = np.empty((len(panel.channels), times.size), dtype=np.float32)
    stained = iter(detected)
    parts = {"A": "area", "H": "height", "W": "width"}
    for row, entry in enumerate(panel.channels):
        if entry.scatter:
            detector, part = entry.scatter.split("-")
            events[row] = getattr(scatter[detector], parts[part])
        elif entry.marker:
            events[row] = next(stained)
        elif entry.role == "time":
            events[row] = times
        else:
            events[row] = 0
    return events

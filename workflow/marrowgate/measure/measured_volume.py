"""The suspension that an instrument measured: `$VOL`, whose unit has to be found out.

FCS 3.1 says nanolitres; SpectroFlo writes microlitres, and a count would be a thousandfold too high. The unit is that
in which the sample was drawn at a speed that cytometers have; without a clock the instrument's habit tells, and what is
still open is held against the tube and against the other platforms that counted the sample.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from marrowgate.fcs.model import FcsFile
from marrowgate.frozen import Frozen
from marrowgate.signal.stability.acquisition_time import acquisition_time
from marrowgate.signal.stability.unstable_stretches import Stretch

if TYPE_CHECKING:
    from marrowgate.settings.sheets import Sample

MOST_PER_UL = 1e5
"""No cytometer takes a suspension of more events per uL: a volume that says so is in another unit."""
SLOWEST, FASTEST = 0.02, 25.0
"""Speeds at which cytometers draw a sample, uL per s: from imaging ones to those with acoustic focusing."""
_UNITS = {"nanolitres": 1e-3, "microlitres": 1.0, "millilitres": 1e3}
_OTHER_UNIT = math.sqrt(1000)
"""A count this many fold from those of other platforms is nearer to one in the next unit."""
_IN_MICROLITRES = frozenset({"aurora", "northern"})
_IN_NANOLITRES = frozenset({"accuri", "c6", "macsquant"})
_SHORTEST = 1.0  # s; clocks are whole seconds


class Volume(Frozen):
    """What `$VOL` may mean.

    Parameters
    ----------
    readings_ul : tuple of float
        Suspension that passed while the run was stable, uL: one value for each unit that it may be in.
    reason : str
        Why there is none; empty where the file says nothing.
    """

    readings_ul: tuple[float, ...] = ()
    reason: str = ""


def measured_volume(file: FcsFile, stretches: Sequence[Stretch]) -> Volume:
    """Return the suspension that passed while the run was stable.

    Of a run with unstable stretches only the share of time outside them counts.

    References
    ----------
    Spidlen et al. 2010, Cytometry A 77:97, `$VOL` of data file standard FCS 3.1.
    """
    stated = file.facts.get("$VOL")
    if stated is None:
        return Volume()
    value, seconds = float(stated), _durations(file)
    units = _units(value, seconds, file.cytometer)
    if not units:
        times = " or ".join(f"{duration:.4g} s" for duration in seconds)
        return Volume(
            (), f"$VOL says {value:g} in {times}: no cytometer draws so slowly or so fast; no volumetric count"
        )
    share = _stable_share(file, stretches)
    if share is None:
        return Volume((), "the run has unstable stretches and no time to tell how long they last; no volumetric count")
    return Volume(tuple(value * _UNITS[unit] * share for unit in units))


def usable_volume(
    volume: Volume, n_events: int, sample: "Sample", n_cd45: int | None, cd45_per_ul: Sequence[float]
) -> tuple[float | None, str]:
    """Return the volume that a count may rest on, uL, or None and the reason why there is none.

    Parameters
    ----------
    volume : Volume
        What the file says.
    n_events : int
        Events of the file.
    sample : Sample
        Row of the sheet: what was in the tube.
    n_cd45 : int or None
        CD45+ events.
    cd45_per_ul : sequence of float
        CD45+ cells per uL of blood by other platforms.
    """
    if sample.tube_volume_ul is None or not volume.readings_ul:
        return None, volume.reason if sample.tube_volume_ul is not None else ""
    faults = {reading: _fault(reading, n_events, sample, n_cd45, cd45_per_ul) for reading in volume.readings_ul}
    left = [reading for reading, fault in faults.items() if not fault]
    if len(left) == 1:
        return left[0], ""
    if left:
        values = " or ".join(f"{reading:g}" for reading in left)
        return None, f"$VOL may mean {values} uL, and nothing tells which: no volumetric count"
    return None, faults[volume.readings_ul[0]]


def _fault(reading: float, n_events: int, sample: "Sample", n_cd45: int | None, cd45_per_ul: Sequence[float]) -> str:
    if sample.tube_volume_ul is not None and reading > sample.tube_volume_ul:
        return f"$VOL says {reading:g} uL, the tube held {sample.tube_volume_ul:g} uL: no volumetric count"
    if reading <= 0 or n_events / reading > MOST_PER_UL:
        return f"$VOL says {reading:g} uL for {n_events} events, it is in another unit: no volumetric count"
    if n_cd45 and cd45_per_ul and sample.tube_volume_ul and sample.sample_volume_ul:
        own = n_cd45 / reading * sample.tube_volume_ul / sample.sample_volume_ul * (sample.dilution or 1.0)
        fold = max(max(own / other, other / own) for other in cd45_per_ul)
        if fold > _OTHER_UNIT:
            return f"$VOL gives a count {fold:.0f} fold from that of another platform, it is in another unit"
    return ""


def _units(value: float, seconds: Sequence[float], cytometer: str) -> list[str]:
    """Return the units in which a volume can be: those in which every clock gives a speed that cytometers have."""
    drawn = {
        unit: [SLOWEST <= value * in_ul / duration <= FASTEST for duration in seconds] for unit, in_ul in _UNITS.items()
    }
    if seconds:
        agreed = [unit for unit, fits in drawn.items() if all(fits)]
        return agreed or [unit for unit, fits in drawn.items() if any(fits)]
    words = {word.casefold() for word in cytometer.split()}
    if words & _IN_MICROLITRES:
        return ["microlitres"]
    return ["nanolitres"] if words & _IN_NANOLITRES else ["nanolitres", "microlitres"]


def _durations(file: FcsFile) -> list[float]:
    """Return how long the run took, s, by the time of the events and by the clock."""
    times, step = acquisition_time(file), file.facts.get("$TIMESTEP")
    by_events = float(times.max() - times.min()) * float(step) if times is not None and step else 0.0
    by_clock = float(file.facts.get("acquisition_s", 0.0))
    return [duration for duration in (by_events, by_clock) if duration >= _SHORTEST]


def _stable_share(file: FcsFile, stretches: Sequence[Stretch]) -> float | None:
    if not stretches:
        return 1.0
    times = acquisition_time(file)
    if times is None:
        return None
    first, last = float(times.min()), float(times.max())
    lost = sum(max(min(stretch.end, last) - max(stretch.start, first), 0.0) for stretch in stretches)
    return 1.0 - lost / (last - first)

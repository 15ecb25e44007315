"""Absolute counts in blood: by beads in the tube, by the measured volume, or with the analyser's white cell count."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from marrowgate.measure.record import GateCv
from marrowgate.settings.config import Measure
from marrowgate.settings.sheets import Sample
from marrowgate.stats.intervals import binomial_interval, poisson_interval, ratio_interval, widened

CountMethod = Literal["beads", "volumetric", "dual_platform", "none"]

NO_GATE_ERROR = GateCv(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class AbsoluteCount:
    """Cells per microlitre of blood with its 95 % interval; all None when `method` is none."""

    method: CountMethod
    cells_per_ul: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Counted:
    """Events of one population.

    Parameters
    ----------
    n_events : int
        Events.
    in_cd45 : bool
        The population lies inside the CD45+ events.
    gate_cv : GateCv
        Uncertainty from the boundaries; zeros where it is not known.
    """

    n_events: int
    in_cd45: bool
    gate_cv: GateCv = NO_GATE_ERROR


@dataclass(frozen=True)
class CountingSample:
    """What the counts of one sample are made with.

    Parameters
    ----------
    sample : Sample
        Row of the sheet.
    n_cd45, n_beads : int or None
        Events of `cd45_pos` and of `bead_singlets`; None where those have no gate.
    viability : float or None
        Living share of the leucocytes; None where the sample has no viability gate and the CD45+ events hold dead ones.
    volume_ul : float or None
        Suspension that was measured; None when the file does not say, or when it cannot be right.
    """

    sample: Sample
    n_cd45: int | None = None
    n_beads: int | None = None
    viability: float | None = None
    volume_ul: float | None = None


def absolute_counts(counted: Counted, counting: CountingSample, settings: Measure) -> dict[CountMethod, AbsoluteCount]:
    """Count a population in blood in every way that the sample allows, the preferred one first.

    Single platform with beads (Keeney et al. 1998, Cytometry 34:61): n / beads x beads in the tube / volume of blood x
    dilution. Volumetric: n / measured volume x volume of the tube / volume of blood x dilution. Dual platform
    (Sutherland et al. 1996, J Hematother 5:213): WBC x 100 / (100 + nrbc_per_100_wbc) x viability x n / CD45+ events,
    since the analyser counts dead cells, too, where the CD45+ events are living ones alone.

    Parameters
    ----------
    counted : Counted
        The population.
    counting : CountingSample
        Its sample.
    settings : Measure
        Coefficients of variation of pipetting, bead lot and analyser.

    Returns
    -------
    dict of str to AbsoluteCount
        By method. Each interval is the exact one of the counts, widened by the errors of the bench and the gates.
    """
    made = (
        _by_beads(counted, counting, settings),
        _by_volume(counted, counting, settings),
        _by_analyser(counted, counting, settings),
    )
    return {count.method: count for count in made if count is not None}


def platform_difference_pct(counts: Mapping[CountMethod, AbsoluteCount]) -> float | None:
    """Return the difference of the highest from the lowest of several counts, per cent of the lowest.

    Returns
    -------
    float or None
        None with fewer than two counts above zero.
    """
    values = [count.cells_per_ul for count in counts.values() if count.cells_per_ul]
    return 100.0 * (max(values) / min(values) - 1.0) if len(values) > 1 else None


def _by_beads(counted: Counted, counting: CountingSample, settings: Measure) -> AbsoluteCount | None:
    sample = counting.sample
    beads, steps = sample.beads_per_tube, 1
    if beads is None and sample.beads_per_ul and sample.bead_volume_ul:
        beads, steps = sample.beads_per_ul * sample.bead_volume_ul, 2
    if not (counting.n_beads and beads and sample.sample_volume_ul):
        return None
    factor = beads / sample.sample_volume_ul * (sample.dilution or 1.0)
    bench = math.hypot(math.sqrt(steps) * settings.pipetting_cv_pct, settings.bead_lot_cv_pct) / 100
    interval = ratio_interval(counted.n_events, counting.n_beads)
    return _scaled("beads", counted.n_events / counting.n_beads, interval, factor, bench, counted.gate_cv.count)


def _by_volume(counted: Counted, counting: CountingSample, settings: Measure) -> AbsoluteCount | None:
    sample = counting.sample
    if not (counting.volume_ul and sample.tube_volume_ul and sample.sample_volume_ul):
        return None
    factor = sample.tube_volume_ul / sample.sample_volume_ul * (sample.dilution or 1.0) / counting.volume_ul
    # the blood is one step, what it is filled up with the other
    bench = math.sqrt(2) * settings.pipetting_cv_pct / 100
    interval = poisson_interval(counted.n_events)
    return _scaled("volumetric", float(counted.n_events), interval, factor, bench, counted.gate_cv.count)


def _by_analyser(counted: Counted, counting: CountingSample, settings: Measure) -> AbsoluteCount | None:
    sample = counting.sample
    n_cd45 = counting.n_cd45
    if not (n_cd45 and sample.wbc_per_ul):
        return None
    viability = 1.0 if counting.viability is None else counting.viability
    factor = sample.wbc_per_ul * 100.0 / (100.0 + (sample.nrbc_per_100_wbc or 0.0)) * viability
    limits = binomial_interval if counted.in_cd45 else ratio_interval
    interval = limits(counted.n_events, n_cd45)
    bench = settings.analyser_cv_pct / 100
    return _scaled("dual_platform", counted.n_events / n_cd45, interval, factor, bench, counted.gate_cv.of_cd45)


def _scaled(
    method: CountMethod, value: float, interval: tuple[float, float], factor: float, bench_cv: float, gate_cv: float
) -> AbsoluteCount:
    low, high = widened(value, *interval, math.hypot(bench_cv, gate_cv))
    return AbsoluteCount(method, value * factor, low * factor, high * factor)

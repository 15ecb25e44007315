"""Absolute counts in blood: by beads in the tube, or with the analyser's white cell count."""

from dataclasses import dataclass
from typing import Literal

from marrowgate.measure.intervals import ratio_interval, widened
from marrowgate.settings.sheets import Sample

CountMethod = Literal["beads", "dual_platform", "none"]


@dataclass(frozen=True)
class AbsoluteCount:
    """Cells per microlitre with its 95 % interval; all None when `method` is none."""

    method: CountMethod
    cells_per_ul: float | None = None
    low: float | None = None
    high: float | None = None


def absolute_count(
    sample: Sample, n_events: int, n_cd45: int | None, n_beads: int | None, pipetting_cv: float, analyser_cv: float
) -> AbsoluteCount:
    """Count a population in blood.

    Beads, when the tube holds them and the sheet gives their number and the blood's volume:
    n_events / n_beads x beads_per_tube / sample_volume_ul x dilution (single platform; Keeney 1998, Cytometry 34:61).
    Else the analyser: corrected WBC x n_events / n_cd45 (dual platform; Sutherland 1996, J Hematother 5:213), where
    the WBC is corrected for nucleated red cells by 100 / (100 + nrbc_per_100_wbc).

    Parameters
    ----------
    sample : Sample
        Row of the sheet.
    n_events, n_cd45, n_beads : int
        Events of the population, of `cd45_pos` and of `bead_singlets`; None where those have no gate.
    pipetting_cv, analyser_cv : float
        Coefficients of variation as proportions; they widen the interval.

    Returns
    -------
    AbsoluteCount
        The exact interval of the ratio of two counts, widened.
    """
    if n_beads and sample.beads_per_tube and sample.sample_volume_ul:
        factor = sample.beads_per_tube / sample.sample_volume_ul * (sample.dilution or 1.0)
        return _scaled("beads", n_events, n_beads, factor, pipetting_cv)
    if n_cd45 and sample.wbc_per_ul:
        factor = sample.wbc_per_ul * 100.0 / (100.0 + (sample.nrbc_per_100_wbc or 0.0))
        return _scaled("dual_platform", n_events, n_cd45, factor, analyser_cv)
    return AbsoluteCount("none")


def _scaled(method: CountMethod, count: int, reference: int, factor: float, cv: float) -> AbsoluteCount:
    estimate = count / reference
    low, high = widened(estimate, *ratio_interval(count, reference), cv)
    return AbsoluteCount(method, estimate * factor, low * factor, high * factor)

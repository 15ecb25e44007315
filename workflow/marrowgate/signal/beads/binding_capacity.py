"""Antibody binding capacity (ABC): molecules on the stained cells less molecules on the control."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.signal.beads.molecule_line import Calibration, Values

NEAR_CONTROL = 2.0
"""Below this multiple of the control's molecules a difference of two medians is too high by 8 to 20 %."""


@dataclass(frozen=True)
class BindingCapacity:
    """The binding capacity of a population.

    Parameters
    ----------
    value, low, high : float
        Molecules per cell, with a 95 % interval from events and calibration line together.
    status : str
        ``ok``, ``near_control``, ``below_range`` or ``above_range``.
    reason : str
        Empty when ok.
    """

    value: float
    low: float
    high: float
    status: Literal["ok", "near_control", "below_range", "above_range"]
    reason: str


def binding_capacity(
    line: Calibration,
    stained: float,
    control: float,
    stained_draws: Values,
    control_draws: Values,
    generator: np.random.Generator,
) -> BindingCapacity:
    """Return the binding capacity of a population.

    The difference is taken in molecules, not in signal. For the interval every pair of drawn medians is read off a line
    that is drawn too: level and slope around their estimates, as Student's t with the degrees of freedom of the
    regression. Both medians of a pair are read off the same line, as they are when they are measured.

    Parameters
    ----------
    line : Calibration
        The line of the marker's channel in the batch.
    stained, control : float
        Medians of the same population in the stained sample and in its control, compensated channel units.
    stained_draws, control_draws : ndarray of float64, shape (n,)
        Bootstrap draws of these medians.
    generator : numpy.random.Generator
        For the draws of the line.

    Returns
    -------
    BindingCapacity
        Percentile interval.

    References
    ----------
    Efron and Tibshirani 1993, An Introduction to the Bootstrap, 13; Draper and Smith 1998, Applied Regression Analysis,
    3.1 (level and slope of a line are independent at the mean of x).
    """
    own, background = (float(line.molecules(np.array([value]))[0]) for value in (stained, control))
    level = line.residual_sd / np.sqrt(line.n_peaks) * generator.standard_t(line.n_free, stained_draws.size)
    slope = line.residual_sd / np.sqrt(line.sum_squares) * generator.standard_t(line.n_free, stained_draws.size)
    draws = _drawn(line, stained_draws, level, slope) - _drawn(line, control_draws, level, slope)
    low, high = (float(limit) for limit in np.quantile(draws, [0.025, 0.975]))
    value = own - background
    if stained < line.low:
        reason = f"the signal {stained:.4g} is below the range of the beads, {line.low:.4g} to {line.high:.4g}"
        return BindingCapacity(value, low, high, "below_range", reason)
    if stained > line.high:
        reason = f"the signal {stained:.4g} is above the range of the beads, {line.low:.4g} to {line.high:.4g}"
        return BindingCapacity(value, low, high, "above_range", reason)
    if value < NEAR_CONTROL * background:
        reason = f"{value:.4g} molecules are less than {NEAR_CONTROL:g} times the control's {background:.4g}"
        return BindingCapacity(value, low, high, "near_control", reason)
    return BindingCapacity(value, low, high, "ok", "")


def _drawn(line: Calibration, signal: Values, level: Values, slope: Values) -> NDArray[np.float64]:
    positive = signal > 0
    logs = np.log10(np.where(positive, signal, 1.0)) - line.mean_log
    centre = line.intercept + line.slope * line.mean_log
    return np.where(positive, 10.0 ** (centre + level + (line.slope + slope) * logs), 0.0)

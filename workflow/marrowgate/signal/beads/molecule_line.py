"""From bead peaks to molecules: a line through the logarithms of signal and molecules.

``log10(molecules + bead) = slope log10(signal) + intercept``. `bead` is what the bead shines by itself, in molecules:
it is fitted when the lot has a blank bead (0 molecules) and is 0 otherwise. Cells have no bead: their molecules are
``10^intercept signal^slope``.

Sources: BD Quantibrite PE (log-log regression of PE molecules on signal); Castillo-Hair et al. 2016, ACS Synth Biol
5:774 (FlowCal: the bead's own fluorescence); Schwartz et al. 2004, Cytometry B 57:1 (MESF).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.signal.beads.lots import FEWEST_LEVELS, Level

Values = NDArray[np.float64]

NEAR_TOP = 0.9
"""A kind of bead whose median is above this share of the top of the channel is cut off or pressed together there."""
_GRID = 400


class FitError(ValueError):
    """Peaks that no line can be put through; the message says why."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """The line of one channel.

    Parameters
    ----------
    slope, intercept : float
        Of log10(molecules) on log10(signal).
    bead : float
        What a bead shines by itself, in molecules; 0 when the lot has no blank.
    r_squared : float
        Share of the variance of log10(molecules + bead) that the line explains.
    residual_sd : float
        Standard deviation of the residuals, log10.
    n_peaks, n_free : int
        Peaks that were used, and those less the parameters of the line.
    mean_log, sum_squares : float
        Mean of log10(signal) over the peaks and the sum of its squared deviations.
    low, high : float
        Signal of the dimmest and the brightest used peak that is not blank: the range of use.
    unit : str
        What the lot's values count, as its sheet says; empty when unknown.
    """

    slope: float
    intercept: float
    bead: float
    r_squared: float
    residual_sd: float
    n_peaks: int
    n_free: int
    mean_log: float
    sum_squares: float
    low: float
    high: float
    unit: str = ""

    def molecules(self, signal: NDArray[np.floating]) -> Values:
        """Return the molecules for signals of cells, compensated channel units; 0 where a signal is not above 0."""
        x = np.asarray(signal, dtype=np.float64)
        logs = np.log10(np.where(x > 0, x, 1.0))
        return np.where(x > 0, 10.0 ** (self.intercept + self.slope * logs), 0.0)

    def beads(self, signal: NDArray[np.floating]) -> Values:
        """Return the molecules on beads: those of `molecules` without the bead's own shine."""
        return self.molecules(signal) - self.bead


def usable_peaks(medians: Sequence[float], levels: Sequence[Level], top: float) -> NDArray[np.bool_]:
    """Tell which peaks can be used: those with a value in the table, a signal above 0, and not near the top.

    Parameters
    ----------
    medians : sequence of float
        Median signal of each kind of bead, from dim to bright.
    levels : sequence of float or None
        Molecules of each kind.
    top : float
        Top of the channel, channel units.
    """
    return np.array(
        [level is not None and 0 < median < NEAR_TOP * top for median, level in zip(medians, levels, strict=True)],
        dtype=np.bool_,
    )


def fit_line(signal: Values, molecules: Values, *, with_bead: bool) -> Calibration:
    """Fit the line.

    Parameters
    ----------
    signal : ndarray of float64, shape (n,)
        Medians of the peaks, above 0, channel units.
    molecules : ndarray of float64, shape (n,)
        Their values.
    with_bead : bool
        Whether to fit what the bead shines by itself, which needs a lot with a blank bead.

    Raises
    ------
    FitError
        Fewer than three peaks that carry molecules, or no more peaks than the line has parameters.
    """
    carrying = molecules > 0
    parameters = 3 if with_bead else 2
    if np.count_nonzero(carrying) < FEWEST_LEVELS or signal.size <= parameters:
        msg = f"{np.count_nonzero(carrying)} peaks that carry molecules can be used, {FEWEST_LEVELS} are needed"
        raise FitError(msg)
    x = np.log10(signal)
    bead = _bead(x, molecules) if with_bead else 0.0
    y = np.log10(molecules + bead)
    slope, intercept = _line(x, y)
    residuals = y - slope * x - intercept
    free = signal.size - parameters
    total = float(np.sum((y - y.mean()) ** 2))
    return Calibration(
        slope,
        intercept,
        bead,
        1.0 - float(np.sum(residuals**2)) / total,
        math.sqrt(float(np.sum(residuals**2)) / free),
        signal.size,
        free,
        float(x.mean()),
        float(np.sum((x - x.mean()) ** 2)),
        float(signal[carrying].min()),
        float(signal[carrying].max()),
    )


def left_out(signal: Values, molecules: Values, *, with_bead: bool) -> Values:
    """Return for each peak the value that the line through the others predicts; NaN where they are too few."""
    predicted = np.full(signal.size, np.nan)
    for bead in range(signal.size):
        others = np.arange(signal.size) != bead
        try:
            line = fit_line(signal[others], molecules[others], with_bead=with_bead)
        except FitError:
            continue
        predicted[bead] = line.beads(signal[bead : bead + 1])[0]
    return predicted


def _line(x: Values, y: Values) -> tuple[float, float]:
    slope = float(np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2))
    return slope, float(y.mean() - slope * x.mean())


def _bead(x: Values, molecules: Values) -> float:
    """Return the bead's own shine that makes the residuals least: a search on a logarithmic grid that is made finer."""
    low, high = math.log10(molecules[molecules > 0].min()) - 2, math.log10(molecules.max())
    for _ in range(3):
        grid = np.linspace(low, high, _GRID)
        best = int(np.argmin([_squares(x, np.log10(molecules + 10.0**step)) for step in grid]))
        low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, _GRID - 1)])
    return float(10.0 ** grid[best])


def _squares(x: Values, y: Values) -> float:
    slope, intercept = _line(x, y)
    return float(np.sum((y - slope * x - intercept) ** 2))

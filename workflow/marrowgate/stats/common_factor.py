"""What several readings of one sample have in common: a factor that moves all of them, and how sharply it is seen.

The readings (natural logarithms) of a sample differ from those of others by a shift that they share, and by what each
has of its own. The best unbiased mean of them weighs by the inverse of their covariance between samples: generalised
least squares (Aitken 1935). Few samples know a covariance badly, so it is shrunk half-way to its diagonal (as Ledoit
and Wolf 2004; Schaefer and Strimmer 2005), and no weight is negative. How far one more sample would lie away is
measured on samples that had no say in the weights: each patient is left out in turn (Stone 1974).
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.stats.robust import robust_sd

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

SHRINKAGE = 0.5
"""Share of the way from the covariance to its diagonal."""
FLOOR_SD = 0.02
"""Of its own every reading varies at least by this."""
MIN_FREEDOM = 2
"""Degrees of freedom, below which a spread is unknown."""
_SPREADS = 4.0


@dataclass(frozen=True)
class Units:
    """Which samples belong together: those of one patient in one batch are one unit, and count as one.

    Parameters
    ----------
    of : ndarray of intp, shape (n_samples,)
        Unit of each sample.
    batch, patient : ndarray of intp, shape (n_units,)
        Of each unit.
    """

    of: Ints
    batch: Ints
    patient: Ints

    @classmethod
    def make(cls, batches: Sequence[Hashable], patients: Sequence[Hashable]) -> "Units":
        """Group samples by their batch and patient."""
        pairs = list(zip(batches, patients, strict=True))
        units = list(dict.fromkeys(pairs))
        numbers = (_numbers(own) for own in zip(*units, strict=True))
        return cls(_numbers(pairs), *numbers)

    def kept(self, samples: Bools) -> "Units":
        """Return the units of some of the samples."""
        units, of = np.unique(self.of[samples], return_inverse=True)
        return Units(of, self.batch[units], self.patient[units])

    @property
    def share(self) -> Floats:
        """What each sample counts: those of a unit count 1 together."""
        return np.asarray(1.0 / np.bincount(self.of)[self.of])

    @property
    def freedom_within(self) -> int:
        """Units without one for each batch, whose middle is taken from them."""
        return self.batch.size - np.unique(self.batch).size

    @property
    def freedom(self) -> int:
        """Degrees of freedom of a spread inside the batches; a patient who is in several batches is known once."""
        return min(self.freedom_within, np.unique(self.patient).size - 1)

    def middles(self, values: Floats) -> Floats:
        """Return the mean over the units of each batch, shape (n_batches, p), of values of shape (n_samples, p)."""
        of_batch = self.batch[self.of]
        names, at = np.unique(of_batch, return_inverse=True)
        total = np.zeros((names.size, values.shape[1]))
        np.add.at(total, at, values * self.share[:, None])
        return np.asarray(total / np.bincount(at, self.share)[:, None])

    def away(self, values: Floats) -> Floats:
        """Return values less the middle of their batch."""
        _, at = np.unique(self.batch[self.of], return_inverse=True)
        return np.asarray(values - self.middles(values)[at])


def _numbers(names: Sequence[Hashable]) -> Ints:
    """Return the number of each name, by the order in which they come first."""
    at = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([at[name] for name in names], dtype=np.intp)


@dataclass(frozen=True)
class CommonFactor:
    """How to read the shift that several readings share.

    Parameters
    ----------
    weights : ndarray of float64, shape (p,)
        Of each reading; none is negative, together 1.
    middles : ndarray of float64, shape (p,)
        Where the readings usually lie: the median over batches of the mean over their units.
    sd : float
        Standard deviation of the weighted mean between the units of a batch.
    own_sds : ndarray of float64, shape (p,)
        Standard deviation of each reading less the weighted mean.
    n_patients, freedom : int
        Patients that it rests on, and degrees of freedom.
    """

    weights: Floats
    middles: Floats
    sd: float
    own_sds: Floats
    n_patients: int
    freedom: int


def common_factor(values: Floats, units: Units, least: float) -> CommonFactor | None:
    """Find the weights of several readings, and how much their weighted mean varies between patients.

    Parameters
    ----------
    values : ndarray of float64, shape (n_samples, p)
        Readings, as natural logarithms; none is missing.
    units : Units
        Which samples belong together.
    least : float
        A unit that lies no further than this from the middle of its batch is never left out.

    Returns
    -------
    CommonFactor or None
        None where fewer than `MIN_FREEDOM` degrees of freedom are there.
    """
    if units.freedom < MIN_FREEDOM:
        return None
    usual = _usual(values @ _weights(values, units), units, least)
    values, units = values[usual], units.kept(usual)
    if units.freedom < MIN_FREEDOM:
        return None
    weights = _weights(values, units)
    batches = units.middles(values)
    middles = np.median(batches, axis=0)
    # the median of a mean is not the mean of medians
    middles = middles + (np.median(batches @ weights) - middles @ weights)
    sds = _left_out(values, units) if weights.size > 1 else np.array([_spread(values[:, 0], units), 0.0])
    n_patients = np.unique(units.patient).size
    return CommonFactor(weights, middles, float(sds[0]), sds[1:], n_patients, units.freedom)


def _usual(mean: Floats, units: Units, least: float) -> Bools:
    """Return the samples of units that do not lie far from the middle of their batch."""
    own = np.bincount(units.of, mean * units.share)
    away = np.zeros(own.size)
    for batch in np.unique(units.batch):
        inside = units.batch == batch
        away[inside] = own[inside] - np.median(own[inside])
    return np.asarray((np.abs(away) <= max(_SPREADS * robust_sd(away), least))[units.of])


def _weights(values: Floats, units: Units) -> Floats:
    away = units.away(values) * np.sqrt(units.share)[:, None]
    covariance = away.T @ away / max(units.freedom_within, 1)
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.diag(np.diag(covariance))
    return best_weights(shrunk + FLOOR_SD**2 * np.eye(len(shrunk)))


def best_weights(covariance: Floats) -> Floats:
    """Return the weights, none negative and together 1, whose mean varies least; see Aitken 1935.

    A reading that would get a negative weight is left out, the most negative first.

    Parameters
    ----------
    covariance : ndarray of float64, shape (p, p)
        Of the readings; positive definite.
    """
    on = np.arange(len(covariance))
    while True:
        own = np.linalg.solve(covariance[np.ix_(on, on)], np.ones(on.size))
        if own.min() >= 0 or on.size == 1:
            weights = np.zeros(len(covariance))
            weights[on] = own / own.sum()
            return weights
        on = np.delete(on, int(np.argmin(own)))


def _spread(values: Floats, units: Units) -> float:
    """Return the standard deviation of one reading between the units of a batch."""
    squares = units.away(values[:, None])[:, 0] ** 2 * units.share
    # the middle of a batch of one unit is that unit's own
    shared = np.bincount(units.batch)[units.batch[units.of]] > 1
    return math.sqrt(float(np.sum(squares[shared])) / units.freedom_within)


def _left_out(values: Floats, units: Units) -> Floats:
    """Return the standard deviation of the weighted mean, and of each reading less it, by leaving out each patient."""
    total, n_units = np.zeros(values.shape[1] + 1), 0
    for patient in np.unique(units.patient):
        out = units.patient[units.of] == patient
        others = units.kept(~out)
        weights = _weights(values[~out], others)
        middles = dict(zip(np.unique(units.batch[units.of[~out]]).tolist(), others.middles(values[~out]), strict=True))
        for unit in np.flatnonzero(units.patient == patient):
            batch = units.batch[unit]
            if batch not in middles:
                continue
            away = values[units.of == unit] - middles[batch]
            mean = away @ weights
            # the middle of the others varies, too
            n_others = int(np.sum((units.batch == batch) & (units.patient != patient)))
            squares = np.mean(np.column_stack([mean, away - mean[:, None]]) ** 2, axis=0)
            total += squares / (1 + 1 / n_others)
            n_units += 1
    return np.asarray(np.sqrt(total / n_units)) if n_units else np.full(values.shape[1] + 1, math.nan)

"""How far one more sample may lie from those that were seen, where few were."""

import math

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen


class UsualSpread(Frozen):
    """What is known of a standard deviation before any sample was seen.

    Parameters
    ----------
    sd : float
        Its size.
    freedom : float
        Degrees of freedom that it counts for.
    """

    sd: float
    freedom: float


def prediction_limit(
    sds: NDArray[np.float64], n_samples: int, freedom: int, usual: UsualSpread, error: float
) -> NDArray[np.float64]:
    """Return half the prediction interval of one more value, whose standard deviation is drawn to the usual one.

    Variances are weighted by their degrees of freedom (moderated t, Smyth 2004), so that a spread of three or five
    samples that happens to be small, or was chosen because it is small, does not make every other sample an outlier.

    Parameters
    ----------
    sds : ndarray of float64, shape (n,)
        Standard deviations that were seen.
    n_samples, freedom : int
        Samples that they were seen in, and their degrees of freedom.
    usual : UsualSpread
        What was known before.
    error : float
        Share of new values beyond the limit, on both sides together.
    """
    together = usual.freedom + freedom
    moderated = np.sqrt((usual.freedom * usual.sd**2 + freedom * sds**2) / together)
    return np.asarray(t_quantile(1 - error / 2, together) * math.sqrt(1 + 1 / n_samples) * moderated)


def t_quantile(share: float, freedom: float) -> float:
    """Return a quantile of Student's t by its expansion around the normal one (Abramowitz and Stegun 26.7.5).

    It is used where scipy would cost more than the step itself. From six degrees of freedom on it is right to 1 % up to
    a share of 0.9999.
    """
    from statistics import NormalDist

    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))

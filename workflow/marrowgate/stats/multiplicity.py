"""P-values adjusted for the number of contrasts."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Adjust p-values so that the chance of any false finding is held (Holm 1979, Scand J Stat 6:65)."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values)
    steps = np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Adjust p-values so that the expected share of false findings is held (Benjamini and Hochberg 1995).

    J R Stat Soc B 57:289; computed by `scipy.stats.false_discovery_control`.

    Raises
    ------
    ValueError
        A p-value is missing or outside 0 to 1.
    """
    from scipy.stats import false_discovery_control

    values = np.asarray(p, dtype=np.float64)
    return np.asarray(false_discovery_control(values, method="bh"), dtype=np.float64) if values.size else values

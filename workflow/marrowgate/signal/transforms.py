"""Transforms of one channel, as Gating-ML 2.0 defines them, and FlowJo's biexponential: the top of the scale becomes 1.

Sources: Gating-ML 2.0 specification, sections 6.1 to 6.5; logicle (Parks et al. 2006, Cytometry A 69:541; Moore and
Parks 2012, Cytometry A 81:273) and hyperlog (Bagwell 2005, Cytometry A 64:34) are computed by FlowUtils.
"""

import math
from typing import Literal

import numpy as np
from flowutils import transforms as flowutils_transforms
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.settings.strategies.scale_rules import scale_fault
from marrowgate.signal.biexponential import CHANNELS, biexponential_table

Kind = Literal["linear", "asinh", "log", "logicle", "hyperlog", "biexponential"]
Values = NDArray[np.float64]

_LN10 = math.log(10.0)
_LARGEST = float(np.finfo(np.float64).max)


class NotFiniteError(ValueError):
    """Values that are NaN or infinite, which no scale has a place for."""


class Transform(Frozen):
    """A scale and its parameters.

    Parameters
    ----------
    kind : str
        linear, asinh, log, logicle, hyperlog or biexponential.
    t : float
        Top of the linear scale, channel units; it becomes 1.
    m : float
        Decades of the logarithmic part (not for linear); FlowJo's positive decades.
    w : float
        Decades of the linear part (logicle and hyperlog); FlowJo's width basis, -1 or less (biexponential).
    a : float
        Decades of negative values; for linear, the channel units below 0 that become 0; FlowJo's extra negative
        decades.

    Raises
    ------
    ValueError
        The parameters make no scale; the message says which and why.
    """

    kind: Kind
    t: float
    m: float = 4.5
    w: float = 0.5
    a: float = 0.0

    def __post_init__(self) -> None:
        wrong = scale_fault(self.kind, self.t, self.m, self.w, self.a)
        if wrong:
            msg = f"{self.kind} scale: {wrong}"
            raise ValueError(msg)

    def forward(self, values: NDArray[np.floating]) -> Values:
        """Bring linear values to the scale; float64 of the same shape.

        `log` of values that are not positive is minus infinity, as the specification leaves it undefined. The
        biexponential ends at 0 and 1, as FlowJo's does.

        Raises
        ------
        NotFiniteError
            A value is NaN or infinite.
        """
        x = np.asarray(values, dtype=np.float64)
        self._refuse_not_finite(x)
        if self.kind == "linear":
            return (x + self.a) / (self.t + self.a)
        if self.kind == "asinh":
            return (np.arcsinh(x * (math.sinh(self.m * _LN10) / self.t)) + self.a * _LN10) / ((self.m + self.a) * _LN10)
        if self.kind == "log":
            with np.errstate(divide="ignore", invalid="ignore"):
                scaled = np.log10(x / self.t) / self.m + 1.0
            return np.where(x > 0, scaled, -np.inf)
        if self.kind == "biexponential":
            table = biexponential_table(self.t, self.m, self.a, self.w)
            return np.asarray(np.interp(x, table, np.arange(table.size)) / CHANNELS)
        return self._by_flowutils(x, inverse=False)

    def inverse(self, scaled: NDArray[np.floating]) -> Values:
        """Bring values of the scale back to linear channel units; float64 of the same shape.

        Raises
        ------
        NotFiniteError
            A value is NaN or infinite.
        """
        y = np.asarray(scaled, dtype=np.float64)
        self._refuse_not_finite(y)
        if self.kind == "linear":
            return y * (self.t + self.a) - self.a
        if self.kind == "asinh":
            return np.sinh(y * (self.m + self.a) * _LN10 - self.a * _LN10) * (self.t / math.sinh(self.m * _LN10))
        if self.kind == "log":
            return self.t * 10.0 ** (self.m * (y - 1.0))
        if self.kind == "biexponential":
            table = biexponential_table(self.t, self.m, self.a, self.w)
            return np.asarray(np.interp(y * CHANNELS, np.arange(table.size), table))
        return self._by_flowutils(y, inverse=True)

    def linear_bound(self, bound: float) -> float:
        """Return the linear value from which on values lie at or above a boundary of the scale, channel units.

        The biexponential puts everything beyond its ends on the end: every value is at or above 0, none is above 1.
        """
        if self.kind == "biexponential" and not 0.0 < bound <= 1.0:
            return -_LARGEST if bound <= 0.0 else _LARGEST
        return float(self.inverse(np.array([bound]))[0])

    def _refuse_not_finite(self, values: Values) -> None:
        finite = np.isfinite(values)
        if not finite.all():
            msg = f"{self.kind} scale: {values.size - np.count_nonzero(finite)} of {values.size} values are not finite"
            raise NotFiniteError(msg)

    def _by_flowutils(self, values: Values, *, inverse: bool) -> Values:
        name = f"{self.kind}_inverse" if inverse else self.kind
        column = np.ascontiguousarray(values.reshape(-1, 1))
        function = getattr(flowutils_transforms, name)
        return np.asarray(function(column, [0], t=self.t, m=self.m, w=self.w, a=self.a)).reshape(values.shape)


def asinh_with_cofactor(cofactor: float, m: float = 4.0) -> Transform:
    """Return asinh(x / cofactor), rescaled so that it has `m` decades, as used for mass cytometry.

    Source: Gating-ML 2.0, 6.3: the cofactor is T / sinh(M ln 10).
    """
    return Transform("asinh", t=cofactor * math.sinh(m * _LN10), m=m)

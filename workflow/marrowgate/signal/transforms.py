"""Transforms of one channel, as Gating-ML 2.0 defines them: the top of the scale becomes 1.

Sources: Gating-ML 2.0 specification, sections 6.1 to 6.5; logicle and hyperlog are computed by FlowUtils.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from flowutils import transforms as flowutils_transforms
from numpy.typing import NDArray

Kind = Literal["linear", "asinh", "log", "logicle", "hyperlog"]
Values = NDArray[np.float64]

_LN10 = math.log(10.0)


@dataclass(frozen=True)
class Transform:
    """A scale and its parameters.

    Parameters
    ----------
    kind : str
        linear, asinh, log, logicle or hyperlog.
    t : float
        Top of the linear scale, channel units; it becomes 1.
    m : float
        Decades of the logarithmic part (not for linear).
    w : float
        Decades of the linear part (logicle and hyperlog).
    a : float
        Decades of negative values; for linear, the channel units below 0 that become 0.
    """

    kind: Kind
    t: float
    m: float = 4.5
    w: float = 0.5
    a: float = 0.0

    def forward(self, values: NDArray[np.floating]) -> Values:
        """Bring linear values to the scale; float64 of the same shape.

        `log` of values that are not positive is minus infinity, as the specification leaves it undefined.
        """
        x = np.asarray(values, dtype=np.float64)
        if self.kind == "linear":
            return (x + self.a) / (self.t + self.a)
        if self.kind == "asinh":
            return (np.arcsinh(x * (math.sinh(self.m * _LN10) / self.t)) + self.a * _LN10) / ((self.m + self.a) * _LN10)
        if self.kind == "log":
            with np.errstate(divide="ignore", invalid="ignore"):
                scaled = np.log10(x / self.t) / self.m + 1.0
            return np.where(x > 0, scaled, -np.inf)
        return self._by_flowutils(x, inverse=False)

    def inverse(self, scaled: NDArray[np.floating]) -> Values:
        """Bring values of the scale back to linear channel units; float64 of the same shape."""
        y = np.asarray(scaled, dtype=np.float64)
        if self.kind == "linear":
            return y * (self.t + self.a) - self.a
        if self.kind == "asinh":
            return np.sinh(y * (self.m + self.a) * _LN10 - self.a * _LN10) * (self.t / math.sinh(self.m * _LN10))
        if self.kind == "log":
            return self.t * 10.0 ** (self.m * (y - 1.0))
        return self._by_flowutils(y, inverse=True)

    def _by_flowutils(self, values: Values, *, inverse: bool) -> Values:
        name = f"{self.kind}_inverse" if inverse else self.kind
        column = np.ascontiguousarray(values.reshape(-1, 1))
        function = getattr(flowutils_transforms, name)
        return np.asarray(function(column, [0], t=self.t, m=self.m, w=self.w, a=self.a)).reshape(values.shape)


def asinh_with_cofactor(cofactor: float, m: float = 4.0) -> Transform:
    """Give asinh(x / cofactor), rescaled so that it has `m` decades, as used for mass cytometry.

    Source: Gating-ML 2.0, 6.3: the cofactor is T / sinh(M ln 10).
    """
    return Transform("asinh", t=cofactor * math.sinh(m * _LN10), m=m)

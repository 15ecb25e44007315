"""What the parameters of a scale may be, by the conditions of Gating-ML 2.0 and of FlowJo."""

import math

LEAST_WIDTH_BASIS = -1.0
"""FlowJo's width basis is -1 or less: its logarithm is the width of the linear part."""


def scale_fault(kind: str, t: float, m: float, w: float, a: float) -> str:
    """Say why parameters make no scale; empty when they do.

    Parameters
    ----------
    kind : str
        linear, asinh, log, logicle, hyperlog or biexponential.
    t, m, w, a : float
        As in `marrowgate.signal.transforms.Transform`.

    References
    ----------
    Gating-ML 2.0 specification, sections 6.1 to 6.5.
    """
    if not all(math.isfinite(value) for value in (t, m, w, a)):
        return "a parameter is not finite"
    if t <= 0:
        return f"the top t must be above 0, it is {t:g}"
    if kind != "linear" and m <= 0:
        return f"the decades m must be above 0, they are {m:g}"
    if kind == "biexponential":
        return "" if w <= LEAST_WIDTH_BASIS else f"the width basis w must be -1 or less, it is {w:g}"
    if kind in {"logicle", "hyperlog"}:
        if not 0 <= w <= m / 2:
            return f"the linear decades w must be between 0 and m / 2 = {m / 2:g}, they are {w:g}"
        if not -w <= a <= m - 2 * w:
            return f"the negative decades a must be between -w and m - 2 w, they are {a:g}"
        return "" if kind == "logicle" or w > 0 else "the linear decades w must be above 0"
    return "" if a >= 0 else f"a must not be negative, it is {a:g}"

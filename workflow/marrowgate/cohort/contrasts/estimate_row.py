"""An estimate as a row of `tables/contrasts.tsv`."""

import math
from typing import Any

from marrowgate.cohort.contrasts.estimands import estimand_of
from marrowgate.stats.normal import Z_95
from marrowgate.stats.two_arms import ALPHA, Estimate

Row = dict[str, Any]
PLAUSIBLE_SPAN = math.log2(1000.0)
"""Width of an interval, log2: one that spans more than 1,000-fold says nothing."""
Z_80 = 0.8416212335729143
NUMBERS = ("estimate", "ci_low", "ci_high", "p_value")


def estimate_row(endpoint: str, contrast: str, method: str, estimate: Estimate, counts: tuple[int, int]) -> Row:
    """Return the row of an estimated difference of log2 values.

    One without a p-value and an interval, and one whose interval spans more than is plausible, is `not_estimable` and
    says why. Beside a result above 5 % stands the difference that would be found with a power of 80 %.
    """
    row: Row = {
        "endpoint": endpoint,
        "contrast": contrast,
        "method": method,
        "estimand": estimand_of(method),
        "estimate": estimate.value,
        "scale": "log2 fold",
        "ci_low": estimate.low,
        "ci_high": estimate.high,
        "p_value": estimate.p,
        "n_arm_1": counts[0],
        "n_arm_2": counts[1],
        "reason": estimate.note,
    }
    width = estimate.high - estimate.low
    if math.isnan(estimate.p) and math.isnan(estimate.low):
        row["status"] = "not_estimable"
    elif width > PLAUSIBLE_SPAN:
        reason = f"the interval spans {_fold(width)}-fold, more than is plausible: no estimate"
        row |= dict.fromkeys(NUMBERS) | {"status": "not_estimable"}
        row["reason"] = "; ".join(part for part in (reason, estimate.note) if part)
    elif estimate.p >= ALPHA:
        row["detectable"] = detectable(width)
    return row


def _fold(width: float) -> str:
    """Return a width on the log2 scale as a fold, in words: no float holds one above 1,024."""
    return f"{2.0**width:.2g}" if width < 1000 else f"1e+{math.log10(2.0) * width:.0f}"


def detectable(width: float) -> float:
    """Return the difference that is found at 5 % with a power of 80 %, from the width of a 95 % interval."""
    return width / 2 * (1 + Z_80 / Z_95)

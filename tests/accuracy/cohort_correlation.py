"""What a change score costs in power: correlation of baseline and window. Run as the other cohort modules.

PYTHONPATH=tests python -m accuracy.cohort_correlation
"""

import argparse
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from accuracy.cohort_model import draw_cohort, write_figures
from marrowgate.cohort.contrasts import changes

SCENARIO, MEASURE = "weak", "immature_per_100_cd45"
LEVEL = 0.05


def within_arms(values: NDArray[np.float64], in_first: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return values less the mean of their arm, shape (n,)."""
    centred = values.astype(np.float64)
    for arm in (in_first, ~in_first):
        centred[arm] -= centred[arm].mean()
    return centred


def correlation_and_price(pairs: changes.Pairs) -> tuple[float, float]:
    """Return the correlation of baseline and window within arms, and the variance ratio of change and adjusted value.

    The adjusted value is the window less its regression on the baseline within arms (analysis of covariance).
    """
    before, after = (within_arms(values, pairs.in_first) for values in (pairs.baseline, pairs.value))
    correlation = float(before @ after / math.sqrt((before @ before) * (after @ after)))
    adjusted = after - before * float(before @ after / (before @ before))
    # one more parameter is spent on the slope
    n = after.size
    change = float(np.sum((after - before) ** 2)) / (n - 2)
    return correlation, change / (float(adjusted @ adjusted) / (n - 3))


def power_at(power: float, ratio: float) -> float:
    """Return the power of a two-sided test whose estimate has `ratio` times the variance of one with a known power."""
    limit = float(norm.ppf(1 - LEVEL / 2))
    return float(norm.cdf((limit + float(norm.ppf(power))) / math.sqrt(ratio) - limit))


def correlation_rows(cohorts: int) -> list[dict[str, Any]]:
    """Return the figures over cohorts with the seeds 1 to `cohorts`."""
    found, hits = [], 0
    for seed in range(1, cohorts + 1):
        study = draw_cohort(SCENARIO, seed).study
        pairs = changes.make_pairs(study.courses[MEASURE], study.arms, "window_mean")
        found.append(correlation_and_price(pairs))
        hits += changes.ancova(pairs).p < LEVEL
    detail = f"{MEASURE}, {cohorts} cohorts of {SCENARIO}, log2"
    correlations, ratios = np.array(found).T
    ratio, power = float(np.median(ratios)), hits / cohorts
    rows = [
        _row("correlation of baseline and window within arms, median", float(np.median(correlations)), "1", detail),
        _row("variance of a change over that of an adjusted value, median", ratio, "1", detail),
        _row("power of the analysis of covariance", 100 * power, "%", detail),
    ]
    if hits:
        expected = 100 * power_at(power, ratio)
        rows.append(_row("power that the change score then has", expected, "%", f"{detail}; normal approximation"))
    return rows


def _row(name: str, value: float, unit: str, detail: str) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "detail": detail}


def main() -> None:
    """Write results/accuracy/cohort_correlation.tsv."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("results/accuracy"))
    args = parser.parse_args()
    write_figures(args.out / "cohort_correlation.tsv", correlation_rows(args.cohorts))


if __name__ == "__main__":
    main()

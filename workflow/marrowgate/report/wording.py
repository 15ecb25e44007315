"""Values and words of the tables as the page shows them."""

import math
import re
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
METHODS = {
    "change_score": "difference of mean changes",
    "ancova": "analysis of covariance on baseline",
    "permutation": "permutation of patients",
    "hodges_lehmann": "median of all differences",
    "mixed_model_change": "mixed model of the change",
    "mixed_model_covariate": "mixed model, baseline as covariate",
    "parametric_bootstrap": "parametric bootstrap of the mixed model",
    "negative_binomial": "counts, negative binomial",
    "change_score_adjusted": "difference of mean changes, adjusted",
    "ancova_adjusted": "analysis of covariance, adjusted",
    "perturbation": "values moved within their uncertainty",
    "perturbation_gates": "gates moved within their uncertainty",
    "level_difference": "difference of levels, no baseline",
    "fisher_exact": "Fisher's exact test",
    "fisher_mid_p": "Fisher's test, mid-p",
    "newcombe": "risk difference, Newcombe",
    "miettinen_nurminen": "risk difference, Miettinen and Nurminen",
    "clopper_pearson": "proportion, exact interval",
    "none": "none",
}
STATUSES = {
    "ok": "estimated",
    "flagged": "estimated, with caution",
    "disagree": "methods disagree",
    "refused": "refused",
    "not_converged": "model did not converge",
    "not_estimable": "no estimate",
    "stable": "conclusion is stable",
    "unstable": "conclusion is not stable",
}


ENDPOINTS = (
    (r"_peak_matched_log2_change$", ", change at the peak of equally many visits"),
    (r"_last_log2_change$", ", change at the last visit on therapy"),
    (r"_off_log2_change$", ", change after stopping"),
    (r"_log2_change$", ", mean change in the window"),
    (r"_window_mean$", ", mean in the window"),
    (r"_responder$", ", responders"),
    (r"_per_100_cd45", " per 100 CD45+ cells"),
    (r"_per_ul", " per uL"),
    (r"_per_ml", " per mL"),
    (r"_ratio_fi", ", ratio to its control"),
    (r"_median_fi", ", median fluorescence"),
    (r"_abc", ", antibodies bound per cell"),
    (r"^cd34_hspc", "CD34+ progenitors"),
)


def number(value: Any) -> str:
    """Show a value of a table: numbers with three significant digits, missing ones as a dash."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return "infinite" if math.isinf(value) else f"{value:.3g}"
    return str(value)


def words(name: str | None) -> str:
    """Show a name of a table with spaces, so that long ones can be broken into lines."""
    return (name or "").replace("_", " ")


def endpoint_words(endpoint: str) -> str:
    """Say in words what an endpoint of the contrasts measures."""
    for pattern, wanted in ENDPOINTS:
        endpoint = re.sub(pattern, wanted, endpoint)
    return words(endpoint)


def method_words(method: str) -> str:
    """Name a method of the contrasts in words."""
    return METHODS.get(method, words(method))


def status_words(status: str) -> str:
    """Say a status of the contrasts in words."""
    return STATUSES.get(status, words(status))


def effect(row: Row) -> str:
    """Show the estimate of a contrast with its interval, in the unit that its scale is read in.

    Parameters
    ----------
    row : mapping
        A row of the table of contrasts. Differences of log2 values are shown as ratios, risk differences in points.

    Returns
    -------
    str
        A dash where there is no estimate; without brackets where there is no interval.
    """
    if row["estimate"] is None:
        return "-"
    scale = row["scale"]
    value, low, high = (_in_its_unit(row[name], scale) for name in ("estimate", "ci_low", "ci_high"))
    units = {"log2 fold": "-fold", "risk_difference": " points", "proportion": " %"}
    told = f"{'odds ratio ' if scale == 'odds_ratio' else ''}{value}{units.get(scale, '')}"
    return told if low == high == "-" else f"{told} ({low} to {high})"


def _in_its_unit(value: float | None, scale: str) -> str:
    if value is None:
        return "-"
    if scale == "log2 fold":
        return number(2.0**value)
    return number(100 * value if scale in {"risk_difference", "proportion"} else value)


def patients(row: Row) -> str:
    """Show the patients of both arms of a contrast."""
    both = (row["n_triplet"], row["n_doublet"])
    return "-" if None in both else f"{both[0]} + {both[1]}"

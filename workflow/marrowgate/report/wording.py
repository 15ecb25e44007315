"""Values and words of the tables as the page shows them."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from marrowgate.endpoint_names import read_endpoint

Row = Mapping[str, Any]
METHODS = {
    "conditional_binomial": "counts as counts, conditional binomial",
    "tipping_point": "shift of missing visits that would change the conclusion",
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
    "conditional_binomial_one_arm": "counts as counts, change of one arm",
    "paired_change": "mean change of one arm, paired t-test",
    "none": "none",
}
STATUSES = {
    "ok": "estimated",
    "flagged": "estimated, with caution",
    "disagree": "methods disagree",
    "refused": "refused",
    "not_converged": "model did not converge",
    "not_estimable": "no estimate",
    "described": "described",
    "stable": "conclusion is stable",
    "unstable": "conclusion is not stable",
}
SMALLEST_P = 0.001
THOUSAND = 999.5
"""From here on three significant digits would need an exponent."""
SUMMARIES = {
    "peak_matched_log2_change": ", change at the peak of equally many visits",
    "last_log2_change": ", change at the last visit on therapy",
    "off_log2_change": ", change after stopping",
    "log2_change": ", mean change in the window",
    "window_mean": ", mean in the window",
    "responder": ", responders",
}
MEASURES = (
    (r"_pct_of_parent$", ", share of its parent"),
    (r"_per_100_cd45", " per 100 CD45+ cells"),
    (r"_per_ul", " per \N{MICRO SIGN}L"),
    (r"_per_ml", " per mL"),
    (r"_ratio_fi", ", ratio to its control"),
    (r"_median_fi", ", median fluorescence"),
    (r"_abc", ", molecules per cell less control"),
    (r"^cd34_hspc", "CD34+ progenitors"),
    (r"^immature(?=[_ ,]|$)", "immature cells"),
    (r"^cd(\d+[a-z]?)_pos(?=[_, ]|$)", r"CD\1+"),
)
GATE_STATUSES = {
    "ok": "found in the sample, or in all samples of the batch together",
    "fixed": "where the strategy puts it, or its fallback because nothing was found",
    "overridden": "set by a person",
    "borrowed": "the sample has no boundary of its own and takes that of its batch",
    "shifted": "the sample's own boundary was too far from its batch and was pulled in to the limit",
    "doubtful": "found, but its own evidence speaks against it: look at the gate before using the number",
    "too_few_events": "too few events to find a boundary, and the batch has none to lend: no numbers",
    "no_valley": "the valley that was looked for is not there: no numbers",
    "failed": "the method found no gate: no numbers",
    "not_gated": "a marker is absent, a parent has no gate, or the file is rejected: no numbers",
}
CHECKS = (
    (r"cv_pct_(.*)", r"counting CV of \1, %"),
    (r"compensated_channels_pct", "stained channels that a matrix compensates, %"),
    (r"margin_pct_fluorescence", "events at the top of a fluorescence channel, %"),
    (r"margin_pct_(.*)", r"events at the top of \1, %"),
    (r"doublets_pct", "events outside the singlet gate, %"),
    (r"viable_pct", "viable among singlets, %"),
    (r"unstable_pct", "events in unstable stretches, %"),
    (r"rate_change_fold", "largest change of the event rate, fold"),
    (r"mix_change_sd", "largest shift of a signal by other shares of the cells, standard deviations"),
    (r"signal_shift_sd", "largest shift of a signal, standard deviations"),
    (r"signal_drift_pct", "drift of a signal from first to last event, %"),
    (r"other_labels_pct", "labels that name another marker than the panel, %"),
    (r"detector_settings_batch_pct", "detector settings against the batch, %"),
    (r"detector_settings_visits_pct", "detector settings against the patient's other visits, %"),
    (r"detector_settings_reference_pct", "detector settings against the release, %"),
    (r"reference_fold_of_detectors", "detectors against the release"),
    (r"reference_fold_of_batch_(.*)", r"\1 of the whole batch against the release, fold"),
    (r"reference_fold_(.*)", r"\1 against the release, fold"),
    (r"spillover_against_batch", "spillover matrix against the batch"),
    (r"platform_difference_pct", "difference between ways of counting, %"),
    (r"bead_fold_(.*)", r"beads in \1 against other batches, fold"),
    (r"bead_sd_(.*)", r"beads in \1 against other batches, standard deviations"),
)


def note_words(note: str) -> str:
    """Return a note of the outcomes without the names of columns."""
    return re.sub(r"\bos\b", "overall survival", re.sub(r"\bdfs\b", "disease-free survival", words(note)))


def number(value: Any) -> str:
    """Show a value of a table: numbers with three significant digits, from 1,000 on whole; missing ones as a dash."""
    if value is None:
        return "-"
    if isinstance(value, float):
        if math.isinf(value):
            return "infinite"
        return f"{value:,.0f}" if abs(value) >= THOUSAND else f"{value:.3g}"
    return str(value)


def p_value(value: float | None) -> str:
    """Show a p-value with three decimals; below 0.001 the size of a p-value says nothing more."""
    if value is None:
        return "-"
    return "<0.001" if value < SMALLEST_P else f"{value:.3f}"


def words(name: str | None) -> str:
    """Show a name of a table with spaces, so that long ones can be broken into lines."""
    return (name or "").replace("_", " ")


def endpoint_words(endpoint: str) -> str:
    """Say in words what an endpoint of the contrasts measures."""
    read = read_endpoint(endpoint)
    text = read.measure if read.summary in SUMMARIES else endpoint
    for pattern, wanted in MEASURES:
        text = re.sub(pattern, wanted, text)
    return words(text) + SUMMARIES.get(read.summary, "")


def method_words(method: str) -> str:
    """Name a method of the contrasts in words."""
    return METHODS.get(method, words(method))


def status_words(status: str) -> str:
    """Say a status of the contrasts in words."""
    return STATUSES.get(status, words(status))


def check_words(check: str) -> str:
    """Name a quality check in words, with its unit."""
    for pattern, wanted in CHECKS:
        if re.fullmatch(pattern, check):
            return re.sub(pattern, wanted, check)
    return words(check)


def status_counts(statuses: Iterable[str]) -> str:
    """Say how often each gate status occurs, the best first: ``49 ok, 11 borrowed``."""
    counts = Counter(statuses)
    order = [*GATE_STATUSES, *sorted(set(counts) - set(GATE_STATUSES))]
    return ", ".join(f"{counts[status]} {words(status)}" for status in order if counts[status])


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
    text = f"{'odds ratio ' if scale == 'odds_ratio' else ''}{value}{units.get(scale, '')}"
    if low != "-" or high != "-":
        text = f"{text} ({low} to {high})"
    if row.get("difference") is None:
        return text
    text = f"{text}; {_signed(row['difference'])} {row['difference_unit'].replace('uL', 'µL')}"
    if row["difference_low"] is None or row["difference_high"] is None:
        return text
    return f"{text} ({_signed(row['difference_low'])} to {_signed(row['difference_high'])})"


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else ''}{number(float(value))}"


def draws(row: Row) -> str:
    """Show between which values 95 % of the draws of an estimate lie; a dash where nothing was drawn.

    It is kept apart from the estimate, so that nobody takes it for a confidence interval.
    """
    if row.get("range_low") is None:
        return "-"
    ends = [_in_its_unit(row[name], row["scale"]) for name in ("range_low", "range_high")]
    return f"95 % of draws from {ends[0]} to {ends[1]}"


def _in_its_unit(value: float | None, scale: str) -> str:
    if value is None:
        return "-"
    if scale == "log2 fold":
        return number(2.0**value)
    return number(100 * value if scale in {"risk_difference", "proportion"} else value)


def patients(row: Row) -> str:
    """Show the patients of both arms of a contrast."""
    both = (row["n_arm_1"], row["n_arm_2"])
    if row.get("arm_2", "") is None and both[0] is not None:
        return str(both[0])
    return "-" if None in both else f"{both[0]} + {both[1]}"

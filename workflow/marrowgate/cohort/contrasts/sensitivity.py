"""What stands beside the main comparison: other patients, other readings, other rules."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.contrasts import changes, responder_contrasts
from marrowgate.cohort.contrasts.perturbation import gated_changes, move_gates, move_values
from marrowgate.cohort.contrasts.responders import Rule, declared_rule, grid_of_rules
from marrowgate.cohort.courses import Course
from marrowgate.cohort.covariates import covariate_table
from marrowgate.cohort.endpoints import WEAK_GATES
from marrowgate.cohort.study import Comparison
from marrowgate.errors import NotEstimableError
from marrowgate.stats.two_arms import Estimate, regression, welch

Row = dict[str, Any]
NO_GATE_CV = "the tables do not give how far these values move with their gates (gate_cv_pct), so gates are held fixed"


def estimate_row(endpoint: str, contrast: str, method: str, estimate: Estimate, counts: tuple[int, int]) -> Row:
    """Return the row of an estimated difference of log2 values; one without a p-value or interval says why."""
    row: Row = {
        "endpoint": endpoint,
        "contrast": contrast,
        "method": method,
        "estimate": estimate.value,
        "scale": "log2 fold",
        "ci_low": estimate.low,
        "ci_high": estimate.high,
        "p_value": estimate.p,
        "n_arm_1": counts[0],
        "n_arm_2": counts[1],
        "reason": estimate.note,
    }
    if math.isnan(estimate.p) and math.isnan(estimate.low):
        row["status"] = "not_estimable"
    return row


def regimens(study: Comparison) -> list[tuple[str, ComparedArms]]:
    """Return each regimen of an arm that pools several, with the arms when that arm is this regimen alone.

    Returns
    -------
    list of (str, ComparedArms)
        Name of the contrast, and who is compared.
    """
    found, pair = [], study.arms.pair
    for arm in pair:
        own: dict[str, list[str]] = {}
        for patient_id, its_arm in study.arms.items():
            if its_arm == arm and (regimen := study.project.patients[patient_id].regimen):
                own.setdefault(regimen, []).append(patient_id)
        if len(own) > 1:
            for regimen, members in sorted(own.items()):
                named = replace(pair, **{"first" if arm == pair.first else "second": f"{arm} {regimen}"})
                found.append((named.contrast, study.arms.restricted(arm, frozenset(members))))
    return found


def change_sensitivity(
    study: Comparison, measure: str, endpoint: str, pairs: changes.Pairs, *, is_key: bool
) -> list[Row]:
    """Return the sensitivity rows of a change over the window.

    Parameters
    ----------
    study : Comparison
        The cohort.
    measure, endpoint : str
        What is compared.
    pairs : Pairs
        The patients of the main comparison.
    is_key : bool
        Whether the endpoint is primary or secondary; others have the counts, covariates and regimens alone.
    """
    rows = [*_counts_row(study, measure, endpoint), *adjusted_rows(study, endpoint, pairs)]
    courses = study.courses[measure]
    for contrast, arms in regimens(study):
        rows.append(_score_row(endpoint, contrast, arms, changes.make_pairs(courses, arms, "window_mean")))
    if not is_key:
        return rows
    for name, kept in _fewer_readings(study, measure):
        pairs_kept = changes.make_pairs(kept, study.arms, "window_mean")
        rows.append(_score_row(endpoint, f"{study.between}, {name}", study.arms, pairs_kept))
    return [*rows, *perturbation_rows(study, measure, endpoint, pairs)]


def perturbation_rows(study: Comparison, measure: str, endpoint: str, pairs: changes.Pairs) -> list[Row]:
    """Return the rows of the change with gates, and with whole values, drawn from their own uncertainty."""
    draws, seed = study.project.config.cohort.stability_draws, study.project.config.seed
    gated = gated_changes(study.courses[measure], study.arms, study.clock)
    found = [("values drawn from their uncertainty", "perturbation", move_values(pairs, draws, seed), "")]
    gaps = gated.gate_sd.size - gated.n_known
    told = f"gates of {gaps} of {gated.gate_sd.size} readings are held fixed: their uncertainty is not known"
    for name, by_batch in (("each sample by itself", False), ("one draw for each batch", True)):
        if gated.n_known:
            moved = move_gates(gated, draws, seed, by_batch=by_batch)
            what = f"gates drawn from their uncertainty, {name}"
            found.append((what, "perturbation_gates", moved, told if gaps else ""))
    rows = []
    for name, method, (estimate, status), note in found:
        row = estimate_row(endpoint, f"{study.between}, {name}", method, estimate, pairs.counts)
        rows.append({**row, "status": status, "reason": "; ".join(part for part in (estimate.note, note) if part)})
    if not gated.n_known:
        row = {
            "contrast": f"{study.between}, gates drawn from their uncertainty",
            "method": "perturbation_gates",
        }
        rows.append({**row, "status": "not_estimable", "reason": NO_GATE_CV})
    return rows


def responder_sensitivity(study: Comparison, measure: str) -> list[Row]:
    """Return the responders under other rules, per regimen and without doubtful, borrowed or shifted gates."""
    settings, courses = study.project.config.cohort, study.courses[measure]
    declared = declared_rule(settings)
    one_visit = Rule(declared.limit, declared.fold, declared.min_events, successive=False)
    rules = list(dict.fromkeys([one_visit, *grid_of_rules(settings)]))
    rows = [responder_contrasts.rule_row(courses, study.arms, rule) for rule in rules]
    for contrast, arms in regimens(study):
        rows.append({**responder_contrasts.rule_row(courses, arms, declared), "contrast": contrast})
    for name, kept in _fewer_readings(study, measure):
        rows.append(
            {
                **responder_contrasts.rule_row(kept, study.arms, declared),
                "contrast": f"{study.between}, {name}",
            }
        )
    return rows


def level_difference(study: Comparison, measure: str, endpoint: str) -> list[Row]:
    """Compare the mean levels over the window, with no baseline."""
    points = {p: c.window_mean for p, c in study.courses[measure].items() if p in study.arms and c.window_mean}
    values = [np.array([points[p].log2 for p in points if study.arms[p] == arm]) for arm in study.arms.pair]
    counts = (values[0].size, values[1].size)
    if min(counts) < 2:
        told = f"{study.arms.told(counts)} patients have a value in the window: two are needed"
        return [{"contrast": study.between, "method": "level_difference", "status": "refused", "reason": told}]
    row = estimate_row(endpoint, study.between, "level_difference", welch(*values), counts)
    told = "no patient has a baseline: arms that differed before treatment differ here too"
    return [{**row, "status": "flagged", "reason": told}]


def _fewer_readings(study: Comparison, measure: str) -> Iterable[tuple[str, Mapping[str, Course]]]:
    alone = study.only_measures({measure})
    strong = alone.only(lambda reading: reading.gate_status not in WEAK_GATES)
    yield "without doubtful, borrowed or shifted gates", strong.courses[measure]
    if study.flagged:
        clean = alone.only(lambda reading: reading.sample_id not in study.flagged)
        yield "without samples of flagged quality", clean.courses[measure]


def _score_row(endpoint: str, contrast: str, arms: ComparedArms, pairs: changes.Pairs) -> Row:
    if min(pairs.counts) < 2:
        told = f"{arms.told(pairs.counts)} patients: two are needed"
        return {"contrast": contrast, "method": "change_score", "status": "refused", "reason": told}
    return estimate_row(endpoint, contrast, "change_score", changes.change_score(pairs), pairs.counts)


def _counts_row(study: Comparison, measure: str, endpoint: str) -> list[Row]:
    method = "negative_binomial"
    try:
        found = changes.count_contrast(study.courses[measure], study.arms)
    except NotEstimableError as error:
        return [{"contrast": study.between, "method": method, "status": "refused", "reason": str(error)}]
    return [estimate_row(endpoint, study.between, method, *found)] if found else []


def adjusted_rows(study: Comparison, endpoint: str, pairs: changes.Pairs) -> list[Row]:
    """Return the change score and the analysis of covariance at equal covariates, where the settings name some.

    Patients without a covariate are left out, and the reason says so.
    """
    names = study.project.config.cohort.covariates
    if not names:
        return []
    table, known, problems = covariate_table(study, pairs.patient_ids, names)
    rows = []
    for method, outcome, also in (
        ("change_score_adjusted", pairs.change, np.zeros((known.size, 0))),
        ("ancova_adjusted", pairs.value, pairs.baseline[:, None]),
    ):
        counts = (int(pairs.in_first[known].sum()), int((~pairs.in_first[known]).sum()))
        told = "; ".join([f"at equal {', '.join(names)}", *problems])
        row: Row
        try:
            x = np.column_stack([also, table])[known]
            row = estimate_row(
                endpoint, study.between, method, regression(outcome[known], pairs.in_first[known], x), counts
            )
            row["reason"] = "; ".join(part for part in (row["reason"], told) if part)
        except NotEstimableError as error:
            row = {
                "contrast": study.between,
                "method": method,
                "status": "refused",
                "reason": f"{error}; {told}",
            }
        rows.append(row)
    return rows

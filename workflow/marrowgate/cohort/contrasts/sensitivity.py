"""What stands beside the main comparison: other patients, other readings, other rules."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from marrowgate.cohort.comparability import arm_windows
from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.contrasts import changes, responder_contrasts
from marrowgate.cohort.contrasts.estimate_row import estimate_row
from marrowgate.cohort.contrasts.lead import lead_row
from marrowgate.cohort.contrasts.perturbation import gated_changes, move_gates, move_values
from marrowgate.cohort.contrasts.responders import Rule, declared_rule, grid_of_rules
from marrowgate.cohort.courses import Course
from marrowgate.cohort.covariates import covariate_table
from marrowgate.cohort.endpoints import WEAK_GATES
from marrowgate.cohort.study import Comparison
from marrowgate.cohort.visits import Clock
from marrowgate.errors import NotEstimableError
from marrowgate.stats.two_arms import Estimate, regression, welch

Row = dict[str, Any]
NO_GATE_CV = "the tables do not give how far these values move with their gates (gate_cv_pct), so gates are held fixed"


def regimens(study: Comparison) -> list[tuple[str, ComparedArms]]:
    """Return each regimen of an arm that pools several, with the arms when that arm is this regimen alone.

    Returns
    -------
    list of (str, ComparedArms)
        Name of the contrast, and who is compared.
    """
    compared, pair = [], study.arms.pair
    for arm in pair:
        own: dict[str, list[str]] = {}
        for patient_id, its_arm in study.arms.items():
            if its_arm == arm and (regimen := study.project.patients[patient_id].regimen):
                own.setdefault(regimen, []).append(patient_id)
        if len(own) > 1:
            for regimen, members in sorted(own.items()):
                named = replace(pair, **{"first" if arm == pair.first else "second": f"{arm} {regimen}"})
                compared.append((named.contrast, study.arms.restricted(arm, frozenset(members))))
    return compared


def change_sensitivity(
    study: Comparison, measure: str, endpoint: str, pairs: changes.Pairs, lead: Estimate, *, is_key: bool
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
    lead : Estimate
        What leads, whose conclusion the missing visits could change.
    is_key : bool
        Whether the endpoint is primary or secondary; others have the counts, covariates and regimens alone.
    """
    rows = [*_counts_row(study, measure, endpoint), *adjusted_rows(study, endpoint, pairs)]
    courses = study.courses[measure]
    for contrast, arms in regimens(study):
        rows.append(_lead_of(courses, arms, study.clock, (measure, endpoint, contrast)))
    if not is_key:
        return rows
    for name, kept in _fewer_readings(study, measure):
        rows.append(_lead_of(kept, study.arms, study.clock, (measure, endpoint, f"{study.between}, {name}")))
    rows += tipping_rows(study, measure, endpoint, pairs, lead)
    return [*rows, *perturbation_rows(study, measure, endpoint, pairs)]


def tipping_rows(study: Comparison, measure: str, endpoint: str, pairs: changes.Pairs, lead: Estimate) -> list[Row]:
    """Return how far the missing visits of an arm would have to lie from the others to change the conclusion.

    With the share f of an arm's visits missing (of as many as the patient with most has, patients with a baseline only
    included) the arm's mean change, and with it the lead's estimate and interval, moves by f times the shift of the
    missing ones (delta adjustment: National Research Council 2010, The Prevention and Treatment of Missing Data in
    Clinical Trials, chapter 5).
    """
    rows = []
    windows = arm_windows(study.courses[measure], study.arms, study.clock)
    for window, sign in zip(windows, (1.0, -1.0), strict=True):
        per_patient = window.most_visits / window.n_window if window.n_window else 0.0
        planned = per_patient * window.n_baseline
        share = 1 - window.n_visits / planned if planned else 0.0
        if share <= 0 or math.isnan(lead.p):
            continue
        ends = [end for end in (lead.low, lead.high) if math.isfinite(end)]
        # the conclusion changes where the limit nearest to zero reaches zero
        shift = -sign * min(ends, key=abs) / share
        estimate = Estimate(shift, math.nan, math.nan, math.nan, "")
        row = estimate_row(
            endpoint, f"{study.between}, missing visits of {window.arm}", "tipping_point", estimate, pairs.counts
        )
        note = (
            f"{100 * share:.0f} % of the visits of the {window.arm} arm are missing: the conclusion would change if "
            f"they lay {shift:+.2f} log2 from those that took place"
        )
        rows.append({**row, "status": "described", "reason": note})
    return rows


def perturbation_rows(study: Comparison, measure: str, endpoint: str, pairs: changes.Pairs) -> list[Row]:
    """Return the rows of the change with gates, and with whole values, drawn from their own uncertainty."""
    draws, seed = study.project.config.cohort.stability_draws, study.project.config.seed
    gated = gated_changes(study.courses[measure], study.arms, study.clock)
    estimates = [("values drawn from their uncertainty", "perturbation", move_values(pairs, draws, seed), "")]
    gaps = gated.gate_sd.size - gated.n_known
    fixed = f"gates of {gaps} of {gated.gate_sd.size} readings are held fixed: their uncertainty is not known"
    for name, by_batch in (("each sample by itself", False), ("one draw for each batch", True)):
        if gated.n_known:
            moved = move_gates(gated, draws, seed, by_batch=by_batch)
            what = f"gates drawn from their uncertainty, {name}"
            estimates.append((what, "perturbation_gates", moved, fixed if gaps else ""))
    rows = []
    for name, method, (estimate, status), note in estimates:
        row = estimate_row(endpoint, f"{study.between}, {name}", method, estimate, pairs.counts)
        ranges = {"range_low": row["ci_low"], "range_high": row["ci_high"], "ci_low": None, "ci_high": None}
        notes = "; ".join(part for part in (estimate.note, note) if part)
        rows.append({**row, **ranges, "status": status, "reason": notes})
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
        reason = f"{study.arms.named_counts(counts)} patients have a value in the window: two are needed"
        return [{"contrast": study.between, "method": "level_difference", "status": "refused", "reason": reason}]
    row = estimate_row(endpoint, study.between, "level_difference", welch(*values), counts)
    reason = "no patient has a baseline: arms that differed before treatment differ here too"
    reasons = [row["reason"], reason] if row.get("reason") else [reason]
    return [{**row, "status": row.get("status") or "flagged", "reason": "; ".join(reasons)}]


def _fewer_readings(study: Comparison, measure: str) -> Iterable[tuple[str, Mapping[str, Course]]]:
    alone = study.only_measures({measure})
    strong = alone.only(lambda reading: reading.gate_status not in WEAK_GATES)
    yield "without doubtful, borrowed or shifted gates", strong.courses[measure]
    if study.flagged:
        clean = alone.only(lambda reading: reading.sample_id not in study.flagged)
        yield "without samples of flagged quality", clean.courses[measure]


def _lead_of(courses: Mapping[str, Course], arms: ComparedArms, clock: Clock, name: tuple[str, str, str]) -> Row:
    row_and_lead = lead_row(courses, arms, clock, name, "window_mean")
    if row_and_lead is None:
        counts = changes.make_pairs(courses, arms, "window_mean").counts
        reason = f"{arms.named_counts(counts)} patients: two are needed"
        return {"contrast": name[2], "method": "change_score", "status": "refused", "reason": reason}
    return row_and_lead[0]


def _counts_row(study: Comparison, measure: str, endpoint: str) -> list[Row]:
    method = "negative_binomial"
    try:
        contrast = changes.count_contrast(study.courses[measure], study.arms)
    except NotEstimableError as error:
        return [{"contrast": study.between, "method": method, "status": "refused", "reason": str(error)}]
    return [estimate_row(endpoint, study.between, method, *contrast)] if contrast else []


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
        note = "; ".join([f"at equal {', '.join(names)}", *problems])
        row: Row
        try:
            x = np.column_stack([also, table])[known]
            row = estimate_row(
                endpoint, study.between, method, regression(outcome[known], pairs.in_first[known], x), counts
            )
            row["reason"] = "; ".join(part for part in (row["reason"], note) if part)
        except NotEstimableError as error:
            row = {
                "contrast": study.between,
                "method": method,
                "status": "refused",
                "reason": f"{error}; {note}",
            }
        rows.append(row)
    return rows

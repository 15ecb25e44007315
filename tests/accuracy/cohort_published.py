"""What is found in cohorts of the published effect. Run: PYTHONPATH=tests python -m accuracy.cohort_published.

Responders against the truth over rules, bias of peak and CXCR4 fold, power beside the same endpoint's ANCOVA, and the
`confounded` scenario, which must be refused.
"""

import argparse
import math
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from accuracy.cohort_model import IG, MEASURES, Drawn, draw_cohort, share_row, write_figures
from marrowgate.cohort.contrasts import changes
from marrowgate.cohort.contrasts.longitudinal import time_contrasts, time_model
from marrowgate.cohort.contrasts.responder_contrasts import two_by_two
from marrowgate.cohort.contrasts.responders import Rule, declared_rule, find_responses
from marrowgate.cohort.contrasts.table import contrast_table
from marrowgate.cohort.study import Comparison
from marrowgate.endpoint_names import is_intensity
from marrowgate.settings.config import Cohort
from marrowgate.stats.proportions import fisher_p

LIMITS, FOLDS = (0.45, 0.6, 0.9, 1.3, 1.95), (1.0, 1.5, 2.26, 3.0)


def rules(settings: Cohort) -> dict[str, Rule]:
    """Return the declared rule and those of the ROC."""
    declared = declared_rule(settings)
    grid = [
        Rule(limit, fold, declared.min_events, successive)
        for limit in LIMITS
        for fold in FOLDS
        for successive in (True, False)
    ]
    return {"declared": declared} | {str(rule): rule for rule in grid}


def true_peaks(drawn: Drawn) -> dict[str, float]:
    """Return each responder's highest true value over the sampled visits on therapy."""
    responds = {patient.patient_id for patient in drawn.plan.patients if patient.responds}
    found: dict[str, float] = defaultdict(float)
    for visit in drawn.plan.visits:
        if visit.patient_id in responds and visit.cycle:
            share = sum(visit.blood.per_ul[kind] for kind in (*IG, "erythroblast")) / visit.blood.wbc
            found[visit.patient_id] = max(found[visit.patient_id], 100 * share)
    return found


def cxcr4_bias(drawn: Drawn) -> list[float]:
    """Return observed less planned log2 fold of CXCR4, at visits of responders on therapy, less that of doublets."""
    fold = math.log2(drawn.plan.scenario.cxcr4_fold)
    responds = {patient.patient_id for patient in drawn.plan.patients if patient.responds}
    effect = {(visit.patient_id, visit.day): visit.effect for visit in drawn.plan.visits}
    found = []
    for patient_id, course in drawn.study.courses[MEASURES[2]].items():
        if patient_id in responds and course.baseline is not None:
            found += [
                reading.log2 - course.baseline.log2 - fold * effect[patient_id, reading.visit.day]
                for reading in course.on_therapy
            ]
    return found


def published(cohorts: int) -> list[dict[str, Any]]:
    """Draw published cohorts and give the figures of responders, bias and power."""
    known: dict[str, Counter[str]] = defaultdict(Counter)
    peaks: list[tuple[float, float]] = []
    folds: list[float] = []
    power: Counter[str] = Counter()
    wanted = rules(Cohort())
    for seed in range(1, cohorts + 1):
        drawn = draw_cohort("published", seed)
        courses = drawn.study.courses
        truth = {patient.patient_id: patient.responds for patient in drawn.plan.patients}
        for name, rule in wanted.items():
            responses = find_responses(courses[MEASURES[0]], rule)
            for patient_id, response in responses.items():
                if response.verdict != "unknown":
                    known[name][f"{'responder' if truth[patient_id] else 'other'} {response.verdict}"] += 1
            table = two_by_two(responses, drawn.study.arms)
            power[f"{name} fisher_exact"] += table is not None and fisher_p(table) < 0.05
        for patient_id, peak in true_peaks(drawn).items():
            point = courses[MEASURES[0]][patient_id].peak
            if point is not None:
                peaks.append((point.value, peak))
        folds += cxcr4_bias(drawn)
        add_power(power, drawn.study)
    detail = f"{cohorts} published cohorts of 22 and 25"
    rows = []
    for name, counts in known.items():
        sick, well = counts["responder responder"], counts["other non_responder"]
        rows.append(share_row(f"sensitivity: {name}", sick, sick + counts["responder non_responder"], detail))
        rows.append(share_row(f"specificity: {name}", well, well + counts["other responder"], detail))
    seen, true = np.array(peaks).T
    bias = 100 * (seen.mean() / true.mean() - 1)
    rows.append({"name": "bias of the mean peak", "value": float(bias), "unit": "%", "detail": f"{detail}, responders"})
    bias = 100 * (2 ** np.mean(folds) - 1)
    told = f"{detail}, responders at visits on therapy, geometric mean"
    rows.append({"name": "bias of the CXCR4 fold", "value": float(bias), "unit": "%", "detail": told})
    chosen = Counter({name: n for name, n in power.items() if name.startswith(("declared", *MEASURES))})
    return rows + power_rows("power", chosen, cohorts, detail)


def weak(cohorts: int) -> list[dict[str, Any]]:
    """Return the power for the weak effect, where methods can be told apart."""
    power: Counter[str] = Counter()
    for seed in range(1, cohorts + 1):
        add_power(power, draw_cohort("weak", seed).study)
    return power_rows("power, weak effect", power, cohorts, f"{cohorts} weak cohorts")


def add_power(power: Counter[str], study: Comparison) -> None:
    """Count which methods find the effect at 5 %, and where the analysis of covariance ends otherwise."""
    for measure in MEASURES:
        courses = study.courses[measure]
        pairs = changes.make_pairs(courses, study.arms, "window_mean")
        found = {"change_score": changes.change_score(pairs).p < 0.05}
        for baseline_as in ("change", "covariate"):
            with_batch = is_intensity(measure)
            model = time_model(courses, study.arms, study.clock, baseline_as=baseline_as, with_batch=with_batch)
            estimates, fitted = time_contrasts(model)
            found[f"mixed_model_{baseline_as}"] = fitted.converged and estimates[0][1].p < 0.05
        adjusted = changes.ancova(pairs).p < 0.05
        power[f"{measure} ancova"] += adjusted
        for method, hit in found.items():
            power[f"{measure} {method}"] += hit
            power[f"{measure} {method}, found alone"] += hit and not adjusted
            power[f"{measure} {method}, missed alone"] += adjusted and not hit


def power_rows(name: str, power: Counter[str], cohorts: int, detail: str) -> list[dict[str, Any]]:
    """Return the power of each method, and its difference to the analysis of covariance in the same cohorts."""
    rows = [share_row(f"{name}: {method}", n, cohorts, detail) for method, n in power.items() if "alone" not in method]
    for method in [method.removesuffix(", found alone") for method in power if method.endswith("found alone")]:
        more, less = power[f"{method}, found alone"], power[f"{method}, missed alone"]
        # variance of a difference of paired proportions (McNemar 1947)
        error = math.sqrt(more + less - (more - less) ** 2 / cohorts) / cohorts
        told = f"{detail}; {more} found alone, {less} missed alone; standard error {100 * error:.1f} points"
        value = 100 * (more - less) / cohorts
        rows.append({"name": f"{name}: {method} less ancova", "value": value, "unit": "points", "detail": told})
    return rows


def confounded(cohorts: int) -> list[dict[str, Any]]:
    """Return the share of confounded cohorts in which any contrast has an estimate; it must be 0."""
    told = 0
    for seed in range(1, cohorts + 1):
        rows = contrast_table(draw_cohort("confounded", seed).study)
        told += any(row.get("p_value") is not None or row.get("estimate") is not None for row in rows)
    return [share_row("confounded cohorts reported as an effect", told, cohorts, "arm and batch are the same")]


def main() -> None:
    """Write results/accuracy/cohort_published.tsv."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("results/accuracy"))
    args = parser.parse_args()
    rows = [*published(args.cohorts), *weak(args.cohorts), *confounded(args.cohorts)]
    write_figures(args.out / "cohort_published.tsv", rows)


if __name__ == "__main__":
    main()

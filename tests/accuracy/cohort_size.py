"""False positives of the contrasts in cohorts without any effect.

Run: PYTHONPATH=tests python -m accuracy.cohort_size --scenario null. Another scenario is fair_null.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from accuracy.cohort_model import MEASURES, draw_cohort, share_row, write_figures
from accuracy.resumed import answers_by_seed, digest_of
from marrowgate.cohort.contrasts import changes
from marrowgate.cohort.contrasts.lead import lead_contrast
from marrowgate.cohort.contrasts.longitudinal import time_contrasts, time_model
from marrowgate.cohort.contrasts.responder_contrasts import two_by_two
from marrowgate.cohort.contrasts.responders import Rule, declared_rule, find_responses
from marrowgate.cohort.contrasts.sensitivity import adjusted_rows
from marrowgate.cohort.study import Comparison
from marrowgate.endpoint_names import is_intensity
from marrowgate.settings.config import Cohort
from marrowgate.stats.cluster_robust import model_contrast
from marrowgate.stats.mixed_bootstrap import bootstrap_p
from marrowgate.stats.proportions import fisher_p

BOOTSTRAP_DRAWS = 199
BOOTSTRAP = f"{MEASURES[0]} window parametric_bootstrap"
LEVEL = 0.05
MODULES = ("cohort_size.py", "cohort_model.py")
SETTINGS = Cohort(
    populations=("immature", "cd34_hspc"), covariates=("prior_lenalidomide_cycles", "baseline_wbc_per_ul")
)
NULLS = {"null": "baseline gap 0.5 ln, own slopes, 6 against 4 visits, batches 80 to 20"}
NULLS["moving_batches"] = "as null, but each visit of a patient may fall into another batch, 80 to 20 by arm"
NULLS |= {"fair_null": "no baseline gap, no own slopes, equal visits"}


def p_values(study: Comparison, draws: int, seed: int) -> dict[str, float]:
    """Return the p-value of every method on every measure of one cohort."""
    found: dict[str, float] = {}
    for measure in MEASURES:
        found |= change_p(study, measure, draws, seed)
        found |= model_p(study, measure)
        counted = changes.count_contrast(study.courses[measure], study.arms)
        if counted:
            found[f"{measure} window negative_binomial"] = counted[0].p
    return found | responder_p(study)


def change_p(study: Comparison, measure: str, draws: int, seed: int) -> dict[str, float]:
    """Return the tests of one value per patient; the unmatched peak stands there to show why it is not compared."""
    found, courses = {}, study.courses[measure]
    for part in ("window_mean", "peak_matched", "last", "off"):
        pairs = changes.make_pairs(courses, study.arms, part)
        found[f"{measure} {part} change_score"] = changes.change_score(pairs).p
        lead = lead_contrast(courses, study.arms, study.clock, part, pairs)
        found[f"{measure} {part} {lead.method}"] = lead.estimate.p
        if part in {"window_mean", "off"}:
            others = changes.companions(pairs, draws, seed)
            found |= {f"{measure} {part} {method}": estimate.p for method, estimate in others}
        else:
            found[f"{measure} {part} ancova"] = changes.ancova(pairs).p
        if part == "window_mean":
            for row in adjusted_rows(study, "", pairs):
                found[f"{measure} {part} {row['method']}"] = row["p_value"]
    raw = changes.make_pairs(courses, study.arms, "peak")
    return found | {f"{measure} peak change_score (not compared by the workflow)": changes.change_score(raw).p}


def model_p(study: Comparison, measure: str) -> dict[str, float]:
    """Return the tests of the mixed model, and those by its own error; NaN where it did not converge."""
    found, courses = {}, study.courses[measure]
    for baseline_as in ("change", "covariate"):
        model = time_model(courses, study.arms, study.clock, baseline_as=baseline_as, with_batch=is_intensity(measure))
        estimates, fitted = time_contrasts(model)
        for name, estimate in estimates:
            at = f"{measure} {name or 'window'} mixed_model_{baseline_as}"
            found[at] = estimate.p if fitted.converged else np.nan
        own = model_contrast(model.data, fitted, model.weights("late"))
        found[f"{measure} late mixed_model_{baseline_as}, its own error"] = own.p if fitted.converged else np.nan
    return found


def bootstrap(study: Comparison, seed: int) -> float:
    """Return the parametric bootstrap's p-value of the primary contrast."""
    model = time_model(study.courses[MEASURES[0]], study.arms, study.clock, baseline_as="change", with_batch=False)
    return bootstrap_p(model.data, model.weights(""), BOOTSTRAP_DRAWS, seed)[0]


def responder_p(study: Comparison) -> dict[str, float]:
    """Return the tests of responders, by the declared rule and by one that lets more patients through."""
    courses, found = study.courses["immature_per_100_cd45"], {}
    rules = {"declared rule": declared_rule(study.project.config.cohort)}
    rules["lenient rule"] = Rule(0.3, 1.0, 20, successive=False)
    for name, rule in rules.items():
        table = two_by_two(find_responses(courses, rule), study.arms)
        if table:
            found[f"responders, {name}, fisher_exact"] = fisher_p(table)
            found[f"responders, {name}, mid_p"] = fisher_p(table, mid=True)
    return found


def answer_seed(scenario: str, draws: int, bootstrapped: int, seed: int) -> dict[str, float]:
    """Return all p-values of the cohort of a seed; the bootstrap runs for seeds up to `bootstrapped`."""
    study = draw_cohort(scenario, seed, SETTINGS).study
    found = p_values(study, draws, seed)
    if seed <= bootstrapped:
        found[BOOTSTRAP] = bootstrap(study, seed)
    return {name: float(p) for name, p in found.items()}


def size_rows(scenario: str, answers: Mapping[int, Mapping[str, float]]) -> list[dict[str, Any]]:
    """Return the share of p-values below 5 % by test, and in how many cohorts a model did not converge."""
    detail = f"false positives at nominal 5 %, 22 against 25 patients, {NULLS[scenario]}"
    by_test: dict[str, list[float]] = defaultdict(list)
    for found in answers.values():
        for name, p in found.items():
            by_test[name].append(p)
    known = {name: [p for p in values if not math.isnan(p)] for name, values in by_test.items()}
    rows = [
        share_row(f"size: {name}", sum(p < LEVEL for p in values), len(values), detail)
        for name, values in known.items()
        if values
    ]
    rows += [
        {
            "name": f"not converged: {name}",
            "value": float(len(answers) - len(values)),
            "unit": "cohorts",
            "detail": detail,
        }
        for name, values in known.items()
        if len(values) < len(answers) and name != BOOTSTRAP
    ]
    return rows


def main() -> None:
    """Draw the cohorts and write results/accuracy/cohort_size_<scenario>.tsv; go on where a stopped run was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--bootstrap-cohorts", type=int, default=100, help="cohorts that the bootstrap is run on")
    parser.add_argument("--draws", type=int, default=1000, help="draws of each permutation test")
    parser.add_argument("--scenario", choices=sorted(NULLS), default="null")
    parser.add_argument("--cores", type=int, default=2, help="processes; the figures do not depend on it")
    parser.add_argument("--out", type=Path, default=Path("results/accuracy"))
    args = parser.parse_args()
    seeds = range(args.first_seed, args.first_seed + args.cohorts)
    bootstrapped = args.first_seed + args.bootstrap_cohorts - 1
    task = partial(answer_seed, args.scenario, args.draws, bootstrapped)
    digest = digest_of(("simulate", "compare"), MODULES, f"{args.scenario} {args.draws} {bootstrapped}")
    kept = args.out / "seeds" / f"cohort_size_{args.scenario}.jsonl"
    answers = answers_by_seed(task, seeds, kept, digest, args.cores)
    write_figures(args.out / f"cohort_size_{args.scenario}.tsv", size_rows(args.scenario, answers))


if __name__ == "__main__":
    main()

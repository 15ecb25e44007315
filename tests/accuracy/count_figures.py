"""Figures of the statistics: false positives, power, coverage and responder calls over many cohorts."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from accuracy.count_cohorts import MEASURES, draw_study
from accuracy.figures import Figure, mean, number, share
from marrowgate.cohort.contrasts import changes
from marrowgate.cohort.contrasts.responder_contrasts import two_by_two
from marrowgate.cohort.contrasts.responders import DECIDED, declared_rule, find_responses
from marrowgate.cohort.contrasts.table import contrast_table
from marrowgate.cohort.study import Comparison
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan
from marrowgate.stats.proportions import fisher_p

ALPHA = 0.05
PRIMARY = "immature_per_100_cd45"
FISHER = "responders, Fisher's exact test"
UNADJUSTED = "highest visit against baseline (not compared by the workflow)"
ALL_BUT_FREE = 10**8  # events of a sample whose counting error is nothing
FEWEST = 2  # patients of each arm that the workflow compares
Limits = tuple[float, float, float]


@dataclass(frozen=True)
class Outcome:
    """What the statistics said of one cohort.

    Parameters
    ----------
    p : mapping of str to float
        Two-sided p-value of each test.
    estimates : mapping of str to (float, float, float)
        Difference of the arms' changes with 95 % limits, log2, by measure.
    true_estimates : mapping of str to float
        The same difference with hardly any counting error.
    calls : tuple of (bool, str)
        Of each patient whether he truly responds, and the verdict.
    patients : mapping of str to int
        Patients with a value before treatment and one in the window, by measure.
    """

    p: Mapping[str, float]
    estimates: Mapping[str, Limits]
    true_estimates: Mapping[str, float]
    calls: tuple[tuple[bool, str], ...]
    patients: Mapping[str, int]


def run_cohorts(scenario: str, first_seed: int, n: int, cores: int) -> list[Outcome]:
    """Draw `n` cohorts of a scenario with successive seeds and test them."""
    with ProcessPoolExecutor(cores) as pool:
        return list(pool.map(partial(_outcome, scenario), range(first_seed, first_seed + n), chunksize=4))


def _outcome(scenario: str, seed: int) -> Outcome:
    plan = make_plan.__wrapped__(scenario, seed)  # a cohort is used once, so it is not kept
    study = draw_study(plan)
    p, estimates, patients = {}, {}, {}
    for measure in MEASURES:
        pairs = _pairs(study, measure)
        patients[measure] = sum(pairs.counts)
        if min(pairs.counts) >= FEWEST:
            found = changes.change_score(pairs)
            p[measure], estimates[measure] = found.p, (found.value, found.low, found.high)
    raw = changes.make_pairs(study.courses[PRIMARY], study.arms, "peak")
    p[UNADJUSTED] = changes.change_score(raw).p
    responses = find_responses(study.courses[PRIMARY], declared_rule(study.project.config.cohort))
    table = two_by_two(responses, study.arms)
    if table is not None:
        p[FISHER] = fisher_p(table)
    calls = tuple((patient.responds, responses[patient.patient_id].verdict) for patient in plan.patients)
    return Outcome(p, estimates, _true_estimates(plan), calls, patients)


def _pairs(study: Comparison, measure: str) -> changes.Pairs:
    """Collect the changes that the workflow compares."""
    return changes.make_pairs(study.courses.get(measure, {}), study.arms, "window_mean")


def _true_estimates(plan: CohortPlan) -> dict[str, float]:
    study = draw_study(plan, ALL_BUT_FREE)
    pairs = {measure: _pairs(study, measure) for measure in MEASURES}
    return {measure: changes.change_score(own).value for measure, own in pairs.items() if min(own.counts) >= FEWEST}


def rate_figures(scenario: str, outcomes: Sequence[Outcome], measure: str) -> list[Figure]:
    """Return how often each test is significant.

    Parameters
    ----------
    scenario : str
        First column.
    outcomes : sequence of Outcome
        Of one scenario.
    measure : str
        What the rate is, for example false positives.
    """
    figures = []
    for test in dict.fromkeys(name for outcome in outcomes for name in outcome.p):
        values = [outcome.p[test] for outcome in outcomes if test in outcome.p]
        known = [value for value in values if not np.isnan(value)]
        role = " (primary)" if test == PRIMARY else ""
        figures.append(number(scenario, f"{test}{role}", "cohorts", len(known), "cohorts"))
        hits = sum(value < ALPHA for value in known)
        figures.append(share(scenario, f"{test}{role}", measure, hits, len(known), "p below 0.05"))
    return figures


def estimate_figures(scenario: str, outcomes: Sequence[Outcome]) -> list[Figure]:
    """Return mean and coverage of the estimates against the mean of the cohorts without counting error.

    Parameters
    ----------
    scenario : str
        First column.
    outcomes : sequence of Outcome
        Of one scenario.
    """
    figures = []
    for measure in MEASURES:
        true = [outcome.true_estimates[measure] for outcome in outcomes if measure in outcome.true_estimates]
        if not true:
            continue
        target = float(np.mean(true))
        found = [outcome.estimates[measure] for outcome in outcomes if measure in outcome.estimates]
        hits = sum(low <= target <= high for _, low, high in found)
        detail = "difference of the arms' changes"
        compared = sum(outcome.patients.get(measure, 0) for outcome in outcomes)
        patients = sum(len(outcome.calls) for outcome in outcomes)
        figures += [
            share(scenario, measure, "patients with both values", compared, patients, "before treatment and in window"),
            mean(scenario, measure, "true difference", true, "log2", detail),
            mean(scenario, measure, "mean estimate", [value for value, _, _ in found], "log2", detail),
            share(scenario, measure, "coverage", hits, len(found), "95 % intervals"),
        ]
    return figures


def call_figures(scenario: str, how: str, calls: Sequence[tuple[bool, str]]) -> list[Figure]:
    """Return sensitivity and specificity of the responder calls; unknown verdicts are counted apart."""
    responders = [verdict for responds, verdict in calls if responds]
    others = [verdict for responds, verdict in calls if not responds]
    known = [[verdict for verdict in group if verdict in DECIDED] for group in (responders, others)]
    return [
        number(scenario, how, "patients", len(calls), "patients"),
        share(scenario, how, "sensitivity", known[0].count("responder"), len(known[0])),
        share(scenario, how, "specificity", known[1].count("non_responder"), len(known[1])),
        share(scenario, how, "verdict unknown", len(calls) - len(known[0]) - len(known[1]), len(calls)),
    ]


def refused_figures(first_seed: int, n: int, cores: int) -> list[Figure]:
    """Return the share of confounded cohorts in which any contrast has an estimate or p-value."""
    with ProcessPoolExecutor(cores) as pool:
        told = list(pool.map(_tells_an_effect, range(first_seed, first_seed + n)))
    measure = "cohorts with any estimate or p-value"
    return [share("confounded", "all contrasts", measure, sum(told), n, "contrasts.tsv must refuse them all")]


def _tells_an_effect(seed: int) -> bool:
    rows = contrast_table(draw_study(make_plan.__wrapped__("confounded", seed)))
    return any(row.get("p_value") is not None or row.get("estimate") is not None for row in rows)

import numpy as np
import pytest

from marrowgate.simulate import bayes
from marrowgate.simulate.bayes import bayes_limits
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.make import make_tube
from marrowgate.simulate.truth import member_mask


@pytest.fixture(autouse=True)
def _smaller(monkeypatch):
    monkeypatch.setattr(bayes, "FIT_EVENTS", 1000)
    monkeypatch.setattr(bayes, "TEST_EVENTS", 60_000)


@pytest.fixture(scope="module")
def sample():
    plan = make_plan("published", 7)
    return plan, find_sample(plan, "T01_v1_immature")


def test_bayes_limits__prevalence_is_that_of_the_tube(panels, sample):
    plan, tube = sample
    limits = bayes_limits(plan, tube, panels["immature"], ("lymphocytes", "ig"))
    made = make_tube(plan, tube, panels["immature"], 200_000)
    for limit in limits:
        assert member_mask(made.truth, limit.population).mean() == pytest.approx(limit.prevalence, rel=0.2)


def test_bayes_limits__f1_is_the_harmonic_mean_of_precision_and_recall(panels, sample):
    plan, tube = sample
    (limit,) = bayes_limits(plan, tube, panels["immature"], ("ig",))
    assert limit.f1 == pytest.approx(2 * limit.precision * limit.recall / (limit.precision + limit.recall))
    assert 0.8 < limit.f1 < 1.0


def test_bayes_limits__neighbours_in_maturation_are_harder_to_tell_apart_than_lineages(panels, sample):
    plan, tube = sample
    stage, lineage = bayes_limits(plan, tube, panels["immature"], ("ig_stage2", "lymphocytes"))
    assert stage.f1 < lineage.f1


def test_bayes_limits__no_single_threshold_on_a_marker_does_better(panels):
    plan = make_plan("published", 7)
    tube = find_sample(plan, "T01_v1_hspc")
    (limit,) = bayes_limits(plan, tube, panels["hspc"], ("cd34_hspc",))
    made = make_tube(plan, tube, panels["hspc"], 400_000)
    member = member_mask(made.truth, "cd34_hspc")
    signal = made.events[[entry.marker for entry in panels["hspc"].channels].index("CD34")]
    best = 0.0
    for threshold in np.quantile(signal, np.linspace(0.9, 0.9999, 60)):
        chosen = signal > threshold
        best = max(best, 2 * (chosen & member).sum() / (chosen.sum() + member.sum()))
    assert best < 0.9 < limit.f1

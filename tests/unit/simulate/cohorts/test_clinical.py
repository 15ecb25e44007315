"""The simulated outcomes against the truth that docs/simulation.md states."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from marrowgate.simulate.cohorts.clinical import measurements, outcomes, toxicities, true_colonies
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan
from marrowgate.simulate.parameters import CLINICAL, COLONIES, RESPONSES, TOXICITIES


@pytest.fixture(scope="module")
def many() -> list[dict[str, Any]]:
    """Return 4,000 patients' outcomes."""
    plan = make_plan("demo", 1)
    return [outcomes(plan, f"X{number}") for number in range(4000)]


def test_outcomes__contradict_themselves_nowhere(many: list[dict[str, object]]) -> None:
    for row in many:
        assert (row["dfs_months"] is not None) == (row["response"] == "CR") == (row["dfs_origin"] == "remission")
        assert (row["response"] is None) == (row["response_evaluable"] == "no")
        assert row["os_months"] >= 6
        if row["dfs_months"] is not None:
            assert 0 <= row["dfs_months"] < row["os_months"]
            assert row["relapse_event"] <= row["dfs_event"]
            assert row["os_event"] <= row["dfs_event"]
        if row["transplant_months"] is not None:
            assert 6 <= row["transplant_months"] <= row["os_months"]


def test_outcomes__have_the_stated_shares_and_medians(many: list[dict[str, object]]) -> None:
    for name, share in RESPONSES.items():
        assert np.mean([(row["response"] or "not evaluable") == name for row in many]) == pytest.approx(
            share, abs=0.025
        )
    assert np.median([row["anc_recovery_days"] for row in many]) == pytest.approx(CLINICAL["anc_recovery"].value, abs=1)
    # without remission nothing but death before relapse ends a life
    rest = [row for row in many if row["response"] != "CR"]
    fitter = KaplanMeierFitter().fit([row["os_months"] for row in rest], [row["os_event"] for row in rest])
    months = 6 + 0.5 * CLINICAL["death_before_relapse"].value
    assert fitter.predict(months) == pytest.approx(0.5**0.5, abs=0.03)
    remitted = [row for row in many if row["response"] == "CR"]
    fitter = KaplanMeierFitter().fit([row["dfs_months"] for row in remitted], [row["dfs_event"] for row in remitted])
    # remission comes three months after the first dose on average, and deaths are possible from the sixth
    halvings = 15 / CLINICAL["relapse"].value + (15 + 3 - 6) / CLINICAL["death_before_relapse"].value
    assert fitter.predict(15) == pytest.approx(0.5**halvings, abs=0.03)


def test_outcomes__do_not_depend_on_the_arm() -> None:
    plan = make_plan("demo", 1)
    turned = tuple(replace(patient, arm="doublet", responds=False) for patient in plan.patients)
    other = CohortPlan(plan.scenario, plan.seed, turned, plan.visits, plan.samples)
    assert outcomes(plan, "T01") == outcomes(other, "T01")
    assert list(toxicities(plan)) == list(toxicities(other))


def test_toxicities__highest_grades_have_the_stated_shares() -> None:
    plan = make_plan("published", 1)
    crowd = replace(plan, patients=tuple(replace(plan.patients[0], patient_id=f"X{number}") for number in range(2000)))
    rows = list(toxicities(crowd))
    for term, shares in TOXICITIES.items():
        for grade, share in enumerate(shares, start=1):
            found = sum((row["term"], row["grade"]) == (term, grade) for row in rows) / 2000
            assert found == pytest.approx(share, abs=0.03)


def test_measurements__colonies_follow_the_blood() -> None:
    plan = make_plan("published", 1)
    truth = np.array([row["generating_colony_forming_cells_per_ml"] for row in true_colonies(plan)], dtype=float)
    cd34 = np.array(
        [sum(visit.blood.per_ul[kind] for kind in visit.blood.per_ul if "hspc" in kind) for visit in plan.visits]
    )
    shares = truth / (1000 * cd34)
    for patient in ("T01", "D05"):
        own = [share for share, visit in zip(shares, plan.visits, strict=True) if visit.patient_id == patient]
        assert own == pytest.approx([own[0]] * len(own))
    assert np.median(shares) == pytest.approx(COLONIES["share_of_cd34"].value, rel=0.2)
    seen = np.array([row["value"] for row in measurements(plan)], dtype=float)
    assert np.mean(np.log(seen / truth)) == pytest.approx(0, abs=0.05)
    assert np.std(np.log(seen / truth)) == pytest.approx(COLONIES["assay_sd"].value, rel=0.3)
    counts = [row["n_counted"] for row in measurements(plan)]
    assert seen.tolist() == [count / COLONIES["plated_volume"].value for count in counts]

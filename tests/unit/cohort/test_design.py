"""What the design lets be said."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.courses import Course, Point
from marrowgate.cohort.design import Finding, check_design, is_flagged
from marrowgate.cohort.study import Comparison
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.project import Project

Project_ = Callable[..., Project]
Study_ = Callable[..., Comparison]
MEASURE = "immature_per_100_cd45"


def findings(study: Comparison) -> dict[str, Finding]:
    found = check_design(study.readings[MEASURE], study.courses[MEASURE], study.arms)
    return {finding.code: finding for finding in found}


def test_check_design__sound_design_has_no_findings(project: Project_, study: Study_) -> None:
    assert findings(study(project(("triplet", "doublet") * 4))) == {}


def test_check_design__batch_is_arm(project: Project_, study: Study_) -> None:
    found = findings(study(project(batch=lambda arm, day: {"triplet": "B1", "doublet": "B2"}[arm])))
    assert found["batch_is_arm"].level == "refused"
    assert found["batch_is_arm"].sentence == (
        "no batch has readings of both arms, so arm and batch cannot be told apart "
        "(B1: 16 triplet, 0 doublet; B2: 0 triplet, 16 doublet)"
    )


def test_check_design__batches_shared_unequally(project: Project_, study: Study_) -> None:
    def batch(arm: str, day: float) -> str:
        return "B1" if arm == "triplet" or day == 0 else "B2"

    found = findings(study(project(batch=batch)))
    assert found["batch_unequal"].level == "flagged"
    assert "only 62 % of the readings" in found["batch_unequal"].sentence


def test_check_design__batch_is_time(project: Project_, study: Study_) -> None:
    found = findings(study(project(batch=lambda arm, day: "B1" if day == 0 else "B2")))
    assert found["batch_is_time"].sentence.startswith("no batch has readings both of baseline and on therapy")


def test_check_design__batch_that_only_treated_triplet_visits_have_is_refused(project: Project_, study: Study_) -> None:
    found = findings(study(project(batch=lambda arm, day: "B2" if arm == "triplet" and day > 0 else "B1")))
    assert found["batch_is_change"].level == "refused"
    shared = findings(study(project(batch=lambda arm, day: "B2" if day > 10 else "B1")))
    assert "batch_is_change" not in shared


def test_check_design__arm_without_any_change_is_no_matter_of_batches(project: Project_, study: Study_) -> None:
    made = study(project(batch=lambda arm, day: "B1" if day < 10 else "B2"))
    only = made.only(lambda reading: made.arms[reading.visit.patient_id] == "triplet" or (reading.visit.day or 0) > 0)
    assert "batch_is_change" not in findings(only)


@pytest.mark.parametrize(("n", "said"), [(0, "no patient"), (1, "one patient")])
def test_check_design__arm_too_small(project: Project_, study: Study_, n: int, said: str) -> None:
    found = findings(study(project(("triplet",) * 4 + ("doublet",) * n)))
    assert found["arm_too_small"].level == "refused"
    assert found["arm_too_small"].sentence == f"the doublet arm has {said} with a value: two are needed"


def test_check_design__preparation_is_arm(project: Project_, study: Study_) -> None:
    made = project(sample=lambda arm, day: {"preparation": "ficoll" if arm == "triplet" else "lysed"})
    assert findings(study(made))["preparation_is_arm"].level == "refused"


def test_check_design__mixed_preparations(project: Project_, study: Study_) -> None:
    made = project(sample=lambda arm, day: {"preparation": "ficoll" if day == 14 else "lysed"})
    found = findings(study(made))["mixed_preparation"]
    assert found.level == "flagged"
    assert found.sentence.startswith("more than one preparation is mixed (ficoll: 4 triplet, 4 doublet;")


def test_check_design__baseline_gap(project: Project_, study: Study_) -> None:
    found = findings(study(project()))
    assert "the arms differ at baseline by -" in found["baseline_gap"].sentence


def test_check_design__unequal_visits_and_missing_baseline(project: Project_, study: Study_) -> None:
    made = study(project())
    kept = made.only(lambda r: made.arms[r.visit.patient_id] == "triplet" or (r.visit.day or 0) < 10)
    found = findings(kept.only(lambda r: not (r.visit.patient_id == "P0" and r.visit.day == 0)))
    assert "3.0 in the triplet arm and 1.0 in the doublet arm" in found["unequal_visits"].sentence
    assert found["missing_baseline"].sentence == "1 patients have no baseline and are left out of changes"


def test_check_design__unplaced_readings(project: Project_, study: Study_) -> None:
    made = study(project(sample=lambda arm, day: {"day": None} if day == 28 else {}))
    assert findings(made)["unplaced"].sentence == "8 readings have neither day nor cycle: not used"


@pytest.mark.parametrize("n", [4, 40])
@pytest.mark.parametrize(("p_value", "flagged"), [(0.012, False), (0.008, True)])
def test_check_design__a_gap_at_baseline_counts_in_its_own_error_whatever_the_number_of_patients(
    n: int, p_value: float, flagged: bool
) -> None:
    values = np.tile([3.0, 5.0], n // 2)
    # equal sizes and variances: Welch's test is Student's
    gap = stats.t.isf(p_value / 2, 2 * n - 2) * values.std(ddof=1) * math.sqrt(2 / n)
    pair = ArmPair("triplet", "doublet")
    arms = ComparedArms(pair, {f"P{k}": pair.first if k < n else pair.second for k in range(2 * n)})
    logs = np.concatenate([values - gap, values])
    courses = {
        name: Course(name, MEASURE, baseline=Point(2**log, math.nan, math.nan, log, 0.1, 1))
        for name, log in zip(arms, logs, strict=True)
    }
    found = {finding.code: finding for finding in check_design((), courses, arms)}
    assert ("baseline_gap" in found) is flagged
    if flagged:
        assert found["baseline_gap"].sentence == (
            f"the arms differ at baseline by {-gap:+.2f} log2 (p {p_value}): "
            "change score and analysis of covariance may disagree"
        )


def test_is_flagged__by_a_flag_and_not_by_a_refusal() -> None:
    assert is_flagged([Finding("stops_early", "flagged", "")])
    assert not is_flagged([Finding("preparation_is_arm", "refused", "")])
    assert not is_flagged([])

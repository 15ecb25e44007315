from collections import Counter

import numpy as np
import pytest

from marrowgate.errors import UserError
from marrowgate.simulate.blood import cxcr4_abc_median
from marrowgate.simulate.cell_types import HSPC
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.cohorts.scenarios import SCENARIOS

IMMATURE = ("promyelocyte", "myelocyte", "metamyelocyte", "erythroblast")


def visits_of(plan, patient):
    return [visit for visit in plan.visits if visit.patient_id == patient.patient_id]


def immature(visit):
    return 100 * sum(visit.blood.per_ul[kind] for kind in IMMATURE) / visit.blood.wbc


def cd34(visit):
    return sum(visit.blood.per_ul[kind] for kind in HSPC)


def peak(plan, patient):
    return max(immature(visit) for visit in visits_of(plan, patient) if visit.cycle)


@pytest.mark.parametrize("seed", [1, 7, 99])
def test_published__sixteen_of_22_triplet_and_none_of_25_doublet_patients_respond(seed):
    plan = make_plan("published", seed)
    responders = [(patient.arm, patient.responds) for patient in plan.patients]
    assert responders.count(("triplet", True)) == 16
    assert responders.count(("triplet", False)) == 6
    assert responders.count(("doublet", False)) == 25
    assert responders.count(("doublet", True)) == 0


@pytest.mark.parametrize("seed", [1, 7, 99])
def test_published__mean_of_the_responders_true_peaks_is_2_6_per_100_white_cells(seed):
    plan = make_plan("published", seed)
    peaks = [peak(plan, patient) for patient in plan.patients if patient.responds]
    assert np.mean(peaks) == pytest.approx(2.6, rel=0.02)


def test_published__immature_cells_rise_and_are_gone_at_the_first_visit_after_stopping():
    plan = make_plan("published", 7)
    early, late, after = [], [], []
    for patient in plan.patients:
        if patient.responds:
            visits = visits_of(plan, patient)
            early += [immature(visit) for visit in visits if visit.cycle and visit.day < 10]
            late += [immature(visit) for visit in visits if visit.cycle and visit.day > 25]
            after += [immature(visit) for visit in visits if visit.days_off is not None]
    assert np.median(early) < 0.6 * np.median(late)
    assert max(after) < 1.5
    assert np.median(after) < 0.5


def test_published__cd34_rises_and_cxcr4_falls_in_responders_only():
    plan = make_plan("published", 7)
    change = {True: [], False: []}
    for patient in plan.patients:
        visits = visits_of(plan, patient)
        full = max(visits, key=lambda visit: visit.effect)
        change[patient.responds].append(
            (cd34(full) / cd34(visits[0]), cxcr4_abc_median(full.blood) / cxcr4_abc_median(visits[0].blood))
        )
    responders, others = (np.exp(np.log(change[key]).mean(axis=0)) for key in (True, False))
    assert responders[0] == pytest.approx(3.0, rel=0.35)
    assert responders[1] == pytest.approx(0.6, rel=0.07)
    assert others[0] == pytest.approx(1.0, rel=0.35)
    assert others[1] == pytest.approx(1.0, rel=0.07)


def test_published__visits_are_ordered_and_their_treatment_time_agrees():
    plan = make_plan("published", 7)
    for patient in plan.patients:
        visits = visits_of(plan, patient)
        days = [visit.day for visit in visits]
        assert days == sorted(days)
        assert days[0] <= 0
        assert visits[-1].days_off > 0
        for visit in visits:
            if visit.cycle:
                assert visit.day == (visit.cycle - 1) * patient.cycle_days + visit.cycle_day - 1


def test_published__some_visits_are_missing_but_never_all():
    plan = make_plan("published", 7)
    counts = {patient.patient_id: len(visits_of(plan, patient)) for patient in plan.patients}
    assert min(counts.values()) >= 3
    assert min(counts.values()) < max(counts.values()) == 6


def test_demo__twelve_patients_five_visits_three_tubes_and_each_batch_pe_beads_and_a_blank():
    plan = make_plan("demo", 20170405)
    assert len(plan.patients) == 12
    assert sum(patient.responds for patient in plan.patients) == 4
    assert {len(visits_of(plan, patient)) for patient in plan.patients} == {5}
    assert sum(sample.visit is not None for sample in plan.samples) == 180
    others = [sample for sample in plan.samples if sample.visit is None]
    assert [(one.batch, one.control_type, one.control_marker) for one in others] == [
        kind for batch in ("B1", "B2", "B3") for kind in ((batch, "beads", ""), (batch, "fmo", "CD34"))
    ]


def test_demo__every_batch_holds_both_arms():
    plan = make_plan("demo", 20170405)
    arms = {patient.patient_id: patient.arm for patient in plan.patients}
    batches = {}
    for visit in plan.visits:
        batches.setdefault(visit.batch, set()).add(arms[visit.patient_id])
    assert len(batches) == 3
    assert all(found == {"triplet", "doublet"} for found in batches.values())


def test_study__is_the_published_one_in_few_visits_with_one_tube_without_cxcr4_a_patient():
    plan = make_plan("study", 20170405)
    assert [(arm, sum(patient.arm == arm for patient in plan.patients)) for arm in ("triplet", "doublet")] == [
        ("triplet", 22), ("doublet", 25),
    ]  # fmt: skip
    assert sum(patient.responds for patient in plan.patients) == 16
    visits = {(patient.arm, tuple(visit.name for visit in visits_of(plan, patient))) for patient in plan.patients}
    assert visits == {("triplet", ("v1", "v2", "v3", "v4")), ("doublet", ("v1", "v2", "v3"))}
    kinds = Counter((sample.panel, sample.control_type, sample.control_marker) for sample in plan.samples)
    assert kinds == {
        ("hspc", "none", ""): 141,
        ("immature", "none", ""): 163,
        ("hspc", "fmo", "CXCR4"): 47,
        ("hspc", "fmo", "CD34"): 6,
        ("hspc", "beads", ""): 6,
    }
    without_cxcr4 = [sample for sample in plan.samples if sample.control_marker == "CXCR4"]
    assert {sample.visit.name for sample in without_cxcr4} == {"v1"}
    after_stopping = [sample for sample in plan.samples if sample.visit and sample.visit.days_off is not None]
    assert [(sample.panel, sample.visit.name) for sample in after_stopping] == [("immature", "v4")] * 22


def test_study__two_visits_of_a_responder_are_near_the_peak():
    plan = make_plan("study", 20170405)
    for patient in plan.patients:
        effects = {visit.name: visit.effect for visit in visits_of(plan, patient)}
        assert effects["v1"] == effects.get("v4", 0) == 0
        assert min(effects["v2"], effects["v3"]) > 0.4


def test_null__nobody_responds_but_the_arms_differ_in_visits_baseline_and_batches():
    plan = make_plan("null", 7)
    arm = {patient.patient_id: patient.arm for patient in plan.patients}
    assert not any(patient.responds for patient in plan.patients)
    counts = {
        a: np.mean([len(visits_of(plan, p)) for p in plan.patients if p.arm == a]) for a in ("triplet", "doublet")
    }
    assert counts["triplet"] > counts["doublet"] + 1
    base = {a: np.mean([np.log(cd34(visits_of(plan, p)[0])) for p in plan.patients if p.arm == a]) for a in counts}
    assert base["triplet"] - base["doublet"] == pytest.approx(0.5, abs=0.5)
    early = {
        a: np.mean([visit.batch in {"B1", "B2", "B3"} for visit in plan.visits if arm[visit.patient_id] == a])
        for a in counts
    }
    assert early["triplet"] > 0.6
    assert early["doublet"] < 0.4


def test_null__patients_have_trends_of_their_own_with_mean_zero():
    changes = []
    for seed in range(20):
        plan = make_plan("null", seed)
        for patient in plan.patients:
            visits = visits_of(plan, patient)
            changes.append(np.log(cd34(visits[-1]) / cd34(visits[0])))
    expected = np.hypot(0.6, 0.35 * np.sqrt(2))
    assert np.mean(changes) == pytest.approx(0.0, abs=4 * expected / np.sqrt(len(changes)))
    assert np.std(changes) == pytest.approx(expected, rel=0.1)


def test_confounded__arm_and_batch_are_the_same():
    plan = make_plan("confounded", 7)
    arm = {patient.patient_id: patient.arm for patient in plan.patients}
    assert {(arm[visit.patient_id], visit.batch) for visit in plan.visits} == {("triplet", "B1"), ("doublet", "B2")}


def test_weak__six_patients_respond_with_a_lower_peak():
    plan = make_plan("weak", 7)
    peaks = [peak(plan, patient) for patient in plan.patients if patient.responds]
    assert len(peaks) == 6
    assert np.mean(peaks) == pytest.approx(1.2, rel=0.05)


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_make_plan__depends_on_the_seed_and_on_nothing_else(scenario):
    first = make_plan.__wrapped__(scenario, 3)
    make_plan.__wrapped__(scenario, 4)
    assert make_plan.__wrapped__(scenario, 3) == first
    assert make_plan.__wrapped__(scenario, 4) != first


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_make_plan__a_patients_peak_is_what_the_visits_show(scenario):
    plan = make_plan(scenario, 3)
    for patient in plan.patients:
        if patient.responds:
            assert peak(plan, patient) == pytest.approx(patient.peak_pct, rel=1e-6)


def test_analyser__white_cell_count_has_its_own_error():
    plan = make_plan("published", 7)
    errors = [visit.wbc_per_ul / (visit.blood.wbc + visit.blood.per_ul["erythroblast"]) - 1 for visit in plan.visits]
    assert np.std(errors) == pytest.approx(0.03, rel=0.15)
    assert abs(np.mean(errors)) < 4 * 0.03 / np.sqrt(len(errors))


def test_make_plan__unknown_scenario_names_the_known_ones():
    with pytest.raises(UserError, match="there is no scenario 'nope'; use one of demo, published, study, null"):
        make_plan("nope", 1)


def test_find_sample__unknown_sample_says_which_there_are():
    with pytest.raises(UserError, match="has no sample 'X'; use a sample_id of its sheet, such as T01_v1_hspc"):
        find_sample(make_plan("demo", 1), "X")

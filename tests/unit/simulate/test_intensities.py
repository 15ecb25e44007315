import numpy as np
import pytest

from marrowgate.simulate.blood import cxcr4_abc_median
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.intensities import intensity_truth
from marrowgate.simulate.make import batch_optics, make_tube
from marrowgate.simulate.optics.instrument import FLUOROCHROMES
from marrowgate.simulate.truth import member_mask

CELLS = 200_000


@pytest.fixture(scope="module")
def truth(panels):
    plan = make_plan("published", 7)
    sample = find_sample(plan, "T01_v1_hspc")
    return plan, sample, intensity_truth(plan, sample, panels["hspc"], n_cells=CELLS)


def test_intensity_truth__is_the_abundance_through_the_instrument(panels, truth):
    plan, sample, found = truth
    optics = batch_optics(plan, sample, panels["hspc"])
    row = optics.markers.index("CXCR4")
    gain = float(optics.gain[row] * optics.drift[row])
    expected = cxcr4_abc_median(sample.blood) * FLUOROCHROMES["PE"].brightness * gain
    assert found.delta_fi == pytest.approx(expected, rel=0.02)


def test_intensity_truth__difference_and_ratio_belong_to_the_medians(truth):
    found = truth[2]
    assert found.delta_fi == found.median_fi - found.control_median_fi
    assert found.ratio_fi == found.median_fi / found.control_median_fi
    assert 0 < found.control_median_fi < 0.2 * found.median_fi


def test_intensity_truth__members_of_a_tube_scatter_around_it(panels, truth):
    plan, sample, found = truth
    tube = make_tube(plan, sample, panels["hspc"], 500_000)
    optics = batch_optics(plan, sample, panels["hspc"])
    rows = [row for row, entry in enumerate(panels["hspc"].channels) if entry.marker]
    compensated = np.linalg.solve(optics.spillover.T, tube.events[rows].astype(float))
    members = member_mask(tube.truth, "cd34_hspc")
    assert members.sum() > 50
    logs = np.log(np.maximum(compensated[optics.markers.index("CXCR4")][members], 1.0))
    error = 1.25 * logs.std() / np.sqrt(members.sum())
    assert np.median(logs) == pytest.approx(np.log(found.median_fi), abs=4 * error)


def test_intensity_truth__is_the_same_again(panels, truth):
    plan, sample, found = truth
    assert intensity_truth(plan, sample, panels["hspc"], n_cells=CELLS) == found


def test_intensity_truth__full_effect_lowers_the_difference_by_the_stated_fold(panels):
    plan = make_plan("published", 7)
    changes = []
    for patient in [patient for patient in plan.patients if patient.responds][:6]:
        visits = [visit for visit in plan.visits if visit.patient_id == patient.patient_id]
        full = max(visits, key=lambda visit: visit.effect)
        gains, found = [], []
        for visit in (visits[0], full):
            sample = find_sample(plan, f"{patient.patient_id}_{visit.name}_hspc")
            optics = batch_optics(plan, sample, panels["hspc"])
            row = optics.markers.index("CXCR4")
            gains.append(float(optics.gain[row] * optics.drift[row]))
            found.append(intensity_truth(plan, sample, panels["hspc"], n_cells=50_000).delta_fi)
        changes.append(np.log(found[1] / gains[1]) - np.log(found[0] / gains[0]))
    # every visit has its own variation of 0.08 (ln), see CXCR4_VISIT_SD
    assert np.mean(changes) == pytest.approx(np.log(0.6), abs=4 * 0.08 * np.sqrt(2 / 6))

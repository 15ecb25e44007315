"""Smaller cohorts keep what belongs together."""

import pytest

from accuracy.scratch import part_of
from marrowgate.simulate.cohorts.cohort import make_plan


@pytest.mark.parametrize(("scenario", "responders"), [("published", 4), ("null", 0)])
def test_part_of__keeps_the_share_of_responders(scenario, responders):
    # 16 of 22 of 6 are 4.4
    part = part_of(make_plan(scenario, 3), 6, 5)
    assert sum(patient.arm == "triplet" for patient in part.patients) == 6
    assert sum(patient.arm == "doublet" for patient in part.patients) == 5
    assert sum(patient.responds for patient in part.patients) == responders


def test_part_of__keeps_the_tubes_of_its_patients_and_the_controls_of_their_batches():
    whole = make_plan("published", 3)
    part = part_of(whole, 2, 1)
    names = {patient.patient_id for patient in part.patients}
    batches = {visit.batch for visit in part.visits}
    assert {sample.visit.patient_id for sample in part.samples if sample.visit} == names
    assert {sample.batch for sample in part.samples if not sample.visit} == batches
    assert all(visit in whole.visits for visit in part.visits)

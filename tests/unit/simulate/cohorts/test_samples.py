import re
from collections import Counter

import numpy as np
import pytest

from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.samples import SINGLE_STAINS, TROUBLES
from marrowgate.simulate.cohorts.scenarios import SCENARIOS


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_plan_tubes__sample_ids_are_unique_and_fit_the_sheet(scenario):
    names = [sample.sample_id for sample in make_plan(scenario, 2).samples]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[A-Za-z0-9_]+", name) for name in names)


def test_plan_tubes__every_fmo_belongs_to_a_tube_of_its_visit():
    plan = make_plan("demo", 2)
    by_name = {sample.sample_id: sample for sample in plan.samples}
    controls = [sample for sample in plan.samples if sample.control_type == "fmo" and sample.visit]
    assert len(controls) == 60
    for control in controls:
        owner = by_name[control.control_for]
        assert (owner.visit, owner.panel, owner.control_type) == (control.visit, control.panel, "none")


def test_plan_tubes__every_batch_has_its_controls():
    plan = make_plan("published", 2)
    for batch in {visit.batch for visit in plan.visits}:
        kinds = Counter(
            (sample.panel, sample.control_type, sample.control_marker)
            for sample in plan.samples
            if sample.batch == batch and sample.visit is None
        )
        for panel, markers in SINGLE_STAINS.items():
            assert kinds[panel, "unstained", ""] == 1
            assert all(kinds[panel, "single_stain", marker] == 1 for marker in markers)
            assert kinds[panel, "beads", ""] >= 1
        assert kinds["hspc", "fmo", "CD34"] == kinds["hspc", "isotype", "CD34"] == 1


def test_single_stains__are_the_stains_of_the_panels(panels):
    for name, markers in SINGLE_STAINS.items():
        assert set(markers) == {entry.marker for entry in panels[name].channels if entry.marker}


def test_plan_tubes__only_the_dirty_scenario_has_troubles_and_it_has_each():
    for scenario in SCENARIOS:
        found = Counter(sample.trouble.name for sample in make_plan(scenario, 2).samples if sample.trouble.name)
        assert found == (Counter(trouble.name for trouble in TROUBLES) if scenario == "dirty" else Counter())


def test_plan_tubes__pipetted_volumes_vary_by_five_percent():
    shares = [sample.preparation.blood_share for sample in make_plan("published", 2).samples if sample.visit]
    assert np.std(shares) == pytest.approx(0.05, rel=0.1)

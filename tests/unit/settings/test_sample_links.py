from pathlib import Path

import pytest

from marrowgate.gating.methods import control_needs
from marrowgate.settings import sample_links
from unit.settings.projects import STRATEGY, sheet

BASE = {"patient_id": "P1", "panel": "blood", "batch": "B1"}
CONTROLLED = """\
  - name: cxcr4_pos
    parent: cd45_pos
    dimensions: [CXCR4]
    method: control_quantile
    arguments: {control: KIND}
"""


@pytest.fixture
def project(folder):
    """Return a function that loads a project of some sample_links."""

    def load(*rows, kind="fmo"):
        folder.write("config/strategies/tree.yaml", STRATEGY + CONTROLLED.replace("KIND", kind))
        made = [{**BASE, "fcs": f"raw/{row['sample_id']}.fcs", **row} for row in rows]
        for row in made:
            Path(row["fcs"]).write_text("FCS3.1", encoding="utf-8")
        folder.write("config/samples.tsv", sheet(made))
        return folder.load()

    return load


def names(samples):
    return [sample.sample_id for sample in samples]


def fmo(name, **cells):
    return {"sample_id": name, "control_type": "fmo", "control_marker": "CXCR4", **cells}


def test_gated__leaves_out_single_stains_and_beads(project):
    stain = {"sample_id": "S", "control_type": "single_stain", "control_marker": "CD45", "batch": "B9"}
    found = project({"sample_id": "A"}, fmo("F"), stain, {"sample_id": "C", "control_type": "beads"})
    assert names(sample_links.gated(found)) == ["A", "F"]
    assert sample_links.batches(found) == (("blood", "B1"),)


def test_members__are_those_of_panel_and_batch(project):
    found = project({"sample_id": "A"}, {"sample_id": "B", "batch": "B2"}, {"sample_id": "C"})
    assert names(sample_links.members(found, "blood", "B1")) == ["A", "C"]
    assert sample_links.batches(found) == (("blood", "B1"), ("blood", "B2"))


def test_scale_samples__are_the_stained_ones_or_all_when_none_is(project):
    found = project({"sample_id": "A"}, fmo("F"), fmo("G", batch="B2"), {"sample_id": "C"})
    assert names(sample_links.scale_samples(found, "blood", "B1")) == ["A", "C"]
    assert names(sample_links.scale_samples(found, "blood", "B2")) == ["G"]


def test_baseline__is_the_patient_s_first_stained_tube_at_day_0_or_before(project):
    found = project(
        {"sample_id": "late", "day": "7"},
        {"sample_id": "zero", "day": "0"},
        {"sample_id": "early", "day": "-14"},
        {"sample_id": "undated"},
        {"sample_id": "other", "patient_id": "P2", "day": "-20"},
        fmo("control", day="-30"),
    )
    assert sample_links.baseline_of(found, found.samples[0]).sample_id == "early"
    assert [sample_links.role_of(found, sample)[0] for sample in found.samples] == [
        *("none", "none", "baseline", "none", "baseline", "fmo"),
    ]


def test_baseline__of_a_patient_without_one_is_none(project):
    found = project({"sample_id": "A", "day": "1"})
    assert sample_links.baseline_of(found, found.samples[0]) is None


def test_tubes_without_patient__have_no_baseline(project):
    found = project({"sample_id": "A", "patient_id": "", "day": "0"}, {"sample_id": "B", "patient_id": "", "day": "3"})
    assert sample_links.baseline_of(found, found.samples[1]) is None


def controls_to_fit_first(project, sample):
    needs = control_needs(project.strategies[project.config.strategy_of_panel[sample.panel]])
    return sample_links.controls_to_fit_first(project, sample, needs)


def test_controls__own_one_goes_before_the_batch_s(project):
    found = project({"sample_id": "A"}, fmo("batch"), fmo("own", control_for="A"))
    assert names(controls_to_fit_first(found, found.samples[0])) == ["own"]


def test_controls__of_the_batch_are_taken_when_there_is_no_own(project):
    found = project({"sample_id": "A"}, {"sample_id": "B"}, fmo("batch"), fmo("own", control_for="B"))
    assert names(controls_to_fit_first(found, found.samples[0])) == ["batch"]


def test_controls__of_another_batch_or_sample_are_not_taken(project):
    found = project({"sample_id": "A"}, {"sample_id": "B"}, fmo("far", batch="B2"), fmo("own", control_for="B"))
    assert controls_to_fit_first(found, found.samples[0]) == ()


def test_controls__a_control_takes_nothing_from_its_own_kind(project):
    found = project({"sample_id": "A"}, fmo("F"), fmo("G"))
    assert controls_to_fit_first(found, found.samples[1]) == ()


def test_controls__baseline_is_taken_by_the_patient_s_later_tubes(project):
    found = project({"sample_id": "A", "day": "0"}, {"sample_id": "B", "day": "7"}, kind="baseline")
    assert controls_to_fit_first(found, found.samples[0]) == ()
    assert names(controls_to_fit_first(found, found.samples[1])) == ["A"]


def test_gates_from__a_control_of_a_sample_is_gated_by_that_sample_s_gates(project):
    found = project({"sample_id": "A"}, fmo("own", control_for="A"), fmo("batch"))
    assert [sample_links.gates_from(sample) for sample in found.samples] == ["A", "A", "batch"]


def test_control_needs__are_what_the_strategy_asks_for(project):
    found = project({"sample_id": "A"}, kind="isotype")
    assert control_needs(found.strategies["tree"]) == (("isotype", "CXCR4"),)


def test_bead_samples__are_all_those_of_a_known_lot_in_the_order_of_the_sheet(project, folder):
    for lot in ("PE01", "RB01"):
        folder.write(f"config/bead_lots/{lot}.yaml", "lot: x\n")
    beads = {"control_type": "beads", "patient_id": ""}
    found = project(
        {"sample_id": "A"},
        {"sample_id": "R", "bead_lot": "RB01", **beads},
        {"sample_id": "Q", "bead_lot": "PE01", **beads},
        {"sample_id": "U", "bead_lot": "XX01", **beads},
        {"sample_id": "N", **beads},
    )
    assert {place: names(own) for place, own in sample_links.bead_samples(found).items()} == {
        ("blood", "B1"): ["R", "Q"]
    }

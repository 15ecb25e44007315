"""Beads of one fluorochrome are refused where another is measured."""

import pytest

from unit.settings.projects import CONFIG, PANEL, SAMPLES, sheet

BEADS = {
    "sample_id": "Q1",
    "fcs": "raw/q1.fcs",
    "panel": "blood",
    "batch": "B1",
    "control_type": "beads",
    "bead_lot": "QB1",
}
MEASURED = CONFIG + "measure:\n  intensities:\n    - {population: cd45_pos, marker: CXCR4}\n"
APC_PANEL = PANEL.replace("PE-A, marker: CXCR4, fluorochrome: PE", "APC-A, marker: CXCR4, fluorochrome: APC")


def lot(values="PE", more="", unit="PE molecules per bead"):
    return f"lot: QB1\nunit: {unit}\n{more}kinds: 4\nvalues:\n  {values}: [520, 5600, 24500, 64000]\n"


@pytest.fixture
def beads(folder):
    folder.write("config/samples.tsv", sheet([*SAMPLES, BEADS]))
    folder.write("raw/q1.fcs", "FCS3.1")
    folder.write("config/config.yaml", MEASURED)
    folder.write("config/bead_lots/QB1.yaml", lot())
    return folder


def test_beads__of_the_marker_s_fluorochrome_are_taken(beads):
    assert beads.load().samples[-1].bead_lot == "QB1"


def test_beads__of_another_fluorochrome_than_every_measured_marker_are_refused(beads):
    beads.write("config/panels/blood.yaml", APC_PANEL)
    what = "beads of lot QB1 carry PE, but in panel 'blood' CXCR4 carries APC"
    cure = "they calibrate that fluorochrome only; use beads of the marker's own, or empty that cell"
    assert beads.faults() == [f"config/samples.tsv line 5, column bead_lot: {what}; {cure}"]


@pytest.mark.parametrize("key", ["CXCR4", "APC-A"])
def test_beads__with_values_under_a_marker_or_channel_of_another_fluorochrome_are_refused(beads, key):
    beads.write("config/panels/blood.yaml", APC_PANEL)
    beads.write("config/bead_lots/QB1.yaml", lot(key, "fluorochrome: PE\n", "molecules"))
    what = f"the beads carry PE, but {key} of panel 'blood' carries APC"
    cure = "beads calibrate their own fluorochrome only; remove the entry, or use beads of the other"
    assert beads.faults()[0] == f"config/bead_lots/QB1.yaml line 6, values.{key}: {what}; {cure}"


def test_beads__a_marker_whose_fluorochrome_is_not_named_is_refused(beads):
    beads.write("config/panels/blood.yaml", PANEL.replace(", fluorochrome: PE}", "}"))
    assert "but in panel 'blood' CXCR4 carries a fluorochrome that is not named;" in beads.faults()[0]


def test_beads__names_of_fluorochromes_may_differ_in_case_and_hyphens(beads):
    beads.write("config/panels/blood.yaml", PANEL.replace("fluorochrome: PE}", "fluorochrome: PE-Cy7}"))
    beads.write("config/bead_lots/QB1.yaml", lot("PE Cy7", "fluorochrome: pe cy7\n"))
    assert beads.load().samples[-1].bead_lot == "QB1"


def test_beads__that_shine_in_all_channels_are_not_held_against_fluorochromes(beads):
    beads.write("config/panels/blood.yaml", APC_PANEL)
    beads.write("config/bead_lots/QB1.yaml", lot("APC-A", unit="MEFL"))
    assert beads.load().samples[-1].bead_lot == "QB1"


def test_beads__without_a_measured_marker_watch_the_instrument_only(beads):
    beads.write("config/config.yaml", CONFIG)
    beads.write("config/panels/blood.yaml", APC_PANEL)
    assert beads.load().samples[-1].bead_lot == "QB1"


def test_beads__of_a_second_fluorochrome_stand_beside_those_of_the_marker(beads):
    second = {**BEADS, "sample_id": "Q2", "fcs": "raw/q2.fcs", "bead_lot": "QF1"}
    beads.write("config/samples.tsv", sheet([*SAMPLES, second, BEADS]))
    beads.write("raw/q2.fcs", "FCS3.1")
    beads.write("config/bead_lots/QF1.yaml", lot("FITC", unit="FITC molecules per bead").replace("QB1", "QF1"))
    assert beads.load().samples[-1].bead_lot == "QB1"


def test_beads__a_marker_among_others_that_they_calibrate_is_no_fault(beads):
    more = "    - {population: cd45_pos, marker: CD45}\n"
    beads.write("config/config.yaml", MEASURED + more)
    assert beads.load().samples[-1].bead_lot == "QB1"

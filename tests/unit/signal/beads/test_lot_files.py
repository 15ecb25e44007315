"""Files of the bead lots that the sample sheet names."""

import pytest

from marrowgate.signal.beads.lot_files import lot_faults
from unit.settings.projects import SAMPLES, Folder, sheet

BEADS = {"fcs": "raw/q1.fcs", "panel": "blood", "batch": "B1", "control_type": "beads", "bead_lot": "QB1"}
LOT = "lot: QB1\nunit: PE molecules per bead\nkinds: 4\nvalues:\n  PE: [520, 5600, 24500, 64000]\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = Folder(tmp_path, monkeypatch)
    again = {**BEADS, "sample_id": "Q2", "batch": "B2", "fcs": "raw/q2.fcs"}
    folder.write("config/samples.tsv", sheet([*SAMPLES, {**BEADS, "sample_id": "Q1"}, again]))
    folder.write("raw/q1.fcs", "FCS3.1")
    folder.write("raw/q2.fcs", "FCS3.1")
    return folder


def told(folder, text):
    folder.write("config/bead_lots/QB1.yaml", text)
    return [str(each) for each in lot_faults(folder.load())]


def test_lot__with_a_sound_file_has_no_fault(folder):
    assert told(folder, LOT) == []


def test_lot__without_a_file_has_no_fault(folder):
    assert lot_faults(folder.load()) == []


def test_lot__what_is_wrong_in_its_file_is_told_once(folder):
    assert told(folder, LOT.replace("kinds: 4", "kinds: 2\nunits: PE")) == [
        "config/bead_lots/QB1.yaml line 3, kinds: must be at least 3, got 2; correct the value",
        "config/bead_lots/QB1.yaml line 4, units: there is no such entry; did you mean 'unit'?",
    ]


def test_lot__of_another_name_than_its_file_is_told(folder):
    assert told(folder, LOT.replace("QB1", "QB2")) == [
        (
            "config/bead_lots/QB1.yaml line 1, lot: describes lot 'QB2', but the file is that of 'QB1'; "
            "correct one of the names"
        )
    ]

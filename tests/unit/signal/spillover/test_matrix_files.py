"""Spillover matrices that the settings name."""

from pathlib import Path

import pytest

from marrowgate.signal.spillover.matrix_files import matrix_faults
from unit.settings.projects import CONFIG, SAMPLES, Folder, changed, sheet

MATRIX = "FITC-A,PE-A\n1,0.2\n0.01,1\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return Folder(tmp_path, monkeypatch)


def faults(folder, signal, overrides=None):
    folder.write("config/config.yaml", f"{CONFIG}signal:\n{signal}")
    given = overrides or {}
    return [str(one) for one in matrix_faults(folder.load(given), Path("config/config.yaml"), given)]


def test_matrix_faults__sound_file_has_none(folder):
    folder.write("m.csv", MATRIX)
    assert faults(folder, "  spillover: m.csv\n") == []
    assert faults(folder, "  spillover: file\n") == []


def test_matrix_faults__missing_file_is_one_fault_however_many_batches_use_it(folder):
    folder.write("config/samples.tsv", sheet(changed(2, batch="B2")))
    assert faults(folder, "  spillover: n.csv\n") == [
        "config/config.yaml line 4, signal.spillover: there is no file 'n.csv'; make it, or correct the path"
    ]


def test_matrix_faults__file_of_one_batch_is_told_at_its_own_entry(folder):
    assert faults(folder, "  spillover: none\n  spillover_of_batch:\n    B1: n.csv\n") == [
        (
            "config/config.yaml line 6, signal.spillover_of_batch.B1: there is no file 'n.csv'; "
            "make it, or correct the path"
        )
    ]


def test_matrix_faults__overridden_entry_is_told_as_an_option(folder):
    assert faults(folder, "  spillover: none\n", {"signal": {"spillover": "n.csv"}}) == [
        "--config signal.spillover: there is no file 'n.csv'; make it, or correct the path"
    ]


def test_matrix_faults__what_is_wrong_inside_the_file_is_told(folder):
    folder.write("m.csv", "FITC-A,PE-A\n2,0.2\n0.01,x\n")
    assert faults(folder, "  spillover: m.csv\n") == [
        (
            "m.csv line 2, column FITC-A: the diagonal is 2, it must be 1; "
            "divide the row by it; a compensation matrix (the inverse) is not what is asked for"
        ),
        "m.csv line 3, column PE-A: 'x' is no number; write a number, 0 for none",
    ]


def test_matrix_faults__what_can_be_no_spillover_is_told(folder):
    folder.write("m.csv", "FITC-A,PE-A\n1,20\n1,1\n")
    assert faults(folder, "  spillover: m.csv\n") == [
        (
            "m.csv: it has entries up to 20 beside a diagonal of 1; "
            "give the spillover matrix: rows are fluorochromes in the order of the columns, 1 on the diagonal"
        )
    ]


def test_matrix_faults__every_label_that_does_not_match_the_panel_is_told(folder):
    folder.write("m.csv", "FITC-A,PE_A,BV421-A\n1,0.2,0\n0.01,1,0\n0,0,1\n")
    assert faults(folder, "  spillover: m.csv\n") == [
        "m.csv line 1: detector 'PE_A' is no channel of panel 'blood'; did you mean 'PE-A'?",
        (
            "m.csv line 1: detector 'BV421-A' is no channel of panel 'blood'; "
            "correct the name, or add the channel to the panel"
        ),
        (
            "m.csv line 1: CXCR4 of panel 'blood' is in PE-A, which the matrix does not have; "
            "add its row and column; write 0 where nothing spills over"
        ),
    ]


def test_matrix_faults__alias_of_a_channel_matches(folder):
    panel = (folder.path / "config/panels/blood.yaml").read_text(encoding="utf-8")
    folder.write("config/panels/blood.yaml", panel.replace("{channel: PE-A,", "{channel: PE-A, aliases: [PE_A],"))
    folder.write("m.csv", MATRIX.replace("PE-A", "PE_A"))
    assert faults(folder, "  spillover: m.csv\n") == []


def test_matrix_faults__batch_that_no_sample_has_is_told(folder):
    assert len({row["batch"] for row in SAMPLES}) == 1
    assert faults(folder, "  spillover_of_batch:\n    b1: none\n    Z9: none\n") == [
        "config/config.yaml line 5, signal.spillover_of_batch.b1: no sample has the batch 'b1'; did you mean 'B1'?",
        (
            "config/config.yaml line 6, signal.spillover_of_batch.Z9: no sample has the batch 'Z9'; "
            "name a batch of the sample sheet"
        ),
    ]

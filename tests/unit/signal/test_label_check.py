"""Labels in the file against the panel."""

import pytest

from marrowgate.fcs.model import Channel
from marrowgate.signal.label_check import label_check


def channel(name, label, marker):
    return Channel(0, name, label, marker, "", "fluorescence", "", 32, 1000.0, (0.0, 0.0), None, None)


def test_label_check__labels_of_the_panel_are_ok_however_they_are_spelled():
    found = label_check([channel("PE-A", "cd-34 PE", "CD34"), channel("APC-A", "HLA DR", "HLA-DR")], 50)
    assert (found.check, found.verdict, found.value, found.reason) == ("other_labels_pct", "ok", 0.0, "")


def test_label_check__a_tube_of_another_panel_is_flagged_with_its_channels():
    tube = [channel("FITC-A", "CD16", "CD38"), channel("PE-A", "CRTH2", "CXCR4"), channel("APC-A", "CD45", "CD45")]
    found = label_check(tube, 50)
    assert (found.verdict, found.value) == ("flagged", pytest.approx(200 / 3))
    wanted = "2 of 3 labels in the file name another marker than the panel: FITC-A (CD38), PE-A (CXCR4)"
    assert found.reason == wanted


def test_label_check__one_old_name_among_others_is_ok():
    tube = [channel("PE-A", "CD184", "CXCR4"), channel("APC-A", "CD45", "CD45"), channel("FITC-A", "CD34", "CD34")]
    assert label_check(tube, 50).verdict == "ok"


def test_label_check__a_file_without_labels_is_not_checked():
    found = label_check([channel("PE-A", "", "CXCR4"), channel("APC-A", "APC-A", "CD45")], 50)
    assert (found.verdict, found.reason) == ("not_checked", "no label in the file names a marker")

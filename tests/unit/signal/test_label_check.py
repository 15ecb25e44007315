"""Labels in the file against the panel."""

from dataclasses import replace

import pytest

from marrowgate.fcs.model import Channel
from marrowgate.fcs.read import read_fcs
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.signal.label_check import label_check
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import Trouble, find_sample
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind


def channel(name, label, marker):
    return Channel(0, name, label, marker, "", "fluorescence", "", 32, 1000.0, (0.0, 0.0), None, None)


def check(tube, limit=50, unnamed=()):
    """Check a sample against the panel that names all its channels but those in `unnamed`."""
    entries = [{"channel": one.name, "marker": one.marker} for one in tube if one.name not in unnamed]
    return label_check(tube, Panel.model_validate({"channels": entries}), limit)


def test_label_check__labels_of_the_panel_are_ok_however_they_are_spelled():
    found = check([channel("PE-A", "cd-34 PE", "CD34"), channel("APC-A", "HLA DR", "HLA-DR")])
    assert (found.check, found.verdict, found.value, found.reason) == ("other_labels_pct", "ok", 0.0, "")


def test_label_check__a_tube_of_another_panel_is_flagged_with_its_channels():
    tube = [channel("FITC-A", "CD16", "CD38"), channel("PE-A", "CRTH2", "CXCR4"), channel("APC-A", "CD45", "CD45")]
    found = check(tube)
    assert (found.verdict, found.value) == ("flagged", pytest.approx(200 / 3))
    wanted = "2 of 3 labels in the file name another marker than the panel: FITC-A (CD38), PE-A (CXCR4)"
    assert found.reason == wanted


def test_label_check__one_old_name_among_others_is_ok():
    tube = [channel("PE-A", "CD184", "CXCR4"), channel("APC-A", "CD45", "CD45"), channel("FITC-A", "CD34", "CD34")]
    assert check(tube).verdict == "ok"


def test_label_check__a_file_without_labels_is_not_checked():
    found = check([channel("PE-A", "", "CXCR4"), channel("APC-A", "APC-A", "CD45")])
    assert (found.verdict, found.reason) == ("not_checked", "no label in the file names a marker")


def test_label_check__channels_that_the_panel_does_not_name_say_nothing():
    tube = [channel("FITC-A", "CD16", "CD38"), channel("APC-A", "CD45", "CD45"), channel("PE-A", "CRTH2", "CXCR4")]
    # their markers were read from the labels, so these always agree
    more = [channel(name, "CD71", "CD71") for name in ("BV605-A", "BV650-A", "BV711-A", "BV786-A")]
    found = check([*tube, *more], unnamed=[one.name for one in more])
    assert (found.verdict, found.value) == ("flagged", pytest.approx(200 / 3))


@pytest.mark.parametrize(("stained_as", "verdict"), [("", "ok"), ("immature", "flagged")])
def test_label_check__of_a_cd34_tube_that_was_stained_with_the_other_panel(repository, tmp_path, stained_as, verdict):
    plan, panels, path = make_plan("dirty", 4), repository / "config" / "panels", tmp_path / "sample.fcs"
    sample = replace(
        find_sample(plan, "T01_v2_hspc"), trouble=Trouble(stained_as and "swapped_panel", stained_as=stained_as)
    )
    write_sample(plan, sample, panels, path, None, n_events=2000, kind=FileKind())
    panel = load_panel(panels / "hspc.yaml")
    found = label_check(read_fcs(path, panel=panel).channels, panel, 50)
    assert found.verdict == verdict

"""What differs between a patient's visits is flagged on the row of the intensity."""

import numpy as np
import pytest

from marrowgate.measure.visit_differences import Staining, compare, visit_differences
from unit.measure.samples import record, sample
from unit.settings.projects import PANEL, Folder

USUAL = Staining("lysed_whole_blood", "ammonium_chloride", "12G5 PE", 480.0, None)


def changed(**values):
    return Staining(**{**vars(USUAL), **values})


def test_difference__none_is_ok():
    assert compare(USUAL, [USUAL, USUAL], 0.5) == ("ok", "")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"preparation": "ficoll"}, "preparation is ficoll, lysed_whole_blood at 2 of 2 other visits"),
        ({"lysis": "FACS Lysing"}, "lysis is FACS Lysing, ammonium_chloride at 2 of 2 other visits"),
        ({"antibody": "1D9 PE"}, "antibody is 1D9 PE, 12G5 PE at 2 of 2 other visits"),
        ({"voltage": 500.0}, "voltage is 500, 480 at 2 of 2 other visits"),
    ],
)
def test_difference__each_is_told_on_the_row_that_differs(values, told):
    assert compare(changed(**values), [USUAL, USUAL], 0.5) == ("differs", told)


def test_difference__gain_is_compared_where_it_is_stated():
    told = "gain is 2, 1 at 1 of 1 other visits"
    assert compare(changed(gain=2.0), [changed(gain=1.0)], 0.5) == ("differs", told)


def test_difference__is_told_on_the_other_visits_too():
    told = "preparation is lysed_whole_blood, ficoll at 1 of 2 other visits"
    assert compare(USUAL, [USUAL, changed(preparation="ficoll")], 0.5) == ("differs", told)


def test_difference__a_voltage_within_the_limit_does_not_count():
    assert compare(changed(voltage=481.0), [USUAL], 0.5) == ("ok", "")


def test_difference__what_is_not_stated_is_not_called_alike():
    own = changed(preparation=None, antibody=None)
    assert compare(own, [USUAL], 0.5) == ("not_checked", "not stated at every visit: preparation, antibody")


def test_difference__a_first_visit_has_nothing_to_compare_with():
    assert compare(USUAL, [], 0.5) == ("not_checked", "no other visit of the patient")


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = Folder(tmp_path, monkeypatch)
    folder.write("config/panels/blood.yaml", PANEL.replace("fluorochrome: PE}", "fluorochrome: PE, clone: 12G5}"))
    return folder.load()


def test_difference__visits_of_one_patient_are_compared_by_marker(project):
    tubes = [
        sample("V1", panel="blood", preparation="lysed", lysis="nh4cl"),
        sample("V2", panel="blood", preparation="ficoll", lysis="nh4cl", day=9.0),
        sample("Q1", panel="blood", preparation="ficoll", lysis="nh4cl", patient_id="P2"),
        sample("F1", panel="blood", preparation="other", control_type="fmo", control_marker="CXCR4"),
    ]
    settings = {"PE-A": (480.0, None)}
    records = {tube.sample_id: record(tube.sample_id, np.arange(9.0), settings) for tube in tubes}
    project = type(project)(**{**vars(project), "samples": tuple(tubes)})
    assert visit_differences(project, records, 0.5) == {
        ("V1", "CXCR4"): ("differs", "preparation is lysed, ficoll at 1 of 1 other visits"),
        ("V2", "CXCR4"): ("differs", "preparation is ficoll, lysed at 1 of 1 other visits"),
        ("Q1", "CXCR4"): ("not_checked", "no other visit of the patient"),
    }

"""Rows of a tube: denominators, missing values and their reasons, absolute counts."""

import pytest

from marrowgate.measure.populations import population_rows
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.sheets import Sample


def sample(**cells):
    given = {"sample_id": "S1", "fcs": "x.fcs", "panel": "hspc", "batch": "B1", "patient_id": "P1", "day": 3.0}
    return Sample.model_validate({**given, **cells})


def count(population, parent, n_events, n_parent, *inside, status="ok"):
    return PopulationCount(population, parent, n_events, n_parent, (parent, *inside), status, "")


def rows(*counts, **cells):
    record = SampleRecord("S1", {"verdict": "accepted"}, counts, (), ())
    return {row["population"]: row for row in population_rows(record, sample(**cells), "triplet", Measure())}


def test_populations__hundred_events_have_a_cv_of_ten_percent():
    found = rows(count("cd45_pos", "root", 50_000, 60_000), count("cd34_hspc", "cd45_pos", 100, 50_000))
    assert found["cd34_hspc"]["cv_pct"] == pytest.approx(10)
    assert found["cd34_hspc"]["pct_of_cd45"] == pytest.approx(0.2)
    assert found["cd34_hspc"]["detection"] == "quantifiable"


def test_populations__zero_events_have_an_upper_limit_and_are_not_detected():
    found = rows(count("cd45_pos", "root", 40_000, 60_000), count("cd34_hspc", "cd45_pos", 0, 40_000))["cd34_hspc"]
    assert (found["pct_of_cd45"], found["pct_of_cd45_low"]) == (0, 0)
    assert found["pct_of_cd45_high"] == pytest.approx(9.22e-3, rel=0.01)
    assert (found["detection"], found["cv_pct"]) == ("not_detected", None)


def test_populations__an_empty_parent_has_no_percentage():
    found = rows(count("cd45_pos", "root", 0, 0), count("cd34_hspc", "cd45_pos", 0, 0))["cd34_hspc"]
    assert "pct_of_parent" not in found
    assert "pct_of_cd45" not in found


def test_populations__without_a_gate_there_is_no_number():
    found = rows(count("cd45_pos", "root", 900, 1000), count("nrbc", "root", None, 1000, status="not_gated"))["nrbc"]
    assert found["n_events"] is None
    assert found["detection"] == "not_gated"
    assert not {"pct_of_parent", "per_100_cd45", "cv_pct"} & set(found)


def test_populations__outside_cd45_there_is_per_100_but_no_percentage_of_cd45():
    found = rows(count("cd45_pos", "root", 1000, 2000), count("nrbc", "root", 26, 2000))["nrbc"]
    assert found["per_100_cd45"] == pytest.approx(2.6)
    assert found["per_100_cd45_low"] < 2.6 < found["per_100_cd45_high"]
    assert "pct_of_cd45" not in found


def test_absolute__dual_platform_corrects_the_wbc_for_nucleated_red_cells():
    counts = (count("cd45_pos", "root", 10_000, 20_000), count("cd34_hspc", "cd45_pos", 50, 10_000))
    found = rows(*counts, wbc_per_ul=5000, nrbc_per_100_wbc=25)["cd34_hspc"]
    assert found["cells_per_ul"] == pytest.approx(5000 / 1.25 * 50 / 10_000)
    assert found["count_method"] == "dual_platform"
    assert found["cells_per_ul_low"] < 20 < found["cells_per_ul_high"]


def test_absolute__beads_come_before_the_analyser():
    counts = (
        count("bead_singlets", "root", 2000, 2100),
        count("cd45_pos", "root", 10_000, 20_000),
        count("cd34_hspc", "cd45_pos", 40, 10_000),
    )
    found = rows(*counts, wbc_per_ul=5000, beads_per_tube=50_000, sample_volume_ul=100, dilution=2)
    assert found["cd34_hspc"]["cells_per_ul"] == pytest.approx(40 / 2000 * 50_000 / 100 * 2)
    assert found["cd34_hspc"]["count_method"] == "beads"
    assert found["bead_singlets"]["count_method"] == "none"


def test_absolute__without_either_there_is_none():
    found = rows(count("cd45_pos", "root", 1000, 2000))["cd45_pos"]
    assert (found["count_method"], found["cells_per_ul"]) == ("none", None)


def test_absolute__five_percent_pipetting_error_widens_the_interval():
    counts = (count("bead_singlets", "root", 5000, 5100), count("cd45_pos", "root", 9000, 9999))
    record = SampleRecord("S1", {"verdict": "accepted"}, counts, (), ())
    tube = sample(beads_per_tube=50_000, sample_volume_ul=100)

    def width(cv):
        row = population_rows(record, tube, None, Measure(pipetting_cv_pct=cv))[1]
        return row["cells_per_ul_high"] / row["cells_per_ul_low"]

    assert width(5) > 1.1 * width(0)

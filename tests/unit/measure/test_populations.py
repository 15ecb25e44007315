"""Rows of a sample: denominators, missing values and their reasons, absolute counts."""

from dataclasses import replace

import pytest
from scipy.stats import binom

from marrowgate.measure.blanks import Blanks
from marrowgate.measure.measured_volume import Volume
from marrowgate.measure.populations import events_needed, platform_difference, population_rows
from marrowgate.measure.record import Crossing, GateCv, PopulationCount, SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.sheets import Sample
from marrowgate.stats.intervals import binomial_interval, ratio_interval, widened


def sample(**cells):
    given = {"sample_id": "S1", "fcs": "x.fcs", "panel": "hspc", "batch": "B1", "patient_id": "P1", "day": 3.0}
    return Sample.model_validate({**given, **cells})


def count(population, parent, n_events, n_parent, *inside, status="ok"):
    cv = GateCv(0.0, 0.0, 0.0) if n_events else None
    return PopulationCount(population, parent, n_events, n_parent, (parent, *inside), status, "", cv)


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
    assert found["missing_reason"] == (
        "pct_of_parent: cd45_pos has no events; pct_of_cd45, per_100_cd45: cd45_pos has no events"
    )


def test_populations__an_empty_parent_inside_full_leucocytes_leaves_the_other_percentages():
    counts = (count("cd45_pos", "root", 900, 1000), count("cd34_hspc", "cd34_pos", 0, 0, "cd45_pos"))
    found = rows(*counts)["cd34_hspc"]
    assert found["missing_reason"] == "pct_of_parent: cd34_pos has no events"
    assert "pct_of_parent" not in found
    assert found["pct_of_cd45"] == 0


def test_populations__a_denominator_without_a_gate_is_told_on_every_row():
    denominator = PopulationCount("cd45_pos", "root", None, 1000, (), "not_gated", "no valley of CD45")
    found = rows(denominator, count("nrbc", "root", 5, 1000))["nrbc"]
    assert (found["cd45_gate_status"], found["cd45_gate_reason"]) == ("not_gated", "no valley of CD45")
    assert found["missing_reason"] == "per_100_cd45: cd45_pos has no gate"
    assert "per_100_cd45" not in found
    assert found["gate_status"] == "ok"


def test_populations__a_shifted_denominator_is_told_on_every_row():
    denominator = replace(count("cd45_pos", "root", 900, 1000, status="shifted"), gate_reason="0.06 from the batch's")
    found = rows(denominator, count("nrbc", "root", 5, 1000))["nrbc"]
    assert (found["cd45_gate_status"], found["cd45_gate_reason"]) == ("shifted", "0.06 from the batch's")


def test_populations__without_leucocytes_in_the_strategy_the_row_says_so():
    found = rows(count("nrbc", "root", 5, 1000))["nrbc"]
    assert (found["cd45_gate_status"], found["cd45_gate_reason"]) == ("not_gated", "the strategy has no cd45_pos")


@pytest.mark.parametrize(("cv_pct", "needed"), [(10, 100), (20, 25), (5, 400), (30, 12), (100, 1)])
def test_events_needed__for_a_wanted_counting_error(cv_pct, needed):
    assert events_needed(cv_pct) == needed


def test_populations__say_how_many_leucocytes_the_wanted_error_takes():
    found = rows(count("cd45_pos", "root", 75_000, 90_000), count("cd34_hspc", "cd45_pos", 15, 75_000))["cd34_hspc"]
    # 25 events for 20 %, at 15 of 75,000
    assert (found["events_needed"], found["cd45_events_needed"]) == (25, 125_000)
    none = rows(count("cd45_pos", "root", 75_000, 90_000), count("cd34_hspc", "cd45_pos", 0, 75_000))["cd34_hspc"]
    assert (none["events_needed"], none["cd45_events_needed"]) == (25, None)


def test_populations__boundaries_widen_each_interval_by_what_moves_its_ratio():
    cv = GateCv(count=0.30, of_parent=0.10, of_cd45=0.20)
    inside = replace(count("cd34_hspc", "cd34_pos", 100, 400, "cd45_pos"), gate_cv=cv)
    outside = replace(count("nrbc", "root", 100, 90_000), gate_cv=cv)
    found = rows(count("cd45_pos", "root", 50_000, 90_000), inside, outside)
    row = found["cd34_hspc"]
    assert row["gate_cv_pct"] == pytest.approx(30)
    assert row["cv_pct"] == pytest.approx(10)
    parent = widened(0.25, *binomial_interval(100, 400), 0.10)
    cd45 = widened(0.002, *binomial_interval(100, 50_000), 0.20)
    ratio = widened(0.002, *ratio_interval(100, 50_000), 0.20)
    limits = {"pct_of_parent": parent, "pct_of_cd45": cd45, "per_100_cd45": cd45}
    for name, (low, high) in limits.items():
        assert (row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx((100 * low, 100 * high))
    outer = found["nrbc"]
    assert (outer["per_100_cd45_low"], outer["per_100_cd45_high"]) == pytest.approx((100 * ratio[0], 100 * ratio[1]))


def test_populations__without_a_gate_error_the_interval_is_the_exact_one():
    unknown = replace(count("cd34_hspc", "cd45_pos", 100, 50_000), gate_cv=None)
    row = rows(count("cd45_pos", "root", 50_000, 90_000), unknown)["cd34_hspc"]
    low, high = binomial_interval(100, 50_000)
    assert (row["pct_of_cd45_low"], row["pct_of_cd45_high"]) == pytest.approx((100 * low, 100 * high))
    assert row["gate_cv_pct"] is None
    assert row["detection"] == "detected"


@pytest.mark.parametrize(("gate_cv", "detection"), [(0.1, "quantifiable"), (0.19, "detected"), (0.35, "detected")])
def test_detection__counts_what_the_gates_add_to_the_counting_error(gate_cv, detection):
    # 100 events have a CV of 10 %; the wanted one is 20 %
    one = replace(count("cd34_hspc", "cd45_pos", 100, 50_000), gate_cv=GateCv(gate_cv, gate_cv, gate_cv))
    assert rows(count("cd45_pos", "root", 50_000, 90_000), one)["cd34_hspc"]["detection"] == detection


def test_populations__no_share_is_above_hundred_percent():
    wide = replace(count("cd45_pos", "root", 99, 100), gate_cv=GateCv(0.2, 0.2, 0.0))
    assert rows(wide)["cd45_pos"]["pct_of_parent_high"] == 100


BLANKS = Blanks(
    {"hspc": {"cd34_hspc": frozenset({"CD34"})}},
    {("hspc", "B1", "cd34_hspc"): [(1, 20_000), (0, 20_000)], ("hspc", "", "cd34_hspc"): [(9, 9_000)]},
)


def judged(n, **cells):
    counts = (count("cd45_pos", "root", 40_000, 60_000), count("cd34_hspc", "cd45_pos", n, 40_000))
    record = SampleRecord("S1", {"verdict": "accepted"}, counts, (), ())
    found = population_rows(record, sample(**cells), None, Measure(), BLANKS)
    return {row["population"]: row for row in found}


def test_detection__is_judged_by_the_blanks_of_the_batch():
    row = judged(5)["cd34_hspc"]
    assert (row["blank_source"], row["blank_n_tubes"], row["blank_n_events"], row["blank_n_cd45"]) == (
        *("batch", 2, 1),
        40_000,
    )
    assert (row["lob_events"], row["lob_method"], row["detection"]) == (6, "poisson", "not_detected")
    assert row["lob_events"] < row["lod_events"] < row["loq_events"]
    assert judged(7)["cd34_hspc"]["detection"] == "detected"
    assert judged(40)["cd34_hspc"]["detection"] == "quantifiable"


def test_detection__not_detected_by_the_blank_keeps_its_interval():
    row = judged(5)["cd34_hspc"]
    assert row["per_100_cd45_low"] > 0


def test_detection__of_a_batch_without_blanks_is_judged_by_the_run_and_says_so():
    assert judged(5, batch="B7")["cd34_hspc"]["blank_source"] == "run"


def test_detection__without_a_blank_there_are_no_limits():
    row = judged(5)["cd45_pos"]
    assert (row["blank_source"], row["blank_n_tubes"]) == ("no_blank", 0)
    assert not {"lob_events", "lod_events", "loq_events", "lob_method", "blank_n_events"} & set(row)


@pytest.mark.parametrize(("n_events", "detection"), [(5, "not_detected"), (6, "detected"), (80, "quantifiable")])
def test_detection__without_a_blank_neighbours_that_cross_the_border_are_one(n_events, detection):
    """2 for 20 near the border: the smallest L with a chance of P(Bin(20 + L + 1, 1/11) > L) of 5 % at most."""
    cells = replace(count("ig", "cd45_pos", n_events, 20_000), crossing=Crossing(2.0, 20))
    row = rows(count("cd45_pos", "root", 20_000, 30_000), cells)["ig"]
    assert binom.sf(5, 26, 1 / 11) <= 0.05 < binom.sf(4, 25, 1 / 11)
    assert (row["detection"], row["lob_events"], row["lob_method"]) == (detection, 5, "poisson")
    assert (row["blank_source"], row["blank_n_tubes"]) == ("neighbours", 0)
    assert "blank_n_events" not in row


def test_detection__without_neighbours_there_is_no_blank():
    cells = replace(count("ig", "cd45_pos", 1, 20_000), crossing=Crossing(0.0, 0))
    row = rows(count("cd45_pos", "root", 20_000, 30_000), cells)["ig"]
    assert (row["detection"], row["blank_source"]) == ("detected", "no_blank")


def test_detection__the_blank_itself_is_not_judged_by_blanks():
    row = judged(1, control_type="fmo", control_marker="CD34")["cd34_hspc"]
    assert row["blank_source"] == "is_blank"
    assert "lob_events" not in row


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
    assert found["count_status"] == "none"
    assert found["count_reason"] == "the sheet has no beads, sample volume or white cell count that could be used"


def both(wbc, with_dead=None, **cells):
    counts = (
        count("bead_singlets", "root", 5000, 5100),
        count("cd45_pos", "root", 10_000, 20_000),
        count("cd34_hspc", "cd45_pos", 40, 10_000),
    )
    record = SampleRecord("S1", {"verdict": "accepted"}, counts, (), (), n_cd45_with_dead=with_dead)
    return record, sample(beads_per_tube=300_000, sample_volume_ul=100, wbc_per_ul=wbc, **cells)


def row_of(record, tube, name="cd34_hspc"):
    return next(row for row in population_rows(record, tube, None, Measure()) if row["population"] == name)


def test_absolute__platforms_that_agree_say_so():
    record, tube = both(5500)
    # 10,000 of 5,000 beads: 6,000 CD45+ cells per uL
    assert platform_difference(record, tube, Measure()) == pytest.approx(100 * (6000 / 5500 - 1))
    row = row_of(record, tube)
    assert (row["count_method"], row["count_status"], row["count_reason"]) == ("beads", "agree", "")


def test_absolute__platforms_that_disagree_are_flagged_on_the_row():
    row = row_of(*both(4000))
    assert (row["count_method"], row["count_status"]) == ("beads", "disagree")
    assert row["count_reason"] == "the platforms differ by 50 %, 20 % is allowed"
    assert row["cells_per_ul"] == pytest.approx(24)


def test_absolute__one_platform_has_nothing_to_be_held_against():
    record, tube = both(None)
    assert platform_difference(record, tube, Measure()) is None
    assert row_of(record, tube)["count_status"] == "one_platform"


def test_absolute__the_viability_of_the_tube_corrects_the_analyser():
    record, tube = both(5000, with_dead=12_500)
    dual = tube.model_copy(update={"beads_per_tube": None})
    row = row_of(record, dual)
    assert row["count_method"] == "dual_platform"
    assert row["cells_per_ul"] == pytest.approx(5000 * 0.8 * 40 / 10_000)
    assert row["count_reason"] == ""


def test_absolute__the_analyser_without_a_viability_gate_says_that_dead_cells_are_counted():
    record, tube = both(5000)
    row = row_of(record, tube.model_copy(update={"beads_per_tube": None}))
    assert row["count_reason"] == "dead cells are counted, too: the sample has no viability gate"


def test_absolute__a_volume_that_cannot_be_right_is_told():
    counts = (count("cd45_pos", "root", 1000, 2000),)
    record = SampleRecord("S1", {"verdict": "accepted", "n_events": 2000}, counts, (), (), volume=Volume((5000.0,)))
    row = row_of(record, sample(tube_volume_ul=1000, sample_volume_ul=100), "cd45_pos")
    assert (row["count_method"], row["cells_per_ul"]) == ("none", None)
    assert row["count_reason"] == "$VOL says 5000 uL, the tube held 1000 uL: no volumetric count"


def test_absolute__a_measured_volume_counts():
    counts = (count("cd45_pos", "root", 1000, 2000),)
    record = SampleRecord("S1", {"verdict": "accepted", "n_events": 2000}, counts, (), (), volume=Volume((50.0,)))
    row = row_of(record, sample(tube_volume_ul=1000, sample_volume_ul=100), "cd45_pos")
    assert (row["count_method"], row["cells_per_ul"]) == ("volumetric", pytest.approx(1000 / 50 * 10))


def test_absolute__five_percent_pipetting_error_widens_the_interval():
    counts = (count("bead_singlets", "root", 5000, 5100), count("cd45_pos", "root", 9000, 9999))
    record = SampleRecord("S1", {"verdict": "accepted"}, counts, (), ())
    tube = sample(beads_per_tube=50_000, sample_volume_ul=100)

    def width(cv):
        row = population_rows(record, tube, None, Measure(pipetting_cv_pct=cv))[1]
        return row["cells_per_ul_high"] / row["cells_per_ul_low"]

    assert width(5) > 1.1 * width(0)

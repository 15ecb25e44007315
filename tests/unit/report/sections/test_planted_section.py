from dataclasses import replace

from marrowgate.report.sections.planted_section import planted_lines
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.planted import Planted, planted_truth

EARLY = Planted("A1", "A", "cd34_hspc", True, True, False, 0.1, 4.0, 6000.0)
LATE = replace(EARLY, sample_id="A2", is_baseline=False, is_full_effect=True, cells_per_ul=12.0, cxcr4_abc=3600.0)
IMMATURE = replace(LATE, sample_id="A3", population="immature", per_100_cd45=2.5, cxcr4_abc=None)
OTHER = replace(IMMATURE, sample_id="B3", patient_id="B", responds=False, per_100_cd45=0.3)
RESPONDER = "immature_per_100_cd45_responder"


def found(truth, share, low, high, count=None):
    row = {"sample_id": truth.sample_id, "population": truth.population, "panel": "p", "cells_per_ul": count}
    return {**row, "per_100_cd45": share, "per_100_cd45_low": low, "per_100_cd45_high": high}


def tables(**changes):
    cxcr4 = {"population": "cd34_hspc", "marker": "CXCR4", "control_type": "fmo"}
    plain = {
        "populations": [
            found(EARLY, 0.12, 0.11, 0.13, 5.0), found(LATE, 0.1, 0.05, 0.2, 10.0),
            found(IMMATURE, 2.0, 1.0, 2.4), found(OTHER, 0.5, 0.2, 0.9),
        ],
        "intensities": [{**cxcr4, "sample_id": "A1", "abc": 5000.0}, {**cxcr4, "sample_id": "A2", "abc": 4000.0}],
        "endpoints": [
            {"patient_id": "A", "endpoint": RESPONDER, "value": 0.0},
            {"patient_id": "B", "endpoint": RESPONDER, "value": 1.0},
        ],
    }  # fmt: skip
    return plain | changes


def lines(truths=(EARLY, LATE, IMMATURE, OTHER), **changes):
    return {(line.what, line.who): line for line in planted_lines(truths, tables(**changes), RESPONDER)}


def test_planted_lines__says_who_responds_and_who_was_called():
    line = lines()["responders", "2 patients"]
    assert (line.planted, line.found, line.note) == ("A", "B", "0 of 1 found, 1 wrongly called")


def test_planted_lines__immature_cells_stand_by_response():
    shown = lines()
    for who, planted, value in (("responders", "2.5", "2"), ("other patients", "0.3", "0.5")):
        line = shown["immature cells per 100 CD45+", who]
        assert (line.planted, line.found) == (planted, value)
        assert line.note == "median of 1 of 1 patients, at their highest effect"


def test_planted_lines__change_is_that_from_baseline_to_the_highest_effect():
    shown = lines()
    assert shown["CD34+ cells per uL, fold of baseline", "responders"][2:4] == ("3", "2")
    assert shown["CXCR4 on CD34+ cells, fold of baseline", "responders"][2:4] == ("0.6", "0.8")


def test_planted_lines__what_was_not_found_is_a_dash_and_no_zero():
    line = lines(intensities=[])["CXCR4 on CD34+ cells, fold of baseline", "responders"]
    assert (line.found, line.note) == ("-", "median of 0 of 1 patients, at their highest effect")


def test_planted_lines__count_the_intervals_that_hold_the_planted_share():
    shown = lines()
    assert shown["cd34_hspc per 100 CD45+", "2 of 2 p samples"].note == "1 of 2 intervals hold the planted value"
    assert shown["immature per 100 CD45+", "2 of 2 p samples"].note == "1 of 2 intervals hold the planted value"


def test_planted_lines__a_run_of_real_files_has_none():
    assert planted_lines([], tables(), RESPONDER) == []


def test_planted_truth__is_of_stained_samples_of_the_run_and_knows_baseline_and_effect():
    plan = make_plan("demo", 3)
    rows = planted_truth(plan, {"T01_v1_hspc", "T01_v2_hspc", "T01_v3_hspc", "T01_v4_hspc", "T01_v2_fmo"})
    assert {row.sample_id for row in rows} == {"T01_v1_hspc", "T01_v2_hspc", "T01_v3_hspc", "T01_v4_hspc"}
    assert {row.sample_id for row in rows if row.is_baseline} == {"T01_v1_hspc"}
    assert len({row.sample_id for row in rows if row.is_full_effect}) == 1
    visit = next(sample for sample in plan.samples if sample.sample_id == "T01_v2_hspc").visit
    cd34 = next(row for row in rows if (row.sample_id, row.population) == ("T01_v2_hspc", "cd34_hspc"))
    assert 0.9 < cd34.cells_per_ul / sum(visit.blood.per_ul[kind] for kind in visit.blood.per_ul if "hspc" in kind) < 1

from dataclasses import replace

import pytest

from accuracy.diseases import count_table, disease_figures, disease_names, disease_table, is_far, is_shown
from accuracy.tried import GateScore
from marrowgate.simulate.diseases import find_disease

GOOD = GateScore("left_shift_45", "S1", "immature", "ig", 1000, 50, 50, "ok", False)
FEW = replace(GOOD, both=850, only_found=0, only_true=200)


def test_disease_names__are_healthy_blood_and_every_level_that_is_shown():
    names = disease_names()
    assert names[0] == "none"
    assert {"left_shift_0", "left_shift_60", "aml_cd34_neg_20", "platelet_pairs_100"} <= set(names)
    assert all(find_disease(name) for name in names[1:])


@pytest.mark.parametrize(("found", "far"), [(950, False), (1106, True), (895, True), (1095, False)])
def test_is_far__above_a_tenth_of_the_true_cells(found, far):
    both = min(found, 1000)
    assert is_far(replace(GOOD, both=both, only_found=found - both, only_true=1000 - both)) is far


def test_disease_figures__count_what_is_off_and_unflagged_by_status_and_sample():
    scores = [GOOD, FEW, replace(FEW, status="doubtful"), replace(FEW, both=60, only_true=35)]
    found = {figure.name: figure.value for figure in disease_figures([scores])}
    assert found["ig, gates"] == 4
    assert found["ig, counts off"] == 2  # with 95 true cells a count is too uncertain
    assert found["ig, off, nothing flagged"] == pytest.approx(100 / 3)
    assert found["ig, off, not flagged, outside the interval"] == 1
    held = disease_figures([[replace(one, is_held=True) for one in scores]])
    assert {figure.name: figure.value for figure in held}["ig, off, not flagged, outside the interval"] == 0
    assert found["ig, wrong"] == 1
    assert found["ig, wrong, nothing flagged"] == pytest.approx(25)


def test_count_table__shows_the_blasts_in_a_gate():
    blasts = replace(GOOD, setting="aml_cd34_neg_20", population="lymphocytes", blasts=321)
    lines = count_table([[blasts, replace(blasts, sample_id="S2", blasts=9, only_found=300)]]).splitlines()
    assert lines[2] == "| aml_cd34_neg_20 | lymphocytes (immature) | 2100 | 2350 | +0, +24 | ok, ok | 330 |"


def test_count_table__says_which_counts_are_those_of_a_blank():
    blank = replace(GOOD, setting="left_shift_0", both=0, only_true=0, only_found=3, detection="not_detected")
    lines = count_table([[blank, replace(GOOD, detection="detected")]]).splitlines()
    assert lines[2] == "| left_shift_0 | ig (immature) | 1050 | 1053 | +0 | ok (not detected), ok | 0 |"


def test_disease_table__has_a_row_for_each_disease():
    lines = disease_table([[GOOD], [FEW]]).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| left_shift_45"] * 2


def test_is_shown__what_matters_in_a_disease_and_what_is_off():
    eosinophilia = replace(GOOD, setting="eosinophilia_15")
    assert is_shown([GOOD])
    assert not is_shown([eosinophilia])
    assert is_shown([eosinophilia, replace(eosinophilia, only_true=300)])
    assert not is_shown([replace(eosinophilia, both=5, only_found=3, only_true=3)])
    assert is_shown([replace(GOOD, setting="aml_cd34_neg_5", population="lymphocytes")])

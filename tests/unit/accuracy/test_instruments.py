from dataclasses import replace

import pytest

from accuracy.instruments import choose_samples, instrument_figures, instrument_table, loses_little
from accuracy.tried import GateScore, pooled, read_scores, write_scores
from marrowgate.simulate.cohorts.cohort import make_plan

GOOD = GateScore("home", "S1", "immature", "ig", 95, 5, 5, "ok", False)
WRONG = replace(GOOD, setting="any_1", both=60, only_found=40, only_true=40)


def test_gate_score__is_wrong_below_08_with_20_true_cells():
    assert WRONG.is_wrong
    assert not replace(GOOD, both=80, only_found=20, only_true=20).is_wrong
    assert not replace(GOOD, both=5, only_found=14, only_true=14).is_wrong
    assert replace(GOOD, both=0, only_found=0, only_true=20, status="not_gated").is_wrong


@pytest.mark.parametrize(
    ("status", "sample", "flagged"),
    [("ok", False, False), ("borrowed", False, False), ("doubtful", False, True), ("ok", True, True)],
)
def test_gate_score__is_flagged_by_its_status_or_its_sample(status, sample, flagged):
    assert replace(GOOD, status=status, is_sample_flagged=sample).is_flagged is flagged


def test_pooled__sums_the_events_of_gates():
    assert pooled([GOOD, WRONG]).f1 == pytest.approx(2 * 155 / (2 * 155 + 45 + 45))


def test_loses_little__allows_ig_and_erythroid_two_hundredths_and_others_one():
    for population, allowed in (("ig", 0.02), ("erythroid_cd71_pos", 0.02), ("nrbc", 0.01)):
        home = replace(GOOD, population=population, both=1000, only_found=0, only_true=0)
        for loss, kept in ((allowed - 0.001, True), (allowed + 0.001, False)):
            errors = round(2000 * loss / (1 - loss) / 2)
            other = replace(home, only_found=errors, only_true=errors)
            assert loses_little([home], [other], "immature", population) is kept


def test_instrument_figures__count_wrong_gates_that_nothing_warns_of():
    flagged = replace(WRONG, sample_id="S2", status="doubtful")
    found = {figure.name: figure.value for figure in instrument_figures([GOOD], [[WRONG, flagged, GOOD]])}
    assert found["ig (immature), gates"] == 3
    assert found["ig (immature), wrong"] == 2
    assert found["ig (immature), wrong, nothing flagged"] == pytest.approx(100 / 3)
    assert found["ig (immature), wrong, gate not flagged"] == pytest.approx(100 / 3)
    assert found["ig (immature), right, gate flagged"] == 0
    assert found["ig (immature), F1 at home"] == 0.95
    assert found["ig (immature), F1 on all"] == pytest.approx(2 * 215 / (430 + 170))
    assert found["ig (immature), instruments that keep their F1"] == 0


def test_instrument_table__has_a_row_for_home_and_each_instrument():
    lines = instrument_table([GOOD], [[WRONG]]).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| home", "| any_1"]
    assert lines[3].endswith(" 1 | 1 |")


def test_read_scores__gives_back_what_was_written(tmp_path):
    scores = [GOOD, replace(WRONG, is_sample_flagged=True, blasts=3)]
    write_scores(tmp_path / "x.tsv", scores)
    assert read_scores(tmp_path / "x.tsv") == scores


def test_choose_samples__holds_the_blood_with_the_most_nucleated_red_cells():
    plan = make_plan("demo", 5)
    chosen = choose_samples(plan, 3)
    assert [sample.panel for sample in chosen] == ["hspc"] * 3 + ["immature"] * 3
    assert len({sample.sample_id for sample in chosen}) == 6
    most = max(visit.blood.per_ul["erythroblast"] for visit in plan.visits if visit.batch == "B1")
    assert chosen[-1].blood.per_ul["erythroblast"] == most

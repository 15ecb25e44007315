"""Figures of gates on samples that are written by hand."""

import pytest

from accuracy.gate_figures import background_figures, f1_figures, flag_figures
from marrowgate.simulate.bayes import BayesLimit
from marrowgate.simulate.truth import PopulationTruth

GOOD, BAD = (100, 0, 0), (10, 90, 90)


def values(figures):
    return {(figure.item, figure.band, figure.measure): figure.value for figure in figures}


def test_f1__tubes_are_grouped_by_true_cells(make_scored):
    scored = [make_scored((10, 10, 0)), make_scored((100, 0, 0)), make_scored((80, 20, 20))]
    found = values(f1_figures(scored, {}))
    assert found["ig", "1 to 20 cells", "median F1"] == pytest.approx(2 / 3)
    assert found["ig", "50 to 200 cells", "samples"] == 2
    assert found["ig", "50 to 200 cells", "median F1"] == pytest.approx(0.9)


def test_f1__tubes_without_a_gate_are_counted_and_have_no_f1(make_scored):
    truth = PopulationTruth("ig", None, None, None, 300, 1000)
    found = values(f1_figures([make_scored(None, truth=truth), make_scored((300, 0, 0))], {}))
    assert found["ig", "200 and more cells", "not gated"] == 50
    assert found["ig", "200 and more cells", "median F1"] == 1


def test_f1__the_best_f1_stands_beside_the_f1_of_the_same_tubes(make_scored):
    scored = [make_scored((80, 20, 20), sample_id="a"), make_scored((100, 0, 0), sample_id="b")]
    limits = {("a", "ig"): BayesLimit("ig", 0.95, 1, 1, 0.1)}
    found = values(f1_figures(scored, limits))
    assert found["ig", "50 to 200 cells", "Bayes-optimal F1"] == 0.95
    assert found["ig", "50 to 200 cells", "F1 of those samples"] == pytest.approx(0.8)


def test_flags__a_wrong_gate_counts_as_unflagged_when_neither_gate_nor_check_warns(make_scored):
    scored = [
        make_scored(BAD),
        make_scored(BAD, status="borrowed"),
        make_scored(BAD, status="shifted"),
        make_scored(BAD, checks=("viable_pct",)),
        make_scored(GOOD),
        make_scored(GOOD, status="shifted"),
    ]
    found = values(flag_figures(scored))
    assert found["all", "", "gates"] == 6
    assert found["all", "", "wrong (F1 below 0.5)"] == pytest.approx(100 * 4 / 6)
    assert found["all", "", "wrong and not flagged"] == pytest.approx(100 * 2 / 6)
    assert found["all", "", "wrong and plainly ok"] == pytest.approx(100 * 1 / 6)
    assert found["all", "", "right but flagged"] == pytest.approx(100 * 1 / 6)


def test_flags__tubes_with_few_true_cells_do_not_count(make_scored):
    assert values(flag_figures([make_scored((1, 18, 18))]))["all", "", "gates"] == 0


def test_background__false_events_are_given_per_100_cd45(make_scored):
    scored = [make_scored((0, 5, 0)), make_scored((0, 15, 0)), make_scored((1, 0, 0))]
    found = values(background_figures(scored))
    assert found["ig", "", "samples without a true cell"] == 2
    # 5 and 15 of 1,000 CD45+
    assert found["ig", "", "found all the same"] == pytest.approx(1.0)

"""Samples whose best F1 is found are spread over the abundance."""

from accuracy.limit_figures import chosen_tubes


def test_chosen_tubes__go_from_the_most_to_the_fewest_cells(make_scored):
    scored = [make_scored((n, 0, 0), sample_id=f"s{n}") for n in (30, 10, 50, 20, 40)]
    assert chosen_tubes(scored, "immature", 3) == ["s50", "s30", "s10"]
    assert chosen_tubes(scored, "immature", 1) == ["s50"]
    assert chosen_tubes(scored, "immature", 9) == ["s50", "s40", "s30", "s20", "s10"]


def test_chosen_tubes__only_those_of_the_panel(make_scored):
    assert chosen_tubes([make_scored((1, 0, 0))], "hspc", 2) == []

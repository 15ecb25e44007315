"""Locations that a few outliers do not move."""

from marrowgate.stats.robust import hodges_lehmann


def test_hodges_lehmann__is_the_median_of_the_means_of_all_pairs():
    assert hodges_lehmann([0.0, 1.0, 10.0]) == 3.0  # of 0, 0.5, 1, 5, 5.5 and 10
    assert hodges_lehmann([2.0]) == 2.0
    assert hodges_lehmann([0.0, 0.1, -0.1, 0.05, 50.0]) < 0.2

"""Limits of blank, detection and quantitation, against hand-worked values, scipy and simulation."""

import numpy as np
import pytest
from scipy.stats import binom, poisson

from marrowgate.measure.limit_of_blank import ENOUGH_BLANKS, Blank, detection_of, find_limits

QUANT = "quantifiable"


def test_limits__clean_blanks_as_large_as_the_tube():
    # P(all L + 1 events fall into the sample rather than the blank) = 0.5^(L + 1), at most 5 % from L = 4 on
    found = find_limits(Blank("batch", (0,), (40_000,)), 40_000, 20.0)
    assert (found.blank, found.method) == (4, "poisson")
    # chi-squared quantile: 95 % of Poisson counts with a mean of 9.15 are above 4
    assert found.detection == pytest.approx(9.1535, abs=1e-4)
    assert found.quantitation == pytest.approx(25)


def test_limit_of_blank__beside_large_clean_blanks_a_single_event_is_above():
    assert find_limits(Blank("batch", (0, 0), (400_000, 400_000)), 20_000, 20.0).blank == 0


@pytest.mark.parametrize(("found", "size", "n_cd45"), [(3, 30_000, 40_000), (40, 90_000, 20_000), (1, 5_000, 80_000)])
def test_limit_of_blank__is_the_smallest_prediction_limit(found, size, n_cd45):
    limit = int(find_limits(Blank("run", (found,), (size,)), n_cd45, 20.0).blank)
    share = n_cd45 / (n_cd45 + size)
    assert binom.sf(limit, found + limit + 1, share) <= 0.05
    assert binom.sf(limit - 1, found + limit, share) > 0.05


def test_limit_of_blank__is_exceeded_by_at_most_five_percent_of_blanks():
    generator = np.random.default_rng(17)
    rate, size, n_cd45 = 2e-4, 30_000, 50_000
    blanks, tubes = generator.poisson(rate * size, 2000), generator.poisson(rate * n_cd45, 2000)
    limits = {int(n): find_limits(Blank("batch", (int(n),), (size,)), n_cd45, 20.0).blank for n in set(blanks)}
    above = np.mean([tube > limits[int(n)] for n, tube in zip(blanks, tubes, strict=True)])
    # 2,000 draws: 3 standard errors are 1.5 %; the limit is exact, so it is never exceeded more often
    assert 0.01 < above < 0.05 + 0.015


def test_limit_of_detection__is_exceeded_by_ninety_five_percent():
    found = find_limits(Blank("batch", (6,), (30_000,)), 30_000, 20.0)
    assert poisson.sf(found.blank, found.detection) == pytest.approx(0.95)


def test_limit_of_quantitation__has_the_wanted_error_above_the_blank():
    found = find_limits(Blank("batch", (30,), (30_000,)), 60_000, 10.0)
    blank, variance_of_it = 60.0, 30 * 2.0**2
    excess = found.quantitation - blank
    assert np.sqrt(found.quantitation + variance_of_it) / excess == pytest.approx(0.10)


def test_limit_of_quantitation__is_not_below_that_of_detection():
    found = find_limits(Blank("batch", (0,), (40_000,)), 40_000, 50.0)
    assert found.quantitation == found.detection


def test_limit_of_blank__of_sixty_tubes_needs_no_distribution():
    n_events = tuple(range(1, ENOUGH_BLANKS + 1))
    found = find_limits(Blank("run", n_events, (10_000,) * ENOUGH_BLANKS), 20_000, 20.0)
    # rank 0.5 + 0.95 x 60 = 57.5 of 1, 2, ... events in half as many CD45+ events
    assert (found.blank, found.method) == (pytest.approx(2 * 57.5), "nonparametric")
    alike = Blank("run", (30,) * (ENOUGH_BLANKS - 1), (10_000,) * (ENOUGH_BLANKS - 1))
    assert find_limits(alike, 20_000, 20.0).method == "poisson"


@pytest.mark.parametrize(("blank", "n_cd45"), [(Blank(), 500), (Blank("batch", (1,), (500,)), 0), (Blank(), None)])
def test_limits__without_blank_or_denominator_there_are_none(blank, n_cd45):
    assert find_limits(blank, n_cd45, 20.0) is None


@pytest.mark.parametrize(
    ("n_events", "word"),
    [(None, "not_gated"), (0, "not_detected"), (4, "not_detected"), (5, "detected"), (24, "detected"), (25, QUANT)],
)
def test_detection__above_a_blank(n_events, word):
    limits = find_limits(Blank("batch", (0,), (40_000,)), 40_000, 20.0)
    assert detection_of(n_events, limits, 20.0) == word


@pytest.mark.parametrize(
    ("n_events", "word"), [(None, "not_gated"), (0, "not_detected"), (1, "detected"), (25, "quantifiable")]
)
def test_detection__without_a_blank_the_counting_error_decides(n_events, word):
    assert detection_of(n_events, None, 20.0) == word

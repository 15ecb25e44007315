"""Changes of counts compared whatever the numbers of cells: limits, independence of the depth, blanks, refusals."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, t

from marrowgate.errors import NotEstimableError
from marrowgate.stats.conditional_binomial import PairedCounts, compare_counts, pooled_count, welch_width
from marrowgate.stats.two_arms import welch

RNG_SEED = 20170405


def paired(before: np.ndarray, during: np.ndarray, first: int, **more: np.ndarray) -> PairedCounts:
    n = before.size
    one, none = np.ones(n), np.zeros(n)
    exposures = {"exposure_before": one, "exposure_during": one} | more
    blanks = {"blank_before": none, "blank_during": none, "blank_events": none}
    parts = blanks | exposures
    return PairedCounts(before.astype(float), during.astype(float), in_first=np.arange(n) < first, **parts)


def draw(seed: int, events: float, n: tuple[int, int] = (22, 25), shift: float = 0.0) -> PairedCounts:
    rng = np.random.default_rng(seed)
    level = np.log(events) + 0.6 * rng.standard_normal(sum(n))
    change = 0.4 * rng.standard_normal(sum(n)) + shift * (np.arange(sum(n)) < n[0])
    return paired(rng.poisson(np.exp(level)), rng.poisson(np.exp(level + change)), n[0])


def test_compare_counts__with_many_events_it_is_welch_of_the_log_ratios() -> None:
    counts = draw(RNG_SEED, 1e6, shift=0.5)
    ratios = np.log2(counts.during / counts.before)
    wanted = welch(ratios[counts.in_first], ratios[~counts.in_first])
    found = compare_counts(counts).estimate
    assert found.value == pytest.approx(wanted.value, abs=0.003)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=0.012)
    assert found.p == pytest.approx(wanted.p, abs=1e-5)


def test_compare_counts__arms_with_unequal_spread_and_size_are_welch_too() -> None:
    rng = np.random.default_rng(3)
    change = np.r_[1.6 * rng.standard_normal(6), 0.4 * rng.standard_normal(37)]
    counts = paired(np.full(43, 1e6), 1e6 * np.exp(change), 6)
    ratios = np.log2(counts.during / counts.before)
    wanted = welch(ratios[:6], ratios[6:])
    found = compare_counts(counts).estimate
    assert found.high - found.low == pytest.approx(wanted.high - wanted.low, rel=0.05)


def test_compare_counts__more_cells_on_therapy_in_one_arm_move_nothing() -> None:
    found, missed = [], 0
    for seed in range(40):
        rng = np.random.default_rng([7, seed])
        depth = np.where(np.arange(47) < 22, 4.0, 1.0)
        level = np.exp(0.6 * rng.standard_normal(47)) * (rng.random(47) < 0.5) * 20
        counts = paired(rng.poisson(level), rng.poisson(level * depth), 22, exposure_during=depth)
        estimate = compare_counts(counts).estimate
        found.append(estimate.value)
        missed += not estimate.low <= 0 <= estimate.high
    # half an event added to every count is off by about -1.2 log2 here
    assert abs(np.mean(found)) < 0.15
    assert missed <= 5


def test_compare_counts__likelihood_of_a_patient_is_the_normal_mixture_of_binomials() -> None:
    """Three patients of one arm against many certain ones: the arm's mean, by brute force over its two parameters."""
    x0, x1 = np.array([3.0, 5.0, 2.0, 6.0]), np.array([9.0, 4.0, 11.0, 10.0])
    sampling = 1 / (x0 + 0.5) + 1 / (x1 + 0.5)
    typical = 1 / np.mean(1 / sampling)

    changes = np.linspace(-15, 17, 2001)[:, None]
    p = 1 / (1 + np.exp(-changes))
    binomial = p**x1 * (1 - p) ** x0
    spreads = np.exp(np.linspace(math.log(0.05), math.log(5), 25))
    means = np.linspace(-4, 6, 81)
    density = np.zeros(means.size)
    for spread in spreads:
        own = [np.prod(norm.pdf(changes[:, 0], mean, spread) @ binomial) for mean in means]
        density += np.array(own) * spread**2 / (spread**2 + typical)
    below = np.cumsum(density / density.sum()) - density / density.sum() / 2
    low, middle, high = np.interp((0.025, 0.5, 0.975), below, means)
    certain = np.full(30, 1e6)
    counts = paired(np.r_[x0, certain], np.r_[x1, certain], 4)
    found = compare_counts(counts).estimate
    assert found.value * math.log(2) == pytest.approx(middle, abs=0.03)
    # the other arm is certain, so the difference is as wide as the arm
    assert (found.high - found.low) * math.log(2) == pytest.approx(high - low, rel=0.03)


def test_compare_counts__exchanged_arms_change_the_sign_alone() -> None:
    counts = draw(11, 4)
    found = compare_counts(counts).estimate
    turned = compare_counts(replace(counts, in_first=~counts.in_first)).estimate
    assert turned.value == pytest.approx(-found.value, abs=1e-6)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=0.02)
    assert turned.p == pytest.approx(found.p, rel=0.03)


def test_compare_counts__patients_without_events_say_nothing() -> None:
    counts = draw(5, 6)
    more = {
        name: np.r_[getattr(counts, name), np.zeros(8) if "exposure" not in name else np.ones(8)]
        for name in ("before", "during", "exposure_before", "exposure_during")
    }
    blanks = {name: np.zeros(55) for name in ("blank_before", "blank_during", "blank_events")}
    widened = PairedCounts(**more, **blanks, in_first=np.r_[counts.in_first, np.ones(8, dtype=bool)])
    with_zeros, without = compare_counts(widened), compare_counts(counts)
    assert with_zeros.estimate.value == pytest.approx(without.estimate.value, abs=1e-9)
    assert with_zeros.n_informative == without.n_informative
    assert np.all(with_zeros.influence[-8:] == 0)
    baseline = np.log2(counts.before + 0.5)
    adjusted = compare_counts(widened, np.r_[baseline, np.full(8, -9.0)]).estimate
    assert adjusted.value == pytest.approx(compare_counts(counts, baseline).estimate.value, abs=1e-9)


def test_compare_counts__influence_gives_the_error() -> None:
    counts = draw(9, 500)
    found = compare_counts(counts)
    se = math.sqrt(float(np.sum(found.influence**2)))
    half = (found.estimate.high - found.estimate.low) / 2
    assert se == pytest.approx(half / t.ppf(0.975, 44), rel=0.06)


def test_compare_counts__blank_events_are_no_change() -> None:
    """Background alone doubles with twice the cells: with the blank in the means the change is gone."""
    rng = np.random.default_rng(21)
    blank = np.where(np.arange(47) < 22, 40.0, 10.0)
    true = 20 * np.exp(0.5 * rng.standard_normal(47))
    rise = np.where(np.arange(47) < 22, 4.0, 4.0)
    counts = paired(rng.poisson(true + blank), rng.poisson(rise * true + blank), 22)
    ignored = compare_counts(counts).estimate
    known = compare_counts(
        replace(counts, blank_before=blank, blank_during=blank, blank_events=np.full(47, 400.0))
    ).estimate
    assert ignored.high < -0.2
    assert known.low < 0 < known.high


def test_compare_counts__an_uncertain_blank_widens() -> None:
    counts = draw(2, 30)
    blank = np.full(47, 10.0)
    widths = []
    for events in (2000.0, 4.0):
        found = compare_counts(
            replace(counts, blank_before=blank, blank_during=blank, blank_events=np.full(47, events))
        ).estimate
        widths.append(found.high - found.low)
    assert widths[1] > 1.02 * widths[0]


@pytest.mark.parametrize(
    ("before", "during", "said"),
    [
        ([0, 0, 1, 0, 0], [3, 2, 4, 0, 1], "an arm has 1 events before treatment, 5 are needed: too many zeros"),
        ([9, 9, 9, 9, 9], [0, 0, 1, 0, 0], "an arm has 1 events during treatment, 5 are needed: too many zeros"),
        ([9, 9, 0, 0, 0], [9, 9, 0, 0, 0], "an arm has 2 patients with events, 3 are needed"),
    ],
)
def test_compare_counts__too_many_zeros_are_refused(before: list[int], during: list[int], said: str) -> None:
    counts = paired(np.array([*before, *[20] * 6]), np.array([*during, *[20] * 6]), 5)
    with pytest.raises(NotEstimableError, match=said):
        compare_counts(counts)


def test_compare_counts__counts_without_a_limit_are_refused() -> None:
    # every patient has events at one time only
    counts = paired(np.array([0, 0, 0, 9, *[20] * 6]), np.array([9, 9, 9, 0, *[20] * 6]), 4)
    with pytest.raises(NotEstimableError, match="the counts set no limit"):
        compare_counts(counts)


def test_pooled_count__weights_that_go_with_the_cells_give_the_plain_sums() -> None:
    events, exposures = np.array([3.0, 8.0, 1.0]), np.array([100.0, 300.0, 50.0])
    assert pooled_count(events, exposures, exposures / exposures.sum()) == pytest.approx((12, 450))


def test_pooled_count__is_the_weighted_share_with_its_own_variance() -> None:
    events, exposures, weights = np.array([3.0, 8.0]), np.array([100.0, 300.0]), np.array([0.5, 0.5])
    pooled, exposure = pooled_count(events, exposures, weights)
    assert pooled / exposure == pytest.approx((0.03 + 8 / 300) / 2)
    # Var(sum w n / N) at one share r is r sum w^2 / N, which a Poisson count in `exposure` has too
    assert exposure == pytest.approx(1 / (0.25 / 100 + 0.25 / 300))


def test_welch_width__one_certain_arm_leaves_student_t_as_it_is() -> None:
    assert welch_width([(1.0, 8), (1e-6, 30)]) == pytest.approx(1.0, abs=0.005)


def test_welch_width__two_arms_are_narrower_than_behrens_and_fisher() -> None:
    # tabled 5 % point of Behrens-Fisher for 6 and 6 degrees of freedom at 45 degrees: 2.435 (Fisher and Yates, VI)
    welch_point = t.ppf(0.975, 12)
    assert welch_width([(1.0, 7), (1.0, 7)]) == pytest.approx(welch_point / 2.435, rel=0.003)


def test_compare_counts__a_baseline_that_is_low_by_chance_is_taken_back() -> None:
    """One visit of three events before, six visits during treatment: the changes rest on chance before treatment."""
    plain, better = [], []
    for seed in range(40):
        rng = np.random.default_rng([8, seed])
        level = np.log(3) + 0.4 * rng.standard_normal(47)
        during = rng.poisson(6 * np.exp(level + 0.3 * rng.standard_normal(47)))
        counts = paired(rng.poisson(np.exp(level)), during, 22, exposure_during=np.full(47, 6.0))
        baseline = np.log2(counts.before + 0.5)
        alone, with_gap = compare_counts(counts).estimate, compare_counts(counts, baseline).estimate
        plain.append((alone.value, alone.high - alone.low))
        better.append((with_gap.value, with_gap.high - with_gap.low))
    assert np.std([value for value, _ in better]) < 0.92 * np.std([value for value, _ in plain])
    assert np.mean([width for _, width in better]) < 0.95 * np.mean([width for _, width in plain])


def test_compare_counts__says_what_was_taken_back() -> None:
    counts = draw(9, 6)
    baseline = np.log2(counts.before + 0.5)
    alone, found = compare_counts(counts).estimate, compare_counts(counts, baseline).estimate
    gap = baseline[counts.in_first].mean() - baseline[~counts.in_first].mean()
    said = f"; {found.value - alone.value:+.2f} log2 for the arms' gap of {gap:+.2f} log2 before treatment"
    assert found.note == alone.note + said


def test_compare_counts__p_value_and_interval_agree_with_a_baseline() -> None:
    for seed in range(12):
        counts = draw(100 + seed, 6, shift=0.5)
        found = compare_counts(counts, np.log2(counts.before + 0.5)).estimate
        assert (found.p < 0.05) == (not found.low <= 0 <= found.high)

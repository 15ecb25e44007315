"""The median with fixed shares of the strata: value, interval, and what happens when a stratum is nearly empty."""

import numpy as np
import pytest

from marrowgate.measure.intensity.medians import draw_medians, draw_mixed_medians, mixed_median
from marrowgate.measure.intensity.sketch import make_sketch
from marrowgate.measure.intensity.standardised import standardised

HALF = {"low": 0.5, "high": 0.5}


def sketches(**values):
    return {name: make_sketch(name, "CXCR4", np.asarray(own, dtype=np.float64)) for name, own in values.items()}


def found(shares, seed=1, **values):
    return standardised(sketches(**values), shares, 20, np.random.default_rng(seed))


def test_standardised__a_shift_between_strata_moves_the_pooled_median_but_not_this_one():
    rng = np.random.default_rng(4)
    dim, bright = rng.lognormal(7, 0.3, 100_000), rng.lognormal(8, 0.3, 100_000)
    pooled, fixed = [], []
    for n in (30_000, 70_000):
        pooled.append(np.median(np.concatenate([dim[:n], bright[: 100_000 - n]])))
        fixed.append(found(HALF, low=dim[:n], high=bright[: 100_000 - n])["std_median_fi"])
    assert pooled[0] / pooled[1] > 1.2
    assert fixed[0] == pytest.approx(fixed[1], rel=0.01)


def test_standardised__hand_worked():
    # half the mixture lies below 30: 3/5 of the first stratum and 2/5 of the second, with values at i / (n + 1)
    found = standardised(sketches(low=[10, 20, 30, 40], high=[20, 30, 40, 50]), HALF, 5, np.random.default_rng(1))
    assert found["std_status"] == "missing"  # 4 events a stratum are too few for a median
    strata = list(sketches(low=[10, 20, 30, 40], high=[20, 30, 40, 50]).values())
    assert mixed_median(strata, [0.5, 0.5], np.array([0.5]))[0] == pytest.approx(30.0)


@pytest.mark.parametrize("n", [61, 20_001])
def test_standardised__with_one_stratum_it_is_the_plain_median(n):
    """Its interval is that of the events, of which more than 2,001 are kept as quantiles."""
    values = np.random.default_rng(6).lognormal(7, 0.6, n)
    (one,) = sketches(all=values).values()
    assert mixed_median([one], [1.0], np.array([0.5]))[0] == pytest.approx(np.median(values))
    mixed = np.quantile(draw_mixed_medians([one], [1.0], np.random.default_rng(1)), [0.025, 0.5, 0.975])
    plain = np.quantile(draw_medians(one, np.random.default_rng(1)), [0.025, 0.5, 0.975])
    assert mixed == pytest.approx(plain)


def test_standardised__interval_covers_the_truth_in_95_percent():
    rng = np.random.default_rng(7)
    shares = {"low": 0.15, "high": 0.85}
    many = {"low": rng.lognormal(8, 0.6, 300_000), "high": rng.lognormal(7.4, 0.7, 300_000)}
    truth = found(shares, **many)["std_median_fi"]
    hits = 0
    for seed in range(400):
        row = found(shares, seed, low=rng.choice(many["low"], 8), high=rng.choice(many["high"], 42))
        hits += row["std_median_fi_low"] <= truth <= row["std_median_fi_high"]
    assert 0.925 <= hits / 400 <= 0.98


def test_standardised__few_events_in_a_stratum_are_told():
    row = found(HALF, low=range(1, 9), high=range(1, 100))
    assert (row["std_status"], row["std_reason"]) == ("few_events", "low has 8 events; 20 are wanted")
    assert row["std_median_fi_low"] < row["std_median_fi"] < row["std_median_fi_high"]


def test_standardised__below_five_events_in_a_stratum_it_is_missing():
    row = found(HALF, low=[1, 2, 3, 4], high=range(1, 100))
    assert row == {"std_status": "missing", "std_reason": "low has 4 events; 5 are needed"}


def test_standardised__a_stratum_without_a_gate_is_told():
    row = found(HALF, high=range(1, 100))
    assert row == {"std_status": "missing", "std_reason": "low is not gated; 5 are needed"}


def test_standardised__enough_events_are_ok():
    row = found(HALF, low=range(1, 99), high=range(1, 100))
    assert (row["std_status"], row["std_reason"]) == ("ok", "")

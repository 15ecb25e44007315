"""Survival: golden values of the reconstructed series, and hand-worked examples."""

import math

import numpy as np
import pytest

from marrowgate.stats.survival import (
    FollowUp,
    cumulative_incidence,
    log_rank,
    median_follow_up,
    median_survival,
    survival_at,
    transplant_hazard_ratio,
)

# reconstructed, illustrative: not the authors' table
MONTHS = (2.7, 5.3, 11.7, 14.9, 16.4, 17.4, 27.5, 36.9, 45.4)
SERIES = [FollowUp(f"P{n}", months, int(n < 4)) for n, months in enumerate(MONTHS)]


def follow(*pairs: tuple[float, int]) -> list[FollowUp]:
    return [FollowUp(str(n), months, event) for n, (months, event) in enumerate(pairs)]


def test_survival_at__golden_series_at_24_months() -> None:
    (at,) = survival_at(SERIES, [24])
    assert [round(value, 3) for value in (at.survival.value, at.survival.low, at.survival.high)] == [
        0.556,
        0.204,
        0.805,
    ]
    assert (at.at_risk, at.events, at.censored) == (3, 4, 2)


def test_survival_at__golden_steps() -> None:
    found = [at.survival.value for at in survival_at(SERIES, MONTHS[:4])]
    assert found == pytest.approx([8 / 9, 7 / 9, 6 / 9, 5 / 9])


def test_median_survival__golden_series_is_not_reached() -> None:
    assert math.isinf(median_survival(SERIES).value)


def test_median_follow_up__golden_series() -> None:
    assert median_follow_up(SERIES).value == 27.5


def test_survival_at__before_the_first_event_has_no_interval_and_after_the_last_patient_is_unknown() -> None:
    early, late = survival_at(SERIES, [1.0, 60.0])
    assert early.survival.value == 1.0
    assert math.isnan(early.survival.low)
    assert math.isnan(late.survival.value)


def test_survival_at__everybody_died_stays_zero() -> None:
    (at,) = survival_at(follow((1, 1), (2, 1)), [10])
    assert at.survival.value == 0.0
    assert math.isnan(at.survival.low)
    assert math.isnan(at.survival.high)


def test_median_survival__upper_limit_does_not_exist_where_only_the_last_death_ends_the_curve() -> None:
    found = median_survival(follow((4, 1), (14, 0), (17, 0), (20, 1)))
    assert (found.value, found.low) == (20, 4)
    assert math.isinf(found.high)


def test_survival_at__events_come_before_censorings_at_ties() -> None:
    (at,) = survival_at(follow((5, 1), (5, 0), (9, 0)), [5])
    assert at.survival.value == pytest.approx(2 / 3)


def test_median_survival__hand_worked() -> None:
    found = median_survival(follow((1, 1), (2, 1), (3, 1), (4, 0), (5, 0)))
    assert found.value == 3
    # exactly one half counts as reached
    assert median_survival(follow((1, 1), (2, 0))).value == 1


def test_log_rank__hand_worked() -> None:
    # one death at 1 (2 and 2 at risk), one at 2 (1 and 2), both in the first group
    expected, variance = 2 / 4 + 1 / 3, 1 / 4 + 2 / 9
    chi2 = (2 - expected) ** 2 / variance
    found = log_rank(follow((1, 1), (2, 1)), follow((3, 0), (4, 0)))
    assert found == pytest.approx(math.erfc(math.sqrt(chi2 / 2)))


def test_log_rank__no_events() -> None:
    assert math.isnan(log_rank(follow((1, 0)), follow((2, 0))))


def test_cumulative_incidence__hand_worked() -> None:
    patients = follow((1, 1), (2, 2), (3, 0), (4, 1), (5, 0))
    found = cumulative_incidence(patients, [0.5, 1, 2, 4])
    # 1/5; unchanged by the competing event; then 3/5 survive to the event of one of two at risk
    assert [one.value for one in found] == pytest.approx([0, 1 / 5, 1 / 5, 1 / 5 + 3 / 5 / 2])
    assert found[1].low < 0.2 < found[1].high


def test_cumulative_incidence__as_lifelines_without_ties() -> None:
    from lifelines import AalenJohansenFitter

    rng = np.random.default_rng(6)
    months, events = np.round(rng.exponential(10, 60), 6), rng.integers(0, 3, 60)
    wanted = AalenJohansenFitter().fit(months, events, event_of_interest=1)
    patients = [FollowUp(str(n), float(m), int(e)) for n, (m, e) in enumerate(zip(months, events, strict=True))]
    times = [2.0, 8.0, 15.0]
    found = cumulative_incidence(patients, times)
    assert [one.value for one in found] == pytest.approx([float(wanted.predict(time)) for time in times])
    for one, time in zip(found, times, strict=True):
        low, high = wanted.confidence_interval_.loc[:time].iloc[-1]
        assert (one.low, one.high) == pytest.approx((low, high), rel=0.02)


def test_cumulative_incidence__without_competing_events_is_one_minus_kaplan_meier() -> None:
    for time, one in zip((6.0, 15.0, 24.0), cumulative_incidence(SERIES, (6.0, 15.0, 24.0)), strict=True):
        assert one.value == pytest.approx(1 - survival_at(SERIES, [time])[0].survival.value)


def test_cumulative_incidence__nobody_has_an_event() -> None:
    (found,) = cumulative_incidence(follow((3, 0)), [2])
    assert found.value == 0


def test_transplant_hazard_ratio__counts_the_time_until_transplant_as_without() -> None:
    rng = np.random.default_rng(1)
    months, waits = rng.exponential(20, 400), rng.exponential(20, 400)
    patients = [FollowUp(str(n), float(m), 1) for n, m in enumerate(months)]
    # transplant has no effect; those who live to it only seem to live longer
    found = transplant_hazard_ratio(patients, [float(w) if m > w else None for m, w in zip(months, waits, strict=True)])
    assert found is not None
    assert found.low < 1 < found.high
    assert months[months > waits].mean() > 1.5 * months[months <= waits].mean()


def test_transplant_hazard_ratio__both_sides_never_at_risk_together() -> None:
    months = np.random.default_rng(1).exponential(20, 80)
    patients = [FollowUp(str(n), float(m), 1) for n, m in enumerate(months)]
    assert transplant_hazard_ratio(patients, [6.0 if m > 6 else None for m in months]) is None


def test_transplant_hazard_ratio__events_of_one_side_alone_whenever_both_are_at_risk() -> None:
    # six die without a transplant while two with one are at risk; those die last, alone
    patients = [FollowUp(str(n), float(n + 2), 1) for n in range(6)] + [FollowUp("a", 20, 1), FollowUp("b", 21, 1)]
    assert transplant_hazard_ratio(patients, [None] * 6 + [1.0, 1.0]) is None


def test_transplant_hazard_ratio__few_events() -> None:
    assert transplant_hazard_ratio(SERIES, [6.0, None, 6.0, None, 6.0, None, None, None, None]) is None

"""Early stops that bias a comparison: of one arm, after a rise, or too many; stops that follow nothing are no flag."""

from collections.abc import Sequence

import numpy as np
import pytest

from accuracy.count_comparison import MEASURE, make_comparison
from accuracy.count_strangers import STRANGERS, draw_stranger
from marrowgate.cohort.comparability import arm_windows, check_comparability
from marrowgate.cohort.courses import Course, make_courses
from marrowgate.cohort.early_stops import EarlyStops, early_stops, follows_values, stop_findings
from marrowgate.cohort.readings import Reading
from marrowgate.cohort.visits import Clock, Visit
from marrowgate.simulate.cohorts.count_scenarios import COUNT_SCENARIOS, draw_counts_of

CLOCK = Clock("days", (0.0, 100.0), {})


def courses(rises: Sequence[Sequence[float]]) -> list[Course]:
    """Return patients whose log2 rises so far above a baseline of 0 at each of their visits."""
    readings = []
    for number, own in enumerate(rises):
        for day, log2 in enumerate((0.0, *own)):
            visit = Visit(f"P{number}", 10.0 * day)
            readings.append(Reading("m", visit, 2.0**log2, np.nan, np.nan, log2, 0.0, None, None))
    return list(make_courses(readings, CLOCK).values())


def test_early_stops__ranks_the_last_change_among_those_still_seen() -> None:
    # the second patient stops at his second visit with 1.0; still seen there: 0.1, 1.0, 0.3, 0.2 (he is the highest)
    own = courses([(0.5, 0.1, 0.2), (0.1, 1.0), (0.0, 0.3, 0.4), (0.9, 0.2, 0.1), (0.7,)])
    found = early_stops("A", own, [False, True, False, False, False])
    assert (found.n_patients, found.stopped) == (5, 1)
    assert found.score == pytest.approx((4 - 0.5) / 4 - 0.5)
    assert found.variance == pytest.approx((16 - 1) / (12 * 16))


def test_early_stops__the_typical_change_is_the_median_of_the_last_ones() -> None:
    own = courses([(0.0, 0.1), (0.2,), (0.0, 0.3), (0.9,), (0.0, 0.5)])
    found = early_stops("A", own, [False, True, False, True, False])
    assert found.after_rise == 1


def test_follows_values__is_a_chi_squared_of_the_arms_that_have_stops() -> None:
    first = EarlyStops("A", 20, 6, 6, 2.4, 0.5)
    second = EarlyStops("B", 20, 0, 0, 0.0, 0.0)
    # one degree of freedom: 2.4^2 / 0.5 = 11.52
    assert follows_values([first, second]) == pytest.approx(0.000688, rel=0.01)
    assert np.isnan(follows_values([second, second]))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ((22, 6, 3, 0.0, 0.5), (25, 0, 0, 0.0, 0.0), "the arms differ in who stops"),
        ((22, 5, 5, 1.9, 0.4), (25, 5, 3, 0.2, 0.4), "stopping follows the values"),
        ((22, 5, 0, -1.9, 0.4), (25, 5, 3, 0.2, 0.4), "stopping follows the values"),
        ((22, 9, 4, 0.1, 0.7), (25, 8, 4, 0.0, 0.7), "too many to say"),
    ],
)
def test_stop_findings__what_may_bias_is_flagged(
    first: tuple[int, int, int, float, float], second: tuple[int, int, int, float, float], said: str
) -> None:
    (found,) = stop_findings([EarlyStops("A", *first), EarlyStops("B", *second)])
    assert (found.code, found.level) == ("stops_early", "flagged")
    assert found.sentence.startswith(said)
    assert f"{first[1]} of {first[0]} in the A arm and {second[1]} of {second[0]} in the B arm" in found.sentence
    assert found.sentence.endswith(
        f"{first[2]} of {first[1]} and {second[2]} of {second[1]} of them after a rise above the arm's typical one"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [((22, 5, 3, 0.4, 0.4), (25, 5, 2, -0.2, 0.4)), ((22, 0, 0, 0, 0), (25, 0, 0, 0, 0)), ((0, 0, 0, 0, 0),) * 2],
)
def test_stop_findings__stops_that_follow_nothing_are_no_flag(
    first: tuple[int, int, int, float, float], second: tuple[int, int, int, float, float]
) -> None:
    assert not list(stop_findings([EarlyStops("A", *first), EarlyStops("B", *second)]))


def test_arm_windows__an_early_last_visit_of_a_patient_with_all_visits_is_no_stop() -> None:
    drawn = draw_counts_of(COUNT_SCENARIOS["equal_120"], 3)
    early = drawn.times.copy()
    early[0] = np.linspace(0.1, 1.0, early.shape[1])
    drawn = drawn.__class__(**{**drawn.__dict__, "times": early})
    study = make_comparison(drawn)
    assert arm_windows(study.courses[MEASURE], study.arms, study.clock)[0].stops.stopped == 0


def flagged(name: str, seed: int) -> bool:
    drawn = draw_counts_of(COUNT_SCENARIOS[name], seed) if name in COUNT_SCENARIOS else draw_stranger(name, seed)
    study = make_comparison(drawn)
    found = check_comparability(study.courses[MEASURE], study.arms, study.clock)
    return "stops_early" in {finding.code for finding in found}


def test_check_comparability__visits_at_random_times_are_seldom_flagged_as_stops() -> None:
    cases = [(name, seed) for name in STRANGERS for seed in range(12)]
    assert sum(flagged(*case) for case in cases) <= 0.15 * len(cases)


@pytest.mark.parametrize("scenario", ["stops_one_arm", "stops_both_arms"])
def test_check_comparability__stops_after_a_rise_are_flagged(scenario: str) -> None:
    assert sum(flagged(scenario, seed) for seed in range(25)) >= 24

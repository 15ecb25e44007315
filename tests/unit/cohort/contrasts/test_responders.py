"""The responder rule, condition by condition."""

from collections.abc import Callable

import pytest

from marrowgate.cohort.contrasts.responders import Response, Rule, declared_rule, find_responses, grid_of_rules
from marrowgate.cohort.courses import make_courses
from marrowgate.cohort.readings import Reading
from marrowgate.cohort.visits import Clock
from marrowgate.settings.config import Cohort

Make = Callable[..., Reading]
RULE = Rule(0.9, 2.26, 20)


def responds(clock: Clock, *readings: Reading, rule: Rule = RULE) -> Response:
    return find_responses(make_courses(readings, clock), rule)["P1"]


def test_declared_rule__reference_change_follows_from_the_within_patient_sd() -> None:
    assert declared_rule(Cohort()).fold == pytest.approx(2.26, abs=0.005)
    assert declared_rule(Cohort(within_patient_sd=0.2)).fold == pytest.approx(1.593, abs=0.001)
    assert declared_rule(Cohort(responder_fold=3.0)).fold == 3.0


def test_find_responses__two_successive_visits(reading: Make, clock: Clock) -> None:
    base, high, low = reading(0, 0.3), 1.5, 0.5
    assert responds(clock, base, reading(7, high), reading(14, high)).verdict == "responder"
    assert responds(clock, base, reading(7, high), reading(14, low), reading(21, high)).verdict == "non_responder"
    one = Rule(0.9, 2.26, 20, successive=False)
    assert responds(clock, base, reading(7, high), reading(14, low), rule=one).verdict == "responder"


@pytest.mark.parametrize(
    ("name", "value", "more", "baseline"),
    [
        ("limit", 0.8, {}, 0.2),
        ("fold", 1.1, {}, 0.6),
        ("interval", 1.5, {"low": 0.25}, 0.3),
        ("events", 1.5, {"n_events": 19}, 0.3),
    ],
)
def test_find_responses__each_condition_is_needed(
    reading: Make, clock: Clock, name: str, value: float, more: dict[str, float], baseline: float
) -> None:
    visits = [reading(0, baseline), reading(7, value, **more), reading(14, value, **more)]
    assert responds(clock, *visits).verdict == "non_responder"
    assert responds(clock, reading(0, 0.3), reading(7, 1.5), reading(14, 1.5)).verdict == "responder"


def test_find_responses__highest_baseline_limit_counts(reading: Make, clock: Clock) -> None:
    treated = [reading(7, 1.5), reading(14, 1.5)]
    first = [reading(-5, 0.3, high=1.4), reading(0, 0.3)]
    assert responds(clock, *first, *treated).verdict == "non_responder"


def test_find_responses__single_visit_decides_and_says_so(reading: Make, clock: Clock) -> None:
    found = responds(clock, reading(0, 0.3), reading(7, 1.5))
    assert found == Response("P1", "responder", 1, "only one visit on therapy, so one visit decides")


def test_find_responses__missing_visits_are_no_non_response(reading: Make, clock: Clock) -> None:
    assert responds(clock, reading(7, 1.5), reading(14, 1.5)) == Response("P1", "unknown", 2, "no baseline visit")
    assert responds(clock, reading(0, 0.3)) == Response("P1", "unknown", 0, "no visit on therapy")


def test_find_responses__fewer_visits_than_others_are_told(reading: Make, clock: Clock) -> None:
    both = [reading(0, 0.3), reading(7, 0.3), reading(14, 0.3)]
    others = [reading(day, 0.3, patient_id="P2") for day in (0, 7, 14, 21)]
    found = find_responses(make_courses([*both, *others], clock), RULE)
    assert found["P1"].reason == "2 of up to 3 visits on therapy"
    assert found["P2"].reason == ""


def test_find_responses__imported_value_without_interval_is_compared_itself(reading: Make, clock: Clock) -> None:
    nan = {"low": float("nan"), "high": float("nan"), "n_events": None}
    assert responds(clock, *(reading(d, v, **nan) for d, v in ((0, 0.3), (7, 1.5), (14, 1.5)))).verdict == "responder"


def test_grid_of_rules__all_limits_folds_and_visits() -> None:
    rules = grid_of_rules(Cohort(responder_limits=(0.9, 2), responder_folds=(1, 2)))
    assert len(rules) == len(set(rules)) == 8
    assert str(rules[0]) == "limit 0.9, fold 1, two successive visits"

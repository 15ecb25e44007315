"""What a responder rule can detect: differentials of few cells, visits together, and what is not assessable."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from marrowgate.cohort.contrasts.responder_reach import Pool, least_pooled, pool_counts
from marrowgate.cohort.contrasts.responders import Rule, find_responses
from marrowgate.cohort.courses import make_courses
from marrowgate.cohort.readings import Reading
from marrowgate.cohort.visits import Clock
from marrowgate.stats.intervals import binomial_interval

Make = Callable[..., Reading]
RULE = Rule(0.9, 2.26, 20)


def smear(reading: Make, patient_id: str, day: float, n: int, cells: int) -> Reading:
    low, high = (100 * limit for limit in binomial_interval(n, cells))
    log2 = math.log2(100 * (n + 0.5) / cells)
    counted = {"n_events": n, "n_reference": cells, "exposure": cells / 100, "low": low, "high": high}
    return reading(day, 100 * n / cells, patient_id=patient_id, log2=log2, **counted)


def published(reading: Make, clock: Clock, cells: int, visits: int = 6) -> dict[str, list[str]]:
    """Answer 16 responders at 2.6 %, 6 others and 25 patients of the other arm at 0.1 %."""
    rng = np.random.default_rng(cells)
    found: dict[str, list[str]] = {"responder": [], "other": []}
    for number in range(47):
        name, share = f"P{number}", 0.026 if number < 16 else 0.001
        own = [smear(reading, name, -7 * k, int(rng.binomial(cells, 0.001)), cells) for k in (1, 0)]
        own += [smear(reading, name, 7 * k, int(rng.binomial(cells, share)), cells) for k in range(1, visits + 1)]
        verdict = find_responses(make_courses(own, clock), RULE)[name].verdict
        found["responder" if number < 16 else "other"].append(verdict)
    return found


@pytest.mark.parametrize(("cells", "least"), [(100, 8), (200, 15), (500, 16)])
def test_find_responses__differentials_of_few_cells_show_the_responders(
    reading: Make, clock: Clock, cells: int, least: int
) -> None:
    found = published(reading, clock, cells)
    assert found["responder"].count("responder") >= least
    assert found["other"].count("responder") == 0
    # who is not assessable is so by the cells and the baseline, never by what was found
    assert found["other"].count("non_responder") >= 25


def test_find_responses__single_smears_of_100_cells_are_not_assessable_and_no_no(reading: Make, clock: Clock) -> None:
    found = published(reading, clock, 100, visits=1)
    assert set(found["responder"]) == set(found["other"]) == {"not_assessable"}


def test_find_responses__least_value_follows_from_the_cells(reading: Make, clock: Clock) -> None:
    own = [smear(reading, "P1", day, 0 if day == 0 else 3, 200) for day in (0, 7, 14, 21, 28)]
    response = find_responses(make_courses(own, clock), RULE)["P1"]
    # 0 of 200 before; n of 800 after is beyond chance where 0.8^n is below 0.025: from 17 on
    assert response.least == pytest.approx(100 * 17 / 800)
    assert response.reason == "too few cells at single visits: the visits decide together, 2.12 and more could count"
    assert response.verdict == "non_responder"


@pytest.mark.parametrize(("n", "counted"), [(16, False), (17, True)])
def test_pool_counts__beyond_chance(n: int, counted: bool) -> None:
    assert pool_counts(Pool(0, 2.0, n, 8.0), 0.9, 2.26) == counted


@pytest.mark.parametrize(
    ("pool", "counted"),
    [
        (Pool(100, 200.0, 190, 200.0), False),  # the limit: 0.95 is above, the fold of 1.9 is not
        (Pool(100, 200.0, 230, 200.0), True),
        (Pool(20, 200.0, 170, 200.0), False),  # 0.85 per 100 is normal, whatever the rise
        (Pool(0, 1.0, 0, 1.0), False),
    ],
)
def test_pool_counts__limit_and_fold(pool: Pool, counted: bool) -> None:
    assert pool_counts(pool, 0.9, 2.26) == counted


def test_least_pooled__is_the_first_that_counts() -> None:
    pool = Pool(1, 2.0, 0, 12.0)
    least = least_pooled(pool, 0.9, 2.26)
    n = round(least * 12)
    assert pool_counts(Pool(1, 2.0, n, 12.0), 0.9, 2.26)
    assert not pool_counts(Pool(1, 2.0, n - 1, 12.0), 0.9, 2.26)


def test_find_responses__many_cells_keep_the_rule_of_two_visits(reading: Make, clock: Clock) -> None:
    own = [smear(reading, "P1", day, n, 80_000) for day, n in ((0, 240), (7, 2_000), (14, 240), (21, 2_000))]
    response = find_responses(make_courses(own, clock), RULE)["P1"]
    assert response.verdict == "non_responder"
    assert 0.9 < response.least < 1.0

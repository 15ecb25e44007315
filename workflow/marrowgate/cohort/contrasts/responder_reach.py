"""What a responder rule can detect at the cells that were counted: the least value that could count."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from marrowgate.cohort.courses import Course
from marrowgate.cohort.readings import Reading
from marrowgate.stats.intervals import poisson_interval, ratio_interval

WITHIN_REACH = 3.0
"""Multiple of the rule's limit: a patient in whom less than this could not count is not assessable by the rule."""
MOST_EVENTS = 2**40


@dataclass(frozen=True)
class Pool:
    """Events and exposure of several visits together, before and on therapy."""

    before: int
    exposure_before: float
    during: int
    exposure_during: float

    @property
    def value(self) -> float:
        """Value of the visits on therapy together."""
        return self.during / self.exposure_during


def pooled_visits(course: Course) -> Pool | None:
    """Return the visits of the window together, all on therapy where none is in it; None where a value is no count."""
    treated = course.window or course.on_therapy
    if not treated or not course.baselines:
        return None
    if not all(reading.is_count for reading in (*treated, *course.baselines)):
        return None
    sums = [
        (sum(reading.n_events or 0 for reading in readings), sum(reading.exposure for reading in readings))
        for readings in (course.baselines, treated)
    ]
    return Pool(*sums[0], *sums[1])


def pool_counts(pool: Pool, limit: float, fold: float) -> bool:
    """Say whether the visits together exceed the limit, the fold, and the baseline beyond chance.

    Beyond chance: the lower exact 95 % limit of the ratio to the baseline is above 1 (Przyborowski and Wilenski 1940).
    Half an event on both sides keeps a baseline without events from making any rise infinite.
    """
    if pool.during == 0 or pool.value <= limit:
        return False
    spread = pool.exposure_before / pool.exposure_during
    low = ratio_interval(pool.during, pool.before)[0] * spread
    rise = (pool.during + 0.5) / (pool.before + 0.5) * spread
    return low > 1 and rise > fold


def least_pooled(pool: Pool, limit: float, fold: float) -> float:
    """Return the least value of the visits together that could count."""

    def counts(n: int) -> bool:
        return pool_counts(Pool(pool.before, pool.exposure_before, n, pool.exposure_during), limit, fold)

    return _least(counts) / pool.exposure_during


def least_at_visits(readings: Sequence[Reading], course: Course, rule: tuple[float, float, int]) -> float:
    """Return the least value that could count at the visit in the middle; 0 where the values are no counts.

    Parameters
    ----------
    readings : sequence of Reading
        Visits on therapy.
    course : Course
        With a baseline.
    rule : tuple of (float, float, int)
        Limit, fold, and fewest events.
    """
    limit, fold, min_events = rule
    if course.baseline is None or not all(reading.is_count for reading in readings):
        return 0.0
    upper = max(base.value if math.isnan(base.high) else base.high for base in course.baselines)
    baseline = 2.0**course.baseline.log2

    def least(exposure: float) -> float:
        def counts(n: int) -> bool:
            above = poisson_interval(n)[0] / exposure > upper
            return n >= min_events and n / exposure > limit and above and n / exposure > fold * baseline

        return _least(counts) / exposure

    least_values = sorted(least(reading.exposure) for reading in readings)
    return least_values[len(least_values) // 2]


def _least(counts: Callable[[int], bool]) -> int:
    """Return the least number of events for which a condition holds; it holds for all larger ones."""
    high = 1
    while not counts(high) and high < MOST_EVENTS:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if counts(middle) else (middle, high)
    return high

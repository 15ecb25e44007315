"""Whether patients who stop early may bias a comparison: unequal numbers, or stops that follow what was measured."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.special import chdtrc
from scipy.stats import rankdata

from marrowgate.cohort.courses import Course
from marrowgate.cohort.design import Finding
from marrowgate.stats.proportions import TwoByTwo, fisher_p

DOUBT = 0.05
"""p-value of stops that are equal in both arms, and of stops that follow nothing, below which it is said."""
TOO_MANY = 1 / 3
"""Share of an arm's patients who stop early above which no test can say that nothing is lost."""


@dataclass(frozen=True)
class EarlyStops:
    """The patients of an arm who stop early.

    Parameters
    ----------
    arm : str
        The arm.
    n_patients, stopped, after_rise : int
        Patients with a visit in the window, those who stop early, and those of them whose last value is above the
        arm's typical change.
    score : float
        Sum over the stopped of the rank of their last change among the arm's patients who were still seen at that
        visit, as a share, less one half; above 0 where stops follow a rise.
    variance : float
        Of the score where stops follow nothing.
    """

    arm: str
    n_patients: int
    stopped: int
    after_rise: int
    score: float
    variance: float


def early_stops(arm: str, courses: Sequence[Course], stopped: Sequence[bool]) -> EarlyStops:
    """Hold the last change of each patient who stops against those who went on.

    The test is that of Diggle (1989, Biometrics 45:1255): at each visit the patients who stop there are a random part
    of those who are still seen, if stopping follows nothing that was measured.

    Parameters
    ----------
    arm : str
        The arm.
    courses : sequence of Course
        Patients of the arm with a baseline and a visit in the window.
    stopped : sequence of bool
        Which of them stop early.
    """
    changes = [
        [reading.log2 - course.baseline.log2 for reading in course.window] for course in courses if course.baseline
    ]
    typical = sorted(own[-1] for own in changes)[len(changes) // 2] if changes else 0.0
    score = variance = 0.0
    for own, stops in zip(changes, stopped, strict=True):
        if not stops:
            continue
        visit = len(own) - 1
        seen = [other[visit] for other in changes if len(other) > visit]
        rank_at = next(index for index, other in enumerate(o for o in changes if len(o) > visit) if other is own)
        score += (float(rankdata(seen)[rank_at]) - 0.5) / len(seen) - 0.5
        variance += (len(seen) ** 2 - 1) / (12 * len(seen) ** 2)
    after_rise = sum(own[-1] > typical for own, stops in zip(changes, stopped, strict=True) if stops)
    return EarlyStops(arm, len(changes), sum(stopped), after_rise, score, variance)


def stop_findings(arms: Sequence[EarlyStops]) -> Iterable[Finding]:
    """Flag early stops that differ between the arms, that follow what was measured, or that are too many to judge."""
    first, second = arms
    if not (first.n_patients and second.n_patients):
        return
    numbers = " and ".join(f"{own.stopped} of {own.n_patients} in the {own.arm} arm" for own in arms)
    after = " and ".join(f"{own.after_rise} of {own.stopped}" for own in arms)
    sentence = (
        f"patients stop early (no visit in the last quarter of the sampled window, and fewer visits than the patient "
        f"with most): {numbers}, {after} of them after a rise above the arm's typical one"
    )
    table = TwoByTwo(first.stopped, first.n_patients, second.stopped, second.n_patients)
    if fisher_p(table) < DOUBT:
        yield Finding("stops_early", "flagged", f"the arms differ in who stops: {sentence}")
    elif follows_values(arms) < DOUBT:
        yield Finding("stops_early", "flagged", f"stopping follows the values that were measured: {sentence}")
    elif max(own.stopped / own.n_patients for own in arms) > TOO_MANY:
        yield Finding("stops_early", "flagged", f"too many to say that nothing is lost: {sentence}")


def follows_values(arms: Sequence[EarlyStops]) -> float:
    """Return the p-value of stops that follow nothing that was measured, over the arms that have any."""
    parts = [own.score**2 / own.variance for own in arms if own.variance > 0]
    return float(chdtrc(len(parts), sum(parts))) if parts else math.nan

"""The responder rule: which patients rise above the normal limit, their own baseline and their usual variation."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from marrowgate.cohort.contrasts.responder_reach import (
    WITHIN_REACH,
    least_at_visits,
    least_pooled,
    pool_counts,
    pooled_visits,
)
from marrowgate.cohort.courses import Course
from marrowgate.cohort.readings import Reading
from marrowgate.settings.config import Cohort

Verdict = Literal["responder", "non_responder", "unknown", "not_assessable"]
DECIDED = ("responder", "non_responder")


@dataclass(frozen=True)
class Rule:
    """When a visit, and a patient, counts as a response.

    Parameters
    ----------
    limit : float
        The value must exceed it, in the measure's unit.
    fold : float
        Rise over baseline that must be exceeded: the reference change value (Fraser 2001, Biological Variation).
    min_events : int
        Fewest events of the visit.
    successive : bool
        Whether two successive visits are needed where a patient has two.
    """

    limit: float
    fold: float
    min_events: int
    successive: bool = True

    def __str__(self) -> str:
        visits = "two successive visits" if self.successive else "one visit"
        return f"limit {self.limit:g}, fold {self.fold:.3g}, {visits}"


@dataclass(frozen=True)
class Response:
    """What the rule says of one patient, resting on `n_visits` visits on therapy.

    `least` is the least value that could have counted at the cells counted; 0 where the values are no counts.
    """

    patient_id: str
    verdict: Verdict
    n_visits: int
    reason: str = ""
    least: float = 0.0

    @property
    def is_known(self) -> bool:
        """Whether the rule decides."""
        return self.verdict in DECIDED


def declared_rule(settings: Cohort) -> Rule:
    """Return the rule that the settings declare."""
    return Rule(settings.responder_limit, settings.reference_change, settings.responder_min_events)


def grid_of_rules(settings: Cohort) -> list[Rule]:
    """Return the rules of the sensitivity analysis: all limits and folds, with one and with two visits."""
    return [
        Rule(limit, fold, settings.responder_min_events, successive)
        for limit in settings.responder_limits
        for fold in settings.responder_folds
        for successive in (True, False)
    ]


def find_responses(courses: Mapping[str, Course], rule: Rule) -> dict[str, Response]:
    """Apply a rule to every patient.

    Parameters
    ----------
    courses : mapping of str to Course
        Courses of one measure, by patient_id.
    rule : Rule
        When a visit counts.

    Returns
    -------
    dict of str to Response
        `unknown` where baseline or visits on therapy are missing: a missing visit is no non-response.
        `not_assessable` where so few cells were counted that three times the limit could not have counted: that follows
        from the cells and the baseline alone, never from what was found on therapy. Where single visits cannot decide,
        the visits of the window decide together.
    """
    most = max((len(course.on_therapy) for course in courses.values()), default=0)
    return {patient_id: _respond(course, rule, most) for patient_id, course in courses.items()}


def visit_counts(reading: Reading, course: Course, rule: Rule) -> bool:
    """Say whether one visit exceeds the limit, the baseline's upper interval and the fold, with enough events."""
    if course.baseline is None:
        return False
    enough = reading.n_events is None or reading.n_events >= rule.min_events
    # where an imported value has no interval, the value itself is compared
    upper = max(_or(base.high, base.value) for base in course.baselines)
    above = _or(reading.low, reading.value) > upper
    rise = 2.0 ** (reading.log2 - course.baseline.log2)
    return bool(enough and above and reading.value > rule.limit and rise > rule.fold)


def _or(limit: float, value: float) -> float:
    return value if limit != limit else limit  # noqa: PLR0124 - NaN


def _respond(course: Course, rule: Rule, most: int) -> Response:
    n = len(course.on_therapy)
    if course.baseline is None:
        return Response(course.patient_id, "unknown", n, "no baseline visit")
    if n == 0:
        return Response(course.patient_id, "unknown", n, "no visit on therapy")
    least = least_at_visits(course.on_therapy, course, (rule.limit, rule.fold, rule.min_events))
    if least > WITHIN_REACH * rule.limit:
        return _respond_together(course, rule, n)
    hits = [visit_counts(reading, course, rule) for reading in course.on_therapy]
    known = f"{n} of up to {most} visits on therapy" if n < most else ""
    if rule.successive and n >= 2:
        responds = any(first and second for first, second in pairwise(hits))
    else:
        responds = any(hits)
        if rule.successive:
            known = "only one visit on therapy, so one visit decides"
    return Response(course.patient_id, "responder" if responds else "non_responder", n, known, least)


def _respond_together(course: Course, rule: Rule, n: int) -> Response:
    """Decide by the visits of the window together, where that many cells can."""
    pool = pooled_visits(course)
    least = math.inf if pool is None else least_pooled(pool, rule.limit, rule.fold)
    if pool is None or least > WITHIN_REACH * rule.limit:
        reason = f"too few cells: only {least:.3g} and more could count"
        return Response(course.patient_id, "not_assessable", n, reason, least)
    verdict: Verdict = "responder" if pool_counts(pool, rule.limit, rule.fold) else "non_responder"
    reason = f"too few cells at single visits: the visits decide together, {least:.3g} and more could count"
    return Response(course.patient_id, verdict, n, reason, least)

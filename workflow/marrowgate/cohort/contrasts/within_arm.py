"""The changes of one arm against its own baseline, where a study has no second arm."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from marrowgate.cohort.contrasts.count_pairs import paired_counts
from marrowgate.cohort.contrasts.estimate_row import estimate_row
from marrowgate.cohort.contrasts.lead import LEVELS, unit_of
from marrowgate.cohort.contrasts.responders import declared_rule, find_responses
from marrowgate.cohort.courses import Course, Point
from marrowgate.cohort.readings import Reading
from marrowgate.cohort.study import Study
from marrowgate.endpoint_names import COMPARED_CHANGES, RESPONDER, endpoint_name
from marrowgate.errors import NotEstimableError
from marrowgate.stats.intervals import binomial_interval
from marrowgate.stats.mean_change import mean_change
from marrowgate.stats.two_arms import Estimate, t_estimate

Row = dict[str, Any]
NO_OTHER_ARM = "a change within one arm: nothing here says what would have happened without treatment"


def within_arm_rows(study: Study, arm: str) -> list[Row]:
    """Return a row for each change of each measure, and the share of responders; they have no role yet.

    Counts are compared as counts (`mean_change`); other values by the paired t-test. Each row is flagged, since there
    is nothing to compare the change with.

    Parameters
    ----------
    study : Study
        The cohort.
    arm : str
        Its patients are looked at.
    """
    rows: list[Row] = []
    for measure, own in study.courses.items():
        courses = {name: course for name, course in own.items() if study.arms.get(name) == arm}
        if measure == study.project.config.cohort.responder_measure:
            rows.append({"contrast": arm} | _responders(study, measure, courses))
        for name, part in COMPARED_CHANGES.items():
            if part in LEVELS:
                row = _change(study, endpoint_name(measure, name), measure, courses, part)
                rows.append({"contrast": f"{arm}, change from baseline"} | row)
    return rows


def _change(study: Study, endpoint: str, measure: str, courses: Mapping[str, Course], part: str) -> Row:
    method = "paired_change"
    kept = {name: course for name, course in courses.items() if course.baseline and getattr(course, part)}
    if len(kept) < 2:
        return _refused(endpoint, method, f"{len(kept)} patients have both values: two are needed")
    if not _share_a_batch(kept.values(), part):
        sentence = "no batch has readings both before and after the first dose: time and batch cannot be sentence apart"
        return _refused(endpoint, method, sentence)
    counts = paired_counts(kept, dict.fromkeys(kept, True), part, study.clock)
    points = [(course.baseline, getattr(course, part)) for course in kept.values() if course.baseline]
    if counts is None:
        estimate = _paired(np.array([after.log2 - before.log2 for before, after in points]))
    else:
        method = "conditional_binomial_one_arm"
        try:
            estimate = mean_change(counts)
        except NotEstimableError as error:
            estimate = Estimate(math.nan, math.nan, math.nan, math.nan, str(error))
    row = estimate_row(endpoint, "", method, estimate, (len(kept), 0))
    del row["contrast"], row["n_arm_2"]
    if not row.get("status"):
        row |= {"status": "flagged"} | _difference(points, measure)
    return row | {"reason": "; ".join(part for part in (row["reason"], NO_OTHER_ARM) if part)}


def _paired(values: Any) -> Estimate:
    """Return the mean of one value per patient by Student's t."""
    error = float(np.std(values, ddof=1)) / math.sqrt(values.size)
    if error == 0:
        return Estimate(float(values.mean()), math.nan, math.nan, math.nan, "all values are equal")
    return t_estimate(float(values.mean()), error, values.size - 1)


def _difference(points: Sequence[tuple[Point, Point]], measure: str) -> Row:
    result = _paired(np.array([after.value - before.value for before, after in points]))
    numbers = {"difference": result.value, "difference_low": result.low, "difference_high": result.high}
    return {**numbers, "difference_unit": unit_of(measure)}


def _share_a_batch(courses: Any, part: str) -> bool:
    """Say whether any batch holds readings of both times."""
    before = {reading.batch for course in courses for reading in course.baselines}
    after = {reading.batch for course in courses for reading in _readings(course, part)}
    return bool(before & after)


def _readings(course: Course, part: str) -> tuple[Reading, ...]:
    return {"window_mean": course.window, "last": course.on_therapy[-1:], "off": course.after[:1]}[part]


def _responders(study: Study, measure: str, courses: Mapping[str, Course]) -> Row:
    """Return the share of the patients who respond, with its exact interval."""
    endpoint, method = endpoint_name(measure, RESPONDER), "clopper_pearson"
    known = [
        response
        for response in find_responses(courses, declared_rule(study.project.config.cohort)).values()
        if response.is_known
    ]
    if not known:
        return _refused(endpoint, method, "there is no patient of whom the response is known")
    n_responders = sum(response.verdict == "responder" for response in known)
    low, high = binomial_interval(n_responders, len(known))
    row = {"estimate": n_responders / len(known), "scale": "proportion", "ci_low": low, "ci_high": high}
    sentence = f"{n_responders} of {len(known)} patients respond; {NO_OTHER_ARM}"
    return {
        "endpoint": endpoint,
        "method": method,
        **row,
        "n_arm_1": len(known),
        "status": "flagged",
        "reason": sentence,
    }


def _refused(endpoint: str, method: str, reason: str) -> Row:
    return {"endpoint": endpoint, "method": method, "status": "refused", "reason": reason}

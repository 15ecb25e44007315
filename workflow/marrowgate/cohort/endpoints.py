"""Rows of `tables/endpoints.tsv`: every summary of every measure in every patient, with status and reason."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from marrowgate.cohort.contrasts.responders import Response
from marrowgate.cohort.courses import Course, Point, log2_change
from marrowgate.endpoint_names import CHANGES, LEVELS, PEAK_DAY, endpoint_name
from marrowgate.stats.normal import Z_95

Row = dict[str, Any]
Courses = Mapping[str, Course]
WEAK_GATES = {"doubtful", "borrowed", "shifted"}
ABSENT = {
    "baseline": "no baseline value",
    "window_mean": "no value in the common window",
    "peak": "no value on therapy",
    "last": "no value on therapy",
    "off": "no value after stopping",
}


def course_rows(patient_id: str, arm: str, measure: str, course: Course | None) -> list[Row]:
    """Return one patient's rows of one measure.

    Parameters
    ----------
    patient_id, arm, measure : str
        Whose and what.
    course : Course or None
        None for a patient without any reading of the measure.

    Returns
    -------
    list of dict
        Levels in the measure's unit, changes in log2 units, and the day of the peak with the visits around it.
    """
    course = course or Course(patient_id, measure)
    who = {"patient_id": patient_id, "arm": arm}
    note = _gate_note(course)
    rows = []
    for name, part in LEVELS.items():
        rows.append({**who, "endpoint": endpoint_name(measure, name), **_level(getattr(course, part), part, note)})
    for name, part in CHANGES.items():
        rows.append({**who, "endpoint": endpoint_name(measure, name), **_change(course, part, note)})
    rows.append({**who, "endpoint": endpoint_name(measure, PEAK_DAY), **_peak_day(course)})
    return rows


def responder_rows(arms: Mapping[str, str], endpoint: str, responses: Mapping[str, Response]) -> Iterable[Row]:
    """Return one row per patient: 1 for a responder, 0 for none, empty where it is unknown."""
    for patient_id, arm in arms.items():
        response = responses.get(patient_id) or Response(patient_id, "unknown", 0, "no value")
        known = response.is_known
        status = response.verdict if not known else "incomplete" if response.reason else "ok"
        yield {
            "patient_id": patient_id,
            "arm": arm,
            "endpoint": endpoint,
            "value": float(response.verdict == "responder") if known else None,
            "n_visits": response.n_visits,
            "status": status,
            "reason": response.reason,
        }


def least_value_rows(arms: Mapping[str, str], endpoint: str, responses: Mapping[str, Response]) -> Iterable[Row]:
    """Return the least value that could have counted in each patient whose values are counts."""
    for patient_id, arm in arms.items():
        response = responses.get(patient_id)
        if response is not None and response.least > 0:
            who = {"patient_id": patient_id, "arm": arm, "endpoint": endpoint, "n_visits": response.n_visits}
            value = response.least if math.isfinite(response.least) else None
            yield {**who, "value": value, "status": "ok" if response.is_known else response.verdict, "reason": ""}


def _level(point: Point | None, part: str, note: str) -> Row:
    if point is None:
        return {"n_visits": 0, "status": "missing", "reason": ABSENT[part]}
    return {
        "value": point.value,
        "low": point.low,
        "high": point.high,
        "n_visits": point.n_visits,
        "status": "ok",
        "reason": note,
    }


def _change(course: Course, part: str, note: str) -> Row:
    point: Point | None = getattr(course, part)
    change = log2_change(point, course.baseline)
    if change is None or point is None:
        absent = [ABSENT[name] for name in ("baseline", part) if getattr(course, name) is None]
        return {"n_visits": 0, "status": "missing", "reason": "; ".join(absent)}
    value, sd = change
    half = Z_95 * sd if sd > 0 else math.nan
    row = {"value": value, "low": value - half, "high": value + half, "n_visits": point.n_visits}
    return {**row, "status": "ok", "reason": note}


def _peak_day(course: Course) -> Row:
    before, at, after = course.peak_days
    if math.isnan(at):
        return {"n_visits": 0, "status": "missing", "reason": "no value on therapy, or its day is not known"}
    row = {"value": at, "low": before, "high": after, "n_visits": len(course.on_therapy), "status": "ok"}
    return {**row, "reason": "the peak lies between the visits before and after it; empty where there is none"}


def _gate_note(course: Course) -> str:
    readings = {id(reading): reading for reading in (*course.baselines, *course.on_therapy, *course.window)}
    weak = [reading for reading in readings.values() if reading.gate_status in WEAK_GATES]
    return f"{len(weak)} of {len(readings)} readings rest on doubtful, borrowed or shifted gates" if weak else ""

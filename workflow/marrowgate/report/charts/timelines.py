"""The courses of the answer on each axis of time: days, and cycles where the comparison is in cycles."""

from dataclasses import dataclass
from typing import Any

from marrowgate.report.charts.time_charts import CourseCharts, course_charts
from marrowgate.report.page_inputs import PageInputs, Row

WEEK = 7.0


@dataclass(frozen=True)
class Timeline:
    """The courses on one axis of time: its name, and the charts of each measure."""

    name: str
    courses: tuple[CourseCharts, ...]


def timelines(inputs: PageInputs) -> list[Timeline]:
    """Return the courses by day, and in cycles where the comparison is in cycles."""
    cohort = inputs.project.config.cohort
    clock = _clock(inputs)
    treated = any(course.is_treated for _, course in inputs.courses.values())
    axes = [("Days", lambda row: row["day"], "days since first dose" if treated else "day", WEEK)]
    if clock is not None and clock.unit == "cycles":
        axes.append(("Cycles", _cycle_time(clock), "cycles since first dose, each patient's own length", 0.25))
    drawn_on = []
    for name, time, label, step in axes:
        drawn = [
            course_charts(
                *(course, inputs.arms, cohort.responder_limit if plan.measure == cohort.responder_measure else None),
                *(time, label, step),
            )
            for plan, course in inputs.courses.values()
        ]
        drawn_on.append(Timeline(name, tuple(entry for entry in drawn if entry.charts)))
    return [timeline for timeline in drawn_on if timeline.courses]


def _clock(inputs: PageInputs) -> Any:
    from marrowgate.cohort.visits import make_clock, visit_of

    project = inputs.project
    if not project.patients:
        return None
    visits = [visit for sample in project.samples if (visit := visit_of(sample)) is not None]
    return make_clock(project.config.cohort, visits, project.patients)


def _cycle_time(clock: Any) -> Any:
    from marrowgate.cohort.visits import Visit

    def time(row: Row) -> float | None:
        if row["patient_id"] not in clock.cycle_days:
            return None
        if row["day"] is not None and row["day"] <= 0:
            return 0.0
        when = (row.get("cycle"), row.get("cycle_day"), row["days_off"])
        kept: float | None = clock.time(Visit(row["patient_id"], row["day"], *when))
        return kept

    return time

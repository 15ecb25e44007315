"""What a report has nothing to show of, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from marrowgate.report.charts.course_rows import CourseRows
from marrowgate.settings.project import Project

Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def left_out(project: Project, tables: Tables, courses: Mapping[str, CourseRows]) -> list[str]:
    """Return one sentence for each section, or figure over time, that has nothing to show.

    Parameters
    ----------
    project : Project
        Settings and sheets, which say why.
    tables : mapping of str to sequence of mapping
        Rows of contrasts, outcomes, populations, concordance and quality.
    courses : mapping of str to CourseRows
        The planned figures over time.
    """
    stained = any(row["control_type"] == "none" for row in tables["populations"])
    lines = [] if stained else ["Populations: there is no stained sample."]
    if not tables["contrasts"]:
        lines.append(f"Comparison of the arms: {_why_no_cohort(project, 'no arms are given')}.")
    if not courses:
        lines.append("Over time: no stained sample has a day in the sample sheet.")
    lines += [f"{course.title}, over time: {' '.join(course.notes)}" for course in courses.values() if not course.rows]
    if not tables["outcomes"]:
        lines.append(f"Clinical outcomes: {_why_no_cohort(project, 'the patient sheet has none')}.")
    if not tables["concordance"]:
        lines.append("Agreement with FlowKit: no sample was gated again.")
    if not tables["quality"]:
        lines.append("Quality: no check was made.")
    return lines


def _why_no_cohort(project: Project, otherwise: str) -> str:
    if project.config.patients is None:
        return "the config names no patient sheet"
    return otherwise if project.patients else "the patient sheet has no patients"

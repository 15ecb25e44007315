"""What a figure over time shows: its rows, their unit, and the sentences that the reader must know beside it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marrowgate.report.plan import Course
from marrowgate.report.wording import endpoint_words, status_counts, words

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
UNITS = {
    "per_100_cd45": "per 100 CD45+ cells",
    "cells_per_ul": "cells per \N{MICRO SIGN}L of blood",
    "median_fi": "channel units",
    "ratio_fi": "median / control's median",
    "abc": "molecules per cell",
}
REASONS_SHOWN = 3
FEWEST_PATIENTS = 3
"""A median over fewer patients is not drawn."""


@dataclass(frozen=True)
class CourseRows:
    """The rows of one figure over time.

    Parameters
    ----------
    title, unit : str
        What stands above the figure and beside its axis.
    column : str
        Column that is drawn; its limits are ``<column>_low`` and ``<column>_high``.
    is_log : bool
        Whether the axis is logarithmic.
    rows : tuple of mapping
        Rows with a day and a value; `is_weak` says that the value is drawn as an open symbol.
    notes : tuple of str
        How many samples there are, why some have no value, which gates the others stand on, what open symbols mean.
    """

    title: str
    unit: str
    column: str
    is_log: bool
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def is_treated(self) -> bool:
        """Whether any patient is known to be treated, so that day 0 is that of the first dose."""
        return any(row["arm"] for row in self.rows)


def course_rows(course: Course, tables: Tables) -> CourseRows:
    """Take the rows of a course from the tables of the run.

    Parameters
    ----------
    course : Course
        What is drawn.
    tables : mapping of str to sequence of mapping
        Rows of populations, intensities and visits.

    Returns
    -------
    CourseRows
        Control samples are left out.
    """
    rows = _rows(course, tables)
    usable = [row for row in rows if row.get(course.column) is not None]
    drawn = tuple({**row, "is_weak": _is_weak(row, course)} for row in usable if row["day"] is not None)
    counted = course.table != "intensities"
    notes = (_missing_note(rows, usable, course), _day_note(usable), _gate_note(drawn), _open_note(drawn, course))
    return CourseRows(
        _title(course),
        _unit(course, rows),
        course.column,
        counted and any(row[course.column] > 0 for row in drawn),
        drawn,
        tuple(note for note in notes if note),
    )


def course_legend(rows: Sequence[Row]) -> str:
    """Say what the signs of the figures mean that show these rows."""
    if not rows:
        return ""
    parts = ["One line per patient; the 95 % interval of a point stands in its title."]
    if any(row["days_off"] is not None for row in rows):
        parts.append("Squares and broken lines are visits after stopping.")
    if any(row["arm"] for row in rows):
        parts.append("Upright lines are the first dose and, where one patient is drawn, the last.")
    parts.append(_legend_of_medians(rows))
    if any(row.get("lod_events") is not None for row in rows):
        parts.append("Brown bars are the limit of detection of each sample.")
    if any(row["patient_id"] for row in rows):
        parts.append("A line leads to its patient.")
    return " ".join(part for part in parts if part)


def _legend_of_medians(rows: Sequence[Row]) -> str:
    patients: dict[str | None, set[str]] = {}
    for row in rows:
        if row["patient_id"]:
            patients.setdefault(row["arm"], set()).add(row["patient_id"])
    if not any(len(own) >= FEWEST_PATIENTS for own in patients.values()):
        return ""
    if len(patients) == 1:
        return f"The thick line is the median of the patients on therapy, of at least {FEWEST_PATIENTS}."
    own = f"The thick line is the median of the arm on therapy, of at least {FEWEST_PATIENTS} patients"
    return f"{own}; the broken thick line is that of the other arm{'s' if len(patients) > 2 else ''}."


def _rows(course: Course, tables: Tables) -> list[Row]:
    if course.table == "visits":
        return list(tables["visits"])
    own = [
        row
        for row in tables["populations"]
        if (row["population"], row["panel"], row["control_type"]) == (course.population, course.panel, "none")
    ]
    if course.table == "populations":
        return own
    # a sample that was rejected or not gated has no row of intensities, and is missing all the same
    measured = {
        row["sample_id"]: row
        for row in tables["intensities"]
        if (row["population"], row["marker"]) == (course.population, course.marker)
    }
    shared = ("sample_id", "patient_id", "arm", "day", "days_off", "n_events", "gate_status", "gate_reason")
    return [{**measured.get(row["sample_id"], {}), **{name: row[name] for name in shared}} for row in own]


def _title(course: Course) -> str:
    title = endpoint_words(course.measure)
    if course.marker:
        what = endpoint_words(f"_{course.column}").removeprefix(", ")
        title = f"{course.marker} on {endpoint_words(course.population)}, {what}"
    return f"{title}, panel {course.panel}" if course.is_shared else title


def _unit(course: Course, rows: Sequence[Row]) -> str:
    if course.table == "visits":
        return "value as imported"
    if course.column == "pct_of_parent":
        parents = dict.fromkeys(row["parent"] for row in rows)
        names = " or ".join("all events" if name == "root" else words(name) for name in parents)
        return f"% of {names}"
    if course.column == "abc":
        counted = next((row["abc_unit"] for row in rows if row.get("abc_unit")), "")
        return counted.replace("per bead", "per cell") or UNITS["abc"]
    return UNITS[course.column]


def _is_weak(row: Row, course: Course) -> bool:
    if course.table == "intensities":
        return bool(row["status"] == "few_events")
    return row.get("detection") == "not_detected"


def _missing_note(rows: Sequence[Row], usable: Sequence[Row], course: Course) -> str:
    what = "visit" if course.table == "visits" else "stained sample"
    total = f"{len(rows)} {what}{'' if len(rows) == 1 else 's'}"
    missing = Counter(_why_missing(row, course) for row in rows if row.get(course.column) is None)
    if not missing:
        return f"All {total} have a value." if len(rows) > 1 else f"{total}."
    listed = [f"{reason} ({n})" if n > 1 else reason for reason, n in missing.most_common(REASONS_SHOWN)]
    more = ["further reasons"] if len(missing) > REASONS_SHOWN else []
    have = "has" if len(usable) == 1 else "have"
    return f"{len(usable)} of {total} {have} a value; the others: {'; '.join([*listed, *more])}."


def _why_missing(row: Row, course: Course) -> str:
    if course.table == "visits":
        return "not measured"
    if row["n_events"] is None:
        return ": ".join(part for part in (words(row["gate_status"]), row["gate_reason"]) if part)
    if course.table == "intensities":
        return row.get("reason") or "not measured"
    if course.column == "cells_per_ul":
        return row["count_reason"] or "no absolute count"
    return row["missing_reason"] or "not known"


def _day_note(usable: Sequence[Row]) -> str:
    without = sum(row["day"] is None for row in usable)
    return f"Without a day in the sample sheet, so not drawn: {without}." if without else ""


def _gate_note(drawn: Sequence[Row]) -> str:
    counts = status_counts(row["gate_status"] for row in drawn if row.get("gate_status"))
    return f"Gates: {counts}." if counts else ""


def _open_note(drawn: Sequence[Row], course: Course) -> str:
    weak = sum(row["is_weak"] for row in drawn)
    zeros = course.table != "intensities" and any(row[course.column] == 0 for row in drawn)
    meaning = "rest on few events" if course.table == "intensities" else "are not above the limit of blank"
    notes = [f"Open symbols {meaning} ({weak})."] if weak else []
    notes += ["Open symbols on the lower edge are counts of zero."] if zeros else []
    return " ".join(notes)

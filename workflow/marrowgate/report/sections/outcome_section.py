"""The clinical outcomes of the page: one table per topic, one column per group of patients."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marrowgate.endpoint_names import OUTCOME_UNITS, SURVIVAL
from marrowgate.report.wording import number, p_value, words
from marrowgate.settings.arms import BETWEEN, EVERYBODY

Row = Mapping[str, Any]
TOPICS = {
    "Response": ("response", "best_response"),
    "Overall survival": ("os",),
    "Disease-free survival": ("dfs",),
    "Relapse, and death without relapse as its competing risk": ("relapse", "death_without_relapse"),
    "Recovery": ("neutrophil_recovery", "platelet_recovery"),
    "Toxicity, highest grade of each patient": ("toxicity", "treatment_related_death"),
}
"""Title of each table and the outcomes in it."""
UNSAID = ("os", "dfs", "toxicity", "response")
"""Outcomes that the title of their table names already."""
COUNTED = re.compile(r"\d+ of \d+|\d+ at risk, .*")
SAID = re.compile(r"(upper limit )?not reached|range .*|.*: highest grade of each patient")
PHRASES = {
    "follow up": "follow-up",
    "log rank": "log-rank test",
    "grade 1 2": "grade 1 to 2",
    "grade 3 4": "grade 3 to 4",
}


@dataclass
class Line:
    """One outcome: its name in words, the text of each group, and the groups of each note."""

    label: str
    cells: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def text_of(self, group: str) -> str:
        """Return the cell of a group: a dash where its estimate is missing, nothing where none belongs there."""
        belongs = _is_difference(group) == all(_is_difference(name) for name in self.cells)
        return self.cells.get(group, "-" if belongs else "")


@dataclass(frozen=True)
class Topic:
    """One table: its title, its groups in order, its lines, and the notes of all its lines."""

    title: str
    groups: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def outcome_topics(outcomes: Sequence[Row], arms: Sequence[str]) -> list[Topic]:
    """Arrange the outcomes by topic; the points of the curves and the tables below them are left to the figures.

    Parameters
    ----------
    outcomes : sequence of mapping
        Rows of the table of outcomes; those of single regimens stay there.
    arms : sequence of str
        Names of the arms.

    Returns
    -------
    list of Topic
        Topics without a row are absent.
    """
    lines: dict[str, dict[str, Line]] = {}
    groups: dict[str, dict[str, None]] = {}
    shown = {EVERYBODY, *arms}
    for row in outcomes:
        if row["measure"].endswith("_patients") or "point of the curve" in (row["note"] or ""):
            continue
        if row["arm"] not in shown and not _is_difference(row["arm"]):
            continue
        title = next(title for title, own in TOPICS.items() if row["outcome"] in own)
        text = label(row)
        line = lines.setdefault(title, {}).setdefault(text, Line(text))
        groups.setdefault(title, {})[row["arm"]] = None
        line.cells[row["arm"]] = cell(row)
        for note in _notes(row):
            line.notes.setdefault(note, []).append(row["arm"])
    return [_topic(title, tuple(groups[title]), list(lines[title].values())) for title in TOPICS if title in lines]


def _is_difference(group: str) -> bool:
    return BETWEEN in group


def _topic(title: str, groups: tuple[str, ...], lines: Sequence[Line]) -> Topic:
    """Write each note once below the table, with its groups where it does not hold for all, or its lines."""
    topics: dict[str, list[Line]] = {}
    for line in lines:
        for note in line.notes:
            topics.setdefault(note, []).append(line)
    topic_lines = []
    for note, own in topics.items():
        arms = own[0].notes[note]
        of_arms = (
            ""
            if len(arms) == len([arm for arm in groups if not _is_difference(arm)]) or _is_difference(arms[0])
            else arms
        )
        of_lines = [line.label for line in own] if len(own) <= 2 < len(lines) else []
        topic_lines.append(": ".join(part for part in (", ".join(of_lines), ", ".join(of_arms), note) if part))
    return Topic(title, groups, tuple(lines), tuple(topic_lines))


def label(row: Row) -> str:
    """Name an outcome in words, with its unit where the cells do not show it."""
    outcome, measure = row["outcome"], row["measure"]
    kind = next((unit for unit in OUTCOME_UNITS if measure.endswith(f"_{unit}")), "")
    what = measure.removeprefix(f"{outcome}_").removesuffix(f"_{kind}")
    if row["months"] is not None:
        at = {SURVIVAL: "survival at"}.get(what, f"{words(outcome)} by")
        return f"{at} {row['months']:g} months"
    text = words(what if outcome in UNSAID else f"{outcome}_{what}")
    for column_words, wanted in PHRASES.items():
        text = text.replace(column_words, wanted)
    text = re.sub(r" (all treated|evaluable)$", r", of \1", f" {text}").strip()
    text = f"response{text}" if text.startswith(",") else text
    if kind == "hazard_ratio":
        return f"hazard ratio {text}"
    return f"{text}, {kind}" if kind in {"months", "days"} else text


def cell(row: Row) -> str:
    """Show one estimate with its interval and its counts."""
    value, low, high = row["estimate"], row["ci_low"], row["ci_high"]
    measure, note = row["measure"], row["note"] or ""
    if measure.endswith("_p_value"):
        return "-" if value is None else f"p = {p_value(value)}".replace("= <", "< ")
    if value is None:
        reached = "not reached" in note and "_median_" in measure
        return "-" if not reached else "not reached" if low is None else f"not reached (from {number(low)})"
    text = _with_limits(value, low, high, is_share=measure.endswith("_proportion"))
    if row["method"] == "clopper_pearson":
        return f"{text}; {row['n_events']} of {row['n']}"
    at_risk = re.match(r"\d+ at risk", note)
    return f"{text}; {at_risk[0]}" if at_risk else text


def _with_limits(value: float, low: float | None, high: float | None, *, is_share: bool) -> str:
    shown = [
        None if limit is None else f"{100 * limit:.0f}" if is_share else number(limit) for limit in (value, low, high)
    ]
    text = f"{shown[0]} %" if is_share else str(shown[0])
    if low is None and high is None:
        return text
    return f"{text} ({shown[1] or '-'} to {shown[2] or 'not reached'})"


def _notes(row: Row) -> list[str]:
    """Return the notes that the cell does not show already; what counts as a response only where it is not its name."""
    parts = [part.strip() for part in (row["note"] or "").split(";")]
    is_best = row["outcome"] == "best_response"
    return [
        part
        for part in parts
        if part
        and not COUNTED.fullmatch(part)
        and not SAID.fullmatch(part)
        and not (is_best and part.startswith("counts "))
    ]

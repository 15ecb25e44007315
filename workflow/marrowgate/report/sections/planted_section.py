"""The planted truth of a simulated run beside what was found in it."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple, Protocol

from marrowgate.report import wording

Row = Mapping[str, Any]
Value = float | None


class Truth(Protocol):
    """The blood's truth of one population at one visit, see `marrowgate.simulate.cohorts.planted.Planted`."""

    @property
    def sample_id(self) -> str:
        """Return whose events."""

    @property
    def patient_id(self) -> str:
        """Return whose blood."""

    @property
    def population(self) -> str:
        """Return which cells."""

    @property
    def responds(self) -> bool:
        """Say whether the patient truly responds."""

    @property
    def is_baseline(self) -> bool:
        """Say whether it is before treatment."""

    @property
    def is_full_effect(self) -> bool:
        """Say whether the patient's effect is highest."""

    @property
    def per_100_cd45(self) -> float | None:
        """Return the planted share, cells per 100 CD45+ cells."""

    @property
    def cells_per_ul(self) -> float | None:
        """Return the planted cells per uL of blood."""

    @property
    def cxcr4_abc(self) -> float | None:
        """Return the planted median of CXCR4, molecules per cell."""


class PlantedLine(NamedTuple):
    """One line: what, in whom, the planted value, the found one, and a word on it."""

    what: str
    who: str
    planted: str
    found: str
    note: str


def planted_lines(truths: Sequence[Truth], tables: Mapping[str, Sequence[Row]], responder: str) -> list[PlantedLine]:
    """Return the lines of the section.

    Parameters
    ----------
    truths : sequence of Truth
        Planted values of the run's samples; none give no line.
    tables : mapping of str to sequence of mapping
        Rows of populations, intensities and endpoints.
    responder : str
        Endpoint of the responders' calls.

    Returns
    -------
    list of PlantedLine
        Who responds; immature cells, CD34+ cells and their CXCR4 at the visit of the highest effect; then for each
        population the median of its share and how many 95 % intervals hold the planted value.
    """
    if not truths:
        return []
    populations = {(row["sample_id"], row["population"]): row for row in tables["populations"]}
    cxcr4 = {
        (row["sample_id"], row["population"]): row["abc"]
        for row in tables["intensities"]
        if row["marker"] == "CXCR4" and row["control_type"] != "isotype"
    }

    def share(truth: Truth) -> Value:
        return _of(populations, truth, "per_100_cd45")

    def count(truth: Truth) -> Value:
        return _of(populations, truth, "cells_per_ul")

    def molecules(truth: Truth) -> Value:
        return cxcr4.get((truth.sample_id, truth.population))

    lines = [_responders(truths, tables["endpoints"], responder)]
    lines += _at_full_effect(
        "immature cells per 100 CD45+", truths, "immature", lambda at_visit: at_visit.per_100_cd45, share
    )
    lines += _fold("CD34+ cells per uL, fold of baseline", truths, lambda at_visit: at_visit.cells_per_ul, count)
    lines += _fold("CXCR4 on CD34+ cells, fold of baseline", truths, lambda at_visit: at_visit.cxcr4_abc, molecules)
    return [*lines, *_shares(truths, populations)]


def _of(rows: Mapping[tuple[str, str], Row], truth: Truth, column: str) -> Value:
    row = rows.get((truth.sample_id, truth.population))
    value: Value = None if row is None else row[column]
    return value


def _responders(truths: Sequence[Truth], endpoints: Sequence[Row], responder: str) -> PlantedLine:
    planted = sorted({truth.patient_id for truth in truths if truth.responds})
    patients = {truth.patient_id for truth in truths}
    called = sorted(
        row["patient_id"]
        for row in endpoints
        if row["endpoint"] == responder and row["value"] and row["patient_id"] in patients
    )
    wrong = len(set(called) - set(planted))
    note = f"{len(set(planted) & set(called))} of {len(planted)} found, {wrong} wrongly called"
    return PlantedLine(
        "responders", f"{len(patients)} patients", ", ".join(planted) or "none", ", ".join(called) or "none", note
    )


def _at_full_effect(
    what: str,
    truths: Sequence[Truth],
    population: str,
    planted: Callable[[Truth], Value],
    found: Callable[[Truth], Value],
) -> list[PlantedLine]:
    own = [truth for truth in truths if truth.population == population and truth.is_full_effect]
    return _by_response(what, [(truth, planted(truth), found(truth)) for truth in own])


def _fold(
    what: str, truths: Sequence[Truth], planted: Callable[[Truth], Value], found: Callable[[Truth], Value]
) -> list[PlantedLine]:
    """Return the change from baseline to the visit of the highest effect."""
    own = [truth for truth in truths if truth.population == "cd34_hspc"]
    baseline = {truth.patient_id: truth for truth in own if truth.is_baseline}
    pairs = [(truth, baseline[truth.patient_id]) for truth in own if truth.is_full_effect]
    rows = [
        (late, _ratio(planted(late), planted(early)), _ratio(found(late), found(early)))
        for late, early in pairs
        if late.patient_id in baseline
    ]
    return _by_response(what, rows)


def _ratio(late: Value, early: Value) -> Value:
    return late / early if late is not None and early else None


def _by_response(what: str, rows: Sequence[tuple[Truth, Value, Value]]) -> list[PlantedLine]:
    lines = []
    for who, responds in (("responders", True), ("other patients", False)):
        own = [(planted, found) for truth, planted, found in rows if truth.responds == responds and planted is not None]
        known = [(planted, found) for planted, found in own if found is not None]
        if own:
            note = f"median of {len(known)} of {len(own)} patients, at their highest effect"
            lines.append(
                PlantedLine(what, who, _middle([value for value, _ in known]), _middle([o for _, o in known]), note)
            )
    return lines


def _shares(truths: Sequence[Truth], populations: Mapping[tuple[str, str], Row]) -> list[PlantedLine]:
    """Return for each population its median share, and how many intervals hold the planted value."""
    lines = []
    panels = {sample_id: row["panel"] for (sample_id, _), row in populations.items()}
    keys = dict.fromkeys((panels.get(truth.sample_id), truth.population) for truth in truths)
    for panel, population in keys:
        own = [truth for truth in truths if (panels.get(truth.sample_id), truth.population) == (panel, population)]
        known = [
            (truth.per_100_cd45, populations[truth.sample_id, population])
            for truth in own
            if truth.per_100_cd45 and _of(populations, truth, "per_100_cd45") is not None
        ]
        if panel is None or population == "cd45_pos" or not known:
            continue
        found = _middle([row["per_100_cd45"] for _, row in known])
        note = _coverage_note(known)
        planted = _middle([share for share, _ in known])
        lines.append(
            PlantedLine(
                f"{population} per 100 CD45+", f"{len(known)} of {len(own)} {panel} samples", planted, found, note
            )
        )
    return lines


def _coverage_note(known: Sequence[tuple[float, Row]]) -> str:
    limits = [(planted, row["per_100_cd45_low"], row["per_100_cd45_high"]) for planted, row in known]
    with_limits = [(planted, low, high) for planted, low, high in limits if low is not None and high is not None]
    held = sum(low <= planted <= high for planted, low, high in with_limits)
    return f"{held} of {len(with_limits)} intervals hold the planted value"


def _middle(values: Sequence[float]) -> str:
    return wording.number(median(values) if values else None)

"""Rows of survival: overall and disease-free, at set times, follow-up, competing risk, between arms."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marrowgate.cohort.outcomes.outcome_row import outcome_row
from marrowgate.endpoint_names import BELOW, FOLLOW_UP, LONGEST, MARKED, MEDIAN, SURVIVAL, OutcomeMeasure
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.config import Cohort
from marrowgate.settings.sheets import Patient
from marrowgate.stats.survival import (
    AtTime,
    FollowUp,
    cumulative_incidence,
    log_rank,
    median_follow_up,
    median_survival,
    survival_at,
    transplant_hazard_ratio,
)

Row = dict[str, Any]
STEPS = (3.0, 6.0, 12.0, 24.0, 60.0)
MOST_COLUMNS = 8
FEW_AT_RISK = 0.1
FROM_TREATMENT = {"treatment", "start_of_treatment", "start of treatment", "first_dose", "first dose"}
UNKNOWN = "follow-up ends before this time with patients still free of the event"


def survival_rows(groups: Mapping[str, Sequence[Patient]], settings: Cohort, pairs: Sequence[ArmPair]) -> list[Row]:
    """Return all rows of overall and disease-free survival.

    Parameters
    ----------
    groups : mapping of str to sequence of Patient
        All patients, and each arm where there are two.
    settings : Cohort
        Times at which survival is given.
    pairs : sequence of ArmPair
        Arms that are compared.

    Returns
    -------
    list of dict
        Nothing for an outcome that no patient has.
    """
    rows: list[Row] = []
    for name, follow in (("os", overall), ("dfs", disease_free)):
        # one grid for all groups, so that their tables stand below one axis
        times = grid(max((p.months for patients in groups.values() for p in follow(patients)), default=0.0))
        for arm, patients in groups.items():
            followed = follow(patients)
            if followed:
                note = origin_note(patients) if name == "dfs" else ""
                full_note = _joined(_missing(patients, followed, name), note)
                rows += _one_group(name, arm, followed, settings, full_note)
                rows += [*_below(name, arm, followed, times), *_marks(name, arm, followed)]
        for pair in pairs:
            if {*pair} <= set(groups):
                rows += _between(name, pair, *(follow(groups[arm]) for arm in pair))
    for arm, patients in groups.items():
        rows += [*_transplant(arm, patients), *_relapse(arm, patients, settings)]
    return rows


def overall(patients: Sequence[Patient]) -> list[FollowUp]:
    """Return the follow-up of overall survival of those who have it."""
    return [
        FollowUp(p.patient_id, p.os_months, int(p.os_event == "1"))
        for p in patients
        if p.os_months is not None and p.os_event is not None
    ]


def disease_free(patients: Sequence[Patient]) -> list[FollowUp]:
    """Return the follow-up of disease-free survival of those who have it; relapse and death are both its event."""
    return [
        FollowUp(p.patient_id, p.dfs_months, int(p.dfs_event == "1"))
        for p in patients
        if p.dfs_months is not None and p.dfs_event is not None
    ]


def relapses(patients: Sequence[Patient]) -> list[FollowUp]:
    """Return the follow-up with relapse as event 1 and death without relapse as event 2."""
    return [
        FollowUp(p.patient_id, p.dfs_months, 0 if p.dfs_event == "0" else 1 if p.relapse_event == "1" else 2)
        for p in patients
        if p.dfs_months is not None and p.dfs_event is not None and (p.dfs_event == "0" or p.relapse_event is not None)
    ]


def origin_note(patients: Sequence[Patient]) -> str:
    """Say what disease-free survival counts from, and where that contradicts overall survival."""
    own = [p for p in patients if p.dfs_months is not None]
    origins = sorted({p.dfs_origin or "an origin that is not stated" for p in own})
    note = f"counted from {' and '.join(origins)}"
    if len(origins) > 1:
        note += ", which do not mix"
    longer = sum(p.os_months is not None and p.dfs_months is not None and p.dfs_months > p.os_months for p in own)
    if longer:
        note += f"; {longer} patients have a longer disease-free than overall survival: check the origins"
    return note


def grid(last: float) -> list[float]:
    """Return the times of the table below a survival curve: from 0 in even steps, at most eight."""
    if last <= 0:
        return [0.0]
    step = next((step for step in STEPS if last / step < MOST_COLUMNS), last / (MOST_COLUMNS - 1))
    return [step * k for k in range(int(last // step) + 1)]


def _one_group(name: str, arm: str, followed: list[FollowUp], settings: Cohort, note: str) -> Iterable[Row]:
    n, events = len(followed), sum(p.event == 1 for p in followed)
    for measure, estimate in (
        (OutcomeMeasure(name, MEDIAN, "months"), median_survival(followed)),
        (OutcomeMeasure(name, FOLLOW_UP, "months"), median_follow_up(followed)),
    ):
        reached = "not reached" if math.isinf(estimate.value) else ""
        limit = "upper limit not reached" if math.isinf(estimate.high) and not reached else ""
        method = "kaplan_meier" if measure.what == MEDIAN else "reverse_kaplan_meier"
        low, high = (math.nan, math.nan) if reached and math.isinf(estimate.low) else (estimate.low, estimate.high)
        full_note = _joined(reached, limit, note)
        yield outcome_row(measure, arm, n, events, estimate.value, low=low, high=high, method=method, note=full_note)
    drawn = {p.months for p in followed if p.event == 1}
    for at in survival_at(followed, sorted(drawn | set(settings.survival_months))):
        full_note = _joined(_counts(at, n), "" if at.months in settings.survival_months else "point of the curve", note)
        yield _at_row(OutcomeMeasure(name, SURVIVAL, "proportion", at.months), arm, n, at, full_note)
    last = max(p.months for p in followed)
    longest = OutcomeMeasure(name, LONGEST, "months")
    yield outcome_row(longest, arm, n, events, last, method="maximum", note=note)


def _below(name: str, arm: str, followed: list[FollowUp], times: Sequence[float]) -> Iterable[Row]:
    """Return the table below the curve."""
    n = len(followed)
    for at in survival_at(followed, times):
        for what, count in zip(BELOW, (at.at_risk, at.censored, at.events), strict=True):
            measure = OutcomeMeasure(name, what, "patients", at.months)
            yield outcome_row(measure, arm, n, at.events, float(count), method="count", note="")


def _marks(name: str, arm: str, followed: list[FollowUp]) -> Iterable[Row]:
    """Return how many patients are censored at each time at which any is: the marks on the curve."""
    n = len(followed)
    for months, count in sorted(Counter(p.months for p in followed if p.event == 0).items()):
        events = sum(p.event == 1 and p.months <= months for p in followed)
        measure = OutcomeMeasure(name, MARKED, "patients", months)
        yield outcome_row(measure, arm, n, events, float(count), method="count", note="")


def _at_row(measure: OutcomeMeasure, arm: str, n: int, at: AtTime, counts: str) -> Row:
    value, low, high = at.survival.value, at.survival.low, at.survival.high
    counts = _joined(UNKNOWN if math.isnan(value) else "", counts)
    return outcome_row(
        measure, arm, n, at.events, value, low=low, high=high, method="kaplan_meier_log_log", note=counts
    )


def _counts(at: AtTime, n: int) -> str:
    counts = f"{at.at_risk} at risk, {at.events} events, {at.censored} censored"
    return counts + ("; too few at risk to interpret" if 0 < at.at_risk < FEW_AT_RISK * n else "")


def _missing(patients: Sequence[Patient], followed: Sequence[FollowUp], name: str) -> str:
    without = len(patients) - len(followed)
    return f"{without} patients without {name}_months or {name}_event are left out" if without else ""


def _between(name: str, pair: ArmPair, first: list[FollowUp], second: list[FollowUp]) -> Iterable[Row]:
    if not first or not second:
        return
    p, both = log_rank(first, second), [*first, *second]
    note = "no event in either arm" if math.isnan(p) else "arms as treated, not randomised"
    events = sum(q.event == 1 for q in both)
    measure = OutcomeMeasure(name, "log_rank", "p_value")
    yield outcome_row(measure, pair.contrast, len(both), events, p, method="log_rank", note=note)


def _relapse(arm: str, patients: Sequence[Patient], settings: Cohort) -> Iterable[Row]:
    """Return relapse and death without relapse as competing risks: one minus Kaplan-Meier would overstate both."""
    followed = relapses(patients)
    unknown = len(disease_free(patients)) - len(followed)
    if not followed or (unknown and not any(p.event for p in followed)):
        return
    note = _joined(
        origin_note(patients), f"{unknown} patients with an event of unknown kind are left out" * bool(unknown)
    )
    swapped = [FollowUp(p.patient_id, p.months, (0, 2, 1)[p.event]) for p in followed]
    last = max(p.months for p in followed)
    for what, own in (("relapse", followed), ("death_without_relapse", swapped)):
        events = sum(p.event == 1 for p in own)
        times = [time for time in settings.survival_months if time <= last]
        for time, incidence in zip(times, cumulative_incidence(own, times), strict=True):
            yield outcome_row(
                OutcomeMeasure(what, "incidence", "proportion", time),
                arm,
                len(own),
                events,
                incidence.value,
                low=incidence.low,
                high=incidence.high,
                method="aalen_johansen_log_log",
                note=note,
            )


def _transplant(arm: str, patients: Sequence[Patient]) -> Iterable[Row]:
    months = {p.patient_id: p.transplant_months for p in patients}
    for name, followed in (("os", overall(patients)), ("dfs", disease_free(patients))):
        if any(months[p.patient_id] is not None for p in followed):
            origins = {(p.dfs_origin or "").lower() for p in patients if p.dfs_months is not None}
            yield _transplant_row(name, arm, followed, months, same_origin=name == "os" or origins <= FROM_TREATMENT)


def _transplant_row(
    name: str, arm: str, followed: list[FollowUp], months: Mapping[str, float | None], *, same_origin: bool
) -> Row:
    n, events = len(followed), sum(p.event == 1 for p in followed)
    measure, method = OutcomeMeasure(name, "after_transplant", "hazard_ratio"), "cox_time_dependent"
    if not same_origin:
        why = f"not estimated: transplant counts from the start of treatment, {name}_months from another origin"
        return outcome_row(measure, arm, n, events, math.nan, method=method, note=why)
    ratio = transplant_hazard_ratio(followed, [months[p.patient_id] for p in followed])
    if ratio is None:
        why = "not estimated: fewer than five events, none before or after transplant, or never both at risk together"
        return outcome_row(measure, arm, n, events, math.nan, method=method, note=why)
    note = "transplant counts from the day it took place, so that survival until then is not credited to it"
    limits = {"low": ratio.low, "high": ratio.high}
    return outcome_row(measure, arm, n, events, ratio.value, **limits, method=method, note=note)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)

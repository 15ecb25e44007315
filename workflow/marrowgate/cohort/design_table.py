"""The whole of `tables/design.tsv`: what is compared, who is left, what counts rest on, and what is in the way."""

import math
from collections.abc import Iterable
from typing import Any

from marrowgate.cohort.bead_drift import drift_findings
from marrowgate.cohort.comparability import ArmPhase, ArmWindow, arm_phases, arm_windows, check_comparability
from marrowgate.cohort.description import describe_design, patient_flow
from marrowgate.cohort.design import Finding, check_design
from marrowgate.cohort.estimand import describe_estimand
from marrowgate.cohort.study import Comparison, Study

Row = dict[str, Any]


def design_table(study: Study) -> list[Row]:
    """Describe every comparison of two arms.

    Returns
    -------
    list of dict
        For each pair: the declared estimand, the flow of the patients, regimens, visits and batches; then for each
        measure events, cells and zeros by phase, the coverage of the window, and the findings. Empty without patients.
    """
    if not study.arms:
        return []
    rows = []
    for pair in study.project.config.arms.compared:
        comparison = study.compare(pair)
        both = {"contrast": comparison.between, "arm_1": pair.first, "arm_2": pair.second}
        rows += [{**both, **row} for row in (*_cohort_rows(comparison), *_all_measures(comparison))]
    return rows


def find_all(study: Comparison, measure: str) -> list[Finding]:
    """Return everything about the design that a reader of a measure's contrasts must know."""
    findings = check_design(study.readings[measure], study.courses[measure], study.arms)
    findings += check_comparability(study.courses[measure], study.arms, study.clock)
    return findings + drift_findings(study.project, study.drifts, measure, study.readings[measure])


def _cohort_rows(study: Comparison) -> Iterable[Row]:
    settings = study.project.config.cohort
    yield {"item": "estimand", "status": "declared", "reason": describe_estimand(settings, study.clock)}
    for step in patient_flow(study):
        yield {"item": f"flow_{step.name}", "status": "described", "reason": step.sentence} | _both(*step.n)
    for what, sentence in describe_design(study):
        yield {"item": what, "status": "described", "reason": sentence} | _both(*study.arms.counts())


def _all_measures(study: Comparison) -> Iterable[Row]:
    for measure, courses in study.courses.items():
        for row in (
            *_count_rows(arm_phases(courses, study.arms)),
            *_window_rows(arm_windows(courses, study.arms, study.clock), study.clock.unit),
            *({"item": f.code, "status": f.level, "reason": f.sentence} for f in find_all(study, measure)),
        ):
            yield {"measure": measure, **row}


def _count_rows(phases: list[ArmPhase]) -> Iterable[Row]:
    for phase in dict.fromkeys(entry.phase for entry in phases):
        first, second = (entry for entry in phases if entry.phase == phase)
        at = {"phase": phase, "status": "described"}
        yield {**at, "item": "patients"} | _both(first.n_patients, second.n_patients)
        yield {**at, "item": "visits"} | _both(first.n_visits, second.n_visits)
        yield {**at, "item": "events"} | _both(first.n_events, second.n_events)
        yield {**at, "item": "patients_without_events"} | _both(first.zero_patients, second.zero_patients)
        yield {**at, "item": "cells_counted_median"} | _values(first.n_cells, second.n_cells, "events")
        yield {**at, "item": "events_per_unit"} | _values(
            first.exposure, second.exposure, "events per unit of the measure"
        )


def _window_rows(windows: list[ArmWindow], unit: str) -> Iterable[Row]:
    first, second = windows
    at = {"phase": "window", "status": "described"}
    yield {**at, "item": "baseline_only"} | _both(first.baseline_only, second.baseline_only)
    yield {**at, "item": "stop_early"} | _both(first.stops.stopped, second.stops.stopped)
    yield {**at, "item": "stop_early_after_rise"} | _both(first.stops.after_rise, second.stops.after_rise)
    missing = [window.most_visits - window.n_visits for window in windows]
    yield {**at, "item": "missing_visits"} | _both(missing[0], missing[1])
    yield {**at, "item": "mean_time"} | _values(first.mean_time, second.mean_time, unit)


def _both(first: int, second: int) -> Row:
    return {"n_arm_1": first, "n_arm_2": second}


def _values(first: float, second: float, unit: str) -> Row:
    known = [None if math.isnan(value) else value for value in (first, second)]
    return {"value_arm_1": known[0], "value_arm_2": known[1], "unit": unit}

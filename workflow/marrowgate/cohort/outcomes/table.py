"""Clinical outcomes of a series, with or without a second arm: response, survival, recovery, toxicity."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from marrowgate.cohort.outcomes.outcome_row import outcome_row
from marrowgate.cohort.outcomes.survival_rows import survival_rows
from marrowgate.cohort.outcomes.toxicity import toxicity_rows
from marrowgate.settings.arms import EVERYBODY
from marrowgate.settings.config import Cohort
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Patient
from marrowgate.stats.intervals import binomial_interval

Row = dict[str, Any]
Groups = Mapping[str, Sequence[Patient]]


def outcome_table(project: Project) -> list[Row]:
    """Return the rows of `tables/outcomes.tsv`.

    Parameters
    ----------
    project : Project
        The patient sheet's outcome columns and the toxicity sheet; what is not given leads to no row.

    Returns
    -------
    list of dict
        For all patients and, where there are two arms, for each; the log-rank test between them.
    """
    groups = make_groups(tuple(project.patients.values()), project.config.arms.names)
    settings = project.config.cohort
    best = sorted({patient.response for patient in project.patients.values() if patient.response})
    rows = [row for arm, patients in groups.items() for row in response_rows(arm, patients, best, settings)]
    rows += survival_rows(groups, settings, project.config.arms.compared)
    rows += [row for arm, patients in groups.items() for row in recovery_rows(arm, patients)]
    return rows + [row for arm, patients in groups.items() for row in toxicity_rows(arm, patients, project.toxicity)]


def make_groups(patients: Sequence[Patient], names: Sequence[str]) -> dict[str, tuple[Patient, ...]]:
    """Return all patients, and each arm that has some where there are two such arms or more."""
    if not patients:
        return {}
    arms = [(arm, tuple(p for p in patients if p.arm == arm)) for arm in names]
    several = {arm: own for arm, own in arms if own}
    return {EVERYBODY: tuple(patients)} | (several if len(several) > 1 else {})


def response_rows(arm: str, patients: Sequence[Patient], best: Sequence[str], settings: Cohort) -> Iterable[Row]:
    """Return response rate over all treated and over evaluable patients, for what counts and for each best response.

    Parameters
    ----------
    arm : str
        Name of the group.
    patients : sequence of Patient
        The group.
    best : sequence of str
        All best responses of the series; nothing is given where there is none.
    settings : Cohort
        What counts as a response.

    Returns
    -------
    iterable of dict
        Proportions with exact limits (Clopper and Pearson 1934).
    """
    if not best:
        return
    counted = [("response", set(settings.responses)), *((f"response_{name}", {name}) for name in best)]
    evaluable = [patient for patient in patients if patient.response and patient.response_evaluable != "no"]
    missing = len(patients) - sum(bool(patient.response) for patient in patients)
    for name, words in counted:
        for denominator, group in (("all_treated", patients), ("evaluable", evaluable)):
            x, n = sum(patient.response in words for patient in group), len(group)
            note = f"{x} of {n}; counts {', '.join(sorted(words))}"
            if denominator == "all_treated" and missing:
                note += f"; {missing} without a response given count as none"
            measure = f"{name}_{denominator}_proportion"
            if n == 0:
                yield outcome_row(measure, arm, 0, 0, math.nan, method="clopper_pearson", note="nobody is evaluable")
                continue
            low, high = binomial_interval(x, n)
            yield outcome_row(measure, arm, n, x, x / n, low=low, high=high, method="clopper_pearson", note=note)


def recovery_rows(arm: str, patients: Sequence[Patient]) -> Iterable[Row]:
    """Return the median time to neutrophil and platelet recovery, with the exact interval between order statistics."""
    for measure, column in (
        ("neutrophil_recovery_median_days", "anc_recovery_days"),
        ("platelet_recovery_median_days", "platelet_recovery_days"),
    ):
        days = sorted(value for patient in patients if (value := getattr(patient, column)) is not None)
        if not days:
            continue
        low, high = median_interval(days)
        without = len(patients) - len(days)
        note = f"range {days[0]:g} to {days[-1]:g} days"
        if without:
            note += f"; {without} patients without a value are left out: if they did not recover, the median is too low"
        median = float(np.median(days))
        yield outcome_row(measure, arm, len(days), len(days), median, low=low, high=high, method="median", note=note)


def median_interval(ascending: Sequence[float]) -> tuple[float, float]:
    """Return the exact 95 % interval of a median by the sign test (Thompson 1936); NaN with fewer than six values."""
    n = len(ascending)
    below = np.cumsum([math.comb(n, k) / 2**n for k in range(n + 1)])
    cut = int(np.searchsorted(below, 0.025, side="right"))
    return (ascending[cut - 1], ascending[-cut]) if cut else (math.nan, math.nan)

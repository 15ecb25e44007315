"""Clinical outcomes of a series, with or without a second arm: response, survival, recovery, toxicity."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from marrowgate.cohort.outcomes.outcome_row import outcome_row
from marrowgate.cohort.outcomes.survival_rows import survival_rows
from marrowgate.cohort.outcomes.toxicity import toxicity_rows
from marrowgate.endpoint_names import MEDIAN, OutcomeMeasure
from marrowgate.settings.arms import EVERYBODY
from marrowgate.settings.config import Cohort
from marrowgate.settings.outcome_words import spelled
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
        For all patients and, where there are several arms, for each; for each regimen of an arm that has several, as
        ``<arm> <regimen>``; the log-rank test between the arms that are compared.
    """
    patients = tuple(project.patients.values())
    groups = make_groups(patients, project.config.arms.names)
    settings = project.config.cohort
    given = {spelled(p.response, settings.response_words) or p.response for p in patients if p.response}
    best = sorted(given, key=lambda word: (_depth(word, settings.response_words), word))
    rows = [row for arm, patients in groups.items() for row in response_rows(arm, patients, best, settings)]
    rows += survival_rows(groups, settings, project.config.arms.compared)
    rows += [row for arm, patients in groups.items() for row in recovery_rows(arm, patients)]
    return rows + [row for arm, patients in groups.items() for row in toxicity_rows(arm, patients, project.toxicity)]


def make_groups(patients: Sequence[Patient], names: Sequence[str]) -> dict[str, tuple[Patient, ...]]:
    """Return all patients, each arm where two or more have patients, and each regimen where an arm has several."""
    if not patients:
        return {}
    arms = [(arm, tuple(p for p in patients if p.arm == arm)) for arm in names]
    several = {arm: own for arm, own in arms if own}
    groups = {EVERYBODY: tuple(patients)} | (several if len(several) > 1 else {})
    for arm, own in several.items():
        regimens = sorted({p.regimen for p in own if p.regimen})
        if len(regimens) > 1:
            groups |= {f"{arm} {name}": tuple(p for p in own if p.regimen == name) for name in regimens}
    return groups


def _depth(word: str, words: Sequence[str]) -> int:
    return words.index(word) if word in words else len(words)


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
    counted = [("response", "", settings.responses), *(("best_response", f"{name}_", (name,)) for name in best)]
    evaluable = [patient for patient in patients if patient.response and patient.response_evaluable != "no"]
    missing = len(patients) - sum(bool(patient.response) for patient in patients)
    for outcome, name, words in counted:
        for denominator, group in (("all_treated", patients), ("evaluable", evaluable)):
            x, n = sum(_is_one_of(patient.response, words) for patient in group), len(group)
            note = f"{x} of {n}; counts {', '.join(sorted(words))}"
            if denominator == "all_treated" and missing:
                note += f"; {missing} without a response given count as none"
            measure = OutcomeMeasure(outcome, f"{name}{denominator}", "proportion")
            if n == 0:
                yield outcome_row(measure, arm, 0, 0, math.nan, method="clopper_pearson", note="nobody is evaluable")
                continue
            low, high = binomial_interval(x, n)
            yield outcome_row(measure, arm, n, x, x / n, low=low, high=high, method="clopper_pearson", note=note)


def _is_one_of(response: str | None, words: Sequence[str]) -> bool:
    return response is not None and spelled(response, words) is not None


def recovery_rows(arm: str, patients: Sequence[Patient]) -> Iterable[Row]:
    """Return the median time to neutrophil and platelet recovery, with the exact interval between order statistics."""
    for measure, column in (
        (OutcomeMeasure("neutrophil_recovery", MEDIAN, "days"), "anc_recovery_days"),
        (OutcomeMeasure("platelet_recovery", MEDIAN, "days"), "platelet_recovery_days"),
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

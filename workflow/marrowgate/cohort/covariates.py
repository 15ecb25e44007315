"""Covariates of the patients, as numbers for a regression."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.cohort.study import Study
from marrowgate.cohort.visits import visit_of

BASELINE_WBC = "baseline_wbc_per_ul"


def covariate_table(
    study: Study, patient_ids: Sequence[str], names: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[str]]:
    """Return the covariates of some patients.

    Parameters
    ----------
    study : Study
        The cohort.
    patient_ids : sequence of str
        Patients, in the order wanted.
    names : sequence of str
        Columns of patients.tsv, or ``baseline_wbc_per_ul``. Numbers are used as such, other words as one column each
        beside the first.

    Returns
    -------
    tuple
        Covariates, shape (patients, columns), 0 where missing; which patients have all of them; what is missing, in
        words.
    """
    columns: list[NDArray[np.float64]] = []
    known = np.ones(len(patient_ids), dtype=np.bool_)
    problems = []
    for name in names:
        values = [_value(study, patient_id, name) for patient_id in patient_ids]
        missing = np.array([value is None for value in values], dtype=np.bool_)
        if missing.any():
            problems.append(f"{int(missing.sum())} patients without {name} are left out")
        known &= ~missing
        columns += _as_numbers(values)
    table = np.column_stack(columns) if columns else np.zeros((len(patient_ids), 0))
    return np.asarray(table, dtype=np.float64), known, problems


def _as_numbers(values: Sequence[str | float | None]) -> list[NDArray[np.float64]]:
    try:
        return [np.array([0.0 if value is None else float(value) for value in values])]
    except ValueError:
        words = sorted({str(value) for value in values if value is not None})
        return [np.array([float(value == word) for value in values]) for word in words[1:]]


def _value(study: Study, patient_id: str, name: str) -> str | float | None:
    if name == BASELINE_WBC:
        counts = [
            sample.wbc_per_ul
            for sample in study.project.samples
            if sample.patient_id == patient_id
            and sample.wbc_per_ul
            and (visit := visit_of(sample))
            and visit.phase == "baseline"
        ]
        return float(np.mean([math.log2(count) for count in counts])) if counts else None
    value: str | float | None = getattr(study.project.patients[patient_id], name, None)
    return value if value != "" else None

"""What each scenario that went through the whole workflow should show, and what was found."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from accuracy.cxcr4_figures import Measured
from accuracy.figures import Figure, mean, number, share
from accuracy.scored import Scored
from accuracy.scratch import Cohort
from marrowgate.simulate.cohorts.plan import CohortPlan, VisitTruth
from marrowgate.tables import read_rows

IMMATURE = ("promyelocyte", "myelocyte", "metamyelocyte", "erythroblast")
MEASURE = "immature_per_100_cd45"
FOUND, TRUE = "found", "true"


def read_calls(cohort: Cohort) -> list[tuple[bool, str]]:
    """Return of each patient whether he truly responds, and the run's verdict from endpoints.tsv."""
    rows = _endpoint(cohort, f"{MEASURE}_responder")
    calls = []
    for patient in cohort.plan.patients:
        value = rows.get(patient.patient_id)
        verdict = "unknown" if value is None else "responder" if value else "non_responder"
        calls.append((patient.responds, verdict))
    return calls


def published_figures(cohort: Cohort, tubes: Sequence[Measured]) -> list[Figure]:
    """Return the contrasts, the peaks, the return after stopping, and the fall of CXCR4."""
    figures = []
    for row in read_rows(cohort.tables / "contrasts.tsv"):
        if row["role"] in {"primary", "secondary"}:
            figures.append(_contrast(row))
    peaks, off = _endpoint(cohort, f"{MEASURE}_peak"), _endpoint(cohort, f"{MEASURE}_first_off_therapy")
    responders = [patient.patient_id for patient in cohort.plan.patients if patient.responds]
    true_peaks = {name: _highest(cohort.plan, name, lambda visit: bool(visit.cycle)) for name in responders}
    true_off = {name: _highest(cohort.plan, name, lambda visit: visit.days_off is not None) for name in responders}
    figures += _pair("highest immature cells of responders", responders, peaks, true_peaks)
    figures += _pair("immature cells of responders after stopping", responders, off, true_off)
    return [*figures, *_cxcr4_fold(cohort.plan, tubes)]


def _endpoint(cohort: Cohort, endpoint: str) -> dict[str, float | None]:
    rows = read_rows(cohort.tables / "endpoints.tsv")
    return {row["patient_id"]: row["value"] for row in rows if row["endpoint"] == endpoint}


def _contrast(row: Mapping[str, Any]) -> Figure:
    told = f"{row['method']}, role {row['role']}, status {row['status']}"
    name = f"{row['endpoint']}, triplet - doublet"
    if row["p_value"] is None:
        return Figure("published", name, FOUND, None, "", "", told)
    p = f"p {'< 0.001' if row['p_value'] < 0.001 else format(row['p_value'], '.3f')}"
    if row["estimate"] is None:
        return Figure("published", name, FOUND, row["p_value"], "p-value", "", told)
    return Figure("published", name, FOUND, row["estimate"], row["scale"], f"{_limits(row)}; {p}", told)


def _limits(row: Mapping[str, Any]) -> str:
    if row["ci_low"] is None or row["ci_high"] is None:
        return "no interval"
    return f"{row['ci_low']:.2f} to {row['ci_high']:.2f}"


def _highest(plan: CohortPlan, patient_id: str, wanted: Callable[[VisitTruth], bool]) -> float:
    values = [
        100 * sum(visit.blood.per_ul[kind] for kind in IMMATURE) / visit.blood.wbc
        for visit in plan.visits
        if visit.patient_id == patient_id and wanted(visit)
    ]
    return max(values, default=math.nan)


def _pair(
    what: str, names: Sequence[str], found: Mapping[str, float | None], true: Mapping[str, float]
) -> Iterable[Figure]:
    known = [name for name in names if found.get(name) is not None and not math.isnan(true[name])]
    unit = "per 100 CD45+"
    yield mean("published", what, FOUND, [float(found[name] or 0.0) for name in known], unit)
    yield Figure("published", what, TRUE, _average([true[name] for name in known]), unit)


def _cxcr4_fold(plan: CohortPlan, tubes: Sequence[Measured]) -> Iterable[Figure]:
    """Return the geometric mean of CXCR4 against baseline at the responders' visits of full effect."""
    responders = {patient.patient_id for patient in plan.patients if patient.responds}
    found, true = [], []
    for name in responders:
        own = [one for one in tubes if one.sample.visit and one.sample.visit.patient_id == name]
        before = [one for one in own if one.sample.visit and one.sample.visit.day <= 0 and one.row["ratio_fi"]]
        full = [one for one in own if one.sample.visit and one.sample.visit.effect == 1 and one.row["ratio_fi"]]
        if before and full:
            found.append(full[0].row["ratio_fi"] / before[0].row["ratio_fi"])
            true.append(full[0].truth.ratio_fi / before[0].truth.ratio_fi)
    what = "CXCR4 ratio of responders at full effect against baseline"
    yield mean("published", what, FOUND, sorted(found), "fold")
    yield Figure("published", what, TRUE, _average(sorted(true)), "fold")


def _average(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def trouble_figures(scored: Sequence[Scored]) -> list[Figure]:
    """Return for each kind of trouble how many of its CD34 samples were rejected, repaired or flagged.

    Parameters
    ----------
    scored : sequence of Scored
        Of the dirty cohort, rejected files among them.
    """
    tubes = {one.sample.sample_id: one for one in scored if one.sample.panel == "hspc"}
    figures = []
    names = sorted({one.sample.trouble.name for one in tubes.values()} - {""})
    for name in (*names, ""):
        group = [one for one in tubes.values() if one.sample.trouble.name == name]
        told = ", ".join(sorted({check for one in group for check in one.checks}))
        read = [one for one in group if one.verdict != "rejected"]
        noticed = [one for one in group if one.checks or one.verdict != "accepted"]
        item = name or "no trouble"
        figures += [
            number(item, "", "samples", len(group)),
            number(item, "", "rejected", sum(one.verdict == "rejected" for one in group)),
            number(item, "", "repaired", sum(one.verdict == "repaired" for one in group)),
            number(item, "", "flagged in quality.tsv", sum(bool(one.checks) for one in group)),
            mean(item, "", "events left out", [100 * (1 - one.kept) for one in read], "%", "by quality control"),
            share(item, "", "noticed at all", len(noticed), len(group), f"checks: {told or 'none'}"),
        ]
    return figures


def spared_figures(dirty: Cohort, clean: Mapping[str, int | None], dirtied: Mapping[str, int | None]) -> list[Figure]:
    """Return how far the troubled samples changed the counts of CD34+ cells in the others.

    Parameters
    ----------
    dirty : Cohort
        The cohort.
    clean, dirtied : mapping of str to int or None
        CD34+ events by sample_id, of a run without troubles and of the run with them.
    """
    others = [sample.sample_id for sample in dirty.stained if sample.panel == "hspc" and not sample.trouble.name]
    pairs = [(clean[name], dirtied[name]) for name in others]
    known = [(before, after) for before, after in pairs if before is not None and after is not None]
    changed = [pair for pair in known if pair[0] != pair[1]]
    largest = max((100 * abs(after / before - 1) for before, after in known if before), default=math.nan)
    return [
        number("samples without trouble", "", "samples", len(others)),
        share("samples without trouble", "", "CD34+ count changed", len(changed), len(known)),
        Figure("samples without trouble", "", "largest change", largest, "%"),
        number("samples without trouble", "", "gate lost or gained", len(pairs) - len(known) - _neither(pairs)),
    ]


def _neither(pairs: Sequence[tuple[int | None, int | None]]) -> int:
    return sum(before is None and after is None for before, after in pairs)


def cd34_counts(cohort: Cohort) -> dict[str, int | None]:
    """Return the CD34+ events of every sample of a run."""
    rows = read_rows(cohort.tables / "populations.tsv")
    return {row["sample_id"]: row["n_events"] for row in rows if row["population"] == "cd34_hspc"}

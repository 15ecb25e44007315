"""Readings: one value of one measure at one visit, with its own uncertainty, from the run's tables and the sheets."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from marrowgate.cohort.visits import Visit, visit_of, visit_on
from marrowgate.endpoint_names import PER_100_CD45, PER_UL, count_measure, imported_measure, intensity_measure
from marrowgate.settings.config import Cohort
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import DAYS_PER_MONTH, Measurement, Sample
from marrowgate.stats.intervals import binomial_interval, ratio_interval
from marrowgate.stats.normal import Z_95

Rows = Sequence[Mapping[str, Any]]
REFERENCE = 10**9  # the ratio of a count to one so large has the exact interval of a Poisson mean
SHARE_UNITS = {"pct": 100.0, "percent": 100.0, "per_100_wbc": 100.0, "per_100_cells": 100.0, "per_100_cd45": 100.0}


@dataclass(frozen=True)
class Reading:
    """One value of one measure at one visit.

    Parameters
    ----------
    measure : str
        Name with its unit, for example ``immature_per_100_cd45``.
    visit : Visit
        Patient and time.
    value, low, high : float
        Value and 95 % limits of its measurement, in the measure's unit; the limits are NaN where they are not known.
    log2 : float
        log2 of the value; NaN of a count of 0 until the counts are brought to one depth (`equal_depth`).
    log2_sd : float
        Standard deviation of `log2` from measurement alone; 0 where it is not known.
    n_events : int or None
        Events that the value rests on.
    n_reference : int or None
        Events of the denominator, for counts per 100 CD45+ cells.
    gate_status : str
        Status of the weakest gate; empty for imported values.
    sample_id, batch, preparation, platform : str
        Where it comes from; empty for imported values.
    gate_log2_sd : float
        The part of `log2_sd` that is the uncertainty of the gates; NaN where the table does not give it.
    exposure : float
        Events per unit of the measure: a count's value is `n_events` / `exposure`; NaN for what is no count.
    depth : float
        Exposure that `log2` stands for, after thinning; NaN before.
    blank, blank_events : float
        Events that the blanks would give in as many cells, and the blanks' own events; 0 where there is no blank.
    """

    measure: str
    visit: Visit
    value: float
    low: float
    high: float
    log2: float
    log2_sd: float
    n_events: int | None = None
    n_reference: int | None = None
    gate_status: str = ""
    sample_id: str = ""
    batch: str = ""
    preparation: str = ""
    platform: str = ""
    gate_log2_sd: float = math.nan
    exposure: float = math.nan
    depth: float = math.nan
    blank: float = 0.0
    blank_events: float = 0.0

    @property
    def is_count(self) -> bool:
        """Whether the value is a number of events in a known number of cells."""
        return self.n_events is not None and self.exposure > 0 and math.isfinite(self.exposure)


Readings = Mapping[str, tuple[Reading, ...]]


def measure_readings(project: Project, populations: Rows, intensities: Rows) -> dict[str, tuple[Reading, ...]]:
    """Collect all readings of the cohort's patients, by measure, in the order of patients and visits.

    Controls, samples without a patient, visits after a transplant and populations that were not gated give no
    reading. Where a population was measured in several samples of a visit, that with the most CD45+ events counts.

    Parameters
    ----------
    project : Project
        Settings and sheets.
    populations, intensities : sequence of mapping
        Rows of the tables of these names.

    Returns
    -------
    dict of str to tuple of Reading
        Measures without any reading are absent.
    """
    settings = project.config.cohort
    samples = {sample.sample_id: sample for sample in project.samples if sample.control_type == "none"}
    of_measure: dict[str, list[Reading]] = defaultdict(list)
    factors = _per_event(populations)
    for row in chosen_samples(populations, samples):
        if row["population"] in settings.populations:
            for reading in _count_readings(row, samples[row["sample_id"]], factors):
                of_measure[reading.measure].append(reading)
    for row in intensities:
        sample = samples.get(row["sample_id"])
        if sample is not None and sample.patient_id is not None:
            for reading in _intensity_readings(row, sample, settings):
                of_measure[reading.measure].append(reading)
    per_counted = _per_counted(project.measurements)
    for imported in project.measurements:
        reading = _imported_reading(imported, per_counted, project)
        of_measure[reading.measure].append(reading)
    return {measure: _in_order(project, readings) for measure, readings in sorted(of_measure.items())}


def chosen_samples(populations: Rows, samples: Mapping[str, Sample]) -> list[Mapping[str, Any]]:
    """Return one row per visit and gated population: of several samples the one with the most CD45+ events.

    Parameters
    ----------
    populations : sequence of mapping
        Rows of `tables/populations.tsv`.
    samples : mapping of str to Sample
        The stained samples, by sample_id; rows of other samples are passed over.

    Returns
    -------
    list of mapping
        Rows in their order.
    """
    best: dict[tuple[Visit, str], Mapping[str, Any]] = {}
    for row in populations:
        sample = samples.get(row["sample_id"])
        visit = visit_of(sample) if sample else None
        if visit is None or row["n_events"] is None or (row.get("control_type") or "none") != "none":
            continue
        key = (visit, row["population"])
        if key not in best or (row["n_cd45"] or 0) > (best[key]["n_cd45"] or 0):
            best[key] = row
    return list(best.values())


def _per_event(populations: Rows) -> dict[tuple[str, str], float]:
    """Return the cells per uL that one event stands for, by sample and count method."""
    return {
        (row["sample_id"], row["count_method"]): row["cells_per_ul"] / row["n_events"]
        for row in populations
        if row["n_events"] and row["cells_per_ul"] is not None
    }


def _count_readings(
    row: Mapping[str, Any], sample: Sample, factors: Mapping[tuple[str, str], float]
) -> Iterable[Reading]:
    n, n_cd45 = int(row["n_events"]), row["n_cd45"]
    known = row.get("gate_cv_pct")
    gate = 0.0 if known is None else known / 100
    if n_cd45 and row["per_100_cd45"] is not None:
        values = (row["per_100_cd45"], row["per_100_cd45_low"], row["per_100_cd45_high"])
        sd = math.sqrt(1 / (n + 0.5) + 1 / n_cd45 + gate**2)
        name = count_measure(row["population"], PER_100_CD45)
        yield _counted(_flow(name, row, sample, values, sd, known), row, n_cd45 / 100)
    factor = factors.get((row["sample_id"], row["count_method"]))
    if row["cells_per_ul"] is not None and factor is not None:
        values = (row["cells_per_ul"], row["cells_per_ul_low"], row["cells_per_ul_high"])
        # the limits hold the gates' uncertainty already
        sd = _interval_sd(*values[1:], fallback=math.hypot(math.sqrt(1 / (n + 0.5)), gate))
        per_ul = _flow(count_measure(row["population"], PER_UL), row, sample, values, sd, known)
        yield _counted(per_ul, row, 1 / factor)


def _intensity_readings(row: Mapping[str, Any], sample: Sample, settings: Cohort) -> Iterable[Reading]:
    for column in settings.intensity_columns:
        value = row[column]
        if value is None or value <= 0:
            continue
        values = (value, _number(row[f"{column}_low"]), _number(row[f"{column}_high"]))
        name = intensity_measure(row["population"], row["marker"], column)
        yield _flow(name, {**row, "n_cd45": None}, sample, values, _interval_sd(*values[1:], fallback=0.0))


def _counted(reading: Reading, row: Mapping[str, Any], exposure: float) -> Reading:
    """Return a flow reading as a count, with what a blank would show in as many cells (Jeffreys' mean of its share)."""
    events, size = row.get("blank_n_events"), row.get("blank_n_cd45")
    if events is None or not size or not row["n_cd45"]:
        return replace(reading, exposure=exposure)
    blank = (events + 0.5) / size * row["n_cd45"]
    return replace(reading, exposure=exposure, blank=blank, blank_events=float(events))


def _flow(
    measure: str,
    row: Mapping[str, Any],
    sample: Sample,
    values: tuple[float, float, float],
    sd: float,
    gate_cv: float | None = None,
) -> Reading:
    visit = visit_of(sample)
    if visit is None:
        msg = f"sample {sample.sample_id} has no patient"
        raise ValueError(msg)
    value, low, high = (_number(part) for part in values)
    made = (sample.preparation, sample.lysis, sample.anticoagulant)
    return Reading(
        measure,
        visit,
        value,
        low,
        high,
        _log2(value),
        sd / math.log(2),
        row["n_events"],
        row["n_cd45"],
        gate_status=row.get("gate_status") or "",
        sample_id=sample.sample_id,
        batch=sample.batch,
        preparation=", ".join(part for part in made if part),
        platform=row.get("count_method") or "",
        gate_log2_sd=math.nan if gate_cv is None else gate_cv / 100 / math.log(2),
    )


def _interval_sd(low: float | None, high: float | None, *, fallback: float) -> float:
    """Return the standard deviation of ln(value) that the limits of a value stand for."""
    if low is not None and high is not None and low > 0 and math.isfinite(high) and high > low:
        return math.log(high / low) / (2 * Z_95)
    return fallback


def _log2(value: float) -> float:
    return math.log2(value) if value > 0 else math.nan


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _per_counted(measurements: Iterable[Measurement]) -> dict[str, float]:
    """Return the value that one counted cell or colony stands for, as the median over the measure's rows."""
    shares: dict[str, list[float]] = defaultdict(list)
    for row in measurements:
        if row.n_counted and row.value > 0:
            shares[imported_measure(row.measure, row.unit)].append(row.value / row.n_counted)
    return {measure: median(values) for measure, values in shares.items()}


def _imported_reading(imported: Measurement, per_counted: Mapping[str, float], project: Project) -> Reading:
    """Return an imported value; its interval is exact where the number counted is known."""
    visit = visit_on(imported.patient_id, imported.day, project.samples)
    measure, value, n = imported_measure(imported.measure, imported.unit), imported.value, imported.n_counted
    share = SHARE_UNITS.get(imported.unit)
    if n and share and 0 <= value <= share:
        events = round(value / share * n)
        low, high = (share * limit for limit in binomial_interval(events, n))
        log2 = _log2(share * events / n)
        return Reading(measure, visit, value, low, high, log2, _log2_sd(events), events, n, exposure=n / share)
    factor = per_counted.get(measure)
    if n is not None and not share and factor:
        per_cell = value / n if n else factor
        low, high = (per_cell * REFERENCE * limit for limit in ratio_interval(n, REFERENCE))
        return Reading(measure, visit, value, low, high, _log2(value), _log2_sd(n), n, exposure=1 / per_cell)
    return Reading(measure, visit, value, math.nan, math.nan, _log2(value), 0.0, n)


def _log2_sd(events: int) -> float:
    return math.sqrt(1 / (events + 0.5)) / math.log(2)


def _in_order(project: Project, readings: Iterable[Reading]) -> tuple[Reading, ...]:
    ranks = {patient_id: rank for rank, patient_id in enumerate(project.patients)}
    kept = [reading for reading in readings if _counts(reading, project)]
    return tuple(sorted(kept, key=lambda reading: (ranks[reading.visit.patient_id], _moment(reading.visit))))


def _counts(reading: Reading, project: Project) -> bool:
    patient = project.patients.get(reading.visit.patient_id)
    if patient is None or not (math.isfinite(reading.log2) or reading.is_count):
        return False
    if project.config.cohort.recent_gcsf == "leave_out" and patient.recent_gcsf == "yes":
        return False
    day = reading.visit.day
    transplant = patient.transplant_months
    return day is None or transplant is None or day < transplant * DAYS_PER_MONTH


def _moment(visit: Visit) -> tuple[float, float]:
    off = -1.0 if visit.days_off is None else visit.days_off
    if visit.day is not None:
        return visit.day, off
    cycle, cycle_day = visit.cycle or 0.0, visit.cycle_day or 0.0
    return (math.inf if off >= 0 else 28.0 * cycle + cycle_day - 28.0), off

"""Marker intensities on gated populations, beside the control that belongs to the sample."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import numpy as np

from marrowgate.measure.above_control import pct_above_quantile, pct_overton
from marrowgate.measure.calibrated import Lines
from marrowgate.measure.controls import Control, Controls, control_medians
from marrowgate.measure.medians import MIN_EVENTS, Draws, draw_medians, with_limits
from marrowgate.measure.record import SampleRecord
from marrowgate.measure.sketch import Sketch
from marrowgate.measure.standardised import standardised
from marrowgate.settings.config import Intensity, Measure
from marrowgate.settings.sheets import Sample
from marrowgate.signal.beads.binding_capacity import binding_capacity
from marrowgate.signal.beads.molecule_line import Calibration

RATIO_ERRORS = 3.0
"""A control's median nearer to 0 than this many standard errors gives no ratio."""


def intensity_rows(
    record: SampleRecord,
    sample: Sample,
    arm: str | None,
    controls: Controls,
    settings: Measure,
    seed: int,
    lines: Lines | None = None,
) -> list[dict[str, Any]]:
    """Return the rows of `tables/intensities.tsv` for one sample.

    Parameters
    ----------
    record : SampleRecord
        With the values of the wanted markers.
    sample : Sample
        Row of the sheet.
    arm : str or None
        Arm of the patient.
    controls : mapping of (str, str) to Control
        Population and marker to the control, where there is one.
    settings : Measure
        Fewest events, the control's quantile and the strata.
    seed : int
        Seed of the run.
    lines : mapping of (str, str, str) to Calibration, optional
        Panel, batch and marker to the calibration line of the marker's channel.

    Returns
    -------
    list of dict
        One row per population and marker, with bootstrap intervals (percentile method; Efron and Tibshirani 1993).
    """
    rows = []
    lines = lines or {}
    has_beads = any((panel, batch) == (sample.panel, sample.batch) for panel, batch, _ in lines)
    wanted = {(one.population, one.marker): one for one in settings.intensities}
    for sketch in record.sketches:
        key = (sketch.population, sketch.marker)
        if key in settings.only_controls:
            continue
        line = lines.get((sample.panel, sample.batch, sketch.marker))
        own_seed = crc32(f"{seed}/{record.sample_id}/{sketch.population}/{sketch.marker}".encode())
        measured = _measured(sketch, controls.get(key), settings, np.random.default_rng(own_seed), line)
        rows.append(
            {
                "sample_id": sample.sample_id,
                "patient_id": sample.patient_id,
                "arm": arm,
                "day": sample.day,
                "population": sketch.population,
                "marker": sketch.marker,
                "n_events": sketch.n_events,
                **_without_line(measured, told=has_beads and line is None),
                **_standardised(wanted.get(key), record, settings, own_seed),
            }
        )
    return rows


def _without_line(row: dict[str, Any], *, told: bool) -> dict[str, Any]:
    """Say that beads were measured which do not calibrate the marker's channel."""
    if not told or row["control_type"] == "none":
        return row
    parts = (row["reason"], "no abc: the beads of the batch do not calibrate this marker's channel")
    return {**row, "reason": "; ".join(part for part in parts if part)}


def _measured(
    sketch: Sketch, control: Control | None, settings: Measure, generator: np.random.Generator, line: Calibration | None
) -> dict[str, Any]:
    if sketch.n_events < MIN_EVENTS:
        reason = f"{sketch.n_events} events, {MIN_EVENTS} are needed"
        return {"control_type": "none", "status": "few_events", "reason": reason}
    stained = draw_medians(sketch, generator)
    row: dict[str, Any] = {"control_type": "none", **with_limits("median_fi", sketch.median, stained)}
    reasons = []
    if sketch.n_events < settings.few_events:
        reasons.append(f"{sketch.n_events} events, {settings.few_events} are wanted")
    if control is not None and control.n_events < settings.few_events:
        reasons.append(f"control has {control.n_events} events, {settings.few_events} are wanted")
    row["status"] = "few_events" if reasons else "ok"
    row["geo_mean_fi"] = sketch.geometric_mean
    if control is None:
        reasons.append("no control with enough events")
    else:
        compared, told = _against(control, sketch, row["median_fi"], stained, settings, generator, line)
        row |= compared
        reasons += told
    if sketch.n_not_positive:
        reasons.append(f"no geometric mean: {sketch.n_not_positive} of {sketch.n_events} values are not above 0")
    return {**row, "reason": "; ".join(reason for reason in reasons if reason)}


def _against(
    control: Control,
    sketch: Sketch,
    median: float,
    stained: Draws,
    settings: Measure,
    generator: np.random.Generator,
    line: Calibration | None,
) -> tuple[dict[str, Any], list[str]]:
    """Compare with the control: the columns, and what is to be said of them."""
    control_median, blank = control_medians(control, generator)
    row: dict[str, Any] = {
        "control_type": control.control_type,
        "control_sample_id": ", ".join(name for name, _ in control.control_samples),
        "control_median_fi": control_median,
        "control_n_events": control.n_events,
        "pct_above_control": pct_above_quantile(sketch.values, control.values, settings.control_quantile),
        "pct_overton": pct_overton(sketch.values, control.values),
    }
    row |= with_limits("delta_fi", median - control_median, stained - blank)
    reasons = [control.note]
    missing = why_no_ratio(control_median, float(np.std(blank, ddof=1)))
    if missing:
        reasons.append(missing)
    else:
        row |= with_limits("ratio_fi", median / control_median, stained / np.where(blank > 0, blank, np.nan))
    if line is not None:
        found = binding_capacity(line, median, control_median, stained, blank, generator)
        row |= {"abc": found.value, "abc_low": found.low, "abc_high": found.high}
        row["abc_unit"] = line.unit if found.value is not None else None
        reasons.append(found.reason and f"abc: {found.reason}")
    return row, reasons


def why_no_ratio(control_median: float, error: float) -> str:
    """Say why a control gives no ratio, from its median and standard error (channel units); empty when it does."""
    if abs(control_median) <= RATIO_ERRORS * error:
        return "no ratio: the control's median is within 3 standard errors of 0"
    return "no ratio: the control's median is below 0" if control_median < 0 else ""


def _standardised(
    wanted: Intensity | None, record: SampleRecord, settings: Measure, seed: int
) -> Mapping[str, float | str]:
    if wanted is None or not wanted.strata:
        return {}
    sketches = {one.population: one for one in record.sketches if one.marker == wanted.marker}
    return standardised(sketches, wanted.strata, settings.few_events, np.random.default_rng(seed))

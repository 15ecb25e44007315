"""Marker intensities on gated populations, beside the control that belongs to the sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from zlib import crc32

import numpy as np

from marrowgate.fcs.model import Note
from marrowgate.gating.reasons import codes_of, sentences_of
from marrowgate.measure.intensity.above_control import pct_above_quantile, pct_overton
from marrowgate.measure.intensity.calibrated import Lines
from marrowgate.measure.intensity.controls import Control, Controls, control_medians
from marrowgate.measure.intensity.medians import MIN_EVENTS, Draws, draw_medians, with_limits
from marrowgate.measure.intensity.modes import find_modes
from marrowgate.measure.intensity.sketch import Sketch
from marrowgate.measure.intensity.standardised import standardised
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Intensity, Measure
from marrowgate.settings.sheets import Sample
from marrowgate.signal.beads.binding_capacity import binding_capacity
from marrowgate.signal.beads.molecule_line import Calibration

FEW_EVENTS = frozenset({"few_events", "control_few_events"})
"""Codes that make the status `few_events`."""
CODES = MappingProxyType(
    {
        "few_events": "The population has fewer events than are wanted or needed.",
        "control_few_events": "The control has fewer events than are wanted.",
        "gate_doubtful": "A gate on the way to the population is in doubt.",
        "no_control": "No control has enough events: no difference, ratio or antibody binding capacity.",
        "control_note": "Which control samples serve, and what the interval does not hold.",
        "no_ratio": "The median of the batch's controls is too near to 0 or below it: its samples have no ratio.",
        "several_modes": "The values have more than one mode: their median stands for none of them.",
        "no_geometric_mean": "Values at or below 0 have no geometric mean.",
        "no_abc": "The beads of the batch do not calibrate the marker's channel.",
        "abc": "What is to be said of the antibody binding capacity.",
    }
)
"""Codes of `reason` in `intensities.tsv`."""


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
    wanted = {(asked.population, asked.marker): asked for asked in settings.intensities}
    counts = {count.population: count for count in record.counts}
    for sketch in record.sketches:
        key = (sketch.population, sketch.marker)
        if key in settings.only_controls:
            continue
        line = lines.get((sample.panel, sample.batch, sketch.marker))
        own_seed = crc32(f"{seed}/{record.sample_id}/{sketch.population}/{sketch.marker}".encode())
        measured = _measured(sketch, controls.get(key), settings, np.random.default_rng(own_seed), line)
        if has_beads and line is None and measured.row["control_type"] != "none":
            measured.because("no_abc", "no abc: the beads of the batch do not calibrate this marker's channel")
        rows.append(
            {
                "sample_id": sample.sample_id,
                "patient_id": sample.patient_id,
                "arm": arm,
                "day": sample.day,
                "population": sketch.population,
                "marker": sketch.marker,
                "n_events": sketch.n_events,
                **measured.row,
                **_status(measured, counts.get(sketch.population)),
                **_standardised(wanted.get(key), record, settings, own_seed),
            }
        )
    return rows


@dataclass
class _Measured:
    """Columns of one row, and why they are as they are."""

    row: dict[str, Any]
    reasons: list[Note] = field(default_factory=list)

    def because(self, code: str, sentence: str) -> None:
        """Add a reason; one without a sentence is none."""
        if sentence:
            self.reasons.append(Note(code, sentence))


def _status(measured: _Measured, count: PopulationCount | None) -> dict[str, Any]:
    """Return the status of a row: few events go before a gate or a median in doubt, and those before ok."""
    reasons = list(measured.reasons)
    few = any(reason.code in FEW_EVENTS for reason in reasons)
    doubtful = any(reason.code == "several_modes" for reason in reasons)
    if count is not None and count.gate_status == "doubtful":
        doubtful = True
        reasons.append(Note("gate_doubtful", f"the gate of {count.weakest_gate} is in doubt"))
    return {
        "status": "few_events" if few else "doubtful" if doubtful else "ok",
        "reason": sentences_of(reasons),
        "reason_code": codes_of(reasons),
        "gate_status": count.gate_status if count else None,
        "gate_reason_code": count.gate_reason_code if count else None,
    }


def _measured(
    sketch: Sketch, control: Control | None, settings: Measure, generator: np.random.Generator, line: Calibration | None
) -> _Measured:
    measured = _Measured({"control_type": "none"})
    if sketch.n_events < MIN_EVENTS:
        measured.because("few_events", f"{sketch.n_events} events, {MIN_EVENTS} are needed")
        return measured
    stained = draw_medians(sketch, generator)
    measured.row |= with_limits("median_fi", sketch.median, stained)
    if sketch.n_events < settings.few_events:
        measured.because("few_events", f"{sketch.n_events} events, {settings.few_events} are wanted")
    if control is not None and control.n_events < settings.few_events:
        sentence = f"control has {control.n_events} events, {settings.few_events} are wanted"
        measured.because("control_few_events", sentence)
    modes = find_modes(sketch)
    if modes is not None and modes.several:
        sentence = f"the values have more than one mode (dip {modes.dip:.3f}): the median stands for none of them"
        measured.because("several_modes", sentence)
    measured.row["geo_mean_fi"] = sketch.geometric_mean
    if control is None:
        measured.because("no_control", "no control with enough events")
    else:
        _compare(measured, control, sketch, stained, settings, generator, line)
    if sketch.n_not_positive:
        sentence = f"no geometric mean: {sketch.n_not_positive} of {sketch.n_events} values are not above 0"
        measured.because("no_geometric_mean", sentence)
    return measured


def _compare(
    measured: _Measured,
    control: Control,
    sketch: Sketch,
    stained: Draws,
    settings: Measure,
    generator: np.random.Generator,
    line: Calibration | None,
) -> None:
    """Compare with the control: add the columns, and what is to be said of them."""
    median = measured.row["median_fi"]
    control_median, blank = control_medians(control, generator)
    measured.row |= {
        "control_type": control.control_type,
        "control_sample_id": ", ".join(name for name, _ in control.control_samples),
        "control_median_fi": control_median,
        "control_n_events": control.n_events,
        "pct_above_control": pct_above_quantile(sketch.values, control.values, settings.control_quantile),
        "pct_overton": pct_overton(sketch.values, control.values),
    }
    measured.row |= with_limits("delta_fi", median - control_median, stained - blank)
    measured.because("control_note", control.note)
    missing = control.no_ratio or ("" if control_median > 0 else "no ratio: the control's median is below 0")
    measured.because("no_ratio", missing)
    if not missing:
        ratios = stained / np.where(blank > 0, blank, np.nan)
        measured.row |= with_limits("ratio_fi", median / control_median, ratios)
    if line is not None:
        capacity = binding_capacity(line, median, control_median, stained, blank, generator)
        measured.row |= {"abc": capacity.value, "abc_low": capacity.low, "abc_high": capacity.high}
        measured.row["abc_unit"] = line.unit if capacity.value is not None else None
        measured.because("abc", capacity.reason and f"abc: {capacity.reason}")


def _standardised(
    wanted: Intensity | None, record: SampleRecord, settings: Measure, seed: int
) -> Mapping[str, float | str]:
    if wanted is None or not wanted.strata:
        return {}
    sketches = {sketch.population: sketch for sketch in record.sketches if sketch.marker == wanted.marker}
    return standardised(sketches, wanted.strata, settings.few_events, np.random.default_rng(seed))

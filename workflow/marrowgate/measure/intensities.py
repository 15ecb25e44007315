"""Marker intensities on gated populations, beside the control that belongs to the tube."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from marrowgate.measure.calibrated import Lines
from marrowgate.measure.record import SampleRecord
from marrowgate.measure.sketch import Sketch
from marrowgate.settings.config import Measure
from marrowgate.settings.sheets import Sample
from marrowgate.signal.bead_fit import Calibration
from marrowgate.signal.binding_capacity import binding_capacity

Draws = NDArray[np.float64]
MIN_EVENTS = 5
DRAWS = 1000


@dataclass(frozen=True)
class Control:
    """The tube that a sample's marker is compared with, and that tube's values of the same population."""

    control_type: str
    sample_id: str
    sketch: Sketch


def intensity_rows(
    record: SampleRecord,
    sample: Sample,
    arm: str | None,
    controls: Mapping[tuple[str, str], Control],
    settings: Measure,
    seed: int,
    lines: Lines | None = None,
) -> list[dict[str, Any]]:
    """Give the rows of `tables/intensities.tsv` for one tube.

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
        Fewest events and the control's quantile.
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
    for sketch in record.sketches:
        control = controls.get((sketch.population, sketch.marker))
        line = (lines or {}).get((sample.panel, sample.batch, sketch.marker))
        own_seed = crc32(f"{seed}/{record.sample_id}/{sketch.population}/{sketch.marker}".encode())
        rows.append(
            {
                "sample_id": sample.sample_id,
                "patient_id": sample.patient_id,
                "arm": arm,
                "day": sample.day,
                "population": sketch.population,
                "marker": sketch.marker,
                "n_events": sketch.n_events,
                **_measured(sketch, control, settings, own_seed, line),
            }
        )
    return rows


def _measured(
    sketch: Sketch, control: Control | None, settings: Measure, seed: int, line: Calibration | None
) -> dict[str, Any]:
    if sketch.n_events < MIN_EVENTS:
        reason = f"{sketch.n_events} events, {MIN_EVENTS} are needed"
        return {"control_type": "none", "status": "few_events", "reason": reason}
    generator = np.random.default_rng(seed)
    stained = _medians(sketch, generator)
    row: dict[str, Any] = {"status": "ok", "reason": "", "control_type": "none"}
    row |= _with_limits("median_fi", float(np.median(sketch.values)), stained)
    if sketch.n_events < settings.few_events:
        row |= {"status": "few_events", "reason": f"{sketch.n_events} events, {settings.few_events} are wanted"}
    if control is None or control.sketch.n_events < MIN_EVENTS:
        reason = "no control tube" if control is None else f"control has {control.sketch.n_events} events"
        return row | {"reason": "; ".join(part for part in (row["reason"], reason) if part)}
    blank = _medians(control.sketch, generator)
    row |= _against(control, sketch, stained, blank, settings)
    if line is None:
        return row
    return row | _capacity(line, row, stained, blank, generator)


def _against(control: Control, sketch: Sketch, stained: Draws, blank: Draws, settings: Measure) -> dict[str, Any]:
    median, control_median = float(np.median(sketch.values)), float(np.median(control.sketch.values))
    row: dict[str, Any] = {
        "control_type": control.control_type,
        "control_sample_id": control.sample_id,
        "control_median_fi": control_median,
    }
    row |= _with_limits("delta_fi", median - control_median, stained - blank)
    if control_median > 3 * float(np.std(blank, ddof=1)):
        row |= _with_limits("ratio_fi", median / control_median, stained / np.where(blank > 0, blank, np.nan))
    else:
        row |= {"reason": "no ratio: the control's median is within 3 standard errors of 0"}
    limit = np.quantile(control.sketch.values, settings.control_quantile)
    row["pct_above_control"] = 100 * float(np.mean(sketch.values > limit))
    return row


def _capacity(
    line: Calibration, row: dict[str, Any], stained: Draws, blank: Draws, generator: np.random.Generator
) -> dict[str, Any]:
    """Give the antibody binding capacity; where it is out of the beads' range the reason says so."""
    found = binding_capacity(line, row["median_fi"], row["control_median_fi"], stained, blank, generator)
    reason = "; ".join(part for part in (row["reason"], found.reason and f"abc: {found.reason}") if part)
    return {"abc": found.value, "abc_low": found.low, "abc_high": found.high, "reason": reason}


def _medians(sketch: Sketch, generator: np.random.Generator) -> NDArray[np.float64]:
    """Draw bootstrap medians, shape (DRAWS,).

    The share of a distribution below the median of n values is beta distributed with both parameters (n + 1) / 2
    (David and Nagaraja 2003, Order Statistics, 2.1), so shares are drawn instead of whole samples; the sketch gives the
    value at each share. The limits are those of the interval between order statistics.
    """
    share = generator.beta((sketch.n_events + 1) / 2, (sketch.n_events + 1) / 2, size=DRAWS)
    return np.quantile(sketch.values, share, method="weibull")


def _with_limits(name: str, value: float, draws: NDArray[np.float64]) -> dict[str, Any]:
    low, high = np.nanquantile(draws, (0.025, 0.975))
    return {name: value, f"{name}_low": float(low), f"{name}_high": float(high)}


def choose_controls(
    sample: Sample, samples: Sequence[Sample], records: Mapping[str, SampleRecord]
) -> dict[tuple[str, str], Control]:
    """Find the control of each marker: the tube that names the sample, else one of its batch.

    Returns
    -------
    dict of (str, str) to Control
        Population and marker to the control.
    """
    tubes = [tube for tube in samples if tube.control_type in {"fmo", "isotype"} and tube.panel == sample.panel]
    own = [tube for tube in tubes if tube.control_for == sample.sample_id]
    batch = [tube for tube in tubes if tube.control_for is None and tube.batch == sample.batch]
    found: dict[tuple[str, str], Control] = {}
    for tube in sorted(own, key=lambda one: one.sample_id) + sorted(batch, key=lambda one: one.sample_id):
        record = records.get(tube.sample_id)
        for sketch in record.sketches if record else ():
            if sketch.marker == tube.control_marker:
                key = (sketch.population, sketch.marker)
                found.setdefault(key, Control(tube.control_type, tube.sample_id, sketch))
    return found

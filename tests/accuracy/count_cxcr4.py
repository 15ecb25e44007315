"""CXCR4 at the level of counts: as many cells as were counted, the batch's controls and beads, as in the workflow.

Cells come through the simulated instrument of their own sample with perfect gates. Which samples serve as control, what
they say together, whether there is a ratio, and the molecules are answers of `marrowgate.measure` and
`marrowgate.signal`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from accuracy.cxcr4_coverage import bead_line
from accuracy.scratch import REPOSITORY
from marrowgate.measure.intensity.controls import (
    Control,
    ControlSamples,
    choose_controls,
    measure_controls,
    median_in_sample,
)
from marrowgate.measure.intensity.medians import MIN_EVENTS, Draws, draw_medians
from marrowgate.measure.intensity.sketch import Sketch, make_sketch
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.settings.sheets import Sample
from marrowgate.signal.beads.binding_capacity import binding_capacity
from marrowgate.signal.beads.molecule_line import Calibration
from marrowgate.simulate.cells import kinds_of
from marrowgate.simulate.cohorts.counts import draw_counts
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.intensities import compensated_cells
from marrowgate.simulate.streams import stream

PANEL, POPULATION, MARKER = "hspc", "cd34_hspc", "CXCR4"
BEADS = 2000
NOT_MEASURED = {f"{column}{limit}": None for column in ("ratio_fi", "abc") for limit in ("", "_low", "_high")}

Row = dict[str, Any]
Known = dict[frozenset[str], tuple[tuple[str, ...], ControlSamples]]


def measured_rows(plan: CohortPlan, sheet: Sequence[Sample], n_events: Mapping[str, int]) -> list[Row]:
    """Measure CXCR4 on the CD34+ cells of every stained CD34 sample of a cohort.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    sheet : sequence of Sample
        Rows of its stained CD34 samples.
    n_events : mapping of str to int
        CD34+ events by sample_id of these samples.

    Returns
    -------
    list of dict
        Rows of intensities.tsv, as far as the statistics read them; the same for the same scenario and seed.
    """
    rows = []
    for batch in dict.fromkeys(sample.batch for sample in sheet):
        own, records = drawn_batch(plan, [sample for sample in sheet if sample.batch == batch], n_events)
        line = bead_line(plan, _panel(), batch, BEADS)
        rng = stream("cohort CXCR4", plan.scenario.name, plan.seed, batch)
        rows += _batch_rows(own, records, line, rng)
    return rows


def drawn_batch(
    plan: CohortPlan, stained: Sequence[Sample], n_events: Mapping[str, int]
) -> tuple[list[Sample], dict[str, SampleRecord]]:
    """Draw the CD34+ cells of a batch's stained samples and of all its samples without CXCR4.

    Parameters
    ----------
    plan, n_events
        As for `measured_rows`.
    stained : sequence of Sample
        Rows of the stained CD34 samples of one batch.

    Returns
    -------
    tuple of (list of Sample, dict of str to SampleRecord)
        Rows of stained and control samples, and what a perfect gate would give of each, by sample_id.
    """
    planned = {tube.sample_id: tube for tube in plan.samples if tube.panel == PANEL}
    records = {one.sample_id: _record(plan, planned[one.sample_id], n_events[one.sample_id]) for one in stained}
    sheet = list(stained)
    for tube in planned.values():
        if tube.batch == stained[0].batch and (tube.control_type, tube.control_marker) == ("fmo", MARKER):
            n_cells = int(draw_counts(plan, tube, tube.n_events)[kinds_of(POPULATION)].sum())
            records[tube.sample_id] = _record(plan, tube, n_cells)
            sheet.append(_control_row(tube))
    return sheet, records


def row_of(sample_id: str, n: int, measured: Mapping[str, float]) -> Row:
    """Return the row of intensities.tsv of a stained sample."""
    return {
        "sample_id": sample_id,
        "population": POPULATION,
        "marker": MARKER,
        "n_events": n,
        **NOT_MEASURED,
        **measured,
    }


def _batch_rows(
    sheet: Sequence[Sample], records: Mapping[str, SampleRecord], line: Calibration, rng: np.random.Generator
) -> list[Row]:
    """Compare each stained sample of a batch with its control; control samples that serve many are measured once."""
    settings, rows = Measure(), []
    known: Known = {}
    for sample in sheet:
        if sample.control_type != "none":
            continue
        (sketch,) = records[sample.sample_id].sketches
        control = choose_controls(sample, sheet, records, settings).get((POPULATION, MARKER))
        found: dict[str, float] = {}
        if control is not None and sketch.n_events >= MIN_EVENTS:
            found = _compared(sketch, *_medians(control, known, rng), line, control.no_ratio, rng)
        rows.append(row_of(sample.sample_id, sketch.n_events, found))
    return rows


def _medians(control: Control, known: Known, rng: np.random.Generator) -> tuple[float, Draws]:
    """Return what `control_medians` gives, from samples that are measured already."""
    names = tuple(name for name, _ in control.control_samples)
    key = frozenset(names)
    if key not in known:
        known[key] = names, measure_controls([sketch for _, sketch in control.control_samples], rng)
    order, tubes = known[key]
    return median_in_sample(tubes, order.index(control.own[0]) if control.own else None, rng)


def _compared(
    sketch: Sketch, control: float, blank: Draws, line: Calibration, no_ratio: str, rng: np.random.Generator
) -> dict[str, float]:
    """Return ratio and molecules of a stained population against its control's median and the draws of it."""
    median = sketch.median
    molecules = binding_capacity(line, median, control, draw_medians(sketch, rng), blank, rng)
    found = {"abc": molecules.value, "abc_low": molecules.low, "abc_high": molecules.high}
    if not no_ratio and control > 0:
        found["ratio_fi"] = median / control
    return found


def _control_row(tube: SamplePlan) -> Sample:
    """Return a control sample's row of the sample sheet."""
    return Sample(
        sample_id=tube.sample_id,
        fcs="none.fcs",
        panel=tube.panel,
        batch=tube.batch,
        control_type="fmo",
        control_marker=tube.control_marker,
        control_for=tube.control_for,
    )


def _record(plan: CohortPlan, tube: SamplePlan, n_cells: int) -> SampleRecord:
    """Draw a sample's CD34+ cells; the sample without the antibody has its own gain like any other."""
    cells = compensated_cells(plan, tube, _panel(), POPULATION, MARKER, n_cells) if n_cells else np.empty(0)
    sketch = make_sketch(POPULATION, MARKER, np.asarray(cells, dtype=np.float64))
    return SampleRecord(tube.sample_id, {}, (), (), (sketch,))


@cache
def _panel() -> Panel:
    return load_panel(REPOSITORY / "config" / "panels" / f"{PANEL}.yaml")

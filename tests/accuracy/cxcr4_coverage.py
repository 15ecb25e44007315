"""Bias and coverage of CXCR4 on CD34+ cells with perfect gates, at fixed numbers of events."""

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accuracy.figures import Figure, middle, number, share
from accuracy.scores import covers, relative_error
from accuracy.scratch import REPOSITORY
from marrowgate.fcs.read import read_fcs
from marrowgate.measure.intensity.controls import Control
from marrowgate.measure.intensity.intensities import intensity_rows
from marrowgate.measure.intensity.sketch import make_sketch
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.settings.quality import Quality
from marrowgate.settings.sheets import Sample
from marrowgate.signal.beads.calibration import CalibrationLimits, calibrate
from marrowgate.signal.beads.lots import load_bead_lot
from marrowgate.signal.beads.molecule_line import Calibration
from marrowgate.simulate.blood import cxcr4_abc_median
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan, find_sample
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.intensities import compensated_cells
from marrowgate.simulate.optics.fcs_file import FileKind
from marrowgate.simulate.streams import stream

POPULATION, MARKER = "cd34_hspc", "CXCR4"
EVENTS = (20, 50, 100, 500)
LARGE_CONTROL = 500
TUBES, OTHER_EVENTS = 8, (10, 60)
CELLS = 100_000
BEADS = 8000
NEAR_CONTROL = 3.0
CONTROLS = ("control of 500 events", "control half as large, and 7 of the batch")
COLUMNS = ("median_fi", "delta_fi", "ratio_fi", "abc")

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Visit:
    """Living CD34+ cells of one visit through its instrument, with the antibody and without, and the true values."""

    stained: Values
    blank: Values
    truth: Mapping[str, float]


def coverage_figures(seed: int, draws: int, cores: int) -> list[Figure]:
    """Return bias and coverage of the intensities by the control and the number of CD34+ events.

    Parameters
    ----------
    seed : int
        Seed of cohort and draws.
    draws : int
        Samples for each number of events and each control, shared out over the cohort's instrument runs.
    cores : int
        Processes; the answer does not depend on it.
    """
    plan = make_plan("published", seed)
    batches = sorted({sample.batch for sample in plan.samples})
    with ProcessPoolExecutor(cores) as pool:
        answers = list(pool.map(partial(_batch, seed, -(-draws // len(batches))), batches))
    figures: list[Figure] = []
    for control in CONTROLS:
        for n in EVENTS:
            rows = [one for answer in answers for one in answer[control, n]]
            figures += _figures(control, f"{n} events", rows)
    return figures


def _figures(control: str, band: str, rows: Sequence[tuple[Mapping[str, Any], Mapping[str, float]]]) -> list[Figure]:
    given = sum(row.get("ratio_fi") is not None for row, _ in rows)
    figures = [
        number(control, band, "draws", len(rows), "draws"),
        share(control, band, "with ratio_fi", given, len(rows), "control's median more than 3 standard errors from 0"),
    ]
    for column in COLUMNS:
        known = [(row, truth[column]) for row, truth in rows if row.get(column) is not None and column in truth]
        errors = [relative_error(row[column], true) for row, true in known]
        hits = sum(bool(covers(row[f"{column}_low"], row[f"{column}_high"], true)) for row, true in known)
        figures.append(middle(control, band, f"median bias of {column}", errors, "%"))
        figures.append(share(control, band, f"coverage of {column}", hits, len(known), "95 % intervals"))
    return figures


def _batch(
    seed: int, draws: int, batch: str
) -> dict[tuple[str, int], list[tuple[Mapping[str, Any], Mapping[str, float]]]]:
    """Draw samples of one instrument run: events of a visit, of its control, and of the controls of other visits."""
    plan, panel = make_plan("published", seed), load_panel(REPOSITORY / "config" / "panels" / "hspc.yaml")
    tubes = [tube for tube in plan.samples if (tube.panel, tube.batch, tube.control_type) == ("hspc", batch, "none")]
    line = bead_line(plan, panel, batch, BEADS)
    visits = [_visit(plan, tube, panel, line) for tube in tubes[:TUBES]]
    rng = stream("cxcr4 coverage", seed, batch)
    answers: dict[tuple[str, int], list[tuple[Mapping[str, Any], Mapping[str, float]]]] = {}
    for n in EVENTS:
        for draw in range(draws):
            place = draw % len(visits)
            for control in CONTROLS:
                row = _row(visits, place, n, _control(visits, place, n, control, rng), line, rng)
                answers.setdefault((control, n), []).append((row, visits[place].truth))
    return answers


def _row(
    visits: Sequence[Visit], place: int, n: int, control: Control, line: Calibration, rng: np.random.Generator
) -> Mapping[str, Any]:
    record = SampleRecord("sample", {}, (), (), (_draw(visits[place].stained, n, rng),))
    sample = Sample(sample_id="sample", fcs="tube.fcs", panel="hspc", batch="B")
    controls, lines = {(POPULATION, MARKER): control}, {("hspc", "B", MARKER): line}
    (row,) = intensity_rows(record, sample, None, controls, Measure(), int(rng.integers(2**31)), lines)
    return row


def _control(visits: Sequence[Visit], place: int, n: int, kind: str, rng: np.random.Generator) -> Control:
    if kind == CONTROLS[0]:
        return Control("fmo", ("own", _draw(visits[place].blank, LARGE_CONTROL, rng)))
    others = [visit for other, visit in enumerate(visits) if other != place]
    drawn = tuple((str(at), _draw(one.blank, int(rng.integers(*OTHER_EVENTS)), rng)) for at, one in enumerate(others))
    return Control("fmo", ("own", _draw(visits[place].blank, n // 2, rng)), drawn)


def _draw(values: Values, n: int, rng: np.random.Generator) -> Any:
    return make_sketch(POPULATION, MARKER, rng.choice(values, n))


def _visit(plan: CohortPlan, tube: SamplePlan, panel: Panel, line: Calibration) -> Visit:
    stained = compensated_cells(plan, tube, panel, POPULATION, MARKER, CELLS)
    blank = compensated_cells(plan, tube, panel, POPULATION, MARKER, CELLS, left_out=True)
    median, background = float(np.median(stained)), float(np.median(blank))
    truth = {"median_fi": median, "delta_fi": median - background, "ratio_fi": median / background}
    molecules = cxcr4_abc_median(tube.blood) if tube.blood else 0.0
    if molecules >= NEAR_CONTROL * float(line.molecules(np.array([background]))[0]):
        truth["abc"] = molecules
    return Visit(stained, blank, truth)


def bead_line(plan: CohortPlan, panel: Panel, batch: str, n_beads: int) -> Calibration:
    """Calibrate an instrument run with its own sample of PE beads."""
    tube = find_sample(plan, f"{batch}_hspc_pe_beads")
    lot = load_bead_lot(REPOSITORY / "config" / "bead_lots" / "PE01.yaml")
    limits = Quality()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "beads.fcs"
        write_sample(plan, tube, REPOSITORY / "config" / "panels", path, None, n_events=n_beads, kind=FileKind())
        file = read_fcs(path, panel=panel)
    wanted = CalibrationLimits(limits.bead_slope_tolerance, limits.min_bead_r_squared, limits.max_bead_left_out_pct)
    (line,) = (channel.line for channel in calibrate(file, lot, wanted) if channel.line is not None)
    return line

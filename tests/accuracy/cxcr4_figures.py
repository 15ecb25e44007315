"""Figures of CXCR4 on CD34+ cells: intensity, its interval, and the change from baseline, against the truth."""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from accuracy.figures import Figure, mean, middle, number, share
from accuracy.scores import band_of, bands, covers, relative_error, root_mean_square
from accuracy.scratch import Cohort
from marrowgate.settings.panel import load_panel
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import SamplePlan, find_sample
from marrowgate.simulate.intensities import IntensityTruth, intensity_truth
from marrowgate.tables import read_rows

POPULATION, MARKER = "cd34_hspc", "CXCR4"
EVENTS = (5.0, 20.0, 50.0, 100.0, 500.0)


@dataclass(frozen=True)
class Measured:
    """CXCR4 on the CD34+ cells of one sample.

    Parameters
    ----------
    sample : SamplePlan
        The sample.
    row : mapping
        Of intensities.tsv.
    truth : IntensityTruth
        Medians of many cells through the same instrument.
    abc : float or None
        True median of molecules.
    """

    sample: SamplePlan
    row: Mapping[str, Any]
    truth: IntensityTruth
    abc: float | None

    @property
    def band(self) -> str:
        """Return the band of CD34+ events found."""
        return band_of(self.row["n_events"], EVENTS, "events")


def measured_tubes(cohort: Cohort, abc: Mapping[str, float | None], n_cells: int, cores: int) -> list[Measured]:
    """Join the run's intensities with the truth.

    Parameters
    ----------
    cohort : Cohort
        After the run.
    abc : mapping of str to float or None
        True molecules by sample_id.
    n_cells : int
        Cells behind each true intensity.
    cores : int
        Processes.
    """
    rows = {
        row["sample_id"]: row
        for row in read_rows(cohort.tables / "intensities.tsv")
        if (row["population"], row["marker"]) == (POPULATION, MARKER)
    }
    samples = [sample for sample in cohort.stained if sample.sample_id in rows]
    task = partial(_truth, cohort.plan.scenario.name, cohort.plan.seed, cohort.folder / "config" / "panels", n_cells)
    with ProcessPoolExecutor(cores) as pool:
        truths = list(pool.map(task, [sample.sample_id for sample in samples]))
    return [
        Measured(sample, rows[sample.sample_id], truth, abc.get(sample.sample_id))
        for sample, truth in zip(samples, truths, strict=True)
    ]


def _truth(scenario: str, seed: int, panels: Path, n_cells: int, sample_id: str) -> IntensityTruth:
    plan = make_plan(scenario, seed)
    sample = find_sample(plan, sample_id)
    return intensity_truth(plan, sample, load_panel(panels / f"{sample.panel}.yaml"), n_cells=n_cells)


def intensity_figures(tubes: Sequence[Measured]) -> list[Figure]:
    """Return bias and coverage of each intensity, by CD34+ events."""
    figures: list[Figure] = []
    for band in bands(EVENTS, "events"):
        group = [tube for tube in tubes if tube.band == band]
        if group:
            given = sum(tube.row["ratio_fi"] is not None for tube in group)
            told = "a ratio is given when the control's median is more than 3 standard errors from 0"
            figures.append(number(MARKER, band, "samples", len(group)))
            figures.append(share(MARKER, band, "with ratio_fi", given, len(group), told))
            for column in ("ratio_fi", "delta_fi", "median_fi", "abc"):
                figures += _column(band, column, group)
    return figures


def _column(band: str, column: str, group: Sequence[Measured]) -> list[Figure]:
    pairs = [(tube.row, true) for tube in group if (true := _true(tube, column)) is not None]
    errors = [relative_error(row[column], true) for row, true in pairs if row[column] is not None]
    answers = [covers(row[f"{column}_low"], row[f"{column}_high"], true) for row, true in pairs]
    known = [answer for answer in answers if answer is not None]
    return [
        middle(MARKER, band, f"median bias of {column}", errors, "%"),
        share(MARKER, band, f"coverage of {column}", sum(known), len(known), "95 % intervals"),
    ]


def _true(tube: Measured, column: str) -> float | None:
    return tube.abc if column == "abc" else float(getattr(tube.truth, column))


def fold_figures(tubes: Sequence[Measured]) -> list[Figure]:
    """Return the error of each patient's change of ratio_fi from baseline, by the fewer CD34+ events of both."""
    errors: dict[str, list[float]] = {band: [] for band in bands(EVENTS, "events")}
    for patient in dict.fromkeys(_patient(tube) for tube in tubes):
        own = [tube for tube in tubes if _patient(tube) == patient and tube.row["ratio_fi"] is not None]
        before = [tube for tube in own if tube.sample.visit and tube.sample.visit.day <= 0]
        for tube in own:
            if before and tube not in before:
                fewest = min(tube.row["n_events"], before[0].row["n_events"])
                errors[band_of(fewest, EVENTS, "events")].append(fold_error(before[0], tube))
    figures: list[Figure] = []
    for band, values in errors.items():
        if values:
            figures.append(number(MARKER, band, "changes", len(values), "changes"))
            figures.append(mean(MARKER, band, "bias of the fold change", _in_percent(values), "%"))
            spread = 100 * (math.exp(root_mean_square(values)) - 1)
            told = f"exp of the root mean square of ln(found / true), {len(values)} changes"
            figures.append(Figure(MARKER, band, "typical error of the fold change", spread, "%", "", told))
    return figures


def fold_error(before: Measured, after: Measured) -> float:
    """Return ln of the found over the true fold change of ratio_fi."""
    found = after.row["ratio_fi"] / before.row["ratio_fi"]
    return math.log(found / (after.truth.ratio_fi / before.truth.ratio_fi))


def _in_percent(values: Sequence[float]) -> list[float]:
    return [100 * (math.exp(value) - 1) for value in values]


def _patient(tube: Measured) -> str:
    return tube.sample.visit.patient_id if tube.sample.visit else ""

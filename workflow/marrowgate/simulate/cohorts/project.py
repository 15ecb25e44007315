"""Files of a simulated cohort: one sample, or a whole project's input with its truth."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from marrowgate.fcs.model import Spillover
from marrowgate.files import write_text
from marrowgate.settings.panel import load_panel
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, PlanKey, SamplePlan, find_sample
from marrowgate.simulate.cohorts.sheets import (
    intensities_sheet,
    measurements_sheet,
    measurements_truth,
    patients_sheet,
    patients_truth,
    samples_sheet,
    samples_truth,
    toxicity_sheet,
    troubles_truth,
)
from marrowgate.simulate.intensities import IntensityTruth, intensity_truth
from marrowgate.simulate.make import batch_optics, make_tube
from marrowgate.simulate.optics.fcs_file import FileKind, write_tube
from marrowgate.simulate.optics.instrument import Optics
from marrowgate.simulate.truth import PopulationTruth, living_counts, population_truths, tube_facts, write_truth

Result = TypeVar("Result")


def write_sample(
    plan: CohortPlan,
    sample: SamplePlan,
    panels: Path,
    fcs: Path,
    truth: Path | None,
    *,
    n_events: int,
    kind: FileKind,
) -> list[PopulationTruth]:
    """Simulate one sample and write its files.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    sample : SamplePlan
        The sample.
    panels : Path
        Folder of the panels.
    fcs : Path
        FCS file to make.
    truth : Path, optional
        Parquet file to make with the truth of every event.
    n_events : int
        Events to record, see `events_of`.
    kind : FileKind
        Version and layout.

    Returns
    -------
    list of PopulationTruth
        Both truths of every population.

    Raises
    ------
    UserError
        The panel has something that cannot be simulated.
    """
    panel = load_panel(panels / f"{sample.trouble.stained_as or sample.panel}.yaml")
    tube = make_tube(plan, sample, panel, n_events)
    optics = batch_optics(plan, sample, panel)
    write_tube(fcs, tube, panel, optics, _stated_spillover(optics, sample.trouble.spillover_factor), kind)
    if sample.trouble.kept_bytes < 1:
        os.truncate(fcs, int(fcs.stat().st_size * sample.trouble.kept_bytes))
    if truth is not None:
        write_truth(truth, tube.truth, tube_facts(sample, tube.truth))
    return population_truths(sample, living_counts(tube.truth))


def _stated_spillover(optics: Optics, factor: float) -> Spillover:
    """Return the matrix that the file states: the true one, or one with a wrong off-diagonal."""
    diagonal = np.eye(len(optics.channels))
    return Spillover(optics.channels, diagonal + factor * (optics.spillover - diagonal))


def events_of(plan: CohortPlan, sample: SamplePlan, hspc_events: int | None) -> int:
    """Return a sample's events when a fully stained CD34 sample has `hspc_events`; None leaves the plan's numbers."""
    if hspc_events is None:
        return sample.n_events
    return max(round(hspc_events * sample.n_events / plan.scenario.events["hspc"]), 1)


def write_sheets(plan: CohortPlan, out: Path) -> Path:
    """Write the sheets and the truth of patients, colonies and troubles; return the folder of the FCS files."""
    folder = out / "data" / plan.scenario.name
    write_text(out / "config" / "samples.tsv", samples_sheet(plan, folder.as_posix()))
    write_text(out / "config" / "patients.tsv", patients_sheet(plan))
    write_text(out / "config" / "measurements.tsv", measurements_sheet(plan))
    write_text(out / "config" / "toxicity.tsv", toxicity_sheet(plan))
    write_text(out / "truth" / "patients.tsv", patients_truth(plan))
    write_text(out / "truth" / "measurements.tsv", measurements_truth(plan))
    write_text(out / "truth" / "troubles.tsv", troubles_truth(plan))
    return folder


def write_intensities_truth(plan: CohortPlan, out: Path, panels: Path, jobs: int) -> Iterator[int]:
    """Write truth/intensities.tsv: CXCR4 on CD34+ cells of every stained sample; yield how many samples are done.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    out : Path
        Folder of the project.
    panels : Path
        Folder of the panels.
    jobs : int
        Processes.

    Yields
    ------
    int
        Samples that are done, from 1 to all.
    """
    names = [sample.sample_id for sample in plan.samples if sample.panel == "hspc" and sample.control_type == "none"]
    task = partial(_one_intensity, plan.key, panels)
    truths = []
    for truth in _spread(task, names, jobs):
        truths.append(truth)
        yield len(truths)
    write_text(out / "truth" / "intensities.tsv", intensities_sheet(truths))


def _one_intensity(key: PlanKey, panels: Path, sample_id: str) -> IntensityTruth:
    plan = make_plan(*key)
    sample = find_sample(plan, sample_id)
    return intensity_truth(plan, sample, load_panel(panels / f"{sample.panel}.yaml"))


def _spread(task: Callable[[str], Result], names: Sequence[str], jobs: int) -> Iterator[Result]:
    """Do a task for every name, in order, in as many processes as asked for."""
    if jobs == 1:
        yield from map(task, names)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(task, names)


def write_samples_truth(plan: CohortPlan, out: Path, realised: dict[str, list[PopulationTruth]]) -> None:
    """Write truth/samples.tsv; samples that were not simulated have the generating truth alone."""
    truths = {
        sample.sample_id: realised.get(sample.sample_id) or population_truths(sample, None) for sample in plan.samples
    }
    write_text(out / "truth" / "samples.tsv", samples_truth(truths))


def write_files(
    plan: CohortPlan, folder: Path, panels: Path, *, jobs: int, n_events: int | None, kind: FileKind
) -> Iterator[tuple[str, list[PopulationTruth]]]:
    """Simulate every sample of a cohort.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    folder : Path
        Where the FCS files and their truth go.
    panels : Path
        Folder of the panels.
    jobs : int
        Processes; the files are the same for any number.
    n_events : int, optional
        Events of a fully stained CD34 sample; the other samples keep their proportion to it.
    kind : FileKind
        Version and layout of the files.

    Yields
    ------
    tuple of (str, list of PopulationTruth)
        Each sample_id with its truths, in the sheet's order, as they are done.
    """
    task = partial(_write_one, plan.key, folder, panels, n_events, kind)
    yield from _spread(task, [sample.sample_id for sample in plan.samples], jobs)


def _write_one(
    key: PlanKey, folder: Path, panels: Path, n_events: int | None, kind: FileKind, sample_id: str
) -> tuple[str, list[PopulationTruth]]:
    plan = make_plan(*key)
    sample = find_sample(plan, sample_id)
    events = events_of(plan, sample, n_events)
    fcs, truth = folder / f"{sample_id}.fcs", folder / f"{sample_id}.truth.parquet"
    return sample_id, write_sample(plan, sample, panels, fcs, truth, n_events=events, kind=kind)

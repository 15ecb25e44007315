"""A simulated cohort as a project of its own, and the real workflow run in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import yaml

from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import NO_TROUBLE, CohortPlan, PatientPlan, SamplePlan, find_sample
from marrowgate.simulate.cohorts.project import events_of, write_sample
from marrowgate.simulate.cohorts.sheets import measurements_sheet, patients_sheet, samples_sheet, toxicity_sheet
from marrowgate.simulate.optics.fcs_file import FileKind

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = "data/simulated"


@dataclass(frozen=True)
class Cohort:
    """Part of a simulated cohort and the folder that its project stands in."""

    plan: CohortPlan
    folder: Path
    events: int

    def truth_path(self, sample: SamplePlan) -> Path:
        """Return the file with the truth of a sample's events."""
        return self.folder / DATA / f"{sample.sample_id}.truth.parquet"

    @property
    def tables(self) -> Path:
        """Return the folder of the run's tables."""
        return self.folder / "results" / "tables"

    @property
    def stained(self) -> list[SamplePlan]:
        """Return the fully stained samples of visits."""
        return [sample for sample in self.plan.samples if sample.visit and sample.control_type == "none"]


def part_of(plan: CohortPlan, n_triplet: int, n_doublet: int) -> CohortPlan:
    """Keep the first patients of each arm, with the cohort's share of responders, and what belongs to them.

    Parameters
    ----------
    plan : CohortPlan
        The whole cohort.
    n_triplet, n_doublet : int
        Patients to keep.
    """
    triplet = [patient for patient in plan.patients if patient.arm == "triplet"]
    n_responders = round(n_triplet * sum(patient.responds for patient in triplet) / len(triplet))
    kept = _first(triplet, n_responders, responds=True) + _first(triplet, n_triplet - n_responders, responds=False)
    kept += [patient for patient in plan.patients if patient.arm == "doublet"][:n_doublet]
    patients = tuple(patient for patient in plan.patients if patient in kept)
    names = {patient.patient_id for patient in patients}
    visits = tuple(visit for visit in plan.visits if visit.patient_id in names)
    batches = {visit.batch for visit in visits}
    samples = tuple(
        sample
        for sample in plan.samples
        if (sample.visit.patient_id in names if sample.visit else sample.batch in batches)
    )
    return replace(plan, patients=patients, visits=visits, samples=samples)


def _first(patients: Sequence[PatientPlan], n: int, *, responds: bool) -> list[PatientPlan]:
    return [patient for patient in patients if patient.responds == responds][:n]


def make_project(cohort: Cohort) -> None:
    """Write the sheets of a cohort beside the repository's config, panels and strategies."""
    shutil.copytree(REPOSITORY / "config", cohort.folder / "config", ignore=shutil.ignore_patterns("*.tsv"))
    path = cohort.folder / "config" / "config.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config.pop("simulation")  # the files are given, as a user's are
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    (path.parent / "samples.tsv").write_text(samples_sheet(cohort.plan, DATA), encoding="utf-8")
    (path.parent / "patients.tsv").write_text(patients_sheet(cohort.plan), encoding="utf-8")
    (path.parent / "measurements.tsv").write_text(measurements_sheet(cohort.plan), encoding="utf-8")
    (path.parent / "toxicity.tsv").write_text(toxicity_sheet(cohort.plan), encoding="utf-8")


def simulate(cohort: Cohort, samples: Sequence[SamplePlan], cores: int, *, clean: bool = False) -> None:
    """Write the files of samples with their truth; `clean` leaves out what goes wrong with them."""
    task = partial(_write, cohort.plan.scenario.name, cohort.plan.seed, cohort.folder, cohort.events, clean)
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(task, [sample.sample_id for sample in samples], chunksize=4))


def _write(scenario: str, seed: int, folder: Path, events: int, clean: bool, sample_id: str) -> None:
    plan = make_plan(scenario, seed)
    sample = find_sample(plan, sample_id)
    if clean:
        sample = replace(sample, trouble=NO_TROUBLE)
    fcs, truth = (folder / DATA / f"{sample_id}{end}" for end in (".fcs", ".truth.parquet"))
    n_events = events_of(plan, sample, events)
    write_sample(plan, sample, folder / "config" / "panels", fcs, truth, n_events=n_events, kind=FileKind())


def run_workflow(folder: Path, cores: int) -> None:
    """Run the repository's workflow in a folder.

    Raises
    ------
    RuntimeError
        The workflow failed.
    """
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile"), "--cores", str(cores)]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY / "workflow")}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        msg = f"the workflow failed in {folder}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        raise RuntimeError(msg)

"""A small study in a folder of its own, run on this machine or through Slurm."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import yaml

from marrowgate.cli import main
from workflow.runs import REPOSITORY, write_sheet

PATIENTS, VISITS, EVENTS = ("T01", "D01"), ("v1", "v3"), 4000
PROFILE = REPOSITORY / "profiles" / "slurm"
"""As users get it; the account, the partition, the limits and how soon it looks are the test's."""
OWN = ("slurm_account=test", "slurm_partition=long", "mem_mb=300", "runtime=60")
LONG = ("fit:runtime=60", "gate:runtime=60")
"""No test may fail because the machine is busy: the limits of time are far away."""
COMPARED = ("results/manifest.tsv", "results/tables", "results/gates", "results/fits", "results/consensus")


def make_study(folder: Path) -> Path:
    """Simulate two patients with two visits of two samples each, and describe them as files that are given."""
    plan = folder / "plan"
    assert main(["simulate", "--scenario", "demo", "--seed", "5", "--out", str(plan)]) == 0
    with (plan / "config" / "samples.tsv").open(encoding="utf-8") as sheet:
        rows = [row for row in csv.DictReader(sheet, delimiter="\t") if _is_wanted(row)]
    config, data = folder / "config", folder / "files"
    data.mkdir()
    for row in rows:
        path = data / f"{row['sample_id']}.fcs"
        words = ["--scenario", "demo", "--seed", "5", "--sample-id", row["sample_id"], "--events", str(EVENTS)]
        panel = ["--panel", str(REPOSITORY / "config" / "panels" / f"{row['panel']}.yaml")]
        assert main(["simulate", *words, *panel, "--fcs", str(path), "--truth", str(path.with_suffix(".parquet"))]) == 0
        row["fcs"] = str(path)
    config.mkdir()
    for name in ("panels", "strategies", "bead_lots"):
        shutil.copytree(REPOSITORY / "config" / name, config / name)
    with (plan / "config" / "patients.tsv").open(encoding="utf-8") as sheet:
        patients = [row for row in csv.DictReader(sheet, delimiter="\t") if row["patient_id"] in PATIENTS]
    write_sheet(config / "patients.tsv", patients)
    write_sheet(config / "samples.tsv", rows)
    settings = yaml.safe_load((REPOSITORY / "config" / "config.yaml").read_text(encoding="utf-8"))
    for name in ("simulation", "measurements", "toxicity", "cohort"):
        settings.pop(name, None)
    (config / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return folder


def another(study: Path, folder: Path) -> Path:
    """Return a folder with the same settings and files, where nothing has been run."""
    shutil.copytree(study / "config", folder / "config")
    return folder


def start(folder: Path, *words: str, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    """Start Snakemake in a folder, in a process group of its own, with its output in run.log."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile"), *words]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with (folder / "run.log").open("a", encoding="utf-8") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env={**(environment or os.environ), "PATH": path, "PYTHONPATH": str(REPOSITORY / "workflow")},
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def run(folder: Path, *words: str, environment: Mapping[str, str] | None = None) -> None:
    """Run Snakemake to its end; with another exit code than 0 its output is shown."""
    code = start(folder, *(words or ("--cores", "2")), environment=environment).wait()
    assert code == 0, (folder / "run.log").read_text(encoding="utf-8")[-6000:]


def slurm_words(*further: str) -> list[str]:
    """Return the options of a run on the cluster: the shipped profile, and what a user fills in."""
    own = ["--default-resources", *OWN, "--slurm-init-seconds-before-status-checks", "3"]
    return ["--profile", str(PROFILE), *own, "--set-resources", *LONG, *further]


def results(folder: Path) -> dict[str, str]:
    """Return the digest of every file that a run must give in the same bytes wherever it runs."""
    roots = [folder / name for name in COMPARED]
    files = [path for root in roots for path in (root, *sorted(root.rglob("*"))) if path.is_file()]
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def _is_wanted(row: Mapping[str, str]) -> bool:
    visit = any(row["sample_id"].startswith(f"{patient}_{name}_") for patient in PATIENTS for name in VISITS)
    return visit and row["control_type"] == "none"

"""Whole runs of a small study, hit at a random moment: called again they end with the files of an undisturbed run."""

import os
import random
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from cluster.slurm import Slurm
from cluster.study import another, make_study, results, run, slurm_words, start

HIT_RULES = ("fit", "gate")
"""The rules of samples, which make nearly all jobs of a run."""


@dataclass(frozen=True)
class Study:
    """A study that was run to its end on this machine."""

    folder: Path
    results: dict[str, str]
    seconds: float


def finished_study(folder: Path) -> Study:
    """Simulate a study of eight samples and run it."""
    make_study(folder)
    begin = time.monotonic()
    run(folder)
    return Study(folder, results(folder), time.monotonic() - begin)


def try_killed_run(study: Study, folder: Path, seed: int) -> str:
    """Kill a run on this machine with all that it started, call it again, and compare its files.

    Returns
    -------
    str
        ``killed`` or ``finished`` before it could be killed.
    """
    with_study = _fresh(study, folder)
    going = start(with_study, "--cores", "2")
    time.sleep(random.Random(seed).uniform(0, study.seconds))
    is_killed = going.poll() is None
    if is_killed:
        os.killpg(going.pid, signal.SIGKILL)
    going.wait()
    run(with_study, "--unlock")
    run(with_study, "--cores", "2", "--rerun-incomplete")
    _compare(study, with_study)
    return "killed" if is_killed else "finished"


def try_slurm(slurm: Slurm, study: Study, folder: Path, seed: int) -> str:
    """Cancel a job or lose its node after a random time, and compare the files of the run.

    Returns
    -------
    str
        What was hit: ``node lost in fit``, ``job cancelled in gate``, and the like.
    """
    draw = random.Random(seed)
    rule, is_node = draw.choice(HIT_RULES), draw.random() < 0.5
    with_study = _fresh(study, folder)
    going = start(with_study, *slurm_words(), environment=slurm.environment)
    job = slurm.wait_for(rule, lambda: going.poll() is not None)
    time.sleep(draw.uniform(0, study.seconds / 4))
    hit = job in slurm.running(rule)
    if is_node:
        slurm.kill_node(job)
    else:
        slurm.cancel(job)
    code = going.wait()
    slurm.revive_nodes()
    if code:
        raise AssertionError((with_study / "run.log").read_text(encoding="utf-8")[-6000:])
    _compare(study, with_study)
    what = "node lost" if is_node else "job cancelled"
    return f"{what} {'in' if hit else 'after'} {rule}"


def _fresh(study: Study, folder: Path) -> Path:
    """Return an empty folder with the study's settings."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return another(study.folder, folder)


def _compare(study: Study, folder: Path) -> None:
    """Raise AssertionError with the names of the files that differ from the study's."""
    made = results(folder)
    names = sorted(name for name in study.results.keys() | made.keys() if study.results.get(name) != made.get(name))
    if names or not made:
        msg = f"{len(made)} files, not the study's: {', '.join(names[:10])}"
        raise AssertionError(msg)

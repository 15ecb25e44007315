"""A run on a real Slurm ends as one on this machine does, whatever is lost on the way."""

import os
import signal
from pathlib import Path

from cluster.slurm import Slurm
from cluster.study import another, results, run, slurm_words, start


def test_slurm__files_are_equal_to_those_of_a_local_run(slurm: Slurm, study: Path, tmp_path: Path) -> None:
    folder = another(study, tmp_path)
    run(folder, *slurm_words(), environment=slurm.environment)
    assert results(folder) == results(study)
    assert (folder / "results" / "report.html").is_file()


def test_slurm__a_cancelled_job_and_a_lost_node_are_made_again(slurm: Slurm, study: Path, tmp_path: Path) -> None:
    folder = another(study, tmp_path)
    going = start(folder, *slurm_words(), environment=slurm.environment)
    slurm.cancel(slurm.wait_for("fit", lambda: going.poll() is not None))
    slurm.kill_node(slurm.wait_for("gate", lambda: going.poll() is not None))
    code = going.wait()
    slurm.revive_nodes()
    log = (folder / "run.log").read_text(encoding="utf-8")
    assert code == 0, log[-6000:]
    assert log.count("Trying to restart job") >= 2
    assert results(folder) == results(study)


def test_slurm__a_killed_run_is_resumed_and_a_job_over_its_memory_gets_more(
    slurm: Slurm, study: Path, tmp_path: Path
) -> None:
    folder = another(study, tmp_path)
    going = start(folder, *slurm_words(), environment=slurm.environment)
    slurm.wait_for("fit", lambda: going.poll() is not None)
    os.killpg(going.pid, signal.SIGKILL)
    going.wait()
    refused = start(folder, *slurm_words(), environment=slurm.environment)
    assert refused.wait() == 1
    run(folder, "--unlock")
    run(folder, *slurm_words("gate:mem_mb=30 if attempt == 1 else 600"), environment=slurm.environment)
    log = (folder / "run.log").read_text(encoding="utf-8")
    assert "Trying to restart job" in log
    assert results(folder) == results(study)

"""A real Slurm on this machine, and a small study that is finished locally."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.slurm import Slurm, started_slurm
from cluster.study import make_study, run
from workflow.runs import REPOSITORY

SCRIPTS = Path(os.environ.get("MARROWGATE_SLURM", REPOSITORY.parent / "shared" / "slurm"))


@pytest.fixture(scope="session")
def slurm() -> Iterator[Slurm]:
    """Start a cluster of four nodes, and end it afterwards."""
    if not (SCRIPTS / "up.sh").is_file():
        pytest.fail(f"no scripts that start Slurm in {SCRIPTS}; name their folder in MARROWGATE_SLURM")
    with started_slurm(SCRIPTS) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study of eight simulated samples whose run on this machine is finished."""
    folder = make_study(tmp_path_factory.mktemp("local"))
    run(folder)
    return folder

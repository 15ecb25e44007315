"""A real Slurm on this machine, and a small study that is finished locally."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.slurm import Slurm
from cluster.study import make_study, run
from workflow.runs import REPOSITORY

SCRIPTS = Path(os.environ.get("MARROWGATE_SLURM", REPOSITORY.parent / "shared" / "slurm"))


@pytest.fixture(scope="session")
def slurm() -> Iterator[Slurm]:
    """Start a cluster of four nodes, and end it afterwards."""
    up, down = SCRIPTS / "up.sh", SCRIPTS / "down.sh"
    if not up.is_file():
        pytest.fail(f"no scripts that start Slurm in {SCRIPTS}; name their folder in MARROWGATE_SLURM")
    # the database runs as another user, who may not enter pytest's own folders
    folder = Path(tempfile.mkdtemp(prefix="slurm_"))
    folder.chmod(0o755)
    environment = {**os.environ, "CLUSTER_DIR": str(folder), "WIPE": "1"}
    started = subprocess.run([up], env=environment, capture_output=True, text=True, timeout=500, check=False)
    try:
        if started.returncode:
            pytest.fail(f"Slurm did not start:\n{started.stdout}{started.stderr}")
        yield Slurm(folder)
    finally:
        subprocess.run([down], env=environment, capture_output=True, timeout=100, check=False)


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study of eight simulated samples whose run on this machine is finished."""
    folder = make_study(tmp_path_factory.mktemp("local"))
    run(folder)
    return folder

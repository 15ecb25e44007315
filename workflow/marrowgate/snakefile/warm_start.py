"""Start the warm process of a local run (`marrowgate.warm`), whose jobs then need not load the libraries again."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from marrowgate.launch import VARIABLE

FEWEST_JOBS = 4
"""With fewer jobs starting it costs more than it saves."""


def start_warm_process(n_jobs: int) -> None:
    """Start it for the jobs of this process, and let them know by an environment variable; it ends with this process.

    Without it, as where a path is too long for a socket, every job starts by itself: nothing else changes.
    """
    if n_jobs < FEWEST_JOBS or not hasattr(os, "fork"):
        return
    folder = Path(tempfile.mkdtemp(prefix="marrowgate-"))
    # it removes its folder itself, unless it was killed
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address = folder / "warm"
    theirs, _lifeline = os.pipe()
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    subprocess.Popen(
        [sys.executable, "-m", "marrowgate.warm", str(address), str(theirs)],
        env={**os.environ, **threads},
        pass_fds=[theirs],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    # the other end stays open for as long as this process lives
    os.environ[VARIABLE] = str(address)

"""Steps killed at random moments: what is there is whole, and a second call makes what is missing."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from marrowgate.gating.records import read_fit
from marrowgate.signal.stability.stability_file import read_run_quality

REPOSITORY = Path(__file__).resolve().parents[2]
SETTINGS = REPOSITORY / "tests" / "workflow" / "timecourse"


def fit_words(fcs: Path, out: Path) -> list[str]:
    """Return the command of a fit."""
    words = ["fit", "--sample-id", "a", "--fcs", str(fcs), "--panel", str(SETTINGS / "panels" / "culture.yaml")]
    words += ["--strategy", str(SETTINGS / "strategies" / "culture.yaml")]
    words += ["--out", str(out / "f.json"), "--stability", str(out / "s.json")]
    return [sys.executable, "-m", "marrowgate", *words]


def try_kill(fcs: Path, out: Path, seed: int, longest_s: float) -> str:
    """Kill a fit after a random time, and look at what it left.

    Returns
    -------
    str
        ``killed`` or ``finished`` before it could be killed.
    """
    for name in ("f.json", "s.json"):
        (out / name).unlink(missing_ok=True)
    started = subprocess.Popen(fit_words(fcs, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.Random(seed).uniform(0, longest_s))
    started.kill()
    code = started.wait()
    # what has its name is whole: it can be read to its end
    if (out / "s.json").exists():
        read_run_quality(out / "s.json")
    if (out / "f.json").exists():
        read_fit(out / "f.json")
    if code not in {0, -signal.SIGKILL}:
        msg = f"exit code {code}"
        raise AssertionError(msg)
    return "finished" if code == 0 else "killed"

"""Tries without end: damaged files and settings, killed steps and runs, full disks, lost nodes, until the time is over.

Run: make soak SOAK_SECONDS=36000. A finding is printed with its kind and seed, and the exit code is 1.
"""

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cluster.slurm import Slurm, started_slurm
from fuzz.damage import damaged
from fuzz.gate_tries import gate_words, try_disk, try_killed_gate
from fuzz.kill_tries import try_kill
from fuzz.run_tries import finished_study, try_killed_run, try_slurm
from fuzz.settings_tries import prepare, try_settings
from marrowgate.fcs.read import data_sets, read_fcs
from unit.fcs.mutations import seeds

STEP_EVERY = 100
"""Tries between two steps, killed or on a full disk in turn; each takes a second."""
RUN_EVERY = 1000
"""Tries between two whole runs, killed here or hit on a cluster in turn; each takes a minute or more."""
LARGEST_DISK_KB = 80
"""Twice what the gates of the file need."""

Tries = dict[str, Callable[[int], str]]


def try_fcs(folder: Path, seed: int) -> str:
    """Damage a small FCS file and read it in every way."""
    draw = random.Random(seed)
    path = folder / "file.fcs"
    path.write_bytes(damaged(draw.choice(list(seeds().values())), draw))
    files = [*data_sets(path), read_fcs(path, gain="apply"), read_fcs(path, 2)]
    for file in files:
        if (file.verdict.status == "rejected") != bool(file.verdict.reasons):
            raise AssertionError(file.verdict)
    return files[0].verdict.status


def step_tries(fcs: Path) -> Tries:
    """Return the tries of whole steps on a file, by their names."""
    killed, small = (Path(tempfile.mkdtemp(prefix=f"soak_{name}_")) for name in ("kill", "gate"))
    words = gate_words(fcs, small)
    return {
        "kill of fit": lambda seed: try_kill(fcs, killed, seed, 3.0),
        "kill of gate": lambda seed: try_killed_gate(words, small, seed, 3.0),
        "disk": lambda seed: try_disk(words, small, seed, LARGEST_DISK_KB),
    }


def run_tries(slurm: Slurm | None) -> Tries:
    """Return the tries of whole runs, by their names; without a cluster only those on this machine."""
    study, folder = (
        finished_study(Path(tempfile.mkdtemp(prefix="soak_study_"))),
        Path(tempfile.mkdtemp(prefix="soak_run_")),
    )
    tries: Tries = {"kill of a run": lambda seed: try_killed_run(study, folder / "here", seed)}
    if slurm is not None:
        tries["cluster"] = lambda seed: try_slurm(slurm, study, folder / "cluster", seed)
    return tries


def next_try(seed: int, kinds: Tries, steps: Tries, runs: Tries) -> str:
    """Return the name of a seed's try."""
    for turn, every in ((runs, RUN_EVERY), (steps, STEP_EVERY)):
        if turn and seed % every == 0:
            return list(turn)[seed // every % len(turn)]
    return list(kinds)[seed % len(kinds)]


def main() -> int:
    """Try until the time is over; print what was tried and what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--fcs", type=Path, help="FCS file for kills and full disks; without it none are made")
    parser.add_argument(
        "--slurm", type=Path, help="folder of the scripts that start a Slurm; without it no node is lost"
    )
    args = parser.parse_args()
    with ExitStack() as stack:
        slurm = stack.enter_context(started_slurm(args.slurm)) if args.slurm else None
        findings = soak(args, slurm)
    return 1 if findings else 0


def soak(args: argparse.Namespace, slurm: Slurm | None) -> int:
    """Return the number of findings."""
    folder = Path(tempfile.mkdtemp(prefix="soak_"))
    files = prepare(folder)
    kinds: Tries = {
        "fcs": lambda seed: try_fcs(folder, seed),
        "settings": lambda seed: try_settings(folder, files, seed),
    }
    steps, runs = step_tries(args.fcs) if args.fcs else {}, run_tries(slurm)
    tries = {**kinds, **steps, **runs}
    end, answers, findings, seed = time.monotonic() + args.seconds, Counter[str](), 0, args.seed
    while time.monotonic() < end:
        seed += 1
        name = next_try(seed, kinds, steps, runs)
        try:
            answers[f"{name}: {tries[name](seed)}"] += 1
        except Exception:  # noqa: BLE001 - every exception is a finding
            findings += 1
            traceback.print_exc()
            print(f"finding: {name}, seed {seed}", flush=True)
    for what, n in sorted(answers.items()):
        print(f"{n:>8} {what}")
    print(f"{sum(answers.values()) + findings} tries, {findings} findings, first seed {args.seed + 1}")
    return findings


if __name__ == "__main__":
    sys.exit(main())

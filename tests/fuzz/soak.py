"""Tries without end: damaged FCS files and settings, killed steps and full disks, until the time is over.

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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.damage import damaged
from fuzz.disk_tries import gate_words, try_disk
from fuzz.kill_tries import try_kill
from fuzz.settings_tries import prepare, try_settings
from marrowgate.fcs.read import data_sets, read_fcs
from unit.fcs.mutations import seeds

STEP_EVERY = 100
"""Tries between two steps, killed or on a full disk in turn; each takes a second."""
LARGEST_DISK_KB = 200
"""Twice what the gates of the file need."""


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


def step_tries(fcs: Path) -> dict[str, Callable[[int], str]]:
    """Return the tries of whole steps on a file, by their names."""
    killed, small = (Path(tempfile.mkdtemp(prefix=f"soak_{name}_")) for name in ("kill", "disk"))
    words = gate_words(fcs, small)
    return {
        "kill": lambda seed: try_kill(fcs, killed, seed, 3.0),
        "disk": lambda seed: try_disk(words, small, seed, LARGEST_DISK_KB),
    }


def main() -> int:
    """Try until the time is over; print what was tried and what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--fcs", type=Path, help="FCS file for kills and full disks; without it none are made")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="soak_"))
    files = prepare(folder)
    kinds: dict[str, Callable[[int], str]] = {
        "fcs": lambda seed: try_fcs(folder, seed),
        "settings": lambda seed: try_settings(folder, files, seed),
    }
    steps = step_tries(args.fcs) if args.fcs else {}
    end, answers, findings, seed = time.monotonic() + args.seconds, Counter[str](), 0, args.seed
    while time.monotonic() < end:
        seed += 1
        turn = steps if steps and seed % STEP_EVERY == 0 else kinds
        number = seed // STEP_EVERY if turn is steps else seed
        name = list(turn)[number % len(turn)]
        try:
            answers[f"{name}: {turn[name](seed)}"] += 1
        except Exception:  # noqa: BLE001 - every exception is a finding
            findings += 1
            traceback.print_exc()
            print(f"finding: {name}, seed {seed}", flush=True)
    for what, n in sorted(answers.items()):
        print(f"{n:>8} {what}")
    print(f"{sum(answers.values()) + findings} tries, {findings} findings, first seed {args.seed + 1}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

"""Changes of mix and of signal made in labelled real files: what the stability check takes out and what it keeps.

A stretch in the middle of a run is made of a file's own events: drawn with other shares of the labels, or with a gain
that is not 1. The labels make the stretch and play no part in the check.

Usage: python tests/accuracy/signal_mix.py [--real ../shared/data] [--repeats 3]
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from accuracy.scratch import REPOSITORY
from marrowgate.fcs.model import Channel
from marrowgate.fcs.read import read_fcs
from marrowgate.settings.quality import Quality
from marrowgate.signal.limits import stability_limits
from marrowgate.signal.signal_channels import signal_channels
from marrowgate.signal.stability.signal_stretches import unusual_signal
from real.scored import labels

MADE_ON = (
    "marrow_navios/flowcyt_01",
    "marrow_navios/flowcyt_05",
    "euroflow/euroflow_01",
    "euroflow/euroflow_05",
    "gvhd/001",
)
JUDGED_ON = (
    "marrow_navios/flowcyt_03", "marrow_navios/flowcyt_08", "euroflow/euroflow_03", "euroflow/euroflow_09",
    "euroflow/euroflow_12", "gvhd/002", "gvhd/004", "cd34/marrow_cytof_basal1",
)  # fmt: skip
COLUMNS = {"marrow_navios": "label", "euroflow": "group", "gvhd": "V1"}
GAINS = (0.4, 0.7, 1.5, 2.5)
LENGTH, MOST = 1500, 20_000


@dataclass(frozen=True)
class Run:
    """Events of a file with a label for each, in the channels that are looked at."""

    events: np.ndarray
    labels: np.ndarray
    channels: tuple[Channel, ...]


def labelled(path: Path) -> Run:
    """Read a file and its labels; of a long one some events."""
    file = read_fcs(path.with_suffix(".fcs"))
    given = _labels(path, file.n_events)
    some = np.sort(np.random.default_rng(0).permutation(file.n_events)[:MOST])
    return Run(file.events[some], given[some], signal_channels(file))


def _labels(path: Path, n_events: int) -> np.ndarray:
    if path.parent.name in COLUMNS:
        ending = ".labels.csv.gz" if path.parent.name == "euroflow" else ".labels.csv"
        return labels(path.with_name(path.name + ending), COLUMNS[path.parent.name])
    given = np.full(n_events, "none", dtype="U40")
    with path.with_name(path.name + "_labels.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            given[int(row["row"])] = row["label"]
    return given


def shares(rng: np.random.Generator, given: np.ndarray, spread: float) -> np.ndarray:
    """Return a weight for each event: every label's share is multiplied by a lognormal factor."""
    _, label = np.unique(given, return_inverse=True)
    return np.exp(rng.normal(0, spread, label.max() + 1))[label]


def one_label(rng: np.random.Generator, given: np.ndarray, part: float) -> np.ndarray:
    """Return weights with which a label has about this part of the stretch."""
    names, counts = np.unique(given, return_counts=True)
    own = given == rng.choice(names[counts > 100])
    return np.where(own, part / own.mean(), (1 - part) / max((~own).mean(), 1e-9))


def gained(rng: np.random.Generator, run: Run, which: str) -> list[int]:
    """Return the columns whose gain changes."""
    columns = np.array([channel.index for channel in run.channels])
    scatter = np.array([channel.role == "scatter" for channel in run.channels])
    if which in {"1", "3"}:
        return rng.choice(columns, min(int(which), columns.size), replace=False).tolist()
    chosen = {"scatter": scatter, "fluorescence": ~scatter, "all": scatter | ~scatter}[which]
    return columns[chosen].tolist()


def stretches(rng: np.random.Generator, run: Run) -> Iterator[tuple[str, np.ndarray]]:
    """Return stretches of changed events, each with what was changed."""
    rows = np.arange(len(run.labels))

    def drawn(weights: np.ndarray) -> np.ndarray:
        return run.events[rng.choice(rows, LENGTH, p=weights / weights.sum())].copy()

    yield "nothing", drawn(np.ones(rows.size))
    yield "shares, factors of exp(N(0, 1))", drawn(shares(rng, run.labels, 1.0))
    yield "shares, factors of exp(N(0, 2))", drawn(shares(rng, run.labels, 2.0))
    yield "shares, one label has half", drawn(one_label(rng, run.labels, 0.5))
    yield "shares, one label alone", drawn(one_label(rng, run.labels, 1.0))
    for which in ("1", "3", "scatter", "fluorescence", "all"):
        for gain in GAINS:
            odd = drawn(np.ones(rows.size))
            odd[:, gained(rng, run, which)] *= gain
            yield f"gain of {which} channel{'s' if which != '1' else ''}", odd
    for gain in GAINS:
        odd = drawn(shares(rng, run.labels, 1.0))
        odd[:, gained(rng, run, "3")] *= gain
        yield "shares, factors of exp(N(0, 1)), and gain of 3 channels", odd


def outcome(run: Run, rng: np.random.Generator, odd: np.ndarray) -> str:
    """Return what becomes of the stretch: lost, kept (and told), or nothing is seen."""
    rest = run.events[rng.permutation(len(run.labels))]
    half = len(rest) // 2
    events = np.concatenate([rest[:half], odd, rest[half:]])
    found = unusual_signal(
        events, np.ones(len(events), dtype=bool), run.channels, stability_limits(Quality()).max_signal_shift
    )
    inside = np.zeros(len(events), dtype=bool)
    for stretch in found:
        if not stretch.of_mix:
            inside[stretch.first : stretch.last] = True
    if inside[half : half + LENGTH].mean() > 0.5:
        return "lost"
    return "kept" if found else "nothing"


def main() -> None:
    """Print a table for the files that the method was made on and one for the others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    for title, names in (("made on", MADE_ON), ("judged on", JUDGED_ON)):
        counts: dict[str, dict[str, int]] = {}
        for name in names:
            run = labelled(args.real / name)
            for repeat in range(args.repeats):
                rng = np.random.default_rng([repeat, len(name)])
                for what, odd in stretches(rng, run):
                    of_kind = counts.setdefault(what, {"lost": 0, "kept": 0, "nothing": 0})
                    of_kind[outcome(run, rng, odd)] += 1
        print(f"\n| changed ({title} {len(names)} files) | seen | of these kept |\n|---|---|---|")
        for what, of_kind in counts.items():
            seen = of_kind["lost"] + of_kind["kept"]
            print(f"| {what} | {seen} of {sum(of_kind.values())} | {of_kind['kept']} |")


if __name__ == "__main__":
    main()

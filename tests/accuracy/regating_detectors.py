"""How often a detector that was turned up is seen against a release, and one that was not is called changed.

Looks at the landmark cells of simulated samples alone, so that many can be had: all stained samples of three batches.
Each batch is parted at random, again and again, in a release and other samples; those are held against it as they are
and with each detector turned up, one by one and as a whole batch.

Usage: PYTHONPATH=tests python -m accuracy.regating_detectors [--seeds 23 53] [--released 12 5] [--gain 1.3]
"""

import argparse
import math
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from accuracy.regating import Bench
from marrowgate.gating.batch_scales import before_choice, scale_dimensions
from marrowgate.gating.landmarks.readings import Readings, cells_of_sample, sample_readings
from marrowgate.gating.landmarks.watches import Watch, read_detectors, watches_of
from marrowgate.settings.strategies.strategy import strategy_dimensions
from marrowgate.signal.detector_readings import ReferenceReading, batch_checks
from marrowgate.simulate.cohorts.cohort import make_plan

BATCHES = ("B1", "B2", "B3")
SAMPLES = 20
PARTS = 20
"""Times that each batch is parted."""

Counts = dict[tuple[str, str, float], dict[str, list[bool]]]
"""What was held against the release, panel and factor, then dimension, to whether it was called changed."""


def readings_of(seed: int, panel: str) -> dict[str, list[Readings]]:
    """Return the readings of the stained samples of each batch."""
    found: dict[str, list[Readings]] = {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(make_plan("demo", seed), panel, Path(folder))
        plain = before_choice(bench.strategy, bench.panel)
        further = scale_dimensions(bench.strategy, bench.panel) | strategy_dimensions(bench.strategy)
        for batch in BATCHES:
            for tube in bench.tubes(batch, SAMPLES):
                events = bench.opened(bench.read(tube), plain, further)
                if events is not None:
                    found.setdefault(batch, []).append(sample_readings(events, cells_of_sample(events)))
                tube.path.unlink()
    return found


def turned(readings: Readings, factor: float) -> Readings:
    """Return readings with every detector turned up by a factor."""
    return {
        kind: {name: (low * factor, high * factor, width * factor) for name, (low, high, width) in own.items()}
        for kind, own in readings.items()
    }


def hold(samples: Sequence[Readings], watches: Sequence[Watch], panel: str, factor: float, counts: Counts) -> None:
    """Hold samples against a release, one by one and together."""
    seen = [read_detectors(turned(sample, factor), watches) for sample in samples]
    batch: list[Mapping[str, ReferenceReading]] = []
    for readings in seen:
        for name, reading in readings.items():
            counts["sample", panel, factor][name].append(reading.state in {"changed", "too_far"})
        batch.append(
            {
                name: ReferenceReading(reading.ratio, math.exp(reading.limit), reading.watch.n_samples)
                for name, reading in readings.items()
                if reading.state != "cells_disagree"
            }
        )
    for name in dict.fromkeys(name for own in batch for name in own):
        own = next(own for own in batch if name in own)
        for check in batch_checks({name: own[name]}, batch):
            counts["batch", panel, factor][name].append(check.verdict == "flagged")


def held(seeds: Sequence[int], n_released: int, n_new: int, gain: float, panels: Sequence[str]) -> Counts:
    """Part every batch of every cohort again and again."""
    counts: Counts = defaultdict(lambda: defaultdict(list))
    rng = np.random.default_rng(seeds[0])
    for seed in seeds:
        for panel in panels:
            for samples in readings_of(seed, panel).values():
                for _ in range(PARTS):
                    order = rng.permutation(len(samples))
                    watches = watches_of([[samples[at] for at in order[:n_released]]])
                    new = [samples[at] for at in order[n_released : n_released + n_new]]
                    for factor in (1.0, gain):
                        hold(new, watches, panel, factor, counts)
    return counts


def lines_of(n_released: int, counts: Counts) -> Iterator[str]:
    """Return a line for each: per cent called changed, over all detectors, and the detector that stands out."""
    for (what, panel, factor), own in sorted(counts.items()):
        shares = {name: float(np.mean(called)) for name, called in own.items()}
        worst = (max if factor == 1.0 else min)(shares, key=shares.__getitem__)
        n = sum(map(len, own.values()))
        together = 100 * float(np.mean([value for called in own.values() for value in called]))
        yield (
            f"release_of_{n_released}_{panel}_{what}_{factor:g}\t{together:.2f}\t% called changed of {n}\t"
            f"{len(own)} detectors; {worst} {100 * shares[worst]:.1f} %"
        )


def main() -> None:
    """Simulate, part, hold, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[23, 53])
    parser.add_argument("--released", type=int, nargs="+", default=[12, 5], help="samples of the release")
    parser.add_argument("--new", type=int, default=6, help="samples of a new batch")
    parser.add_argument("--gain", type=float, default=1.3, help="by how much each detector is turned up")
    parser.add_argument("--panels", nargs="+", default=["hspc", "immature"])
    args = parser.parse_args()
    print("name\tvalue\tunit\tdetail")
    for n_released in args.released:
        for line in lines_of(n_released, held(args.seeds, n_released, args.new, args.gain, args.panels)):
            print(line, flush=True)


if __name__ == "__main__":
    main()

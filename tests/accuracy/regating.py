"""How well samples are gated against a release, on a simulated cohort whose truth is known.

A release is made from samples of the first batch. Gated against it are others of that batch, also with one detector
turned up, and samples of the other batches. Beside it: the gates that each batch finds.

Usage: python tests/accuracy/regating.py [--seed 23] [--released 12] [--tubes 6] [--turned-up 3] [--gain 1.3]
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from accuracy.gating import CONFIG, POPULATIONS, STRATEGIES, alive, score
from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import read_fcs
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.batch_scales import (
    BatchScales,
    before_choice,
    choose_scales,
    sample_scales,
    scale_dimensions,
    with_scales,
)
from marrowgate.gating.consensus import Consensus, agree
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.open_sample import prepare_sample, start_rows
from marrowgate.gating.records import ControlRole, Fit, GateRecord
from marrowgate.gating.releases.against import Against, Released
from marrowgate.gating.releases.following import followed_ratios, with_ratios
from marrowgate.gating.releases.make import FinishedBatch, released_consensus, released_scales
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.settings.strategies.strategy import Strategy, strategy_dimensions
from marrowgate.signal.detector_settings import settings_of
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind

LIMIT_PCT = 0.5
MIN_TRUE = 50
"""Fewer cells say nothing of a gate."""


@dataclass(frozen=True)
class Tube:
    """A simulated sample that can be read, and what each event truly is."""

    sample: SamplePlan
    path: Path
    kinds: NDArray[np.object_]


@dataclass(frozen=True)
class Gated:
    """One sample's gates and F1 of each population."""

    f1: dict[str, float]
    n_true: dict[str, int]
    n_found: dict[str, int]
    shifted: tuple[str, ...]
    followed: tuple[str, ...]


class Bench:
    """One panel of the cohort."""

    def __init__(self, plan: CohortPlan, panel_name: str, folder: Path) -> None:
        self.plan, self.name, self.folder = plan, panel_name, folder
        self.panel: Panel = load_panel(CONFIG / "panels" / f"{panel_name}.yaml")
        self.strategy: Strategy = load_checked_strategy(CONFIG / "strategies" / f"{STRATEGIES[panel_name]}.yaml")

    def tubes(self, batch: str, n: int) -> list[Tube]:
        """Simulate some samples of a batch, spread over it."""
        own = [sample for sample in self.stained() if sample.batch == batch]
        return [self.simulated(sample, sample.n_events) for sample in own[:: max(1, len(own) // n)][:n]]

    def stained(self) -> list[SamplePlan]:
        """Return the stained samples of all visits, without those that hold another panel's stains."""
        return [
            sample
            for sample in self.plan.samples
            if (sample.panel, sample.control_type) == (self.name, "none")
            and sample.visit
            and not sample.trouble.stained_as
        ]

    def simulated(self, sample: SamplePlan, n_events: int) -> Tube:
        """Simulate a sample."""
        path = self.folder / f"{sample.sample_id}.fcs"
        truth, kind = path.with_suffix(".parquet"), FileKind("3.1", "F", "little")
        write_sample(self.plan, sample, CONFIG / "panels", path, truth, n_events=n_events, kind=kind)
        return Tube(sample, path, alive(truth))

    def read(self, tube: Tube, turned_up: str = "", gain: float = 1.0) -> FcsFile:
        """Read a sample, as it would be with one detector turned up."""
        file = read_fcs(tube.path, 1, panel=self.panel, gain="ignore")
        return with_gain(file, turned_up, gain) if turned_up else file

    def opened(self, file: FcsFile, strategy: Strategy, further: frozenset[str] = frozenset()) -> SampleEvents | None:
        """Prepare a file's events."""
        return prepare_sample(file, self.panel, strategy, spillover="file", further=further)[1]

    def scales(self, tubes: Sequence[Tube]) -> BatchScales:
        """Choose the scales of a batch, as `marrowgate scales` does."""
        plain, further = before_choice(self.strategy, self.panel), scale_dimensions(self.strategy, self.panel)
        events = (self.opened(self.read(tube), plain, further) for tube in tubes)
        chosen = [sample_scales(sample, self.strategy, self.panel) for sample in events if sample is not None]
        return choose_scales(chosen, self.strategy, self.panel)

    def fit(self, tube: Tube, events: SampleEvents, strategy: Strategy) -> Fit:
        """Find the gates of a sample."""
        sample = SampleToFit(tube.sample.sample_id, events, start_rows(events), ControlRole(), {}, 1)
        return fit_sample(sample, strategy)

    def scored(self, tube: Tube, events: SampleEvents, records: Sequence[GateRecord], against: Against) -> Gated:
        """Apply gates and hold them against the truth."""
        rows = apply_gates(events, records, start_rows(events))
        marks = {record.population: record for record in records}
        scores = [score(name, rows.get(name), tube.kinds, "") for name in POPULATIONS[self.name] if name in marks]
        shifted = tuple(record.population for record in records if record.status == "shifted")
        f1, n_true, n_found = ({s[0]: s[at] for s in scores} for at in (3, 1, 2))
        return Gated(f1, n_true, n_found, shifted, tuple(against.follows))

    def own(self, tubes: Sequence[Tube]) -> tuple[list[Gated], FinishedBatch]:
        """Gate samples as a batch of its own."""
        scales = self.scales(tubes)
        strategy = with_scales(self.strategy, self.panel, scales)
        events = {tube.sample.sample_id: self.opened(self.read(tube), strategy) for tube in tubes}
        usable = [(tube, sample) for tube in tubes if (sample := events[tube.sample.sample_id]) is not None]
        fits = [self.fit(tube, sample, strategy) for tube, sample in usable]
        agreed = agree(self.name, "own", fits)
        gated = [
            self.scored(tube, sample, settle(fit, agreed), Against())
            for (tube, sample), fit in zip(usable, fits, strict=True)
        ]
        patients = {tube.sample.sample_id: tube.sample.visit.patient_id for tube, _ in usable if tube.sample.visit}
        return gated, FinishedBatch(tuple(fits), scales, {}, patients=patients)

    def against(
        self, tube: Tube, scales: BatchScales, consensus: Consensus, turned_up: str = "", gain: float = 1.0
    ) -> Gated | None:
        """Gate one sample against a release, as `fit` and `gate` do."""
        strategy = with_scales(self.strategy, self.panel, scales)
        file = self.read(tube, turned_up, gain)
        events = self.opened(file, strategy)
        if events is None:
            return None
        events = with_ratios(events, followed_ratios(events, scales))
        fit = self.fit(tube, events, strategy)
        channels = {name: channel.name for name, channel in events.channels.items()}
        released = Released(consensus.reference, scales.watches, LIMIT_PCT) if consensus.reference else None
        against = Against.of(fit, settings_of(file), released, channels)
        return self.scored(tube, events, against.marked(settle(fit, consensus)), against)


def with_gain(file: FcsFile, marker: str, gain: float) -> FcsFile:
    """Return a file as it would be with the detector of a marker turned up, and its matrix as computed from stains."""
    (index,) = (channel.index for channel in file.channels if marker in {channel.marker, channel.scatter})
    events = np.array(file.events, dtype=np.float32)
    events[:, index] *= gain
    top = file.channels[index].range
    if top > 0:
        events[:, index] = np.minimum(events[:, index], top)
    spillover, name = file.spillover, file.channels[index].name
    if spillover is not None and name in spillover.labels:
        at = spillover.labels.index(name)
        matrix = spillover.matrix.copy()
        matrix[:, at] *= gain
        matrix[at, :] /= gain
        spillover = replace(spillover, matrix=matrix)
    return replace(file, events=events, spillover=spillover)


def lines_of(bench: Bench, n_released: int, n: int, n_turned_up: int, gain: float) -> Iterator[str]:
    """Return the figures of one panel."""
    batches = sorted({sample.batch for sample in bench.plan.samples if sample.panel == bench.name})
    first = bench.tubes(batches[0], n_released + n)
    released, others = apart(first, n_released)
    _, finished = bench.own(released)
    scales = released_scales([finished])
    consensus = released_consensus("r1", bench.name, [finished], scales, bench.strategy.home, [])
    seen = {watch.dimension: watch for watch in reversed(scales.watches)}
    folds = ", ".join(f"{name} {np.exp(watch.limit):.2f} ({watch.named})" for name, watch in seen.items())
    largest = max(np.exp(watch.limit) for watch in seen.values())
    yield f"{bench.name}_tolerated_fold\t{largest:.2f}\t1, largest\trelease of {len(released)}: {folds}"
    for batch in batches:
        tubes = others if batch == batches[0] else bench.tubes(batch, n)
        own, _ = bench.own(tubes)
        new = [bench.against(tube, scales, consensus) for tube in tubes]
        yield from compared(f"{bench.name}_{batch}", own, [gated for gated in new if gated is not None])
    plain = [bench.against(tube, scales, consensus) for tube in others[:n_turned_up]]
    for marker in sorted(strategy_dimensions(bench.strategy) & bench.panel.dimensions) if n_turned_up else ():
        some = [bench.against(tube, scales, consensus, marker, gain) for tube in others[:n_turned_up]]
        gated = [sample for sample in some if sample is not None]
        named = {marker}
        says = sum(bool(named & set(sample.followed)) for sample in gated)
        flagged = sum(bool(sample.shifted) for sample in gated)
        either = sum(bool(named & set(sample.followed)) or bool(sample.shifted) for sample in gated)
        f1 = worst_loss([sample for sample in plain if sample is not None], gated)
        yield (
            f"{bench.name}_{marker}_turned_up\t{either}\tof {len(gated)} samples said so\t"
            f"followed {says}, shifted {flagged}, largest loss of F1 {f1[0]:.3f} ({f1[1]})"
        )


def apart(tubes: Sequence[Tube], n_released: int) -> tuple[list[Tube], list[Tube]]:
    """Part the samples of a batch in those of the release, spread over it, and the others."""
    chosen = {int(at) for at in np.linspace(0, len(tubes) - 1, n_released)}
    return [tube for at, tube in enumerate(tubes) if at in chosen], [
        tube for at, tube in enumerate(tubes) if at not in chosen
    ]


def compared(name: str, own: Sequence[Gated], new: Sequence[Gated]) -> Iterator[str]:
    """Return F1 against the release beside F1 of own gates, and how many samples were flagged."""
    for population in own[0].f1:
        pairs = [
            (before.f1[population], after.f1[population])
            for before, after in zip(own, new, strict=True)
            if before.n_true[population] >= MIN_TRUE
        ]
        if pairs:
            a, b = np.array(pairs).T
            yield (
                f"{name}_{population}_f1_difference\t{np.mean(b - a):.4f}\tmean\t"
                f"{len(pairs)} samples, own {np.mean(a):.3f}, worst {np.min(b - a):.3f}"
            )
        n_true = sum(sample.n_true[population] for sample in own)
        if n_true >= MIN_TRUE:
            together = [f1_together(samples, population) for samples in (own, new)]
            yield (
                f"{name}_{population}_f1_difference_together\t{together[1] - together[0]:.4f}\tall cells\t"
                f"{n_true} true cells of {len(own)} samples, own {together[0]:.3f}"
            )
    shifted = [", ".join(sample.shifted) for sample in new if sample.shifted]
    yield f"{name}_shifted\t{len(shifted)}\tof {len(new)} samples\t{'; '.join(shifted)}"
    before = [", ".join(sample.shifted) for sample in own if sample.shifted]
    yield f"{name}_shifted_by_own_batch\t{len(before)}\tof {len(own)} samples\t{'; '.join(before)}"
    followed = [", ".join(sample.followed) for sample in new if sample.followed]
    yield f"{name}_followed\t{len(followed)}\tof {len(new)} samples\t{'; '.join(sorted(set(followed)))}"


def f1_together(samples: Sequence[Gated], population: str) -> float:
    """Return F1 of all cells of all samples together: of rare cells the one of a sample says little."""
    both = np.array([sample.n_true[population] + sample.n_found[population] for sample in samples])
    return float(np.sum(np.array([sample.f1[population] for sample in samples]) * both) / np.sum(both))


def worst_loss(before: Sequence[Gated], after: Sequence[Gated]) -> tuple[float, str]:
    """Return the largest mean loss of F1 of any population, and which."""
    losses = {}
    for population in before[0].f1:
        pairs = [
            a.f1[population] - b.f1[population]
            for a, b in zip(before, after, strict=True)
            if a.n_true[population] >= MIN_TRUE
        ]
        if pairs:
            losses[population] = float(np.mean(pairs))
    worst = max(losses, key=losses.__getitem__)
    return losses[worst], worst


def main() -> None:
    """Simulate, gate, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--scenario", default="demo")
    parser.add_argument("--released", type=int, default=12, help="samples of the release, of the first batch")
    parser.add_argument(
        "--tubes", type=int, default=6, help="samples of each batch and panel that are gated against it"
    )
    parser.add_argument("--turned-up", type=int, default=3, help="samples with each detector turned up")
    parser.add_argument("--gain", type=float, default=1.3, help="by how much a detector is turned up")
    parser.add_argument("--panels", default="hspc,immature")
    args = parser.parse_args()
    print("name\tvalue\tunit\tdetail")
    for panel in args.panels.split(","):
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(make_plan(args.scenario, args.seed), panel, Path(folder))
            for line in lines_of(bench, args.released, args.tubes, args.turned_up, args.gain):
                print(line, flush=True)


if __name__ == "__main__":
    main()

"""How often a detector that was turned up is seen against a release, and one that was not is called changed.

Looks at the landmark cells of simulated samples alone, so that many can be had: two visits of each of 47 patients whose
batches' detectors all stand alike (scenario `study`, without what its batches differ by). The patients are parted at
random, again and again, in those of a release and others; visits of the others are held against it as they are and with
each detector turned up, one by one and as a whole batch. No patient stands on both sides.

Usage: PYTHONPATH=tests python -m accuracy.regating_detectors [--seeds 23 53] [--released 3 5 10 20] [--gain 1.3]
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from accuracy.regating import Bench
from marrowgate.gating.batch_scales import before_choice, scale_dimensions
from marrowgate.gating.landmarks.choose_watches import PatientReadings, watches_of
from marrowgate.gating.landmarks.readings import Readings, cells_of_sample, sample_readings
from marrowgate.gating.landmarks.watches import Watch, read_detectors
from marrowgate.settings.strategies.strategy import strategy_dimensions
from marrowgate.signal.detector_readings import ReferenceReading, batch_checks
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan

SCENARIO = "study"
VISITS = 2
EVENTS = 40_000
"""As in the scenario `demo`."""
PARTS = 20
"""Times that the patients of a cohort are parted."""
ALONE = 1.4
"""Factor by which one kind of cells alone is brighter."""

Counts = dict[tuple[str, str, float], dict[str, list[bool]]]
"""What was looked at, panel and factor, then dimension, to whether it was so."""
Patients = list[list[PatientReadings]]
"""The visits of each patient."""


def detectors_alike(seed: int) -> CohortPlan:
    """Plan a cohort whose batches' detectors all stand alike."""
    plan = make_plan(SCENARIO, seed)
    return replace(plan, scenario=replace(plan.scenario, batch_gain_sd=0.0))


def readings_of(seed: int, panel: str) -> Patients:
    """Return the readings of the first visits of each patient."""
    found: dict[str, list[PatientReadings]] = {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(detectors_alike(seed), panel, Path(folder))
        plain = before_choice(bench.strategy, bench.panel)
        further = scale_dimensions(bench.strategy, bench.panel) | strategy_dimensions(bench.strategy)
        for patient, sample in first_visits(bench):
            tube = bench.simulated(sample, min(sample.n_events, EVENTS))
            events = bench.opened(bench.read(tube), plain, further)
            tube.path.unlink()
            if events is not None:
                own = PatientReadings(patient, sample_readings(events, cells_of_sample(events)))
                found.setdefault(patient, []).append(own)
    return list(found.values())


def first_visits(bench: Bench) -> Iterator[tuple[str, SamplePlan]]:
    """Yield patient and stained sample of some visits of each."""
    seen: dict[str, int] = defaultdict(int)
    for sample in bench.stained():
        if sample.visit and seen[sample.visit.patient_id] < VISITS:
            seen[sample.visit.patient_id] += 1
            yield sample.visit.patient_id, sample


def turned(readings: Readings, factor: float, only: str = "") -> Readings:
    """Return readings with every detector turned up by a factor, or with one kind of cells brighter."""
    return {
        kind: {
            name: (low * factor, high * factor, width * factor) if only in {"", kind} else (low, high, width)
            for name, (low, high, width) in own.items()
        }
        for kind, own in readings.items()
    }


def hold(samples: Sequence[PatientReadings], watches: Sequence[Watch], panel: str, factor: float, kept: Counts) -> None:
    """Hold samples against a release, one by one and together."""
    batch: list[tuple[str, Mapping[str, ReferenceReading]]] = []
    for sample in samples:
        seen = read_detectors(turned(sample.readings, factor), watches)
        for name, reading in seen.items():
            kept["flagged", panel, factor][name].append(reading.state != "as_released")
            kept["cells_disagree", panel, factor][name].append(reading.state == "cells_disagree")
        kept["flagged_in_any", panel, factor][""].append(any(own.state != "as_released" for own in seen.values()))
        read = {
            name: ReferenceReading(reading.ratio, reading.watch.reach, reading.watch.n_patients)
            for name, reading in seen.items()
            if reading.state != "cells_disagree"
        }
        batch.append((sample.patient, read))
    checks = batch_checks(batch)
    for check in checks:
        kept["batch", panel, factor][check.check.rpartition("_")[2]].append(check.verdict == "flagged")
    kept["batch_in_any", panel, factor][""].append(any(check.verdict == "flagged" for check in checks))


def hold_one_kind(sample: PatientReadings, watches: Sequence[Watch], panel: str, kept: Counts) -> None:
    """Hold a sample against a release in which one kind of cells alone is brighter: that is no detector."""
    for kind in sample.readings:
        for name, reading in read_detectors(turned(sample.readings, ALONE, kind), watches).items():
            kept["one_kind_taken_for_the_detector", panel, ALONE][name].append(reading.state == "changed")


def held(cohorts: Mapping[str, Sequence[Patients]], n_released: int, n_new: int, gain: float, seed: int) -> Counts:
    """Part the patients of every cohort again and again."""
    kept: Counts = defaultdict(lambda: defaultdict(list))
    for panel, own in cohorts.items():
        rng = np.random.default_rng(seed)
        for patients in own:
            for _ in range(PARTS):
                order = rng.permutation(len(patients))
                watches = watches_of([[patients[at][0] for at in order[:n_released]]])
                others = [patients[at] for at in order[n_released : n_released + n_new]]
                new = [visits[int(rng.integers(len(visits)))] for visits in others]
                for factor in (1.0, gain):
                    hold(new, watches, panel, factor, kept)
                hold_one_kind(new[0], watches, panel, kept)
    return kept


def lines_of(n_released: int, kept: Counts) -> Iterator[str]:
    """Return a line for each: per cent, over all detectors, and the detector that stands out."""
    for (what, panel, factor), own in sorted(kept.items()):
        shares = {name: float(np.mean(called)) for name, called in own.items()}
        wanted = factor != 1.0 and what in {"flagged", "batch"}
        worst = (min if wanted else max)(shares, key=shares.__getitem__)
        n = sum(map(len, own.values()))
        together = 100 * float(np.mean([value for called in own.values() for value in called]))
        named = f"{len(own)} detectors; {worst} {100 * shares[worst]:.1f} %" if worst else ""
        yield f"release_of_{n_released}_{panel}_{what}_{factor:g}\t{together:.2f}\t% of {n}\t{named}"


def main() -> None:
    """Simulate, part, hold, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[23, 53])
    parser.add_argument("--released", type=int, nargs="+", default=[3, 5, 10, 20], help="patients of the release")
    parser.add_argument("--new", type=int, default=6, help="patients of a new batch")
    parser.add_argument("--gain", type=float, default=1.3, help="by how much each detector is turned up")
    parser.add_argument("--panels", nargs="+", default=["hspc", "immature"])
    args = parser.parse_args()
    cohorts = {panel: [readings_of(seed, panel) for seed in args.seeds] for panel in args.panels}
    print("name\tvalue\tunit\tdetail")
    for n_released in args.released:
        for line in lines_of(n_released, held(cohorts, n_released, args.new, args.gain, args.seeds[0])):
            print(line, flush=True)


if __name__ == "__main__":
    main()

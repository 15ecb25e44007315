"""What `gate` writes for one sample and `collect` reads: verdict, counts, gates, quality checks, marker values."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from sys import intern
from typing import Any

import numpy as np

from marrowgate.fcs.model import Spillover
from marrowgate.files import write_text
from marrowgate.frozen import Frozen
from marrowgate.measure.intensity.sketch import Sketch
from marrowgate.measure.manifest import manifest_without_numbers
from marrowgate.measure.measured_volume import Volume
from marrowgate.no_result import NoResult
from marrowgate.signal.checks import Check
from marrowgate.signal.detector_readings import ReferenceReading
from marrowgate.signal.detector_settings import Settings


@dataclass(frozen=True, slots=True)
class GateCv:
    """Standard deviation that the boundaries on the way to a population give its count, relative to the count.

    Parameters
    ----------
    count : float
        Of the events.
    of_parent, of_cd45 : float
        Of the ratio to the parent's and to the CD45+ events, which move with the same boundaries.
    """

    count: float
    of_parent: float
    of_cd45: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """Cells of the other side of a border that are found in a population by chance.

    Parameters
    ----------
    expected : float
        How many, if the population has no cells of its own.
    rests_on : int
        Events near the border that the number comes from; its relative variance is 1 over this.
    """

    expected: float
    rests_on: int

    def of_share(self, share: float) -> "Crossing":
        """Return what is expected in a part of the population."""
        return Crossing(self.expected * share, self.rests_on)


@dataclass(frozen=True, slots=True)
class PopulationCount:
    """Events of one population in one sample.

    Parameters
    ----------
    population, parent : str
        As gated.
    n_events, n_parent : int or None
        None when not gated.
    inside : tuple of str
        Populations that it lies in, nearest first.
    gate_status, gate_reason, gate_reason_code : str
        Of the weakest gate on the way to the population, with the population's own reasons.
    weakest_gate : str
        Population whose gate that is.
    gate_cv : GateCv or None
        Uncertainty from the boundaries; None where it is not known, or where there are no events.
    crossing : Crossing or None
        Neighbours that are found in the population by chance; None where nothing is known of them.
    """

    population: str
    parent: str
    n_events: int | None
    n_parent: int | None
    inside: tuple[str, ...]
    gate_status: str
    gate_reason: str
    gate_cv: GateCv | None = None
    gate_reason_code: str = ""
    weakest_gate: str = ""
    crossing: Crossing | None = None


class Correction(Frozen):
    """What a person's gates changed in one population: the counts of the found gates, and who gave which gate why.

    Parameters
    ----------
    population : str
        One whose gate was given, or one that rests on such a gate.
    found_n_events, found_n_parent : int or None
        With the gates as they were found; None when not gated.
    found_gate_status : str
        Of the weakest found gate on the way to the population.
    reviewer, review_date, review_reason : str
        Who gave the population's gate, when and why; empty where it only rests on a given one.
    """

    population: str
    found_n_events: int | None
    found_n_parent: int | None
    found_gate_status: str
    reviewer: str = ""
    review_date: str = ""
    review_reason: str = ""


class SampleRecord(Frozen):
    """All that is known of one sample after gating.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    manifest : dict
        Row of the manifest.
    counts : tuple of PopulationCount
        In the order of the strategy.
    checks : tuple of Check
        Quality of the sample.
    sketches : tuple of Sketch
        Values of the wanted markers.
    settings : mapping
        Voltage and gain of each detector.
    volume : Volume
        Suspension that was measured while the run was stable, as far as the file tells.
    n_cd45_with_dead : int or None
        Events inside the CD45 gate before dead cells were left out; None when the sample has no viability gate.
    spillover : Spillover or None
        Matrix that the sample was compensated with.
    digests : mapping of str to str
        SHA-256 of the files that it was made from and of those that were written with it, by folder and name.
    corrections : tuple of Correction
        What a person's gates changed; empty where nobody gave any.
    detectors : mapping of str to ReferenceReading
        Dimension to how its detector reads against the release that the sample was gated against; else empty.
    """

    sample_id: str
    manifest: dict[str, Any]
    counts: tuple[PopulationCount, ...]
    checks: tuple[Check, ...]
    sketches: tuple[Sketch, ...]
    settings: Settings = field(default_factory=dict)
    volume: Volume = field(default_factory=Volume)
    n_cd45_with_dead: int | None = None
    spillover: Spillover | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    detectors: Mapping[str, ReferenceReading] = field(default_factory=dict)


def record_without_numbers(sample_id: str, no_result: NoResult, sha256: str = "") -> SampleRecord:
    """Return the record of a sample whose steps gave no result."""
    return SampleRecord(sample_id, manifest_without_numbers(sample_id, no_result, sha256), (), (), ())


def write_record(path: Path, record: SampleRecord) -> None:
    """Write a sample's record as JSON."""
    plain = {
        "sample_id": record.sample_id,
        "manifest": record.manifest,
        "counts": [asdict(count) for count in record.counts],
        "checks": [asdict(check) for check in record.checks],
        "settings": {name: list(values) for name, values in record.settings.items()},
        "volume": {"readings_ul": list(record.volume.readings_ul), "reason": record.volume.reason},
        "n_cd45_with_dead": record.n_cd45_with_dead,
        "spillover": _plain_matrix(record.spillover),
        "digests": dict(record.digests),
        "corrections": [asdict(correction) for correction in record.corrections],
        "detectors": {name: asdict(reading) for name, reading in record.detectors.items()},
        "sketches": [
            {**vars(sketch), "values": [round(float(v), 4) for v in sketch.values]} for sketch in record.sketches
        ],
    }
    write_text(path, json.dumps(plain, separators=(",", ":"), allow_nan=False) + "\n")


def read_record(path: Path) -> SampleRecord:
    """Read what `write_record` wrote."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    return SampleRecord(
        plain["sample_id"],
        plain["manifest"],
        tuple(map(_count_from_plain, plain["counts"])),
        tuple(Check(**entry) for entry in plain["checks"]),
        tuple(
            Sketch(**{**entry, "values": np.array(entry["values"], dtype=np.float64)}) for entry in plain["sketches"]
        ),
        settings={name: (voltage, gain) for name, (voltage, gain) in plain["settings"].items()},
        volume=Volume(tuple(plain["volume"]["readings_ul"]), plain["volume"]["reason"]),
        n_cd45_with_dead=plain["n_cd45_with_dead"],
        spillover=_matrix_from_plain(plain["spillover"]),
        digests=plain["digests"],
        corrections=tuple(Correction(**entry) for entry in plain["corrections"]),
        detectors={name: ReferenceReading(**entry) for name, entry in plain.get("detectors", {}).items()},
    )


def _plain_matrix(spillover: Spillover | None) -> dict[str, Any] | None:
    return None if spillover is None else {"labels": list(spillover.labels), "matrix": spillover.matrix.tolist()}


def _matrix_from_plain(plain: dict[str, Any] | None) -> Spillover | None:
    return None if plain is None else Spillover(tuple(plain["labels"]), np.array(plain["matrix"], dtype=np.float64))


def _count_from_plain(plain: dict[str, Any]) -> PopulationCount:
    gate_cv = None if plain["gate_cv"] is None else GateCv(**plain["gate_cv"])
    crossing = None if plain.get("crossing") is None else Crossing(**plain["crossing"])
    words = {name: intern(value) for name, value in plain.items() if isinstance(value, str)}
    inside = _shared(tuple(plain["inside"]))
    return PopulationCount(**{**plain, **words, "inside": inside, "gate_cv": gate_cv, "crossing": crossing})


@cache
def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return one tuple for equal ones: thousands of samples have the same populations."""
    return tuple(map(intern, names))

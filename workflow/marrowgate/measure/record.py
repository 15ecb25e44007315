"""What `gate` writes for one sample and `collect` reads: verdict, counts, gates, quality checks, marker values."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from marrowgate.files import write_text
from marrowgate.measure.sketch import Sketch
from marrowgate.signal.checks import Check
from marrowgate.signal.detector_settings import Settings


@dataclass(frozen=True)
class PopulationCount:
    """Events of one population in one tube.

    Parameters
    ----------
    population, parent : str
        As gated.
    n_events, n_parent : int or None
        None when not gated.
    inside : tuple of str
        Populations that it lies in, nearest first.
    gate_status, gate_reason : str
        The weakest gate on the way to the population.
    """

    population: str
    parent: str
    n_events: int | None
    n_parent: int | None
    inside: tuple[str, ...]
    gate_status: str
    gate_reason: str


@dataclass(frozen=True)
class SampleRecord:
    """All that is known of one tube after gating."""

    sample_id: str
    manifest: dict[str, Any]
    counts: tuple[PopulationCount, ...]
    checks: tuple[Check, ...]
    sketches: tuple[Sketch, ...]
    settings: Settings = field(default_factory=dict)


def write_record(path: Path, record: SampleRecord) -> None:
    """Write a sample's record as JSON."""
    plain = {
        "sample_id": record.sample_id,
        "manifest": record.manifest,
        "counts": [asdict(count) for count in record.counts],
        "checks": [asdict(check) for check in record.checks],
        "settings": {name: list(values) for name, values in record.settings.items()},
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
        tuple(PopulationCount(**{**entry, "inside": tuple(entry["inside"])}) for entry in plain["counts"]),
        tuple(Check(**entry) for entry in plain["checks"]),
        tuple(
            Sketch(**{**entry, "values": np.array(entry["values"], dtype=np.float64)}) for entry in plain["sketches"]
        ),
    )

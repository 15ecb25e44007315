"""The consensus of a batch as a file."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from marrowgate.fcs.model import Note
from marrowgate.gating.consensus import BATCH, AgreedGate, Consensus, Reference
from marrowgate.gating.geometry.gates import from_plain, to_plain
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.records import error_from_plain
from marrowgate.plain_yaml import read_plain, write_plain
from marrowgate.signal.transforms import Transform


def write_consensus(path: Path, consensus: Consensus) -> None:
    """Write a consensus as YAML."""
    write_plain(path, consensus_to_plain(consensus))


def read_consensus(path: Path) -> Consensus:
    """Read what `write_consensus` wrote."""
    return consensus_from_plain(read_plain(path))


def consensus_to_plain(consensus: Consensus) -> dict[str, Any]:
    """Return a consensus as lists, numbers and text."""
    plain: dict[str, Any] = {
        "panel": consensus.panel,
        "batch": consensus.batch,
        "scales": {name: asdict(scale) for name, scale in sorted(consensus.scales.items())},
        "landmarks": [asdict(row) for row in consensus.landmarks],
        "gates": [_agreed_to_plain(agreed) for agreed in consensus.gates],
    }
    if consensus.brightness:
        plain["brightness"] = {name: list(values) for name, values in consensus.brightness.items()}
    if consensus.reference is not None:
        reference = consensus.reference
        detectors = {channel: list(values) for channel, values in reference.detectors.items()}
        plain["reference"] = {"name": reference.name, "detectors": detectors}
    return plain


def consensus_from_plain(plain: Mapping[str, Any]) -> Consensus:
    """Make the consensus that `consensus_to_plain` took apart."""
    scales = {name: Transform(**fields) for name, fields in plain["scales"].items()}
    gates = tuple(_agreed_from_plain(entry) for entry in plain["gates"])
    landmarks = tuple(LandmarkRow(**fields) for fields in plain["landmarks"])
    reference = _reference_from_plain(plain["reference"]) if "reference" in plain else None
    brightness = {name: (middle, width) for name, (middle, width) in plain.get("brightness", {}).items()}
    return Consensus(plain["panel"], plain["batch"], gates, scales, landmarks, reference, brightness)


def _reference_from_plain(plain: Mapping[str, Any]) -> Reference:
    detectors = {channel: (voltage, gain) for channel, (voltage, gain) in plain["detectors"].items()}
    return Reference(plain["name"], detectors)


def _agreed_to_plain(agreed: AgreedGate) -> dict[str, Any]:
    plain = dict(vars(agreed))
    plain["gate"] = None if agreed.gate is None else to_plain(agreed.gate)
    plain["limit"] = list(agreed.limit)
    plain["doubts"] = [asdict(doubt) for doubt in agreed.doubts]
    plain["error"] = {
        "known": agreed.error.known,
        "sds": list(agreed.error.sds),
        "movements": [list(movement) for movement in agreed.error.movements],
    }
    if agreed.whose == BATCH:
        del plain["whose"]
    return plain


def _agreed_from_plain(plain: dict[str, Any]) -> AgreedGate:
    gate = None if plain["gate"] is None else from_plain(plain["gate"])
    tuples = {"limit": tuple(plain["limit"]), "error": error_from_plain(plain["error"])}
    tuples["doubts"] = tuple(Note(**entry) for entry in plain["doubts"])
    return AgreedGate(**{**plain, "gate": gate, **tuples})

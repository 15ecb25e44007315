"""The consensus of a batch as a file."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from marrowgate.fcs.model import Note
from marrowgate.gating.consensus import AgreedGate, Consensus
from marrowgate.gating.gates import from_plain, to_plain
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.records import error_from_plain
from marrowgate.plain_yaml import read_plain, write_plain
from marrowgate.signal.transforms import Transform


def write_consensus(path: Path, consensus: Consensus) -> None:
    """Write a consensus as YAML."""
    plain = {
        "panel": consensus.panel,
        "batch": consensus.batch,
        "scales": {name: asdict(scale) for name, scale in sorted(consensus.scales.items())},
        "landmarks": [asdict(row) for row in consensus.landmarks],
        "gates": [_agreed_to_plain(agreed) for agreed in consensus.gates],
    }
    write_plain(path, plain)


def read_consensus(path: Path) -> Consensus:
    """Read what `write_consensus` wrote."""
    plain = read_plain(path)
    scales = {name: Transform(**fields) for name, fields in plain["scales"].items()}
    gates = tuple(_agreed_from_plain(entry) for entry in plain["gates"])
    landmarks = tuple(LandmarkRow(**fields) for fields in plain["landmarks"])
    return Consensus(plain["panel"], plain["batch"], gates, scales, landmarks)


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
    return plain


def _agreed_from_plain(plain: dict[str, Any]) -> AgreedGate:
    gate = None if plain["gate"] is None else from_plain(plain["gate"])
    tuples = {"limit": tuple(plain["limit"]), "error": error_from_plain(plain["error"])}
    tuples["doubts"] = tuple(Note(**entry) for entry in plain["doubts"])
    return AgreedGate(**{**plain, "gate": gate, **tuples})

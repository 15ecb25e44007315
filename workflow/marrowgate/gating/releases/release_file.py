"""A release as a file: first what it says of itself, then its gates and those of its batches."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from marrowgate.files import write_text
from marrowgate.gating.batch_scales import BatchScales, scales_from_plain, scales_to_plain
from marrowgate.gating.consensus import Consensus
from marrowgate.gating.consensus_file import consensus_from_plain, consensus_to_plain
from marrowgate.gating.releases.make import FinishedBatch
from marrowgate.plain_yaml import text_of_plain
from marrowgate.settings.released import (
    NOT_AS_WRITTEN,
    ReleasedPanel,
    ReleaseHead,
    head_from_plain,
    no_release,
    read_documents,
)

_HEADING = """\
# A released gate set, made by marrowgate release. Do not edit it: make another one.
"""


@dataclass(frozen=True)
class PanelGates:
    """Gates and scales of one panel of a release, and those of its batches as their files have them."""

    consensus: Consensus
    scales: BatchScales
    batches: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Release:
    """A released gate set."""

    head: ReleaseHead
    gates: Mapping[str, PanelGates]


def batch_files(batch: FinishedBatch) -> dict[str, Any]:
    """Return what a release keeps of a batch: its consensus and, where it has some, its scales."""
    return {"consensus": batch.consensus} | ({"scales": batch.scales_file} if batch.scales_file is not None else {})


def file_digests(files: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the SHA-256 of the files that `batch_files` holds, as they are written again."""
    return {kind: hashlib.sha256(text_of_plain(plain).encode()).hexdigest() for kind, plain in files.items()}


def write_release(path: Path, release: Release) -> None:
    """Write a release as two YAML documents."""
    gates = {
        name: {
            "scales": scales_to_plain(panel.scales),
            "consensus": consensus_to_plain(panel.consensus),
            "batches": {batch: dict(files) for batch, files in panel.batches.items()},
        }
        for name, panel in release.gates.items()
    }
    head, rest = (
        yaml.safe_dump(part, sort_keys=False, default_flow_style=None, width=120, allow_unicode=True)
        for part in (_head_to_plain(release.head), gates)
    )
    write_text(path, f"{_HEADING}{head}---\n{rest}")


def read_release(path: Path) -> Release:
    """Read what `write_release` wrote.

    Raises
    ------
    UserError
        The file is missing or no release.
    """
    try:
        head, rest = read_documents(path)
        gates = {name: _gates_from_plain(entry) for name, entry in rest.items()}
        return Release(head_from_plain(head), gates)
    except NOT_AS_WRITTEN:
        raise no_release(path) from None


def _gates_from_plain(entry: Mapping[str, Any]) -> PanelGates:
    consensus, scales = consensus_from_plain(entry["consensus"]), scales_from_plain(entry["scales"])
    return PanelGates(consensus, scales, entry["batches"])


def _head_to_plain(head: ReleaseHead) -> dict[str, Any]:
    return {
        "name": head.name,
        "marrowgate": head.version,
        "code": dict(head.code),
        "panels": {name: _panel_to_plain(panel) for name, panel in head.panels.items()},
        "samples": dict(head.samples),
    }


def _panel_to_plain(panel: ReleasedPanel) -> dict[str, Any]:
    return {
        "strategy": panel.strategy,
        "strategy_sha256": panel.strategy_sha256,
        "channels": [dict(channel) for channel in panel.channels],
        "detectors": {channel: list(values) for channel, values in panel.detectors.items()},
        "batches": {batch: dict(digests) for batch, digests in panel.batches.items()},
    }

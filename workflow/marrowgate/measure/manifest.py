"""The manifest's row of a file: verdict, reasons, repairs, facts. No path: paths hold names and dates."""

from collections.abc import Iterable
from typing import Any

from marrowgate.fcs.model import FcsFile, Note
from marrowgate.no_result import NoResult

WITHOUT_NUMBERS = frozenset({"rejected", "failed"})
"""Verdicts of samples that have no numbers: the file cannot be used, or a step ended with a defect of the program."""


def manifest_row(sample_id: str, file: FcsFile, sha256: str) -> dict[str, Any]:
    """Return the row of `manifest.tsv` for a file that was read."""
    return {
        "sample_id": sample_id,
        "verdict": file.verdict.status,
        "reasons": noted(file.verdict.reasons),
        "repairs": noted(file.verdict.repairs),
        "sha256": sha256,
        "fcs_version": file.version,
        "n_events": file.n_events,
        "n_channels": len(file.channels),
        "cytometer": file.cytometer,
        "policy": "; ".join(f"{what}: {how}" for what, how in file.policy.items()),
    }


def manifest_without_numbers(sample_id: str, no_result: NoResult, sha256: str = "") -> dict[str, Any]:
    """Return the row of `manifest.tsv` for a sample whose file was not read to the end."""
    row: dict[str, Any] = dict.fromkeys(("repairs", "sha256", "fcs_version", "cytometer", "policy"), "")
    row |= {"n_events": None, "n_channels": None, "sha256": sha256}
    return {"sample_id": sample_id, "verdict": no_result.verdict, "reasons": no_result.reasons, **row}


def noted(notes: Iterable[Note]) -> str:
    """Join notes as ``code: sentence``."""
    return " | ".join(f"{note.code}: {note.sentence}" for note in notes)

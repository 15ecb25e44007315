"""The few lines that a run ends with on the console."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
TRUSTED = {"ok", "fixed", "overridden"}
ABSENT = "marker_absent"


def run_summary(manifest: Sequence[Row], populations: Sequence[Row], page: Path, sentence: str) -> str:
    """Return how many files were accepted, how many gates are flagged, where the report is, and its first sentence.

    Parameters
    ----------
    manifest, populations : sequence of mapping
        Rows of these tables.
    page : Path
        The report.
    sentence : str
        What stands first in it.
    """
    verdicts = Counter(row["verdict"] for row in manifest)
    files = ", ".join(f"{verdicts[word]} {word}" for word in ("accepted", "repaired", "rejected"))
    if verdicts["failed"]:
        files += f", {verdicts['failed']} failed because of a defect of marrowgate"
    stained = [row for row in populations if row["control_type"] == "none"]
    # each gate once: a row whose weakest gate is another tells of that gate
    own = {
        (row["sample_id"], row["population"]): row
        for row in stained
        if row["weakest_gate"] in {None, row["population"]}
    }
    # a population of a marker that the panel lacks is no gate in doubt
    possible = [row for row in own.values() if ABSENT not in (row["gate_reason_code"] or "")]
    flagged = Counter(row["gate_status"] for row in possible if row["gate_status"] not in TRUSTED)
    kinds = ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in flagged.most_common())
    gates = f"{sum(flagged.values())} flagged" + (f" ({kinds})" if kinds else "")
    return f"files: {files}\ngates of stained samples: {gates}\nreport: {page}\n{sentence}\n"

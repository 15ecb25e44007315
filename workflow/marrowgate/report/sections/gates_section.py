"""The gates that are weaker than found in the sample itself: each once, with the populations that stand on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]


@dataclass
class WeakGate:
    """A gate with one status.

    Parameters
    ----------
    panel, gate, status : str
        Where, which, and how sure.
    reasons : dict of str to str
        sample_id to why.
    others : dict of str to None
        Other populations that stand on it, in the order of the table.
    """

    panel: str
    gate: str
    status: str
    reasons: dict[str, str] = field(default_factory=dict)
    others: dict[str, None] = field(default_factory=dict)

    @property
    def example(self) -> str:
        """The reason of most samples."""
        reasons = list(self.reasons.values())
        return max(dict.fromkeys(reasons), key=reasons.count)


def weak_gates(populations: Sequence[Row], rejected: frozenset[str]) -> list[WeakGate]:
    """Return the gates of stained samples that are not ok, most samples first.

    Parameters
    ----------
    populations : sequence of mapping
        Rows of the table of populations; each has the status of the weakest gate on its way, and that gate's name.
    rejected : frozenset of str
        Samples without any gate; they are passed over.

    Returns
    -------
    list of WeakGate
        Gates that the strategy places itself (`fixed` without a reason) are left out.
    """
    stained = [row for row in populations if row["control_type"] == "none" and row["sample_id"] not in rejected]
    own_reasons = {(row["sample_id"], row["population"]): row["gate_reason"] or "" for row in stained}
    gates: dict[tuple[str, str, str], WeakGate] = {}
    for row in stained:
        status, gate, sample_id = row["gate_status"], row["weakest_gate"] or row["population"], row["sample_id"]
        own = own_reasons[sample_id, gate]
        if status == "ok" or (status == "fixed" and not own):
            continue
        entry = gates.setdefault((row["panel"], gate, status), WeakGate(row["panel"], gate, status))
        entry.reasons.setdefault(sample_id, own)
        if gate != row["population"]:
            entry.others[row["population"]] = None
    return sorted(gates.values(), key=lambda gate: (-len(gate.reasons), gate.panel, gate.gate, gate.status))

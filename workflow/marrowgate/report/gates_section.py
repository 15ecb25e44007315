"""The gates that are weaker than found in the sample itself: each once, with the populations that stand on it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marrowgate.report.wording import reason_words

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
        told = list(self.reasons.values())
        return max(dict.fromkeys(told), key=told.count)


def weak_gates(populations: Sequence[Row], rejected: frozenset[str]) -> list[WeakGate]:
    """Return the gates of stained samples that are not ok, most samples first.

    Parameters
    ----------
    populations : sequence of mapping
        Rows of the table of populations; each has the status of the weakest gate on its way, which its reason names.
    rejected : frozenset of str
        Samples without any gate; they are passed over.

    Returns
    -------
    list of WeakGate
        Gates that the strategy places itself (`fixed` without a reason) are left out.
    """
    stained = [row for row in populations if row["control_type"] == "none" and row["sample_id"] not in rejected]
    names = sorted({row["population"] for row in stained}, key=len, reverse=True)
    named = re.compile(rf"(?:^|; )({'|'.join(map(re.escape, names))})(?:: (.*))?$") if names else None
    found: dict[tuple[str, str, str], WeakGate] = {}
    for row in stained:
        reason, status = row["gate_reason"] or "", row["gate_status"]
        if status == "ok" or (status == "fixed" and not reason):
            continue
        other = named.search(reason) if named else None
        gate = other[1] if other else row["population"]
        entry = found.setdefault((row["panel"], gate, status), WeakGate(row["panel"], gate, status))
        own = (other[2] or "") if other else reason
        entry.reasons.setdefault(row["sample_id"], reason_words(own))
        if gate != row["population"]:
            entry.others[row["population"]] = None
    return sorted(found.values(), key=lambda gate: (-len(gate.reasons), gate.panel, gate.gate, gate.status))

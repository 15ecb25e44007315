"""The found gates of a sample in the form that a person edits."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from marrowgate.errors import Fault, UserError
from marrowgate.gating.overrides.given_gates import plain_boundary
from marrowgate.gating.records import GateRecord
from marrowgate.settings.messages import correct_to
from marrowgate.signal.transforms import Transform

_HEADING = """\
# Gates of sample {sample_id} that a person gives. Values are linear and compensated, in the units of the channel.
# Change the boundaries, fill in reviewer and reason, and run the workflow again.
gates:
"""


def draft(
    records: Sequence[GateRecord],
    scales: Mapping[str, Transform],
    populations: Sequence[str],
    by_whom: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return the found gates of some populations as entries of a file of overrides.

    Parameters
    ----------
    records : sequence of GateRecord
        All gates of the sample as they were found.
    scales : mapping of str to Transform
        Scales of the sample.
    populations : sequence of str
        Those to draft.
    by_whom : mapping of str to str
        Reviewer, reason and date.

    Raises
    ------
    UserError
        A population does not exist, has no gate, or is joined of others.
    """
    known = {record.population: record for record in records}
    faults, entries = [], []
    for name in dict.fromkeys(populations):
        record = known.get(name)
        if record is None:
            cure = correct_to(name, list(known), f"name some of {', '.join(known)}")
            faults.append(Fault(f"population {name}", "the sample's strategy has no such population", cure))
        elif record.gate is None:
            what = f"no gate was found ({record.status}: {record.reason})"
            faults.append(Fault(f"population {name}", what, "write its gate by hand, see docs/regating.md"))
        elif not (boundary := plain_boundary(record.gate, scales)):
            what = "it is joined of other populations and has no boundary of its own"
            faults.append(Fault(f"population {name}", what, "correct the gates of those populations"))
        else:
            entries.append({"population": name, **boundary, **by_whom})
    if faults:
        raise UserError(faults)
    return entries


def draft_text(path: Path, sample_id: str, entries: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of a file of overrides with further entries; what is in the file already stays as it is."""
    before = path.read_text(encoding="utf-8") if path.is_file() else _HEADING.format(sample_id=sample_id)
    dumped = yaml.safe_dump([dict(entry) for entry in entries], sort_keys=False, default_flow_style=None, width=120)
    return before.rstrip("\n") + "\n" + "".join(f"  {line}\n" for line in dumped.splitlines())

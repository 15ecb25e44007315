"""What a batch that is gated against a release takes from it, as its files have it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marrowgate.errors import fault
from marrowgate.settings.released import read_documents


def plain_for_batch(path: Path, panel: str, batch: str, kind: str) -> Mapping[str, Any]:
    """Return the ``consensus`` or ``scales`` of a batch that is gated against a release, as lists, numbers and text.

    A batch that the release was made of keeps its own; any other has those of the release.

    Raises
    ------
    UserError
        The file is no release, or has no such panel.
    """
    _, gates = read_documents(path)
    if panel not in gates:
        raise fault(str(path), f"the release has no panel {panel!r}", "make a release that has it")
    own = gates[panel]["batches"].get(batch, {})
    if kind in own:
        kept: Mapping[str, Any] = own[kind]
        return kept
    return {"panel": panel, "batch": batch} | {
        name: value for name, value in gates[panel][kind].items() if name not in {"panel", "batch"}
    }

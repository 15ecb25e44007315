"""What a batch that is gated against a release takes from it, as its files have it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marrowgate.errors import fault
from marrowgate.gating.batch_scales import scales_from_plain
from marrowgate.gating.consensus_file import consensus_from_plain
from marrowgate.settings.released import NOT_AS_WRITTEN, no_release, read_documents


def plain_for_batch(path: Path, panel: str, batch: str, kind: str) -> Mapping[str, Any]:
    """Return the ``consensus`` or ``scales`` of a batch that is gated against a release, as lists, numbers and text.

    A batch that the release was made of keeps its own; any other has those of the release.

    Raises
    ------
    UserError
        The file is no release, or has no such panel.
    """
    made = {"consensus": consensus_from_plain, "scales": scales_from_plain}[kind]
    try:
        _, gates = read_documents(path)
        if panel in gates:
            plain = _of_batch(gates[panel], panel, batch, kind)
            made(plain)
            return plain
    except NOT_AS_WRITTEN:
        raise no_release(path) from None
    raise fault(str(path), f"the release has no panel {panel!r}", "make a release that has it")


def _of_batch(gates: Mapping[str, Any], panel: str, batch: str, kind: str) -> Mapping[str, Any]:
    own = gates["batches"].get(batch, {})
    if kind in own:
        kept: Mapping[str, Any] = own[kind]
        return kept
    others = {name: value for name, value in gates[kind].items() if name not in {"panel", "batch"}}
    return {"panel": panel, "batch": batch} | others

"""FlowKit as the reference engine: the same Gating-ML applied by independent code."""

import math
import traceback
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from marrowgate.content import sha256_of
from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import read_header


def compare_in_child(sample_id: str, fcs: Path, data_set: int, gates: Path, events: Path) -> list[dict[str, Any]]:
    """Compare as `compare_with_flowkit` does, in a process of its own; whatever goes wrong there is a row that says so.

    FlowKit may stop at a file that marrowgate reads, and needs twelve times its memory.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(compare_or_say_why, sample_id, fcs, data_set, gates, events).result()
        except BrokenProcessPool:
            return [_not_compared(sample_id, "the comparison was ended by the system, as it does without memory")]


def compare_or_say_why(sample_id: str, fcs: Path, data_set: int, gates: Path, events: Path) -> list[dict[str, Any]]:
    """Compare as `compare_with_flowkit` does; an exception is a row with status not_compared."""
    try:
        return compare_with_flowkit(sample_id, fcs, data_set, gates, events)
    except Exception as error:  # noqa: BLE001 - the run needs no comparison, and the row says that there is none
        traceback.print_exc()
        return [_not_compared(sample_id, f"the comparison ended with {type(error).__name__}; see its log")]


def compare_with_flowkit(sample_id: str, fcs: Path, data_set: int, gates: Path, events: Path) -> list[dict[str, Any]]:
    """Gate a file with FlowKit and compare with the membership that `gate` wrote.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    fcs : Path
        The file.
    data_set : int
        Which data set, from 1.
    gates : Path
        Gates as used, Gating-ML 2.0.
    events : Path
        Membership of every event, Parquet.

    Returns
    -------
    list of dict
        Rows of the table `concordance`; a single row with status not_compared where FlowKit cannot read the file as
        marrowgate does.
    """
    file = read_header(fcs, data_set)
    refusal = _not_comparable(file)
    if refusal:
        return [_not_compared(sample_id, refusal)]
    ours = pq.read_table(events)
    if (ours.schema.metadata or {}).get(b"fcs_sha256", b"").decode() != sha256_of(fcs):
        return [_not_compared(sample_id, "the file is not the one that was gated")]
    theirs = _members(fcs, gates, preprocess=not _has_gains(file))
    rows = []
    stable = ours.column("qc_ok").to_numpy()
    for population, members in theirs.items():
        # unstable stretches are the root of all gates here, which Gating-ML has no place for
        own, mask = ours.column(population).to_numpy(), members & stable
        differ = int(np.count_nonzero(own != mask))
        status = "same" if differ == 0 else "different"
        counts = {"n_events": int(own.sum()), "n_other": int(mask.sum()), "n_differ": differ}
        rows.append({"sample_id": sample_id, "population": population, **counts, "status": status})
    return rows or [_not_compared(sample_id, "the sample has no gates")]


def _not_compared(sample_id: str, reason: str) -> dict[str, Any]:
    return {"sample_id": sample_id, "status": "not_compared", "reason": reason}


def _not_comparable(file: FcsFile) -> str:
    if file.verdict.status != "accepted":
        return f"the file is {file.verdict.status}"
    if file.data_set != 1:
        return "FlowKit reads the first data set only"
    if _has_gains(file) and any(channel.amplification[0] > 0 for channel in file.channels):
        return "FlowKit divides by $PnG where it undoes logarithmic amplification, marrowgate does not"
    return ""


def _has_gains(file: FcsFile) -> bool:
    return any(channel.gain is not None and not math.isclose(channel.gain, 1.0) for channel in file.channels)


def _members(fcs: Path, gates: Path, *, preprocess: bool) -> dict[str, NDArray[np.bool_]]:
    import flowkit

    strategy = flowkit.parse_gating_xml(str(gates))
    sample = flowkit.Sample(str(fcs), sample_id="sample", preprocess=preprocess)
    results = strategy.gate_sample(sample)
    return {name: np.asarray(results.get_gate_membership(name)) for name, _ in strategy.get_gate_ids()}

"""FlowKit as the reference engine: the same Gating-ML applied by independent code."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import read_header


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
        return [{"sample_id": sample_id, "status": "not_compared", "reason": refusal}]
    ours = pq.read_table(events)
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
    return rows


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

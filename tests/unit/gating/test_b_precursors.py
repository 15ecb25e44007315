"""The shipped strategy parts CD34+ B precursors by CD19, else by CD10, and says so where it has neither."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.records import ControlRole
from marrowgate.gating.sample_events import make_sample_events
from marrowgate.gating.walk.walk import SampleToFit

SHIPPED = load_checked_strategy(Path(__file__).resolve().parents[3] / "config" / "strategies" / "blood_hspc.yaml")
N = {"granulocytes": 4000, "lymphocytes": 2000, "b_precursors": 90, "progenitors": 210}
KINDS = np.repeat(list(N), list(N.values()))
STAINS = {
    "KIND": {"granulocytes": 1000, "lymphocytes": 3000, "b_precursors": 9000, "progenitors": 9000},
    "CD19": {"granulocytes": 120, "lymphocytes": 150, "b_precursors": 9000, "progenitors": 100},
    "CD10": {"granulocytes": 9000, "lymphocytes": 100, "b_precursors": 12_000, "progenitors": 90},
}
"""Medians; granulocytes carry CD10, so that these cannot place its border."""


def gated(*markers):
    """Return the records by population, and the events in each, of a sample with these markers."""
    rng = np.random.default_rng(3)
    names = ("KIND", *markers)
    columns = [np.array([STAINS[name][kind] for kind in KINDS]) * rng.lognormal(0, 0.2, KINDS.size) for name in names]
    channels = tuple(
        Channel(i, name, name, name, "", "fluorescence", "", 32, 262_144.0, (0.0, 0.0), None, None)
        for i, name in enumerate(names)
    )
    file = FcsFile(1, Verdict("accepted"), "3.1", KINDS.size, channels, None, "", {}, {}, np.column_stack(columns))
    # the cells that the shipped gates stand on are given; the gates under test are the shipped ones
    ends = {"granulocytes": (0, 1800), "lymphocytes": (1800, 5000), "cd34_hspc": (5000, 200_000)}
    shipped = {one.name: one for one in SHIPPED.populations}
    given = [
        replace(shipped[name], parent="root", dimensions=("KIND",), method="fixed", fallback=None, landmark="",
                arguments={"low": [low], "high": [high], "boundary_sd": 0})
        for name, (low, high) in ends.items()
    ]  # fmt: skip
    tested = [shipped["cd34_b_precursors"], shipped["cd34_not_b"]]
    strategy = replace(SHIPPED, home=None, populations=(*given, *tested))
    sample = make_sample_events(file, set(names), strategy.scales, compensate=False)
    start = np.arange(KINDS.size)
    records = fit_sample(SampleToFit("S", sample, start, ControlRole(), {}, 1), strategy).gates
    return {one.population: one for one in records}, apply_gates(sample, records, start)


@pytest.mark.parametrize("markers", [("CD19",), ("CD19", "CD10"), ("CD10",)])
def test_b_precursors__are_parted_by_cd19_or_else_by_cd10(markers):
    records, rows = gated(*markers)
    assert records["cd34_b_precursors"].gate.dimensions == markers[:1]
    assert np.count_nonzero(KINDS[rows["cd34_b_precursors"]] == "b_precursors") == N["b_precursors"]
    assert rows["cd34_b_precursors"].size <= 1.15 * N["b_precursors"]
    both = np.sort(np.concatenate([rows["cd34_b_precursors"], rows["cd34_not_b"]]))
    assert both.tolist() == rows["cd34_hspc"].tolist()
    assert not records["cd34_hspc"].reasons


def test_b_precursors__without_cd19_and_cd10_they_are_among_the_others_and_the_reason_is_said():
    records, rows = gated()
    assert records["cd34_b_precursors"].status == "not_gated"
    assert records["cd34_b_precursors"].reason_code == "marker_absent"
    assert records["cd34_hspc"].reason_code == "no_b_precursor_marker"
    assert np.isin(np.flatnonzero(KINDS == "b_precursors"), rows["cd34_hspc"]).all()

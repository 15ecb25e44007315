"""A gate that a population in doubt places: where else it may lie, and what that changes."""

import numpy as np
import pytest

from marrowgate.gating.apply import apply_gates
from marrowgate.gating.doubts.consequences import without_consequence
from marrowgate.gating.doubts.references import doubtful_references, halves, placed_by_halves
from marrowgate.gating.geometry.gates import Ellipsoid, threshold
from marrowgate.gating.open_sample import start_rows
from marrowgate.gating.reasons import because
from marrowgate.gating.records import GateRecord, read_fit, write_fit
from unit.gating.test_landmarks import fitted, strategy

GATE = threshold("Z", 0.5, "above")
ROUND = Ellipsoid(("X", "Y"), (0.5, 0.5), ((0.01, 0.0), (0.0, 0.01)), 4.0)


def reference(*codes, status="doubtful", name="cells"):
    return GateRecord(name, "root", "cluster", ROUND, status, tuple(because(code, "why") for code in codes))


def other_places(*records, placed_by=("cells",), n=100, again=lambda name, half: threshold("Z", half.mean(), "above")):
    points = np.random.default_rng(1).normal(size=(n, 2))
    return placed_by_halves(GATE, placed_by, records, lambda record: points, again)


def test_doubtful_references__names_each_reference_in_doubt_once():
    records = [reference("hollow"), reference(status="ok", name="sure")]
    (doubt,) = doubtful_references(["cells", "cells", "sure", "root"], records)
    assert (doubt.code, doubt.sentence) == ("reference_in_doubt", "cells, which places the gate, is in doubt")


def test_halves__part_events_along_and_across_their_longer_axis():
    along = np.array([-3.0, -1.0, 1.0, 3.0])
    points = np.column_stack([along + 0.1 * np.array([1, -1, -1, 1]), along - 0.1 * np.array([1, -1, -1, 1])])
    found = {tuple(np.flatnonzero(half)) for half in halves(points)}
    assert found == {(0, 3), (1, 2), (0, 1), (2, 3)}


def test_placed_by_halves__a_reference_that_may_be_two_clusters_is_tried_in_four_halves():
    assert len(other_places(reference("hollow"))) == 4
    assert len(other_places(reference("second_cluster", "ends_at_neighbour"))) == 4
    assert {gate.low[0] for gate in other_places(reference("hollow"))} == {0.5}


@pytest.mark.parametrize(
    "records",
    [
        [reference("cut_by_box")],
        [reference("hollow", "off_landmark")],
        [reference("reference_in_doubt")],
        [reference("from_batch")],
        [reference("hollow"), reference("at_border", name="second")],
    ],
)
def test_placed_by_halves__of_a_reference_that_is_in_doubt_for_another_reason_nobody_can_say(records):
    assert other_places(*records, placed_by=("cells", "second")) == ()


def test_placed_by_halves__nobody_can_say_without_a_gate_of_the_same_kind_or_with_hardly_an_event():
    assert other_places(reference("hollow"), again=lambda *_: None) == ()
    assert other_places(reference("hollow"), again=lambda *_: ROUND) == ()
    assert other_places(reference("hollow"), n=3) == ()
    assert other_places(reference("hollow", status="ok")) == ()


CORE = {"name": "core", "parent": "root", "dimensions": ["CD45", "SSC-A"], "method": "cluster",
        "arguments": {"low": [4000, 10_000], "high": [80_000, 45_000], "coverage": 0.99}}  # fmt: skip
PLACED = {"name": "placed", "parent": "root", "dimensions": ["CD34"], "method": "reference_quantile",
          "arguments": {"reference": "core", "quantile": 0.05, "keep": "above"}}  # fmt: skip
COPIED = {"name": "copied", "parent": "root", "dimensions": ["CD45", "SSC-A"], "method": "copy",
          "arguments": {"of": "core"}}  # fmt: skip


def two_clusters(second_cd34):
    """Return a sample whose lymphocytes are two clusters; the second carries this much CD34."""
    rng = np.random.default_rng(5)
    parts = [(3000, 20_000, 30_000, 2000), (3000, 20_000, 13_500, second_cd34), (4000, 120_000, 6000, 2000)]
    values = [np.exp(rng.normal(0, 0.18, (n, 3))) * [ssc, cd45, cd34] for n, ssc, cd45, cd34 in parts]
    home = {"landmarks": [{"of": "lymphocytes", "by": "median", "values": {"CD45": 20_000, "SSC-A": 20_000}}]}
    asked = strategy(home=home, populations=[CORE, PLACED, COPIED])
    _, (sample,), (fit,) = fitted([np.concatenate(values)], asked)
    rows = apply_gates(sample, fit.gates, start_rows(sample))
    return fit, without_consequence(sample, fit.gates, rows)


@pytest.mark.parametrize(("second_cd34", "is_spared"), [(2000, True), (1000, False)])
def test_fit__a_gate_placed_by_two_clusters_is_in_doubt_where_they_place_it_differently(
    second_cd34, is_spared, tmp_path
):
    fit, spared = two_clusters(second_cd34)
    core, placed, copied = fit.gates
    assert {"hollow", "second_cluster"} & {reason.code for reason in core.reasons}
    assert [reason.code for reason in placed.reasons] == ["reference_in_doubt"]
    assert len(placed.other_gates) == 4
    assert ("placed" in spared) == is_spared
    # the gate of two clusters is no better where it is taken over
    assert copied.other_gates == ()
    assert not {"core", "copied"} & spared.keys()
    write_fit(tmp_path / "fit.json", fit)
    assert read_fit(tmp_path / "fit.json") == fit

"""What is taken from a gated sample beside its events: dead leucocytes, and the volume that was measured."""

from dataclasses import replace

import numpy as np
import pytest

from marrowgate.fcs.model import Channel, FcsFile, Note, Verdict
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.geometry.gates import Boolean, threshold
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.measure.measure_sample import count_populations, count_with_dead
from marrowgate.measure.record import GateCv
from marrowgate.signal.transforms import Transform


def tube(columns, facts=(), **roles):
    events = np.column_stack([np.asarray(values, dtype=np.float64) for values in columns.values()])
    channels = {
        name: Channel(index, name, "", name, "", roles.get(name, "fluorescence"), "", 32, 1.0, (0, 0), None, None)
        for index, name in enumerate(columns)
    }
    verdict = Verdict("accepted")
    file = FcsFile(1, verdict, "3.1", len(events), tuple(channels.values()), None, "", dict(facts), {}, events)
    return SampleEvents(file, channels, {}, dict.fromkeys(columns, Transform("linear", t=1.0)))


SAMPLE = tube({"7-AAD": [0.1, 0.1, 0.9, 0.9, 0.1], "CD45": [0.8, 0.1, 0.8, 0.1, 0.9], "DNA": [0.9, 0.9, 0.9, 0.1, 0.1]})
ALIVE = GateRecord("viable", "root", "valley", threshold("7-AAD", 0.5, "below"), "ok")
NUCLEATED = GateRecord("nucleated", "viable", "valley", threshold("DNA", 0.5, "above"), "ok")
LEUCOCYTES = GateRecord("cd45_pos", "viable", "valley", threshold("CD45", 0.5, "above"), "ok")


def gated(*records):
    return records, apply_gates(SAMPLE, records, np.arange(5))


def test_count_with_dead__is_the_cd45_gate_before_the_viability_gate():
    records, rows = gated(ALIVE, LEUCOCYTES)
    assert rows["cd45_pos"].tolist() == [0, 4]
    assert count_with_dead(SAMPLE, records, rows) == 3


def test_count_with_dead__gates_between_viable_and_cd45_count_too():
    records, rows = gated(ALIVE, NUCLEATED, replace(LEUCOCYTES, parent="nucleated"))
    assert rows["cd45_pos"].tolist() == [0]
    assert count_with_dead(SAMPLE, records, rows) == 2


def test_count_with_dead__without_a_viability_gate_it_is_not_known():
    records, rows = gated(replace(LEUCOCYTES, parent="root"))
    assert count_with_dead(SAMPLE, records, rows) is None
    assert count_with_dead(SAMPLE, (), {}) is None


def test_count_populations__what_is_joined_is_as_weak_as_its_weakest_part():
    borrowed = replace(NUCLEATED, status="borrowed", reasons=(Note("from_batch", "from 4 samples of the batch"),))
    either = GateRecord("either", "root", "boolean", Boolean("or", ("cd45_pos", "nucleated")), "ok")
    outside = GateRecord("outside", "root", "boolean", Boolean("not", ("either",)), "ok")
    counts = {one.population: one for one in count_populations(*gated(ALIVE, borrowed, LEUCOCYTES, either, outside))}
    assert counts["cd45_pos"].gate_status == "ok"
    for name in ("either", "outside"):
        assert counts[name].gate_status == "borrowed"
        assert counts[name].gate_reason == "nucleated: from 4 samples of the batch"
        assert (counts[name].gate_reason_code, counts[name].weakest_gate) == ("from_batch", "nucleated")


@pytest.mark.parametrize(
    ("code", "status"), [("from_batch", "borrowed"), ("fallback", "fixed"), ("far_from_batch", "ok")]
)
def test_count_populations__a_doubt_that_changes_nothing_is_named_and_does_not_count(code, status):
    doubtful = replace(NUCLEATED, status="doubtful", reasons=(Note(code, "why"),))
    records, rows = gated(ALIVE, doubtful, replace(LEUCOCYTES, parent="nucleated"))
    spared = {"cd45_pos": {"nucleated": 0.0123}}
    _, nucleated, leucocytes = count_populations(records, rows, harmless=spared)
    assert nucleated.gate_status == "doubtful"
    assert leucocytes.gate_status == status
    assert leucocytes.gate_reason.startswith("what speaks against nucleated changes 1.2 % of the events at most")
    assert leucocytes.gate_reason_code.startswith("no_consequence")


def test_count_populations__carries_the_gates_error():
    records, rows = gated(ALIVE, LEUCOCYTES)
    alive, leucocytes = count_populations(records, rows, {"viable": GateCv(0.1, 0.1, 0.2)})
    assert (alive.gate_cv, leucocytes.gate_cv) == (GateCv(0.1, 0.1, 0.2), None)

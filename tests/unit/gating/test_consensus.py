"""Consensus: who borrows, who is pulled in, and that order does not matter."""

from dataclasses import replace

import numpy as np
import pytest

from marrowgate.fcs.model import Note
from marrowgate.gating.boundary_error import error_of
from marrowgate.gating.consensus import agree
from marrowgate.gating.consensus_file import read_consensus, write_consensus
from marrowgate.gating.final_gates import settle
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon, Rectangle
from marrowgate.gating.records import ControlRole, Evidence, Fit, GateRecord, read_fit, write_fit
from marrowgate.signal.transforms import Transform

SCALES = {"CD45": Transform("logicle", 262144.0), "CD34": Transform("logicle", 262144.0)}


def cut(value, status="ok", sd=0.01):
    return GateRecord(
        "cd45_pos", "root", "valley", Rectangle(("CD45",), (value,), (None,)), status, (), error_of(sd), 1000
    )


def none(status, reason, code="no_valley"):
    return GateRecord("cd45_pos", "root", "valley", None, status, (Note(code, reason),), n_parent=12)


def fit(sample_id, *records):
    return Fit(sample_id, ControlRole(), records, SCALES)


def batch(*values):
    return [fit(f"S{number}", cut(value)) for number, value in enumerate(values)]


def test_consensus__is_near_the_middle_of_the_fits():
    agreed = agree("hspc", "B1", batch(0.50, 0.51, 0.52, 0.90))
    assert agreed.gates[0].gate.low[0] == pytest.approx(0.51, abs=0.01)
    assert agreed.gates[0].n_fits == 4


def test_consensus__does_not_depend_on_the_order():
    fits = batch(0.5, 0.52, 0.49, 0.53, 0.55)
    shuffled = [fits[number] for number in (3, 0, 4, 1, 2)]
    assert agree("hspc", "B1", fits) == agree("hspc", "B1", shuffled)


def test_settle__a_sample_near_the_batch_keeps_its_own_gate():
    fits = batch(0.50, 0.51, 0.53)
    assert settle(fits[2], agree("hspc", "B1", fits)) == (cut(0.53),)


def test_settle__a_sample_without_a_gate_borrows():
    fits = batch(0.50, 0.51, 0.52)
    poor = fit("P", none("too_few_events", "12 events in the parent, 100 are needed", "too_few_events"))
    (record,) = settle(poor, agree("hspc", "B1", [*fits, poor]))
    assert record.status == "borrowed"
    assert record.gate.low[0] == pytest.approx(0.51)
    wanted = "from 3 samples of the batch; 12 events in the parent, 100 are needed"
    assert (record.reason, record.reason_code) == (wanted, "from_batch; too_few_events")


def test_settle__an_outlier_is_pulled_in_and_says_so():
    fits = batch(0.50, 0.51, 0.52, 0.51, 0.50, 0.80)
    (record,) = settle(fits[5], agree("hspc", "B1", fits))
    assert record.status == "shifted"
    assert 0.51 < record.gate.low[0] < 0.60
    assert "of full scale from the batch's" in record.reason


def test_settle__two_fits_are_too_few_to_borrow_from():
    poor = fit("P", none("no_valley", "no valley of CD45"))
    (record,) = settle(poor, agree("hspc", "B1", [*batch(0.5, 0.5), poor]))
    assert (record.status, record.gate) == ("no_valley", None)
    assert record.reason == "no valley of CD45; 2 of the batch's samples found a gate, 3 are needed to borrow"


def test_settle__a_fallback_gives_way_to_the_batch():
    fits = [*batch(0.50, 0.51, 0.52), fit("F", cut(0.7, status="fixed"))]
    (record,) = settle(fits[3], agree("hspc", "B1", fits))
    assert record.status == "borrowed"


def test_settle__a_fixed_gate_stays_fixed():
    fits = [fit(f"S{number}", cut(0.7, status="fixed", sd=0.0)) for number in range(4)]
    (record,) = settle(fits[0], agree("hspc", "B1", fits))
    assert (record.status, record.gate.low[0]) == ("fixed", 0.7)


def test_settle__an_absent_marker_is_never_borrowed():
    fits = batch(0.50, 0.51, 0.52)
    absent = fit("A", none("not_gated", "the panel lacks CD45", "marker_absent"))
    (record,) = settle(absent, agree("hspc", "B1", [*fits, absent]))
    assert (record.status, record.reason) == ("not_gated", "the panel lacks CD45")


def test_settle__children_of_a_missing_parent_are_not_gated():
    child = GateRecord("cd34_pos", "cd45_pos", "valley", Rectangle(("CD34",), (0.6,), (None,)), "ok")
    sample = fit("S", none("no_valley", "none"), child)
    records = settle(sample, agree("hspc", "B1", [sample]))
    assert records[1].status == "not_gated"
    assert records[1].reason == "needs cd45_pos, which has no gate"


def test_settle__a_rejected_partner_s_tube_takes_the_batch_s_gates():
    fits = batch(0.50, 0.51, 0.52)
    empty = Fit("E", ControlRole(), (), {})
    (record,) = settle(empty, agree("hspc", "B1", [*fits, empty]))
    assert record.status == "borrowed"


def test_settle__boolean_gates_are_as_written():
    both = GateRecord("both", "root", "boolean", Boolean("not", ("cd45_pos",)), "ok")
    fits = [fit(f"S{number}", cut(0.5), both) for number in range(3)]
    assert settle(fits[0], agree("hspc", "B1", fits))[1] == both


def test_consensus__ellipses_are_moved_by_their_centre():
    def ellipse(x):
        gate = Ellipsoid(("CD45", "CD34"), (x, 0.5), ((0.01, 0.0), (0.0, 0.01)), 5.99)
        return GateRecord("lymphocytes", "root", "cluster", gate, "ok", (), error_of(0.001, 0.001), 5000)

    fits = [fit(f"S{number}", ellipse(x)) for number, x in enumerate((0.6, 0.61, 0.62, 0.9))]
    (record,) = settle(fits[3], agree("hspc", "B1", fits))
    assert record.status == "shifted"
    assert record.gate.mean[0] < 0.75


POOL_ARGUMENTS = {"keep": "above", "between": [500, 5000], "min_events": 50}


def pool(sample_id, seed, n_positive=15, own=None):
    generator = np.random.default_rng(seed)
    values = np.concatenate([generator.normal(0.3, 0.05, 400), generator.normal(0.7, 0.05, n_positive)])
    thousandths = tuple(np.rint(values * 1000).astype(int).tolist())
    evidence = Evidence("cd45_pos", "valley", POOL_ARGUMENTS, ("CD45",), {"": {"CD45": thousandths}})
    record = cut(own) if own else none("no_valley", "no valley of CD45")
    return replace(fit(sample_id, record), evidence=(evidence,))


def test_pooled__a_valley_that_no_sample_shows_is_found_in_all_of_them():
    fits = [pool(f"S{number}", number, n_positive=4) for number in range(8)]
    agreed = agree("hspc", "B1", fits)
    assert agreed.gates[0].origin == "pooled"
    assert 0.42 < agreed.gates[0].gate.low[0] < 0.62
    (record,) = settle(fits[0], agreed)
    assert (record.status, record.gate) == ("borrowed", agreed.gates[0].gate)


def test_pooled__does_not_depend_on_the_order():
    fits = [pool(f"S{number}", number) for number in range(6)]
    assert agree("hspc", "B1", fits) == agree("hspc", "B1", [fits[number] for number in (4, 2, 0, 5, 1, 3)])


def test_pooled__a_sample_that_agrees_takes_the_batch_s_gate():
    fits = [pool(f"S{number}", number, own=0.5) for number in range(6)]
    agreed = agree("hspc", "B1", fits)
    (record,) = settle(fits[0], agreed)
    assert (record.status, record.gate) == ("ok", agreed.gates[0].gate)
    assert record.reason == "found in the events of 6 samples of the batch"


def test_pooled__a_sample_that_is_far_off_says_so():
    fits = [*(pool(f"S{number}", number, own=0.5) for number in range(6)), pool("T", 9, own=0.95)]
    (record,) = settle(fits[6], agree("hspc", "B1", fits))
    assert record.status == "shifted"
    assert record.gate.low[0] < 0.95


def test_pooled__two_samples_are_looked_at_together():
    fits = [pool(f"S{number}", number) for number in range(2)]
    agreed = agree("hspc", "B1", fits)
    assert (agreed.gates[0].origin, agreed.gates[0].n_fits) == ("pooled", 2)
    (record,) = settle(fits[1], agreed)
    assert (record.status, record.gate) == ("borrowed", agreed.gates[0].gate)
    assert record.reason == "from 2 samples of the batch; no valley of CD45"


def test_pooled__a_sample_alone_keeps_its_own_gate_or_says_what_was_missing():
    with_gate, without = pool("S", 1, own=0.5), pool("S", 1)
    assert settle(with_gate, agree("hspc", "B1", [with_gate]))[0] == with_gate.gates[0]
    (record,) = settle(without, agree("hspc", "B1", [without]))
    wanted = "no valley of CD45; 0 of the batch's samples found a gate, 3 are needed to borrow"
    assert (record.status, record.reason) == ("no_valley", wanted)


def test_settle__corners_beyond_the_scale_are_measured_on_it():
    def wedge(slope):
        gate = Polygon(("FSC-A", "FSC-H"), ((0.0, 0.0), (1.5, 1.5 * (slope - 0.1)), (1.5, 1.5 * (slope + 0.1))))
        return GateRecord("singlets", "root", "singlets", gate, "ok", (), n_parent=5000)

    fits = [fit(f"S{number}", wedge(slope)) for number, slope in enumerate((0.9, 0.9, 0.9, 0.935, 0.95))]
    agreed = agree("hspc", "B1", fits)
    assert settle(fits[3], agreed)[0].status == "ok"
    assert settle(fits[4], agreed)[0].status == "shifted"
    assert "boundary 0.050 of full scale from the batch's, 0.040 is allowed" in settle(fits[4], agreed)[0].reason


def test_consensus_and_fit__survive_their_files(tmp_path):
    fits = [*batch(0.5, 0.52, 0.54), fit("P", none("no_valley", "none"))]
    agreed = agree("hspc", "B1", fits)
    write_consensus(tmp_path / "c.yaml", agreed)
    assert read_consensus(tmp_path / "c.yaml") == agreed
    write_fit(tmp_path / "f.json", fits[3])
    assert read_fit(tmp_path / "f.json") == fits[3]
    write_fit(tmp_path / "g.json", pool("Q", 3))
    assert read_fit(tmp_path / "g.json") == pool("Q", 3)

"""Releases: what they are made of, how a sample stands against one, and what differs between two."""

import math
from dataclasses import replace

import numpy as np
import pytest

from marrowgate.errors import UserError
from marrowgate.gating.batch_scales import BatchScales, BatchWidth, scales_to_plain
from marrowgate.gating.boundary_error import error_of
from marrowgate.gating.consensus import Consensus, Reference, agree
from marrowgate.gating.consensus_file import consensus_to_plain, read_consensus, write_consensus
from marrowgate.gating.final_gates import NONE_GIVEN, settle
from marrowgate.gating.geometry.gates import Ellipsoid, Polygon, Rectangle
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.overrides.drafts import draft
from marrowgate.gating.overrides.given_gates import GivenGate
from marrowgate.gating.records import ControlRole, Evidence, Fit, GateRecord
from marrowgate.gating.releases.against import Against, Released
from marrowgate.gating.releases.differences import differences
from marrowgate.gating.releases.for_batch import plain_for_batch
from marrowgate.gating.releases.make import (
    FinishedBatch,
    released_consensus,
    released_scales,
    usual_settings,
)
from marrowgate.gating.releases.release_file import PanelGates, Release, file_digests, read_release, write_release
from marrowgate.gating.releases.rescale import Scale, moved_to
from marrowgate.settings.released import ReleasedPanel, ReleaseHead, read_head
from marrowgate.settings.strategies.scales import Home
from marrowgate.signal.detector_readings import ReferenceReading
from marrowgate.signal.transforms import Transform

HOME = Home.model_validate({"landmarks": [{"of": "lymphocytes", "by": "median", "values": {"CD45": 20000}}]})
CHANNELS = {"CD45": "V500-A", "CD34": "PE-A"}


def landmark(factor):
    return LandmarkRow("lymphocytes", "median", "CD45", 20000 * factor, factor, 500, "ok")


def scale(factor=1.0, w=0.5):
    return Transform("logicle", 262144.0 * factor, w=w)


def readings(factor, other=None):
    """Return what lymphocytes and granulocytes show in CD45 where the detector reads by a factor."""
    both = (("lymphocytes", factor), ("granulocytes", other or factor))
    return {kind: {"CD45": (20000.0 * own, 22000.0 * own, 4000.0 * own)} for kind, own in both}


def fit(name, cut, factor=1.0, own=None, w=0.5, other=None):
    """Return a fit with a CD45 boundary, in a batch of a factor, whose own landmark has another."""
    gate = Rectangle(("CD45",), (cut,), (None,))
    record = GateRecord("cd45_pos", "root", "valley", gate, "ok", (), error_of(0.01), 1000)
    scales = {"CD45": scale(factor, w), "CD34": scale()}
    return Fit(
        name,
        ControlRole(),
        (record,),
        scales,
        (),
        {"CD45": factor},
        (landmark(own or factor),),
        readings(own or factor, other),
    )


def finished(fits, factor=1.0, w=0.5):
    scales = BatchScales({"CD45": BatchWidth(w, len(fits))}, (landmark(factor),))
    return FinishedBatch(tuple(fits), scales, consensus_to_plain(agree("hspc", "B1", fits)))


def released(*batches, settings=()):
    scales = released_scales(batches)
    return scales, released_consensus("r1", "hspc", batches, scales, HOME, settings)


# what a release is made of


def test_release__of_one_batch_has_the_gates_of_its_consensus():
    fits = [fit(f"S{n}", cut) for n, cut in enumerate((0.50, 0.51, 0.53))]
    _, consensus = released(finished(fits))
    own = agree("hspc", "B1", fits)
    assert [gate.gate for gate in consensus.gates] == [gate.gate for gate in own.gates]
    assert [gate.limit for gate in consensus.gates] == [gate.limit for gate in own.gates]
    assert (consensus.gates[0].whose, consensus.reference.name) == ("release r1", "r1")


def test_release__batches_of_other_gain_agree_in_the_strategy_s_units():
    batches = [finished([fit(f"{f}{n}", 0.5 + n / 100, factor=f) for n in range(3)], f) for f in (1.0, 1.2, 1.5)]
    scales, consensus = released(*batches)
    assert scales.landmarks[0].factor == 1.2
    assert consensus.scales["CD45"] == scale(1.2)
    assert consensus.gates[0].gate.low == (0.51,)
    assert consensus.gates[0].n_fits == 9


def test_release__batches_of_other_width_agree_on_linear_values():
    """A boundary at one linear value lies at another place of each scale."""
    linear = 900.0
    batches = []
    for w in (0.5, 0.7, 0.9):
        cut = float(scale(w=w).forward(np.array([linear]))[0])
        batches.append(finished([fit(f"{w}{n}", cut, w=w) for n in range(3)], w=w))
    scales, consensus = released(*batches)
    assert scales.widths["CD45"] == BatchWidth(0.7, 9)
    assert consensus.scales["CD45"].w == 0.7
    assert scale(w=0.7).inverse(np.array(consensus.gates[0].gate.low))[0] == pytest.approx(linear)


def test_moved_to__every_kind_of_gate_and_the_events_of_pooled_ones():
    own, new = scale(w=0.5), Scale(scale(factor=2.0, w=0.8), 2.0)

    def moved(value):
        return float(new.transform.forward(2.0 * own.inverse(np.array([value])))[0])

    gates = [
        Rectangle(("CD45",), (0.4,), (None,)),
        Polygon(("CD34", "CD45"), ((0.1, 0.4), (0.6, 0.4), (0.6, 0.9))),
        Ellipsoid(("CD45",), (0.4,), ((0.01,),), 2.0),
    ]
    records = tuple(GateRecord(f"p{n}", "root", "", gate, "ok") for n, gate in enumerate(gates))
    evidence = Evidence("p0", "", {}, ("CD45",), {"": {"CD45": (400,), "CD34": (400,)}})
    before = Fit("A", ControlRole(), records, {"CD45": own, "CD34": scale()}, (evidence,), {"CD45": 1.0})
    after = moved_to(before, {"CD45": new, "CD34": Scale(scale())})
    assert after.gates[0].gate.low[0] == pytest.approx(moved(0.4))
    assert after.gates[1].gate.vertices[0] == (0.1, pytest.approx(moved(0.4)))
    assert after.gates[2].gate.mean[0] == pytest.approx(moved(0.4))
    assert after.evidence[0].values == {"": {"CD45": (round(1000 * moved(0.4)),), "CD34": (400,)}}
    assert after.factors == {"CD45": 2.0}
    assert abs(moved(0.4) - 0.4) > 0.01


def test_release__samples_of_a_patient_count_as_one():
    fits = [fit(f"S{n}", 0.5) for n in range(6)]
    alone, visits = (
        replace(finished(fits), patients=patients) for patients in ({}, {f"S{n}": f"P{n // 2}" for n in range(6)})
    )
    assert {watch.n_patients for watch in released(alone)[0].watches} == {6}
    assert {watch.n_patients for watch in released(visits)[0].watches} == {3}
    assert released(replace(alone, patients={f"S{n}": f"P{n // 3}" for n in range(6)}))[0].watches == ()


def test_usual_settings__are_those_of_most_samples():
    assert usual_settings([{"PE-A": (400, 1)}, {"PE-A": (400, 1)}, {"PE-A": (450, 1)}]) == {"PE-A": (400, 1)}


# a sample against a release

SPREAD = 1.4826 * 1.206 * 0.01
LIMIT = max(4 * SPREAD, 5.0413 * math.sqrt((4 * 0.01**2 + 4 * SPREAD**2) / 8) * math.sqrt(1.2))
"""Five boundaries, 0.01 of full scale from one to the next; t of 8 degrees of freedom that 0.1 % are beyond."""


def against(sample, settings=None, gates=NONE_GIVEN):
    """Settle a sample against a release whose detectors stood at 400 V, and say what is said of it."""
    fits = [fit(f"S{n}", cut) for n, cut in enumerate((0.49, 0.50, 0.51, 0.52, 0.53))]
    theirs = dict.fromkeys(CHANNELS.values(), (400.0, None))
    scales, consensus = released(finished(fits), settings=[theirs])
    release = Released(consensus.reference, scales.watches, 0.5)
    result = Against.of(sample, theirs | (settings or {}), release, CHANNELS)
    (record,) = result.marked(settle(sample, consensus, gates))
    return record, {check.check: check for check in result.checks} | {"readings": result.readings}


def test_against__a_sample_like_the_release_keeps_its_own_gate_without_a_word():
    record, checks = against(fit("N", 0.515))
    assert (record.status, record.reasons, record.gate.low) == ("ok", (), (0.515,))
    readings = checks.pop("readings")
    assert {check.verdict for check in checks.values()} == {"ok"}
    # one dimension, five patients alike: 1 % of t with their four and the usual eight degrees of freedom
    reach = 3.0545 * 0.04 * math.sqrt(8 / 12)
    assert readings == {"CD45": ReferenceReading(1.0, pytest.approx(reach, rel=2e-3), 5)}


def test_against__a_boundary_beyond_the_spread_is_pulled_in_and_shifted():
    record, _ = against(fit("N", 0.70))
    assert record.status == "shifted"
    assert record.reason == f"boundary 0.190 of full scale from release r1's, {LIMIT:.3f} is allowed"
    assert record.gate.low[0] == pytest.approx(0.51 + LIMIT, abs=1e-3)


def test_against__a_boundary_that_the_sample_s_own_events_leave_open_is_drawn_in_and_no_shift():
    sample = fit("N", 0.70)
    unsure = replace(sample.gates[0], error=error_of(0.05))
    record, _ = against(replace(sample, gates=(unsure,)))
    assert (record.status, record.reason_code) == ("ok", "drawn_in")
    assert record.gate.low[0] == pytest.approx(0.51 + LIMIT, abs=1e-3)
    just_sure = replace(sample.gates[0], error=error_of(0.19 / 4 - 0.001))
    record, _ = against(replace(sample, gates=(just_sure,)))
    assert (record.status, record.reason_code) == ("shifted", "far_from_batch")


def given(low):
    return {"cd45_pos": GivenGate(Rectangle(("CD45",), (low,), (None,)), "R. Viewer", "too high", "2026-03-31")}


@pytest.mark.parametrize("sd", [pytest.param(0.05, id="drawn in"), pytest.param(0.01, id="shifted")])
@pytest.mark.parametrize("own", [pytest.param(1.0, id="as released"), pytest.param(2.0, id="detector moved")])
def test_against__a_person_s_gate_stands_as_it_was_given_whatever_was_found(sd, own):
    """Nothing of what was said of the found gate is said of the given one, and it is neither drawn in nor marked."""
    sample = fit("N", 0.70, own=own)
    sample = replace(sample, gates=(replace(sample.gates[0], error=error_of(sd)),))
    record, _ = against(sample, gates=given(0.9))
    assert (record.status, record.reason_code) == ("overridden", "given")
    assert record.reason == "given by R. Viewer on 2026-03-31: too high"
    assert record.gate.low == (0.9,)
    assert record.error.sds == (0.02,)


def test_correct__drafts_the_boundary_that_was_drawn_in_and_not_the_sample_s_own():
    sample = fit("N", 0.70)
    unsure = replace(sample.gates[0], error=error_of(0.05))
    record, _ = against(replace(sample, gates=(unsure,)))
    assert record.reason_code == "drawn_in"
    (entry,) = draft([record], {"CD45": scale()}, ["cd45_pos"], {})
    drawn_in = float(scale().inverse(np.array([0.51 + LIMIT]))[0])
    assert entry["rectangle"]["CD45"]["low"] == pytest.approx(drawn_in, rel=0.02)
    found = float(scale().inverse(np.array([0.70]))[0])
    assert entry["rectangle"]["CD45"]["low"] < 0.7 * found


def test_against__a_scale_that_followed_its_landmark_says_so():
    record, checks = against(fit("N", 0.515, factor=1.3))
    assert checks["reference_fold_CD45"].limit == pytest.approx(1.1, abs=1e-4)
    assert (record.status, record.reason_code) == ("ok", "follows_landmark")
    assert (
        record.reason
        == "CD45 reads 1.30 times that of release r1 in granulocytes and lymphocytes, and the scale follows"
    )
    assert (checks["reference_fold_CD45"].verdict, checks["reference_fold_CD45"].value) == (
        "flagged",
        pytest.approx(1.3, abs=1e-4),
    )


@pytest.mark.parametrize("own", [0.5, 2.0])
def test_against__a_landmark_too_far_away_makes_the_gates_shifted(own):
    record, checks = against(fit("N", 0.515, own=own))
    assert (record.status, record.reason_code) == ("shifted", "detector_moved")
    assert (
        record.reason
        == f"CD45 reads {own:.2f} times that of release r1 in granulocytes and lymphocytes, too far to be followed"
    )
    assert checks["reference_fold_CD45"].value == pytest.approx(2.0, abs=1e-4)


def test_against__cells_that_another_kind_does_not_follow_are_no_change_of_the_detector():
    record, checks = against(fit("N", 0.515, own=1.0, other=1.3))
    assert (record.status, record.reasons) == ("ok", ())
    check = checks["reference_fold_CD45"]
    # the two have equal weights
    assert (check.verdict, check.value) == ("flagged", pytest.approx(math.sqrt(1.3), abs=1e-4))
    assert checks["readings"] == {}
    assert check.reason == (
        "CD45 reads 1.14 times that of release r1 in granulocytes and lymphocytes, but not in all of them alike: "
        "it is the cells and not the detector"
    )


def test_against__what_a_sample_or_a_release_cannot_tell_is_not_checked():
    sample = fit("N", 0.515)
    without = replace(sample, readings={"granulocytes": {"CD34": (1.0, 1.0, 1.0)}})
    record, checks = against(without)
    assert (record.status, checks["readings"]) == ("ok", {})
    check = checks["reference_fold_CD45"]
    assert (check.verdict, check.value) == ("not_checked", None)
    assert check.reason == "the sample lacks the landmark cells that tell how the detector reads"
    few = Released(Reference("r1", {}), (), 0.5)
    told, silent = (Against.of(own, {}, few, CHANNELS).checks for own in (sample, replace(sample, readings={})))
    assert [(check.check, check.verdict) for check in told[:-1]] == [("reference_fold_of_detectors", "not_checked")]
    assert told[0].reason.startswith("release r1 cannot tell how detectors read")
    assert len(silent) == 1


def test_against__another_voltage_is_told_and_without_a_landmark_shifts_the_gates():
    sample = fit("N", 0.515)
    record, checks = against(sample, {"V500-A": (440.0, None)})
    assert checks["detector_settings_reference_pct"].verdict == "flagged"
    assert checks["detector_settings_reference_pct"].value == pytest.approx(10.0)
    assert record.status == "ok"  # the landmark says that CD45 reads as it did
    record, _ = against(replace(sample, readings={}), {"V500-A": (440.0, None)})
    assert (record.status, record.reason_code) == ("shifted", "detector_moved")
    assert record.reason == "voltage of V500-A is 440, in release r1 it is 400"


# as a file


def release(name, cut):
    batch = finished([fit(f"S{n}", cut) for n in range(3)])
    scales, consensus = released(batch)
    files = {
        "B1": {
            "consensus": batch.consensus,
            "scales": {"panel": "hspc", "batch": "B1", **scales_to_plain(batch.scales)},
        }
    }
    digests = {of: file_digests(kept) for of, kept in files.items()}
    panel = ReleasedPanel("tree", "f" * 64, ({"channel": "PE-A", "marker": "CD34"},), {"PE-A": (400, None)}, digests)
    head = ReleaseHead(name, "0.1.0", {"fit": "a"}, {"hspc": panel}, {"S0": "0" * 64})
    return Release(head, {"hspc": PanelGates(replace(consensus, batch=name), scales, files)})


def test_release_file__comes_back_as_it_was_and_its_head_alone(tmp_path):
    path, made = tmp_path / "r1.yaml", release("r1", 0.51)
    write_release(path, made)
    assert read_release(path) == made
    assert read_head(path) == made.head


def test_plain_for_batch__own_batches_keep_their_consensus_and_others_take_the_release_s(tmp_path):
    path, made = tmp_path / "r1.yaml", release("r1", 0.51)
    write_release(path, made)
    assert plain_for_batch(path, "hspc", "B1", "consensus") == made.gates["hspc"].batches["B1"]["consensus"]
    write_consensus(tmp_path / "new.yaml", made.gates["hspc"].consensus)
    new = plain_for_batch(path, "hspc", "B9", "consensus")
    assert (new["batch"], new["reference"]["name"], new["gates"][0]["whose"]) == ("B9", "r1", "release r1")
    assert list(plain_for_batch(path, "hspc", "B9", "scales")) == [
        "panel",
        "batch",
        "widths",
        "landmarks",
        "watches",
    ]
    assert isinstance(read_consensus(tmp_path / "new.yaml"), Consensus)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("scales", "weight:", "wait:"),
        ("scales", "cells:", "cell:"),
        ("consensus", "limit:", "limits:"),
        ("consensus", "population:", "name:"),
    ],
)
def test_release_file__that_was_changed_by_hand_is_none(tmp_path, kind, before, after):
    path = tmp_path / "r1.yaml"
    write_release(path, release("r1", 0.51))
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    for read in (lambda: read_release(path), lambda: plain_for_batch(path, "hspc", "B9", kind)):
        with pytest.raises(UserError) as raised:
            read()
        assert str(raised.value.faults[0]) == f"{path}: is no release; make it again with marrowgate release"


def test_release_file__cut_short_is_none(tmp_path):
    path = tmp_path / "r1.yaml"
    write_release(path, release("r1", 0.51))
    path.write_text(path.read_text(encoding="utf-8").split("---")[0], encoding="utf-8")
    for read in (lambda: read_release(path), lambda: plain_for_batch(path, "hspc", "B9", "scales")):
        with pytest.raises(UserError, match="is no release"):
            read()


def test_differences__are_lines_for_a_person():
    first, second = release("r1", 0.51), release("r2", 0.55)
    assert list(differences(first, first)) == []
    (line,) = differences(first, second)
    assert line.startswith("panel hspc: cd45_pos: 0.040 of full scale; CD45>=")
    voltage = replace(second.head.panels["hspc"], detectors={"PE-A": (450, None)})
    other = replace(first, head=replace(first.head, panels={"hspc": voltage}, version="0.2.0", code={"fit": "b"}))
    assert list(differences(first, other)) == [
        "marrowgate: 0.1.0 and 0.2.0",
        "code: fit differ",
        "panel hspc: PE-A: voltage 400; voltage 450",
    ]


def test_differences__of_how_detectors_are_judged():
    first = release("r1", 0.51)
    own = first.gates["hspc"]
    watch = own.scales.watches[0]
    dull = replace(own.scales, watches=(replace(watch, limit=math.log(1.3), n_patients=5), *own.scales.watches[1:]))
    none = replace(own.scales, watches=())
    for scales, said in ((dull, "unchanged up to 1.30 times by 5 patients"), (none, "not judged")):
        (line,) = differences(first, replace(first, gates={"hspc": replace(own, scales=scales)}))
        assert line == f"panel hspc: detector of CD45: unchanged up to 1.10 times by 3 patients; {said}"


def test_differences__of_limits_are_told_where_the_gates_are_the_same():
    first = release("r1", 0.51)
    own = first.gates["hspc"]
    wider = tuple(replace(gate, limit=tuple(2 * limit for limit in gate.limit)) for gate in own.consensus.gates)
    other = replace(own, consensus=replace(own.consensus, gates=wider))
    (line,) = differences(first, replace(first, gates={"hspc": other}))
    before = own.consensus.gates[0].limit[0]
    assert line == f"panel hspc: cd45_pos: limit {before:.3f} and {2 * before:.3f} of full scale"

"""Boundaries with so many events within their error that the count hangs on it."""

import numpy as np
import pytest

from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.boundary_error import NO_ERROR, UNKNOWN, error_of
from marrowgate.gating.densities.density import binned
from marrowgate.gating.doubts.lent_gates import doubt_lent
from marrowgate.gating.estimators.valley import crowded_valley
from marrowgate.gating.geometry.gates import Boolean, threshold
from marrowgate.gating.reasons import because
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.signal.transforms import Transform


def sample_of(values):
    channel = Channel(0, "X", "", "X", "", "fluorescence", "", 32, 1.0, (0.0, 0.0), None, None)
    file = FcsFile(1, Verdict("accepted"), "3.1", len(values), (channel,), None, "", {}, {}, np.array(values)[:, None])
    return SampleEvents(file, {"X": channel}, {}, {"X": Transform("linear", t=1.0)})


def lent(values, status="borrowed", error=None, gate=None):
    events = sample_of(values)
    gate = gate or threshold("X", 0.5, "above")
    record = GateRecord("it", "root", "valley", gate, status, (), error or error_of(0.02))
    inside = np.flatnonzero(events.scaled("X", np.arange(len(values))) >= 0.5)
    (answer,) = doubt_lent(events, [record], {"root": np.arange(len(values)), "it": inside}, "root")
    return answer.status, [reason.code for reason in answer.reasons]


@pytest.mark.parametrize(("near", "status"), [(40, "borrowed"), (41, "doubtful")])
def test_doubt_lent__counts_the_events_to_either_side_of_the_boundary_against_those_in_the_gate(near, status):
    values = [0.49] * near + [0.9] * 200 + [0.1] * 500
    assert lent(values) == (status, ["crowded_border"] * (status == "doubtful"))


def test_doubt_lent__nothing_is_said_of_few_events_of_events_beyond_the_error_and_of_gates_that_are_the_sample_s_own():
    assert lent([0.49] * 19 + [0.9] * 30)[0] == "borrowed"
    assert lent([0.47] * 100 + [0.9] * 200)[0] == "borrowed"
    assert lent([0.49] * 100 + [0.9] * 200, status="ok")[0] == "ok"
    assert lent([0.49] * 100 + [0.9] * 200, error=UNKNOWN)[0] == "borrowed"
    assert lent([0.49] * 100 + [0.9] * 200, error=NO_ERROR, gate=Boolean("or", ("root",)))[0] == "borrowed"


def stand_in(n_inside, n_parent=1000, status="fixed", codes=("fallback", "no_valley"), n_others=0, n_outside=50):
    """Return what is said of a gate that stands in for one that was not found.

    Of the parent n_inside events are bright, of other leucocytes n_others, and n_outside of what are none.
    """
    values = [0.9] * n_outside + [0.9] * n_others + [0.9] * n_inside + [0.1] * (n_parent - n_inside)
    starts = {"root": 0, "leucocytes": n_outside, "parent": n_outside + n_others}
    rows = {name: np.arange(start, len(values)) for name, start in starts.items()}
    rows["it"] = rows["parent"][:n_inside]
    reasons = tuple(because(code, "why") for code in codes)
    record = GateRecord("it", "parent", "fixed", threshold("X", 0.5, "above"), status, reasons)
    (answer,) = doubt_lent(sample_of(values), [record], rows, "leucocytes")
    return answer.status, [reason.code for reason in answer.reasons]


@pytest.mark.parametrize("status", ["fixed", "borrowed", "doubtful"])
def test_doubt_lent__a_stand_in_without_events_is_in_doubt(status):
    assert stand_in(19, status=status) == ("doubtful", ["nothing_stained", "fallback", "no_valley"])
    assert stand_in(20, status=status) == (status, ["fallback", "no_valley"])
    assert stand_in(19, 999, status=status) == (status, ["fallback", "no_valley"])


def test_doubt_lent__an_empty_gate_is_in_no_doubt_where_it_was_found_or_given_or_lent_for_rare_cells():
    assert stand_in(0, codes=("ends_at_neighbour",), status="ok")[0] == "ok"
    assert stand_in(0, codes=("from_batch", "no_valley"), status="borrowed")[0] == "borrowed"
    assert stand_in(0, codes=("fallback", "too_few_events"))[0] == "fixed"
    assert stand_in(0, status="overridden")[0] == "overridden"


@pytest.mark.parametrize(("n_others", "is_doubt"), [(0, True), (19, True), (20, False)])
def test_doubt_lent__other_leucocytes_show_that_the_stain_is_there(n_others, is_doubt):
    assert (stand_in(0, n_others=n_others)[0] == "doubtful") is is_doubt


@pytest.mark.parametrize(("keep", "kept"), [("above", 200), ("below", 500)])
@pytest.mark.parametrize(("more", "n"), [(0, 0), (1, 1)])
def test_crowded_valley__a_fifth_of_the_kept_events_within_its_error_is_too_many(keep, kept, more, n):
    other = {"above": 500, "below": 200}[keep]
    near = kept // 5 + more
    place = {"above": 0.49, "below": 0.51}[keep]
    far = {"above": (0.9, 0.1), "below": (0.1, 0.9)}[keep]
    counts = binned(np.array([place] * near + [far[0]] * kept + [far[1]] * other))
    assert len(crowded_valley(counts, 0.5, (0.02,), keep)) == n
    assert crowded_valley(counts, 0.5, (), keep) == ()
    assert crowded_valley(counts, 0.5, (0.005,), keep) == ()

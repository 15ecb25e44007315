"""Numbers that are easily lost: factors, weights, statuses and scales on the way from fits to gates."""

import numpy as np
import pytest

from marrowgate.fcs.model import Channel, FcsFile, Note, Verdict
from marrowgate.gating.boundary_error import UNKNOWN, error_of
from marrowgate.gating.consensus import agree
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.geometry.gates import Rectangle
from marrowgate.gating.methods import get_method
from marrowgate.gating.records import ControlRole, Fit, GateRecord
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.settings.strategies.strategy import Population, Strategy
from marrowgate.signal.transforms import Transform
from marrowgate.stats.robust import robust_sd
from unit.gating.views import ArrayView

SCALE = Transform("linear", t=1.0)


def cut(value, error=None, status="ok"):
    gate = Rectangle(("CD45",), (value,), (None,))
    return GateRecord("cd45_pos", "root", "valley", gate, status, (), error or error_of(0.01), 1000)


def fit(number, record, **scales):
    return Fit(f"S{number}", ControlRole(), (record,), {"CD45": SCALE, **scales})


def agreed_on(*records):
    return agree("hspc", "B1", [fit(number, record) for number, record in enumerate(records)]).gates[0]


def test_robust_sd__of_a_normal_sample_is_its_standard_deviation():
    assert robust_sd(np.random.default_rng(1).normal(0, 2, 50_000)) == pytest.approx(2.0, rel=0.02)


def test_consensus__spread_and_limit_are_in_standard_deviations():
    agreed = agreed_on(*(cut(value) for value in (0.40, 0.42, 0.44, 0.46, 0.48)))
    assert agreed.error.sds == pytest.approx((1.4826 * 0.02,))
    # five samples: 1.206 by Croux and Rousseeuw
    assert agreed.limit == pytest.approx((4 * 1.206 * 1.4826 * 0.02,), abs=0.005)
    many = agreed_on(*(cut(value) for value in np.repeat((0.40, 0.42, 0.44, 0.46, 0.48), 40)))
    assert many.limit == pytest.approx((4 * 1.4826 * 0.02,), rel=0.01)


def test_consensus__a_precise_boundary_weighs_more_than_two_vague_ones():
    vague = error_of(0.2)
    agreed = agreed_on(cut(0.40, error_of(0.001)), cut(0.50, vague), cut(0.60, vague))
    assert agreed.gate.low == (0.40,)
    assert agreed_on(cut(0.40), cut(0.50), cut(0.60)).gate.low == (0.50,)


def test_consensus__an_unknown_error_never_weighs_more_than_a_known_one():
    sure, vague = error_of(0.001), error_of(0.2)
    # were the unknown one taken for none, its boundary would be the batch's
    records = (cut(0.40, UNKNOWN), cut(0.50, sure), cut(0.51, sure), cut(0.60, vague), cut(0.62, vague))
    assert agreed_on(*records).gate.low[0] in {0.50, 0.51}
    both = agreed_on(cut(0.40, UNKNOWN), cut(0.50, vague), cut(0.60, vague)).gate.low
    assert both == agreed_on(cut(0.40, vague), cut(0.50, vague), cut(0.60, vague)).gate.low
    assert agreed_on(*(cut(value, UNKNOWN) for value in (0.40, 0.50, 0.60))).gate.low == (0.50,)


def test_consensus__doubtful_gates_do_not_speak_for_the_batch_and_stay_as_they_are():
    doubtful = [cut(value, status="doubtful") for value in (0.80, 0.81, 0.82, 0.83)]
    sound = [cut(value) for value in (0.50, 0.51, 0.52)]
    assert agreed_on(*doubtful, *sound).gate.low == (0.51,)
    assert agreed_on(*doubtful).origin == "none"
    near = cut(0.53, status="doubtful")
    consensus = agree("hspc", "B1", [fit(number, record) for number, record in enumerate(sound)])
    assert settle(fit(9, near), consensus) == (near,)
    (far,) = settle(fit(9, doubtful[0]), consensus)
    assert (far.status, far.reasons[0].code, far.gate.low[0]) == (
        "doubtful",
        "far_from_batch",
        pytest.approx(0.51 + consensus.gates[0].limit[0]),
    )


def test_settle__a_fallback_in_doubt_gives_way_to_the_batch_too():
    consensus = agree("hspc", "B1", [fit(number, cut(value)) for number, value in enumerate((0.50, 0.51, 0.52))])
    gate = Rectangle(("CD45",), (0.7,), (None,))
    why = (Note("fallback", "fixed stands in for valley"), Note("crowded_border", "many"))
    stand_in = GateRecord("cd45_pos", "root", "fixed", gate, "doubtful", why, error_of(0.02))
    (record,) = settle(fit(9, stand_in), consensus)
    assert (record.status, record.gate.low) == ("borrowed", (0.51,))


STRATEGY = Strategy(
    populations=(
        Population(
            name="cd45_pos",
            parent="root",
            dimensions=("CD45",),
            method="control_quantile",
            arguments={"control": "fmo"},
        ),
    )
)


def stained(control, top=1.0):
    """Return the gate of a stained sample whose scale ends at `top`, with its FMO control."""
    channel = Channel(0, "PE-A", "", "CD45", "", "fluorescence", "", 32, top, (0.0, 0.0), None, None)
    events = np.random.default_rng(3).normal(0.3, 0.1, (500, 1))
    file = FcsFile(1, Verdict("accepted"), "3.1", 500, (channel,), None, "", {}, {}, events)
    sample = SampleEvents(file, {"CD45": channel}, {}, {"CD45": Transform("linear", t=top)})
    controls = {"fmo": Fit("F1", ControlRole("fmo", "CD45"), (control,), {"CD45": SCALE})}
    (record,) = fit_sample(SampleToFit("S", sample, np.arange(500), ControlRole(), controls, 1), STRATEGY).gates
    return record


@pytest.mark.parametrize("status", ["doubtful", "fixed", "borrowed", "failed"])
def test_control__a_boundary_that_is_not_ok_is_not_taken_over(status):
    record = stained(cut(0.6, status=status))
    assert (record.status, record.reason_code) == ("failed", "no_control")


def test_control__boundary_and_error_are_brought_to_the_sample_s_scale():
    same = stained(cut(0.6, error_of(0.01)))
    assert (same.gate.low, same.error.sds) == ((0.6,), (0.01,))
    other = stained(cut(0.6, error_of(0.01)), top=2.0)
    assert other.gate.low == pytest.approx((0.3,))
    assert other.error.sds == pytest.approx((0.005,))
    assert stained(cut(0.6, UNKNOWN), top=2.0).error == UNKNOWN


@pytest.mark.parametrize("coverage", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", ["cluster", "mixture"])
def test_ellipse__holds_the_share_that_it_says(name, coverage):
    points = np.random.default_rng(7).multivariate_normal([0.5, 0.5], [[0.004, 0.002], [0.002, 0.003]], 20_000)
    view = ArrayView({"X": points[:, 0], "Y": points[:, 1]})
    method = get_method(name)
    box = {"low": [0.0, 0.0], "high": [1.0, 1.0], "coverage": coverage}
    gate = method.find(view, method.arguments.model_validate(box)).gate
    centred = points - np.array(gate.mean)
    distance = np.einsum("ij,jk,ik->i", centred, np.linalg.inv(np.array(gate.covariance)), centred)
    assert np.mean(distance <= gate.distance_square) == pytest.approx(coverage, abs=0.02)

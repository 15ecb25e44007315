"""What speaks against a gate makes it doubtful, and nothing else does."""

import numpy as np
import pytest

from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.densities.density import CENTRES, binned, smoothed
from marrowgate.gating.doubts.estimate_doubts import crowded_border, cut_by_box, foreign_events, hollow, share_outside
from marrowgate.gating.doubts.saturation import saturated
from marrowgate.gating.estimators.upper_mode import upper_mode
from marrowgate.gating.methods import get_method
from marrowgate.gating.sample_events import SampleEvents
from unit.gating.views import ArrayView

MEAN, ROUND = np.array([0.5, 0.5]), np.diag([0.01, 0.01])
REACH = float(np.sqrt(-2 * np.log(0.1))) * 0.1
"""Half axis of the 90 % ellipse of `ROUND`."""


def found(name, view, **arguments):
    method = get_method(name)
    return method.find(view, method.arguments.model_validate(arguments))


def codes(answer):
    return tuple(reason.code for reason in answer.reasons)


def blobs(*parts, seed=4):
    """Return events of round clusters, each (n, x, y, sd)."""
    rng = np.random.default_rng(seed)
    points = np.concatenate([rng.normal((x, y), sd, (n, 2)) for n, x, y, sd in parts])
    return ArrayView({"X": points[:, 0], "Y": points[:, 1]})


@pytest.mark.parametrize(
    ("edge", "share"), [(0.5 + REACH, 0.0), (0.5, 0.5), (0.5 - REACH, 1.0), (0.5 + REACH / 2, 0.1955)]
)
def test_share_outside__is_the_part_of_the_ellipse_s_area(edge, share):
    # of a disc of radius 1 beyond 1/2 lies arccos(1/2) - sqrt(3)/4 over pi
    low, high = np.array([-9.0, -9.0]), np.array([edge, 9.0])
    assert share_outside(MEAN, ROUND, low, high) == pytest.approx(share, abs=0.01)


def test_share_outside__follows_a_slanted_cluster():
    slanted = np.array([[0.01, 0.009], [0.009, 0.01]])
    inside = np.array([-9.0, -9.0]), np.array([9.0, 0.5 + REACH])
    assert share_outside(MEAN, slanted, *inside) == 0.0
    assert share_outside(MEAN, 4 * slanted, *inside) == pytest.approx(0.1955, abs=0.01)


@pytest.mark.parametrize(("share", "shift", "doubtful"), [(0.3, 2.0, True), (0.09, 2.0, False), (0.3, 0.3, False)])
def test_cut_by_box__needs_a_cut_and_a_centre_that_does_not_stay(share, shift, doubtful):
    assert [reason.code for reason in cut_by_box(share, shift)] == ["cut_by_box"] * doubtful


def test_cluster__on_the_flank_of_a_neighbour_outside_the_box_is_doubtful():
    answer = found("cluster", blobs((20_000, 0.5, 0.5, 0.08)), low=[0.6, 0.3], high=[0.9, 0.7])
    assert (answer.status, codes(answer)[0]) == ("doubtful", "cut_by_box")
    assert answer.gate is not None


def test_cluster__inside_its_box_is_ok():
    view = blobs((20_000, 0.3, 0.5, 0.03), (5000, 0.7, 0.5, 0.03))
    assert found("cluster", view, low=[0.5, 0.3], high=[0.9, 0.7]).status == "ok"


def test_mixture__of_two_apart_is_ok_and_a_component_among_others_is_doubtful():
    apart = blobs((1500, 0.3, 0.5, 0.03), (1500, 0.7, 0.5, 0.03))
    assert found("mixture", apart, low=[0.6, 0.4], high=[0.8, 0.6]).status == "ok"
    beside = blobs((300, 0.62, 0.5, 0.07), (1700, 0.5, 0.5, 0.03))
    answer = found("mixture", beside, low=[0.56, 0.4], high=[0.8, 0.6], most_components=2)
    assert (answer.status, codes(answer)) == ("doubtful", ("on_a_flank",))


@pytest.mark.parametrize(("own", "doubtful"), [(1.0, False), (0.81, False), (0.79, True)])
def test_foreign_events__a_fifth_may_belong_to_the_neighbours(own, doubtful):
    assert [reason.code for reason in foreign_events(own)] == ["on_a_flank"] * doubtful


def modes(*parts, seed=5):
    rng = np.random.default_rng(seed)
    return ArrayView({"X": np.concatenate([rng.normal(at, sd, n) for n, at, sd in parts])})


def test_valley__between_two_of_three_modes_is_doubtful_and_between_two_modes_not():
    three = modes((3000, 0.2, 0.03), (3000, 0.5, 0.03), (3000, 0.8, 0.03))
    answer = found("valley", three, keep="above", between=[0.2, 0.8])
    assert (answer.status, codes(answer)) == ("doubtful", ("second_valley",))
    assert answer.reasons[0].sentence == "another valley parts the events as well; 33 % of them lie between the two"
    assert found("valley", three, keep="above", between=[0.2, 0.5]).status == "ok"
    assert found("valley", modes((3000, 0.2, 0.03), (3000, 0.5, 0.03)), keep="above", between=[0.2, 0.6]).status == "ok"


def test_valley__few_events_between_two_valleys_are_no_doubt():
    view = modes((4000, 0.2, 0.03), (200, 0.5, 0.02), (4000, 0.8, 0.03))
    assert found("valley", view, keep="above", between=[0.2, 0.8]).status == "ok"


def test_slanted_valley__between_two_of_three_modes_is_doubtful_and_between_two_modes_not():
    three = blobs((3000, 0.5, 0.2, 0.03), (3000, 0.5, 0.5, 0.03), (3000, 0.5, 0.8, 0.03))
    where = {"pivot": 0.5, "slopes": [0.0, 0.0, 1]}
    answer = found("slanted_valley", three, between=[0.2, 0.8], **where)
    # drawn again the valley is now the one and now the other, so that a mode lies within its error
    assert (answer.status, codes(answer)) == ("doubtful", ("second_valley", "crowded_border"))
    assert found("slanted_valley", three, between=[0.2, 0.5], **where).status == "ok"


def test_fixed__among_many_events_is_doubtful_and_in_a_gap_not():
    view = modes((3000, 0.3, 0.05), (3000, 0.7, 0.05))
    answer = found("fixed", view, low=[0.68])
    assert (answer.status, codes(answer)) == ("doubtful", ("crowded_border",))
    assert found("fixed", view, low=[0.5]).status == "fixed"
    assert found("fixed", view, low=[0.68]).error.sds == (0.02,)
    assert found("fixed", view, low=[0.68], boundary_sd=0).status == "fixed"


def test_crowded_border__counts_both_bounds_and_no_chance():
    values = np.concatenate([np.full(100, 0.5), np.full(20, 0.31)])
    assert crowded_border(values, 0.3, 0.9, 0.02)
    assert not crowded_border(values[:-1], 0.3, 0.9, 0.02)
    assert crowded_border(values, None, 0.3, 0.02)
    assert not crowded_border(np.full(1000, 0.5), 0.3, 0.9, 0.02)


@pytest.mark.parametrize("n_immature", [0, 3000, 15_000, 30_000])
def test_upper_mode__stays_however_many_cells_lie_below_it(n_immature):
    answer = found("upper_mode", modes((10_000, 0.82, 0.03), (n_immature, 0.5, 0.15)))
    assert answer.status == "ok"
    assert answer.gate.low[0] == pytest.approx(0.82 - 4 * 0.03, abs=0.03)


def test_upper_mode__of_a_handful_is_doubtful_and_far_bright_events_are_no_mode():
    few = found("upper_mode", modes((10_000, 0.3, 0.1), (600, 0.82, 0.01)))
    assert (few.status, codes(few)) == ("doubtful", ("few_in_mode",))
    counts = binned(np.concatenate([np.random.default_rng(1).normal(0.6, 0.03, 5000), np.full(20, 1.1)]))
    mode, spread = upper_mode(counts, smoothed(counts, 0.008), 0.25)
    assert (mode, spread) == pytest.approx((0.6, 0.03), abs=0.01)
    assert mode in CENTRES


@pytest.mark.parametrize(("sd", "is_found"), [(0.019, False), (0.0175, True)])
def test_upper_mode__that_hardly_stands_out_of_cells_without_the_marker_is_not_stained(sd, is_found):
    """The mode lies 0.2 beyond the median of the negatives, whose lower half is about 0.0195 or 0.018 deep."""
    rng = np.random.default_rng(2)
    n = 40_000
    dim = np.where(np.arange(n) < 0.9 * n, 0.1 + sd * rng.standard_normal(n), 0.8)
    # a tenth of bright cells, as natural killer cells in CD16, moves the 16 % quantile and the median a little
    low, middle = np.quantile(dim, [0.16, 0.5])
    bright = np.full(2000, middle + 0.2) + 0.0005 * rng.standard_normal(2000)
    view = ArrayView({"X": bright}, references={"negative": {"X": dim}})
    assert is_found == (0.2 > 10 * (middle - low))
    answer = found("upper_mode", view, brighter_than="negative")
    assert (answer.gate is not None) is is_found
    assert found("upper_mode", view).gate is not None
    if not is_found:
        assert (answer.status, codes(answer)) == ("failed", ("no_mode",))
        assert answer.reasons[0].sentence == "the upper mode of X hardly stands out of negative"


def test_upper_mode__without_cells_to_compare_with_is_found():
    view = ArrayView({"X": np.random.default_rng(3).normal(0.8, 0.01, 2000)}, references={"negative": {"X": []}})
    assert found("upper_mode", view, brighter_than="negative").gate is not None


@pytest.mark.parametrize(("n_young", "status"), [(0, "ok"), (200, "ok"), (3000, "doubtful")])
def test_reference_line__a_reference_with_two_modes_is_doubtful(n_young, status):
    rng = np.random.default_rng(6)
    columns = {
        "X": rng.normal(0.5, 0.05, 5000 + n_young),
        "Y": np.concatenate([rng.normal(0.8, 0.03, 5000), rng.normal(0.5, 0.05, n_young)]),
    }
    view = ArrayView(columns, references={"other": columns})
    answer = found("reference_line", view, reference="other", first=[1.0, 0.5], second=[0.6, 0.3], keep="below")
    assert (answer.status, codes(answer)) == (status, ("two_modes",) * (status == "doubtful"))


@pytest.mark.parametrize(("n_at_top", "doubts"), [(0, 0), (99, 0), (101, 1), (1000, 1)])
def test_saturated__more_than_a_tenth_of_the_reference_at_the_top_is_a_doubt(n_at_top, doubts):
    channel = Channel(0, "PE-A", "", "CD16", "", "fluorescence", "", 32, 262_144.0, (0.0, 0.0), None, None)
    events = np.full((2000, 1), 50_000.0)
    events[:n_at_top] = 262_143.0
    file = FcsFile(1, Verdict("accepted"), "3.1", 2000, (channel,), None, "", {}, {}, events)
    sample = SampleEvents(file, {"CD16": channel}, {})
    told = saturated(sample, ("FSC-A", "CD16"), "neutrophils", np.arange(1000))
    assert [reason.code for reason in told] == ["at_full_scale"] * doubts
    assert saturated(sample, ("CD16",), "neutrophils", np.array([], dtype=np.intp)) == ()


def test_cluster__of_two_clusters_is_hollow_and_of_one_not():
    two = blobs((4000, 0.43, 0.5, 0.04), (4000, 0.57, 0.5, 0.04))
    answer = found("cluster", two, low=[0.1, 0.1], high=[0.9, 0.9])
    assert (answer.status, codes(answer)) == ("doubtful", ("hollow", "second_cluster"))
    assert found("cluster", blobs((8000, 0.5, 0.5, 0.05)), low=[0.1, 0.1], high=[0.9, 0.9]).status == "ok"


@pytest.mark.parametrize(("n", "doubtful"), [(60, False), (2000, True)])
def test_hollow__is_told_only_where_the_events_show_it(n, doubtful):
    # evenly spread over the 90 % ellipse: the 25 % ellipse has an eighth of its area
    even = np.linspace(0, -2 * np.log(0.1), n)
    assert [reason.code for reason in hollow(even)] == ["hollow"] * doubtful
    assert hollow(np.array([])) == ()

"""Every method: the right boundary on known data, and a status instead of an exception on hopeless data."""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from marrowgate.gating.boundary_error import error_of
from marrowgate.gating.densities.balanced_border import MOST_SPREADS, balanced_border
from marrowgate.gating.densities.density import bandwidth, binned, smoothed
from marrowgate.gating.densities.valleys import deepest, sides
from marrowgate.gating.engine import inside
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon, Rectangle
from marrowgate.gating.methods import get_method, names
from marrowgate.gating.reasons import sentences_of
from marrowgate.signal.transforms import Transform
from unit.gating.views import ArrayView

RNG = np.random.default_rng(11)
TWO_MODES = np.concatenate([RNG.normal(0.2, 0.05, 4000), RNG.normal(0.7, 0.05, 1000)])
NEGATIVE = RNG.normal(0.3, 0.05, 5000)

ARGUMENTS = {
    "boolean": {"operator": "or", "operands": ["a", "b"]},
    "cluster": {"low": [0.0, 0.0], "high": [1.0, 1.0]},
    "control_quantile": {"control": "fmo"},
    "copy": {"of": "other"},
    "fixed": {"low": [0.5]},
    "mixture": {"low": [0.5], "high": [1.0]},
    "negative_tail": {"bounds": [0.1, 0.9]},
    "reference_line": {"reference": "other", "first": [1.0, 0.5], "second": [0.5, 0.2], "keep": "below"},
    "reference_quantile": {"reference": "other", "quantile": 0.9, "keep": "below"},
    "reference_ratio": {"reference": "other", "ratio": 0.5, "keep": "above"},
    "singlets": {},
    "slanted_valley": {"between": [0.3, 0.6], "pivot": 0.5},
    "upper_mode": {},
    "valley": {"keep": "above", "between": [0.3, 0.6]},
}
HOPELESS = {
    "no events": np.array([]),
    "one event": np.array([0.4]),
    "all events equal": np.full(5000, 0.4),
    "all events far outside": np.full(5000, 40.0),
    "only the negative": NEGATIVE - 0.2,
    "only the positive": NEGATIVE + 0.4,
}


def find(name, view, **arguments):
    method = get_method(name)
    return method.find(view, method.arguments.model_validate({**ARGUMENTS[name], **arguments}))


def view_of(name, values, **more):
    columns = dict.fromkeys(("X", "Y")[: max(get_method(name).n_dimensions[0], 0)], values)
    return ArrayView(columns, references={"other": columns}, **more)


def test_registry__every_method_names_its_source():
    assert all(len(get_method(name).source) > 10 for name in names())
    assert set(names()) == set(ARGUMENTS)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
@pytest.mark.parametrize("case", sorted(HOPELESS))
def test_method__hopeless_data_give_a_status_or_a_finite_gate(name, case):
    found = find(name, view_of(name, HOPELESS[case]))
    if found.gate is None:
        assert found.status in {"too_few_events", "no_valley", "failed"}
        assert sentences_of(found.reasons)
    else:
        assert found.status in {"ok", "doubtful", "fixed"}


@given(values=arrays(np.float64, st.integers(0, 400), elements=st.floats(-2, 2)))
@settings(max_examples=40)
@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_method__never_raises(name, values):
    found = find(name, view_of(name, values))
    assert (found.gate is None) == (found.status not in {"ok", "fixed", "doubtful"})


@pytest.mark.parametrize(
    "name",
    [
        "cluster",
        "control_quantile",
        "mixture",
        "negative_tail",
        "reference_line",
        "reference_ratio",
        "singlets",
        "slanted_valley",
        "valley",
    ],
)
@pytest.mark.parametrize("case", ["no events", "one event"])
def test_method__too_few_events_are_said(name, case):
    view = view_of(name, HOPELESS[case], kind="fmo")
    assert find(name, view).status == "too_few_events"


def test_valley__lies_between_the_modes_and_knows_its_error():
    found = find("valley", view_of("valley", TWO_MODES))
    assert found.gate.low[0] == pytest.approx(0.45, abs=0.08)
    assert 0 < found.error.sds[0] < 0.08


@pytest.mark.parametrize("case", ["only the negative", "only the positive", "all events equal"])
def test_valley__one_mode_has_none(case):
    assert find("valley", view_of("valley", HOPELESS[case])).status in {"no_valley", "failed"}


def test_valley__gap_in_a_thin_tail_is_none():
    values = np.concatenate([NEGATIVE, [0.55, 0.62]])
    assert find("valley", view_of("valley", values), between=[0.5, 0.7]).status == "no_valley"


def test_valley__bootstrap_error_is_that_of_repeated_samples():
    def draw(seed):
        generator = np.random.default_rng(seed)
        return np.concatenate([generator.normal(0.3, 0.07, 1500), generator.normal(0.6, 0.07, 1500)])

    found = [find("valley", view_of("valley", draw(seed))) for seed in range(60)]
    between = np.std([one.gate.low[0] for one in found], ddof=1)
    claimed = np.median([one.error.sds[0] for one in found])
    assert claimed == pytest.approx(between, rel=0.5)


def test_negative_tail__is_the_stated_number_of_spreads_above_the_mode():
    found = find("negative_tail", view_of("negative_tail", NEGATIVE), spreads=3.0)
    assert found.gate.low[0] == pytest.approx(0.3 + 3 * 0.05, abs=0.02)


def test_negative_tail__ignores_a_rare_positive():
    values = np.concatenate([NEGATIVE, np.full(20, 0.8)])
    found = find("negative_tail", view_of("negative_tail", values), spreads=3.0)
    assert found.gate.low[0] == pytest.approx(0.45, abs=0.02)


def test_negative_tail__finds_its_peak_among_other_cells_where_the_strategy_says_so():
    spoiled = np.random.default_rng(4).normal(0.1, 0.3, 50_000)
    view = ArrayView({"X": spoiled}, references={"other": {"X": NEGATIVE}, "few": {"X": NEGATIVE[:50]}})
    found = find("negative_tail", view, spreads=3.0, among="other")
    assert found.gate.low[0] == pytest.approx(0.3 + 3 * 0.05, abs=0.02)
    few = find("negative_tail", view, spreads=3.0, among="few")
    assert (few.status, sentences_of(few.reasons)) == ("too_few_events", "50 events in few, 200 are needed")


def test_negative_tail__boundary_beyond_the_bounds_is_refused():
    found = find("negative_tail", view_of("negative_tail", NEGATIVE), spreads=3.0, bounds=[0.6, 0.9])
    assert found.status == "failed"
    assert "outside 0.6 to 0.9" in sentences_of(found.reasons)


def test_control_quantile__in_the_control_it_is_that_quantile():
    view = ArrayView({"X": NEGATIVE}, kind="fmo", marker="X")
    found = find("control_quantile", view, quantile=0.99)
    assert found.gate.low[0] == pytest.approx(np.quantile(NEGATIVE, 0.99), abs=0.002)


def test_control_quantile__a_sample_takes_the_control_s_boundary():
    found = find("control_quantile", ArrayView({"X": TWO_MODES}, control=(0.41, error_of(0.01), "F1")))
    assert found.gate == Rectangle(("X",), (0.41,), (None,))
    assert (sentences_of(found.reasons), found.error) == ("from fmo F1", error_of(0.01))


def test_control_quantile__without_a_control_there_is_no_gate():
    found = find("control_quantile", ArrayView({"X": TWO_MODES}))
    assert (found.status, sentences_of(found.reasons)) == ("failed", "no fmo control of X with a boundary")


def test_reference_quantile__comes_from_the_reference():
    view = ArrayView({"X": TWO_MODES}, references={"other": {"X": NEGATIVE}})
    found = find("reference_quantile", view, quantile=0.1)
    assert found.gate.high[0] == pytest.approx(np.quantile(NEGATIVE, 0.1), abs=0.002)


def test_singlets__leaves_doublets_out():
    area = RNG.uniform(0.1, 0.5, 3000)
    height = area * RNG.normal(0.9, 0.02, 3000)
    doublet_area, doublet_height = area[:200] * 2, height[:200]
    view = ArrayView({"A": np.append(area, doublet_area), "H": np.append(height, doublet_height)})
    found = find("singlets", view)
    assert isinstance(found.gate, Polygon)
    slopes = [y / x for x, y in found.gate.vertices[1:]]
    assert slopes[0] == pytest.approx(0.9 - 4 * 0.02, abs=0.02)
    assert slopes[1] == pytest.approx(0.9 + 4 * 0.02, abs=0.02)


def test_cluster__recovers_a_normal_cluster_beside_another():
    target = RNG.multivariate_normal([0.6, 0.2], [[0.002, 0.0005], [0.0005, 0.001]], 2000)
    other = RNG.multivariate_normal([0.3, 0.6], [[0.002, 0], [0, 0.002]], 6000)
    points = np.vstack([target, other])
    view = ArrayView({"X": points[:, 0], "Y": points[:, 1]})
    found = find("cluster", view, low=[0.45, 0.05], high=[0.8, 0.4])
    assert isinstance(found.gate, Ellipsoid)
    np.testing.assert_allclose(found.gate.mean, (0.6, 0.2), atol=0.005)
    np.testing.assert_allclose(np.diag(found.gate.covariance), (0.002, 0.001), rtol=0.12)
    assert found.gate.distance_square == pytest.approx(5.991, abs=0.001)


TARGET = np.array([[0.002, 0.0005], [0.0005, 0.001]])


def cluster_with(generator, *others, coverage=0.9999):
    points = np.vstack([generator.multivariate_normal([0.5, 0.3], TARGET, 3000), *others])
    view = ArrayView({"X": points[:, 0], "Y": points[:, 1]})
    return find("cluster", view, low=[0.3, 0.15], high=[0.7, 0.4], coverage=coverage), points


def test_cluster__ends_where_a_neighbour_begins():
    generator = np.random.default_rng(8)
    found, points = cluster_with(generator, generator.multivariate_normal([0.5, 0.47], TARGET, 1500))
    assert re.fullmatch(r"ends at a neighbour, \d\.\d % of a normal cluster outside", sentences_of(found.reasons))
    kept = inside(found.gate, {"X": points[:, 0], "Y": points[:, 1]}.__getitem__)
    assert kept[:3000].mean() > 0.96
    assert kept[3000:].mean() < 0.05
    wide, _ = cluster_with(generator)
    ungated = replace(found.gate, distance_square=wide.gate.distance_square)
    swallowed = inside(ungated, {"X": points[:, 0], "Y": points[:, 1]}.__getitem__)[3000:]
    assert swallowed.mean() > 2 * kept[3000:].mean() > 0


def test_cluster__the_share_outside_is_that_of_a_normal_cluster():
    generator = np.random.default_rng(9)
    found, _ = cluster_with(generator, generator.multivariate_normal([0.5, 0.47], TARGET, 1500))
    said = float(re.search(r"[\d.]+", sentences_of(found.reasons)).group())
    alone = generator.multivariate_normal(found.gate.mean, found.gate.covariance, 200_000)
    outside = ~inside(found.gate, {"X": alone[:, 0], "Y": alone[:, 1]}.__getitem__)
    assert 100 * outside.mean() == pytest.approx(said, abs=0.1)


def test_cluster__a_neighbour_that_it_does_not_reach_changes_nothing():
    other = np.random.default_rng(13).multivariate_normal([0.5, 0.7], TARGET, 1500)
    found, _ = cluster_with(np.random.default_rng(12), other, coverage=0.98)
    alone, _ = cluster_with(np.random.default_rng(12), coverage=0.98)
    assert (sentences_of(found.reasons), found.gate) == ("", alone.gate)


@pytest.mark.parametrize("coverage", [0.9, 0.98, 0.9999])
def test_cluster__without_a_neighbour_holds_the_share_that_is_asked_for(coverage):
    cut = 0
    for seed in range(40):
        found, points = cluster_with(np.random.default_rng(seed), coverage=coverage)
        cut += bool(sentences_of(found.reasons))
        if not sentences_of(found.reasons):
            kept = inside(found.gate, {"X": points[:, 0], "Y": points[:, 1]}.__getitem__)
            assert kept.mean() == pytest.approx(coverage, abs=0.025)
    assert cut <= 1


def test_cluster__a_thin_background_takes_little_of_it():
    for seed in range(20):
        generator = np.random.default_rng(seed)
        found, points = cluster_with(generator, generator.uniform(0, 1, (600, 2)))
        kept = inside(found.gate, {"X": points[:, 0], "Y": points[:, 1]}.__getitem__)
        assert kept[:3000].mean() > 0.97


def test_cluster__a_neighbour_inside_it_does_not_make_it_small():
    generator = np.random.default_rng(10)
    found, _ = cluster_with(generator, generator.multivariate_normal([0.5, 0.38], TARGET / 20, 300))
    assert found.gate.distance_square >= -2 * np.log(0.05) - 1e-9


def test_valley__leeway_moves_it_off_what_it_keeps():
    plain = find("valley", view_of("valley", TWO_MODES))
    wider = find("valley", view_of("valley", TWO_MODES), leeway=0.05)
    kept = [np.count_nonzero(one.gate.low[0] <= TWO_MODES) for one in (plain, wider)]
    assert kept[1] == pytest.approx(1.05 * kept[0], abs=3)
    below = find("valley", view_of("valley", TWO_MODES), leeway=0.05, keep="below")
    # at most a tenth of the other side
    assert np.count_nonzero(below.gate.high[0] > TWO_MODES) == pytest.approx(4000 + 0.1 * 1000, abs=3)


def test_valley__looks_at_another_population_when_told():
    view = ArrayView({"X": NEGATIVE}, references={"other": {"X": TWO_MODES}})
    assert find("valley", view).status == "no_valley"
    assert find("valley", view, among="other").status == "ok"


def test_reference_ratio__is_a_multiple_of_the_median_on_the_linear_scale():
    scale = Transform("logicle", 262144.0)
    linear = RNG.normal(20000, 2000, 3000)
    view = ArrayView({"X": np.array([])}, references={"other": {"X": scale.forward(linear)}}, transform=scale)
    found = find("reference_ratio", view, ratio=0.25)
    assert scale.inverse(np.array([found.gate.low[0]]))[0] == pytest.approx(0.25 * np.median(linear), rel=0.01)
    assert found.error.sds[0] < 0.002


@pytest.mark.parametrize(("brightness", "is_found"), [(9.5, False), (10.5, True)])
def test_reference_ratio__of_a_reference_that_is_hardly_stained_makes_no_boundary(brightness, is_found):
    """On the linear scale the lower half of the negatives, from median to 16 % quantile, is as deep as 1 here."""
    dim = np.random.default_rng(7).normal(100, 1, 20_000)
    low, middle = np.quantile(dim, [0.16, 0.5])
    bright = np.full(3000, middle + brightness * (middle - low))
    scale = Transform("linear", 1000.0)
    references = {"other": {"X": scale.forward(bright)}, "negative": {"X": scale.forward(dim)}}
    view = ArrayView({"X": np.array([])}, references=references, transform=scale)
    answer = find("reference_ratio", view, brighter_than="negative")
    assert (answer.gate is not None) is is_found
    assert find("reference_ratio", view).gate is not None
    if not is_found:
        assert [(reason.code, reason.sentence) for reason in answer.reasons] == [
            ("reference_not_stained", "X of other hardly stands out of negative: no stain, or no such cells")
        ]


def test_reference_ratio__a_median_below_zero_makes_no_boundary():
    view = ArrayView({"X": NEGATIVE}, references={"other": {"X": -NEGATIVE}})
    assert find("reference_ratio", view).status == "failed"


def test_reference_line__goes_through_both_multiples_of_the_medians():
    scale = Transform("logicle", 262144.0)
    size, stain = RNG.normal(50000, 2000, 3001), RNG.normal(20000, 2000, 3001)
    view = ArrayView(
        {"X": np.array([]), "Y": np.array([])},
        references={"other": {"X": scale.forward(size), "Y": scale.forward(stain)}},
        transform=scale,
    )
    found = find("reference_line", view, first=[1.0, 0.1], second=[0.6, 0.04])
    (x1, y1), (x2, y2), *below = found.gate.vertices
    for x_ratio, y_ratio in ((1.0, 0.1), (0.6, 0.04)):
        x, y = scale.forward(np.array([x_ratio * np.median(size), y_ratio * np.median(stain)]))
        assert y1 + (x - x1) / (x2 - x1) * (y2 - y1) == pytest.approx(y, abs=1e-9)
    assert all(y <= min(y1, y2) for _, y in below)
    kept_above = find("reference_line", view, first=[1.0, 0.1], second=[0.6, 0.04], keep="above").gate
    assert all(y >= max(y1, y2) for _, y in kept_above.vertices[2:])


@pytest.mark.parametrize("crossing_spreads", [0.0, 1.5])
def test_reference_line__error_is_that_of_repeated_samples(crossing_spreads):
    def ends(seed):
        generator = np.random.default_rng(seed)
        columns = {"X": generator.normal(0.5, 0.05, 400), "Y": generator.normal(0.6, 0.05, 400)}
        young = {"X": generator.normal(0.5, 0.05, 300), "Y": generator.uniform(0.1, 0.5, 300)}
        parent = {name: np.concatenate([columns[name], young[name]]) for name in columns}
        view = ArrayView(parent, references={"other": columns})
        return find("reference_line", view, crossing_spreads=crossing_spreads)

    repeated = np.std([np.array(ends(seed).gate.vertices)[:2, 1] for seed in range(100)], axis=0)
    told = np.array(ends(999).error.sds).reshape(-1, 2)[:2, 1]
    np.testing.assert_allclose(told, repeated, rtol=0.4)


def test_reference_line__moves_until_as_many_cross_one_way_as_the_other():
    generator = np.random.default_rng(4)
    mature = {"X": generator.normal(0.5, 0.02, 5000), "Y": generator.normal(0.8, 0.08, 5000)}
    young = {"X": generator.normal(0.5, 0.02, 1000), "Y": generator.normal(0.3, 0.1, 1000)}
    parent = {name: np.concatenate([mature[name], young[name]]) for name in mature}
    view = ArrayView(parent, references={"other": mature})
    level = {"first": [1.0, 0.7], "second": [0.5, 0.7]}
    middle = np.median(mature["Y"])
    spread = 1.4826 * np.median(np.abs(mature["Y"] - middle))
    wanted = balanced_border(parent["Y"], 0.7 * middle, 1.5 * spread)
    assert wanted < 0.7 * middle - 0.02
    gate = find("reference_line", view, **level, crossing_spreads=1.5).gate
    assert [y for _, y in gate.vertices[:2]] == pytest.approx([wanted, wanted], abs=1e-6)


def test_reference_line__error_of_the_multiples_is_that_of_the_line():
    columns = {"X": RNG.normal(0.5, 0.02, 4000), "Y": RNG.normal(0.8, 0.02, 4000)}
    level = {"first": [1.0, 0.5], "second": [0.5, 0.5]}
    found = find("reference_line", ArrayView(columns, references={"other": columns}), **level, multiples_cv=0.1)
    assert found.error.sds[1] == pytest.approx(0.1 * 0.4, rel=0.35)
    assert found.error.sds[1] == pytest.approx(found.error.sds[3])
    (movement,) = (one for one in found.error.movements if max(map(abs, one)) > 1e-6)
    assert abs(movement[1]) == pytest.approx(found.error.sds[1], rel=1e-6)


def test_reference_line__without_cells_near_it_goes_as_far_from_them_as_it_may():
    columns = {"X": RNG.normal(0.5, 0.02, 3000), "Y": RNG.normal(0.8, 0.02, 3000)}
    level = {"first": [1.0, 0.5], "second": [0.5, 0.5]}
    found = find("reference_line", ArrayView(columns, references={"other": columns}), **level, crossing_spreads=1.0)
    assert (found.status, found.reasons) == ("ok", ())
    assert found.gate.vertices[0][1] == pytest.approx(0.4 - MOST_SPREADS * 0.02, abs=0.003)


def test_reference_line__a_median_below_zero_makes_no_line():
    columns = {"X": NEGATIVE, "Y": -NEGATIVE}
    found = find("reference_line", ArrayView(columns, references={"other": columns}))
    assert (found.status, sentences_of(found.reasons)) == ("failed", "the median of Y in other is not above 0")


def test_reference_line__two_points_above_each_other_are_refused():
    with pytest.raises(ValueError, match="same place in the first dimension"):
        find("reference_line", ArrayView({"X": NEGATIVE, "Y": NEGATIVE}), second=[1.0, 0.2])


def test_mixture__boundary_is_where_the_two_are_equally_likely():
    values = np.concatenate([RNG.normal(0.3, 0.05, 4000), RNG.normal(0.6, 0.05, 4000)])
    found = find("mixture", ArrayView({"X": values}))
    assert found.gate.low[0] == pytest.approx(0.45, abs=0.01)
    assert 0 < found.error.sds[0] < 0.01
    below = find("mixture", ArrayView({"X": values}), low=[0.0], high=[0.45], keep="below")
    assert below.gate.high[0] == pytest.approx(0.45, abs=0.01)


def test_mixture__one_mode_is_one_component():
    assert find("mixture", ArrayView({"X": NEGATIVE})).status == "failed"
    assert find("mixture", ArrayView({"X": NEGATIVE + 0.4})).status == "no_valley"


def test_mixture__in_two_dimensions_it_is_the_component_s_ellipse():
    target = RNG.multivariate_normal([0.6, 0.2], [[0.002, 0.0005], [0.0005, 0.001]], 1000)
    other = RNG.multivariate_normal([0.3, 0.6], [[0.002, 0], [0, 0.002]], 3000)
    points = np.vstack([target, other])
    found = find("mixture", ArrayView({"X": points[:, 0], "Y": points[:, 1]}), low=[0.5, 0.0], high=[0.8, 0.4])
    np.testing.assert_allclose(found.gate.mean, (0.6, 0.2), atol=0.01)
    np.testing.assert_allclose(np.diag(found.gate.covariance), (0.002, 0.001), rtol=0.15)


def test_mixture__is_imported_only_when_it_is_used():
    code = "import sys; import marrowgate.gating.estimators.mixture, marrowgate.gating.fit; "
    code += "sys.exit(any(name in sys.modules for name in ('sklearn', 'scipy', 'pandas')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_copy__is_the_other_population_s_gate():
    gate = Rectangle(("X",), (0.3,), (None,))
    assert find("copy", ArrayView({"X": NEGATIVE}, gates={"other": gate})).gate == gate
    assert find("copy", ArrayView({"Y": NEGATIVE}, gates={"other": gate})).status == "failed"


@pytest.mark.parametrize("coverage", [0.5, 0.95])
def test_mixture__its_ellipse_holds_the_share_of_its_component_that_it_says(coverage):
    generator = np.random.default_rng(4)
    own, other = (generator.normal(middle, 0.03, (1500, 2)) for middle in (0.3, 0.7))
    view = ArrayView(dict(zip("XY", np.vstack([own, other]).T, strict=True)))
    gate = find("mixture", view, low=[0.2, 0.2], high=[0.4, 0.4], coverage=coverage).gate
    centred = own - np.array(gate.mean)
    distance = np.einsum("ij,jk,ik->i", centred, np.linalg.inv(np.array(gate.covariance)), centred)
    assert np.mean(distance <= gate.distance_square) == pytest.approx(coverage, abs=0.025)


def test_fixed__is_brought_to_the_scale():
    found = find("fixed", view_of("fixed", TWO_MODES), low=[0.5], high=[0.9])
    assert found.gate == Rectangle(("X",), (0.5,), (0.9,))


@pytest.mark.parametrize(("near", "status"), [(20, "fixed"), (21, "doubtful")])
@pytest.mark.parametrize("by_an_edge", [(0.205, 0.5), (0.795, 0.5), (0.5, 0.205), (0.5, 0.795)])
def test_fixed__a_polygon_with_more_than_a_tenth_of_its_events_by_an_edge_is_doubtful(near, status, by_an_edge):
    corners = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]
    points = np.array([(0.5, 0.5)] * (200 - near) + [by_an_edge] * near + [(0.95, 0.95)] * 500)
    found = find("fixed", ArrayView(dict(zip("XY", points.T, strict=True))), kind="polygon", vertices=corners)
    assert found.status == status
    assert [reason.code for reason in found.reasons] == ["crowded_border"] * (status == "doubtful")


def test_boolean__is_as_written():
    assert find("boolean", ArrayView({})).gate == Boolean("or", ("a", "b"))


@pytest.mark.parametrize("name", ["mixture", "negative_tail", "valley"])
def test_method__same_seed_same_answer(name):
    assert find(name, view_of(name, TWO_MODES)) == find(name, view_of(name, TWO_MODES))


@pytest.mark.parametrize("n", [200, 1000, 5000, 40_000])
@pytest.mark.parametrize(
    "draw",
    [
        lambda generator, n: generator.normal(0.4, 0.05, n),
        lambda generator, n: 0.4 + 0.05 * generator.standard_t(5, n),
        lambda generator, n: 0.35 + 0.06 * generator.gamma(2.0, 1.0, n),
    ],
    ids=["normal", "heavy_tail", "skewed"],
)
def test_valley__counting_noise_in_the_tail_of_one_mode_is_none(draw, n):
    found = 0
    for seed in range(60):
        counts = binned(draw(np.random.default_rng(seed), n))
        low, high = sides(counts, 10)
        found += deepest(smoothed(counts, bandwidth(counts)), max(0.45, low), min(0.8, high), 0.8, 1.0) is not None
    assert found <= 12  # 0 to 15 of 100 here; without the rule on counting noise up to 92 of 100


def test_valley__the_end_of_the_stretch_is_none_when_the_density_falls_on_beyond_it():
    generator = np.random.default_rng(3)
    counts = binned(np.concatenate([generator.normal(0.3, 0.05, 9000), generator.normal(0.7, 0.05, 3000)]))
    density = smoothed(counts, bandwidth(counts))
    assert deepest(density, 0.3, 0.4, 0.8, 1.0) is None
    assert deepest(density, 0.6, 0.7, 0.8, 1.0) is None
    assert deepest(density, 0.4, 0.6, 0.8, 1.0) == pytest.approx(0.5, abs=0.05)

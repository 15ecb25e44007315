"""The valley along a slanted line: its slope, how sure it is, and what it keeps."""

import numpy as np
import pytest

from marrowgate.gating.engine import inside
from marrowgate.gating.estimators.slanted_valley import Line, crowded_line
from marrowgate.gating.methods import get_method
from unit.gating.views import ArrayView

ARGUMENTS = {"between": [0.3, 0.6], "pivot": 0.5}


def find(view, **arguments):
    method = get_method("slanted_valley")
    return method.find(view, method.arguments.model_validate({**ARGUMENTS, **arguments}))


def slanted_modes(slope, generator, n=4000, positives=300):
    x = generator.normal(0.5, 0.1, n + positives)
    y = np.concatenate([generator.normal(0.2, 0.05, n), generator.normal(0.55, 0.06, positives)])
    return {"X": x, "Y": y + slope * (x - 0.5)}


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_slanted_valley__finds_the_slope_that_parts_the_modes(slope):
    columns = slanted_modes(slope, np.random.default_rng(5))
    found = find(ArrayView(columns), between=[0.25, 0.5])
    (x0, y0), (x1, y1) = found.gate.vertices[:2]
    assert (y1 - y0) / (x1 - x0) == pytest.approx(slope, abs=0.3)
    at_pivot = y0 + (0.5 - x0) * (y1 - y0) / (x1 - x0)
    assert 0.3 < at_pivot < 0.48
    assert len(found.error.sds) == 8
    assert 0 < found.error.sds[1] < 0.5


def test_slanted_valley__parts_modes_that_no_straight_line_parts():
    columns = slanted_modes(1.0, np.random.default_rng(6))
    is_positive = np.arange(4300) >= 4000
    gate = find(ArrayView(columns), between=[0.25, 0.5]).gate
    assert np.count_nonzero(inside(gate, columns.__getitem__) != is_positive) < 30
    assert find(ArrayView(columns), between=[0.25, 0.5], slopes=[0, 0, 1]).status == "no_valley"


def test_slanted_valley__of_valleys_that_are_all_empty_the_middle_one_is_sure():
    generator = np.random.default_rng(8)
    x = np.concatenate([generator.normal(0.5, 0.05, 3000), generator.normal(0.5, 0.05, 60)])
    y = np.concatenate([generator.normal(0.2, 0.04, 3000), generator.normal(0.7, 0.04, 60)])
    slopes = []
    for seed in range(4):
        found = find(ArrayView({"x": x, "y": y}, seed=seed), between=[0.25, 0.65], as_deep=0.1)
        (left, low), (right, high) = found.gate.vertices[:2]
        slopes.append((high - low) / (right - left))
        # where the events lie the line is known to within a tenth of the way between the modes
        turned = [
            movement[1] + (movement[3] - movement[1]) * (0.5 - left) / (right - left)
            for movement in found.error.movements
        ]
        assert np.sqrt(np.sum(np.square(turned))) < 0.05
        assert max(found.error.sds) < 0.25
    assert slopes == pytest.approx([0.5] * 4, abs=0.26)


def test_slanted_valley__of_nearly_empty_valleys_a_few_events_do_not_choose():
    generator = np.random.default_rng(9)
    x = generator.normal(0.5, 0.08, 3120)
    y = np.concatenate(
        [generator.normal(0.2, 0.04, 3000), generator.normal(0.75, 0.04, 100), generator.uniform(0.2, 0.75, 20)]
    )

    def turns(as_deep):
        view = ArrayView({"x": x, "y": y})
        return max(find(view, between=[0.25, 0.7], as_deep=as_deep).error.sds)

    assert turns(0.1) < 0.7 * turns(0.0)


def test_slanted_valley__leeway_widens_it():
    columns = slanted_modes(0.5, np.random.default_rng(7))
    kept = [
        np.count_nonzero(inside(find(ArrayView(columns), leeway=leeway).gate, columns.__getitem__))
        for leeway in (0.0, 0.09)
    ]
    assert kept[1] == pytest.approx(1.09 * kept[0], abs=4)


def test_slanted_valley__error_of_one_slope_is_that_of_repeated_samples():
    found = [
        find(ArrayView(slanted_modes(0.5, np.random.default_rng(seed))), slopes=[0.5, 0.5, 1]) for seed in range(40)
    ]
    between = np.std([one.gate.vertices[0][1] for one in found], ddof=1)
    assert np.median([one.error.sds[1] for one in found]) == pytest.approx(between, rel=0.5)
    assert all(one.error.sds[1] == pytest.approx(one.error.sds[3]) for one in found)


def test_slanted_valley__slopes_out_of_order_are_refused():
    with pytest.raises(ValueError, match="lowest, highest, number"):
        find(ArrayView(slanted_modes(0.5, np.random.default_rng(1))), slopes=[1.0, 0.0, 5])


@pytest.mark.parametrize(("place", "n_near", "is_doubt"), [(0.0, 41, False), (0.5, 40, False), (0.5, 41, True)])
def test_crowded_line__lines_that_turn_are_sure_of_the_events_where_they_cross(place, n_near, is_doubt):
    again = [Line(slope, 0.5, 0.1) for slope in (-0.1, 0.1) * 20]
    line = Line(0.0, 0.5, 0.1)
    x = np.array([place] * n_near + [0.0] * 200 + [0.0] * 500)
    y = np.array([0.46] * n_near + [0.9] * 200 + [0.1] * 500)
    assert bool(crowded_line(x, y, line, again)) == is_doubt
    assert crowded_line(x, y, line, again[:1]) == ()
    moved = [Line(0.0, height, 0.1) for height in (0.45, 0.55) * 20]
    assert bool(crowded_line(x, y, line, moved)) == (n_near > 40)


@pytest.mark.parametrize(
    ("place", "off", "is_doubt"), [(0.5, -0.07, True), (0.5, -0.08, False), (-0.5, -0.02, True), (-0.5, -0.04, False)]
)
def test_crowded_line__the_error_at_an_event_is_that_of_shift_and_turn_together(place, off, is_doubt):
    """A line that rises turns as it shifts: its standard deviation is 0.05 times 1 + x, and a hundredth more of 40."""
    line = Line(0.4, 0.5, 0.1)
    again = [Line(0.4 + step, 0.5 + step, 0.1) for step in (-0.05, 0.05) * 20]
    x = np.array([place] * 41 + [0.0] * 700)
    y = np.array([0.5 + 0.4 * place + off] * 41 + [0.95] * 200 + [0.05] * 500)
    assert bool(crowded_line(x, y, line, again)) == is_doubt

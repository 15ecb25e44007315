"""What a sketch keeps of a marker's values."""

import numpy as np
import pytest
from scipy.stats import norm

from marrowgate.measure.intensity.medians import draw_medians, draw_mixed_medians
from marrowgate.measure.intensity.sketch import LARGEST, make_sketch


def test_sketch__median_and_spread_of_few_values_by_hand():
    sketch = make_sketch("cd34_hspc", "CXCR4", np.array([30.0, -10.0, 20.0, 10.0, 0.0]))
    # ascending -10, 0, 10, 20, 30: quartiles 0 and 20
    assert (sketch.median, sketch.robust_sd) == (10.0, pytest.approx(20 / 1.349))


@pytest.mark.parametrize("n", [500, 20 * LARGEST])
def test_sketch__median_and_spread_are_those_of_the_values(n):
    values = np.random.default_rng(1).normal(80, 150, n)
    sketch = make_sketch("cd34_hspc", "CXCR4", values)
    assert sketch.median == pytest.approx(np.median(values), abs=0.2)
    assert sketch.robust_sd == pytest.approx(150, rel=0.1)


@pytest.mark.parametrize("n", [2_001, 20_000, 200_000])
def test_median__has_the_error_of_all_events_not_of_those_in_the_sketch(n):
    sketch = make_sketch("a", "b", norm.ppf((np.arange(n) + 0.5) / n, scale=100))
    assert sketch.values.size == min(n, LARGEST)
    draws = draw_medians(sketch, np.random.default_rng(5))
    assert np.std(draws) == pytest.approx(100 * np.sqrt(np.pi / 2 / n), rel=0.1)
    mixed = draw_mixed_medians([sketch], [1.0], np.random.default_rng(6))
    assert np.std(mixed) == pytest.approx(100 * np.sqrt(np.pi / 2 / n), rel=0.1)

"""What a sketch keeps of a marker's values."""

import numpy as np
import pytest

from marrowgate.measure.sketch import LARGEST, make_sketch


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

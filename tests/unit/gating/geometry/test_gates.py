"""Gates as plain data."""

import numpy as np
import pytest

from marrowgate.gating.engine import inside
from marrowgate.gating.geometry.gates import beside_line


@pytest.mark.parametrize("slope", [-4.0, -0.5, 0.0, 0.7, 3.0])
@pytest.mark.parametrize("keep", ["above", "below"])
def test_beside_line__holds_the_side_of_the_line_that_it_says(slope, keep):
    generator = np.random.default_rng(4)
    x, y = generator.uniform(-1, 1.5, (2, 5000))
    line = 0.4 + slope * (x - 0.3)
    gate = beside_line(("X", "Y"), (0.4 + slope * (-1.0 - 0.3), 0.4 + slope * (1.5 - 0.3)), keep)
    wanted = y > line if keep == "above" else y < line
    np.testing.assert_array_equal(inside(gate, {"X": x, "Y": y}.__getitem__), wanted)

"""The generator kept apart draws cohorts whose arms change alike, whatever cells were counted."""

import numpy as np
import pytest

from accuracy.count_strangers import STRANGERS, draw_stranger


@pytest.mark.parametrize("name", STRANGERS)
def test_draw_stranger__arms_change_alike(name: str) -> None:
    differences = []
    for seed in range(120):
        drawn = draw_stranger(name, seed)
        logs = []
        for arm in (drawn.in_first, ~drawn.in_first):
            shares = [
                counts[arm].sum() / cells[arm].sum()
                for counts, cells in ((drawn.before, drawn.cells_before), (drawn.during, drawn.cells_during))
            ]
            logs.append(np.log(shares[1] / shares[0]))
        differences.append(logs[0] - logs[1])
    error = np.std(differences) / np.sqrt(len(differences))
    assert abs(np.mean(differences)) < 3.5 * error
    assert error < 0.06


def test_draw_stranger__is_the_same_for_a_seed_and_another_for_the_next() -> None:
    first, again, other = (draw_stranger("skewed", seed).during for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)

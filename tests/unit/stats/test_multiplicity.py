"""Adjusted p-values against statsmodels."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from statsmodels.stats.multitest import multipletests

from marrowgate.stats.multiplicity import benjamini_hochberg, holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(P_VALUES)
def test_holm__steps_down_from_the_smallest(p: list[float]) -> None:
    ranked = sorted(p)
    steps = [min((len(p) - place) * value, 1.0) for place, value in enumerate(ranked)]
    assert sorted(holm(p)) == pytest.approx([max(steps[: place + 1]) for place in range(len(p))])


def test_holm__as_statsmodels() -> None:
    # one example: each call of statsmodels sweeps the memory, for 0.2 s
    p = [0.03, 0.001, 0.2, 0.012, 0.012, 0.9, 0.0001]
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


@given(P_VALUES)
def test_benjamini_hochberg__as_statsmodels(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])


@pytest.mark.parametrize("method", [holm, benjamini_hochberg])
def test_adjusting__no_p_values(method: Callable[[list[float]], NDArray[np.float64]]) -> None:
    assert method([]).size == 0

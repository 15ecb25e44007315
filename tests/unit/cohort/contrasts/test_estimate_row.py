"""An interval that says nothing is no estimate, however wide it is."""

import pytest

from marrowgate.cohort.contrasts.estimate_row import NUMBERS, estimate_row
from marrowgate.stats.two_arms import Estimate


@pytest.mark.parametrize(("width", "fold"), [(10.0, "1e+03"), (20.0, "1e+06"), (1590.8, "1e+479")])
def test_estimate_row__an_interval_wider_than_plausible_is_not_estimable(width, fold):
    estimate = Estimate(89.3, -width / 2, width / 2, 0.39, "")
    row = estimate_row("immature_per_ul_log2_change", "triplet - doublet", "change_score", estimate, (2, 3))
    assert row["status"] == "not_estimable"
    assert row["reason"] == f"the interval spans {fold}-fold, more than is plausible: no estimate"
    assert all(row[name] is None for name in NUMBERS)


def test_estimate_row__a_narrow_interval_stays_with_what_would_be_detected():
    row = estimate_row(
        "immature_per_ul_log2_change", "a - b", "change_score", Estimate(0.2, -1.0, 1.4, 0.7, ""), (9, 9)
    )
    assert row["estimate"] == 0.2
    assert row["detectable"] == pytest.approx(1.2 * (1 + 0.8416 / 1.96), rel=1e-3)

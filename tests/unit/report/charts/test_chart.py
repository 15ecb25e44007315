"""Axes of the small charts."""

import pytest

from marrowgate.report.charts.chart import linear_axis, log_axis


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((0.2, 8.0), (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)),
        ((0.16, 58.0), (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)),
        ((0.1, 10_000.0), (0.1, 1.0, 10.0, 100.0, 1000.0, 10_000.0)),
    ],
)
def test_log_axis__has_some_labels_however_wide_it_is(values, ticks):
    assert log_axis(values).ticks == pytest.approx(ticks)


@pytest.mark.parametrize(("value", "ticks"), [(2000.0, (1800, 1900, 2000, 2100, 2200)), (0.0, (-0.4, 0.0, 0.4))])
def test_linear_axis__of_one_value_has_round_numbers_around_it(value, ticks):
    assert set(ticks) <= set(linear_axis([value, value]).ticks)

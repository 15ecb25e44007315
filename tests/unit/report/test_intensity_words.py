"""Measured markers on the terminal."""

import pytest

from marrowgate.report.intensity_words import intensity_lines

ROW = {
    "population": "cd34_hspc",
    "marker": "CXCR4",
    "n_events": 1500,
    "median_fi": 5080.6,
    "status": "ok",
    "reason": "",
    "median_fi_low": 3703.3,
    "median_fi_high": 8918.4,
}
CONTROL = {
    "control_type": "fmo",
    "control_sample_id": "F1",
    "control_median_fi": 41.2,
    "delta_fi": 5039.4,
    "delta_fi_low": 3627.6,
    "delta_fi_high": 8862.9,
    "ratio_fi": 123.3,
    "ratio_fi_low": 98.1,
    "ratio_fi_high": 160.4,
    "pct_above_control": 99.4,
}


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (
            ROW | CONTROL,
            (
                "CXCR4 on cd34_hspc: median 5,081 (3,703 to 8,918) of 1,500 events; fmo F1: median 41.2, "
                "difference 5,039 (3,628 to 8,863), ratio 123 (98.1 to 160), 99.4 % above it; ok"
            ),
        ),
        (
            ROW | {"status": "few_events", "reason": "15 events, 20 are wanted"},
            (
                "CXCR4 on cd34_hspc: median 5,081 (3,703 to 8,918) of 1,500 events; no control; "
                "few_events (15 events, 20 are wanted)"
            ),
        ),
        (
            ROW | {"median_fi": None, "reason": "the population has no gate"},
            "CXCR4 on cd34_hspc: not measured (the population has no gate)",
        ),
    ],
)
def test_intensity_lines__say_median_control_and_status(row, line):
    assert list(intensity_lines([row])) == [line]

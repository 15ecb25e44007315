"""Quality rows that need more than one tube or the settings of the run."""

import pytest

from marrowgate.measure.collect import Measured, quality_table
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Measure, Quality
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategy import Strategy

STRATEGY = Strategy.model_validate(
    {"populations": [{"name": "a", "parent": "root", "dimensions": ["CD34"], "method": "fixed"}]}
)


def tube(name, n_cells=None, batch="B1", voltage=500.0, patient=None):
    sample = Sample(sample_id=name, fcs="x.fcs", panel="p", batch=batch, patient_id=patient)
    count = PopulationCount("cd34_hspc", "root", n_cells, 1000, (), "ok", "")
    record = SampleRecord(name, {"verdict": "accepted"}, (count,), (), (), {"PE-A": (voltage, None)})
    return Measured(record, sample, None, STRATEGY)


def table(*tubes):
    return {(row["sample_id"], row["check"]): row for row in quality_table(tubes, Quality(), Measure(wanted_cv_pct=20))}


@pytest.mark.parametrize(
    ("n", "value", "verdict", "reason"),
    [
        (25, 20.0, "ok", ""),
        (24, 100 / 24**0.5, "flagged", "24 events, 25 are needed for a CV of 20 %"),
        (0, None, "flagged", "0 events, 25 are needed for a CV of 20 %"),
    ],
)
def test_quality_table__too_few_events_for_the_wanted_cv_are_flagged(n, value, verdict, reason):
    row = table(tube("A", n))["A", "cv_pct_cd34_hspc"]
    assert (row["value"], row["limit"], row["verdict"], row["reason"]) == (value, 20.0, verdict, reason)


def test_quality_table__voltage_is_held_against_the_batch_and_the_patient_s_other_visits():
    found = table(
        tube("A", 30, patient="P1"),
        tube("B", 30),
        tube("C", 30),
        tube("D", 30, voltage=510.0),
        tube("E", 30, batch="B2", voltage=550.0, patient="P1"),
    )
    batch, visits = "detector_settings_batch_pct", "detector_settings_visits_pct"
    assert found["D", batch]["verdict"] == "flagged"
    assert found["D", batch]["reason"] == "voltage of PE-A is 510, in the batch it is 500"
    assert found["A", batch]["verdict"] == "ok"
    assert found["A", visits]["reason"] == "voltage of PE-A is 500, in the patient's other visits it is 550"
    assert found["E", visits]["value"] == pytest.approx(10.0)
    assert found["B", visits]["verdict"] == found["E", batch]["verdict"] == "not_checked"

"""Quality rows that need more than one sample or the settings of the run."""

from dataclasses import replace

import numpy as np
import pytest

from marrowgate.fcs.model import Spillover
from marrowgate.measure.collect import Measured, quality_table
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.quality import Quality
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.signal.detector_readings import ReferenceReading

STRATEGY = Strategy.model_validate(
    {"populations": [{"name": "a", "parent": "root", "dimensions": ["CD34"], "method": "fixed"}]}
)


def tube(name, n_cells=None, batch="B1", voltage=500.0, patient=None, spill=0.1):
    sample = Sample(sample_id=name, fcs="x.fcs", panel="p", batch=batch, patient_id=patient)
    count = PopulationCount("cd34_hspc", "root", n_cells, 1000, (), "ok", "")
    matrix = Spillover(("PE-A", "APC-A"), np.array([[1.0, spill], [0.0, 1.0]]))
    settings = {"PE-A": (voltage, None)}
    record = SampleRecord(name, {"verdict": "accepted"}, (count,), (), (), settings, spillover=matrix)
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


def test_quality_table__a_tube_with_another_spillover_matrix_than_its_batch_is_flagged():
    found = table(tube("A"), tube("B"), tube("C", spill=0.2), tube("D", batch="B2", spill=0.3))
    check = "spillover_against_batch"
    assert {name: found[name, check]["verdict"] for name in "ABD"} == {"A": "ok", "B": "ok", "D": "not_checked"}
    assert (found["C", check]["verdict"], found["C", check]["limit"]) == ("flagged", 0.01)
    assert found["C", check]["reason"] == "PE-A in APC-A: 0.2, in the batch 0.1"


def test_quality_table__a_batch_whose_detector_reads_otherwise_than_the_release_is_flagged_in_each_of_its_samples():
    def turned(name, ratio, batch="B1", control="none"):
        made = tube(name, 30, batch=batch)
        record = replace(made.record, detectors={"CD11b": ReferenceReading(ratio, 0.28, 12)})
        return replace(made, record=record, sample=made.sample.model_copy(update={"control_type": control}))

    found = table(
        *(turned(name, 1.3) for name in "ABC"),
        turned("F", 1.0, control="fmo"),
        *(turned(name, 1.0, batch="B2") for name in "DEG"),
    )
    check = "reference_fold_of_batch_CD11b"
    assert [found[name, check]["verdict"] for name in "ABCDEG"] == ["flagged"] * 3 + ["ok"] * 3
    assert found["A", check]["value"] == pytest.approx(1.3)
    assert ("F", check) not in found
    # a sample whose own cells said nothing of CD11b is one of the batch all the same
    silent = turned("H", 1.3)
    silent = replace(silent, record=replace(silent.record, detectors={"CD16": ReferenceReading(1.0, 0.28, 12)}))
    assert table(*(turned(name, 1.3) for name in "ABC"), silent)["H", check]["verdict"] == "flagged"
    # visits of a patient are no batch
    alone = [
        replace(made, sample=made.sample.model_copy(update={"patient_id": "P1"}))
        for made in map(turned, "ABC", [1.3] * 3)
    ]
    assert ("A", check) not in table(*alone)

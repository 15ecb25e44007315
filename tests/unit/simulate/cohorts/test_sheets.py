import csv
import io

import pytest

from marrowgate.settings.files.sheet_file import load_sheet
from marrowgate.settings.sheets import Measurement, Patient, Sample, Toxicity
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.scenarios import SCENARIOS
from marrowgate.simulate.cohorts.sheets import (
    measurements_sheet,
    measurements_truth,
    patients_sheet,
    patients_truth,
    samples_sheet,
    toxicity_sheet,
    troubles_truth,
)

DEMO_SEED = 20170405


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_sheets__are_valid_settings(scenario, tmp_path):
    plan = make_plan(scenario, 3)
    (tmp_path / "samples.tsv").write_text(samples_sheet(plan, "data/x"))
    (tmp_path / "patients.tsv").write_text(patients_sheet(plan))
    samples, sample_faults = load_sheet(tmp_path / "samples.tsv", Sample)
    patients, patient_faults = load_sheet(tmp_path / "patients.tsv", Patient)
    assert sample_faults == patient_faults == []
    assert [row.sample_id for _, row in samples] == [sample.sample_id for sample in plan.samples]
    assert {row.patient_id for _, row in samples if row.patient_id} == {row.patient_id for _, row in patients}
    for name, sheet, kind in (("m", measurements_sheet, Measurement), ("t", toxicity_sheet, Toxicity)):
        (tmp_path / f"{name}.tsv").write_text(sheet(plan))
        rows, faults = load_sheet(tmp_path / f"{name}.tsv", kind)
        assert faults == []
        assert {row.patient_id for _, row in rows} <= {row.patient_id for _, row in patients}


def test_committed_demo_sheets__are_what_the_command_writes(repository):
    plan = make_plan("study", DEMO_SEED)
    assert (repository / "config" / "samples.tsv").read_text() == samples_sheet(plan, "data/study")
    assert (repository / "config" / "patients.tsv").read_text() == patients_sheet(plan)
    assert (repository / "config" / "measurements.tsv").read_text() == measurements_sheet(plan)
    assert (repository / "config" / "toxicity.tsv").read_text() == toxicity_sheet(plan)


def test_measurements_truth__has_every_visit():
    plan = make_plan("demo", DEMO_SEED)
    rows = list(csv.DictReader(io.StringIO(measurements_truth(plan)), delimiter="\t"))
    assert list(rows[0]) == ["patient_id", "day", "generating_colony_forming_cells_per_ml"]
    assert [(row["patient_id"], int(row["day"])) for row in rows] == [(v.patient_id, v.day) for v in plan.visits]


def test_patients_truth__has_responders_and_peaks():
    plan = make_plan("published", 3)
    rows = list(csv.DictReader(io.StringIO(patients_truth(plan)), delimiter="\t"))
    responders = [row for row in rows if row["is_responder"] == "yes"]
    assert len(responders) == 16
    peaks = [float(row["generating_peak_immature_per_100_cd45"]) for row in responders]
    assert sum(peaks) / 16 == pytest.approx(2.6, rel=0.02)
    others = [float(row["generating_peak_immature_per_100_cd45"]) for row in rows if row["is_responder"] == "no"]
    assert max(others) < max(peaks)


def test_sheets__say_nothing_of_the_truth():
    plan = make_plan("dirty", 3)
    text = samples_sheet(plan, "data/x") + patients_sheet(plan)
    assert "responder" not in text
    for trouble in ("clog", "signal_drift", "swapped_panel", "truncated"):
        assert trouble in troubles_truth(plan)
        assert trouble not in text

"""`marrowgate outcomes` from the sheets to the table."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from marrowgate.cli import main
from marrowgate.tables import read_rows

PATIENTS = """patient_id	arm	response	os_months	os_event
A	triplet	CR	2.5	1
B	triplet	CR	8	0
C	doublet	NR	5	1
D	doublet	CR	9	0
"""
TOXICITY = "patient_id\tterm\tgrade\nA\tFever\t3\n"


def run(folder: Path, repository: Path, patients: str | None, toxicity: str | None = None) -> list[dict[str, Any]]:
    for name in ("panels", "strategies"):
        shutil.copytree(repository / "config" / name, folder / "config" / name, dirs_exist_ok=True)
    config = folder / "config" / "config.yaml"
    (folder / "config" / "samples.tsv").write_text(
        "sample_id\tpatient_id\tfcs\tpanel\tbatch\ns\t\tdata/s.fcs\thspc\tB1\n"
    )
    lines = ["samples: config/samples.tsv", "strategy_of_panel: {hspc: blood_hspc}"]
    lines += ["simulation: {scenario: demo, folder: data}"]
    for name, content in (("patients", patients), ("toxicity", toxicity)):
        lines.append(f"{name}: " + ("null" if content is None else f"config/{name}.tsv"))
        if content is not None:
            (folder / "config" / f"{name}.tsv").write_text(content)
    config.write_text("\n".join(lines) + "\n")
    path = folder / "tables" / "outcomes.tsv"
    assert main(["outcomes", "--config", str(config), "--outcomes", str(path)]) == 0
    return read_rows(path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_outcomes__both_arms(folder: Path, repository: Path) -> None:
    rows = run(folder, repository, PATIENTS, TOXICITY)
    found = {(row["measure"], row["arm"]): row for row in rows}
    assert found["response_all_treated_proportion", "doublet"]["estimate"] == 0.5
    assert found["os_median_months", "triplet"]["estimate"] == 2.5
    assert found["toxicity_fever_grade_3_4_evaluable_proportion", "all"]["n_events"] == 1
    assert 0 < found["os_log_rank_p_value", "triplet - doublet"]["estimate"] <= 1


def test_outcomes__one_arm_has_no_comparison(folder: Path, repository: Path) -> None:
    rows = run(folder, repository, "\n".join(PATIENTS.splitlines()[:3]) + "\n")
    assert {row["arm"] for row in rows} == {"all"}


def test_outcomes__without_patients_or_outcomes_is_an_empty_table(folder: Path, repository: Path) -> None:
    assert run(folder, repository, None) == []
    assert run(folder, repository, "patient_id\tarm\nA\ttriplet\n") == []
    header = (folder / "tables" / "outcomes.tsv").read_text()
    assert header == "measure\tarm\tn\tn_events\testimate\tci_low\tci_high\tmethod\tnote\toutcome\tmonths\n"

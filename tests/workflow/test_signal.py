"""Spillover from single stains and calibration with beads, through the real workflow on simulated samples."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from marrowgate.cli import main
from marrowgate.fcs.read import read_header
from marrowgate.signal.spillover.matrix_csv import read_spillover
from marrowgate.tables import read_rows, write_table
from workflow.runs import REPOSITORY, snakemake, write_sheet

SEED = 11


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One patient's first hspc visit, its FMO, and the stains and bead sample of its batch."""
    folder = tmp_path_factory.mktemp("signal")
    assert main(["simulate", "--scenario", "published", "--seed", str(SEED), "--out", str(folder / "plan")]) == 0
    with (folder / "plan" / "config" / "samples.tsv").open(encoding="utf-8") as sheet:
        rows = list(csv.DictReader(sheet, delimiter="\t"))
    stained = next(row for row in rows if row["panel"] == "hspc" and row["control_type"] == "none")
    kinds = {"single_stain", "unstained"}
    kept = [
        row
        for row in rows
        if (row["panel"], row["batch"]) == ("hspc", stained["batch"])
        and (
            row is stained
            or row["control_for"] == stained["sample_id"]
            or row["control_type"] in kinds
            or row["bead_lot"] == "PE01"
        )
    ]
    for row in kept:
        row["fcs"] = f"data/published/{row['sample_id']}.fcs"
    config = folder / "config"
    config.mkdir()
    for name in ("panels", "strategies", "bead_lots"):
        shutil.copytree(REPOSITORY / "config" / name, config / name)
    for name in ("patients.tsv", "measurements.tsv", "toxicity.tsv"):
        shutil.copy(folder / "plan" / "config" / name, config / name)
    write_sheet(config / "samples.tsv", kept)
    settings = yaml.safe_load((REPOSITORY / "config" / "config.yaml").read_text(encoding="utf-8"))
    settings |= {"seed": SEED, "simulation": {"scenario": "published", "folder": "data/published"}}
    settings |= {"strategy_of_panel": {"hspc": "blood_hspc"}, "signal": {"spillover": "stains"}}
    settings["cohort"] = {"secondary": ["cd34_hspc_per_ul_log2_change"]}
    (config / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    snakemake(folder)
    return folder


def test_spillover__computed_matrix_is_near_the_one_in_the_files(finished: Path):
    (path,) = (finished / "results" / "spillover").glob("*.csv")
    computed = read_spillover(path)
    true = read_header(next((finished / "data" / "published").glob("*_fmo.fcs"))).spillover
    order = [true.labels.index(label) for label in computed.labels]
    assert np.abs(computed.matrix - true.matrix[np.ix_(order, order)]).max() < 0.02


def test_spillover__its_checks_are_in_the_quality_table(finished: Path):
    checks = {row["check"] for row in read_rows(finished / "results" / "tables" / "quality.tsv")}
    assert {"unstable_pct", "doublets_pct", "detector_settings_batch_pct", "cv_pct_cd34_hspc"} <= checks
    assert any("condition" in check for check in checks)


def test_calibration__cxcr4_has_a_binding_capacity_with_limits(finished: Path):
    rows = read_rows(finished / "results" / "tables" / "intensities.tsv")
    found = {row["population"]: row for row in rows if row["marker"] == "CXCR4"}
    assert found["lymphocytes"]["abc_low"] < found["lymphocytes"]["abc"] < found["lymphocytes"]["abc_high"]
    assert found["lymphocytes"]["abc"] > found["granulocytes"]["abc"] > 0


def test_calibration__gates_carry_the_computed_matrix(finished: Path):
    xml = next((finished / "results" / "gates").glob("*_fmo.xml")).read_text(encoding="utf-8")
    assert "spectrumMatrix" in xml


def test_collect__a_stain_that_gave_no_spillover_leaves_no_intensity_ok(finished: Path, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(finished)
    (checks,) = (finished / "results" / "spillover").glob("*.tsv")
    rows = read_rows(checks)
    lost = next(row for row in rows if row["check"].startswith("stain_separation_"))
    lost |= {"value": None, "verdict": "flagged", "reason": "no spillover could be computed: planted"}
    write_table(tmp_path / checks.name, "quality", rows)
    words = ["collect", "--config", "config/config.yaml", "--spillover", str(tmp_path / checks.name), "--records"]
    words += map(str, sorted((finished / "results" / "records").glob("*.json")))
    for name in ("manifest", "populations", "intensities", "quality", "corrections"):
        words += [f"--{name}", str(tmp_path / f"{name}.tsv")]
    assert main([*words, "--provenance", str(tmp_path / "provenance.json")]) == 0
    codes = {row["reason_code"] for row in read_rows(tmp_path / "intensities.tsv") if row["median_fi"] is not None}
    assert codes
    assert all("stain_unusable" in code for code in codes)

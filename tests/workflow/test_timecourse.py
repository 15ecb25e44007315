"""The whole workflow on four real LSRFortessa files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from marrowgate.tables import read_rows
from workflow.runs import REPOSITORY, project_from, snakemake, write_sheet

TEMPLATE = Path(__file__).parent / "timecourse"
DAYS = {"D0": 0, "D4": 4, "D8": 8, "D10": 10}
EVENTS = {"D0": 3732, "D4": 9363, "D8": 9042, "D10": 6018}


def sheet_rows(real_data: Path) -> list[dict[str, str]]:
    return [
        {
            "sample_id": name,
            "patient_id": "line1",
            "fcs": str(real_data / "timecourse" / f"{name}.fcs"),
            "panel": "culture",
            "batch": "run1",
            "day": str(day),
        }
        for name, day in DAYS.items()
    ]


@pytest.fixture(scope="module")
def finished(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project_from(TEMPLATE, tmp_path_factory.mktemp("timecourse"))
    write_sheet(folder / "config" / "samples.tsv", sheet_rows(real_data))
    snakemake(folder)
    return folder / "results"


def test_timecourse__all_files_are_accepted_with_all_events(finished: Path):
    rows = read_rows(finished / "manifest.tsv")
    assert {row["sample_id"]: (row["verdict"], row["n_events"]) for row in rows} == {
        name: ("accepted", EVENTS[name]) for name in DAYS
    }


def test_timecourse__cd34_rises_from_near_zero_to_more_than_30_percent(finished: Path):
    rows = read_rows(finished / "tables" / "populations.tsv")
    pct = {row["sample_id"]: row["pct_of_parent"] for row in rows if row["population"] == "cd34_pos"}
    assert pct["D0"] < 0.5
    assert pct["D0"] < pct["D4"] < pct["D8"] < pct["D10"]
    assert pct["D10"] > 30


def test_timecourse__membership_is_one_row_per_event(finished: Path):
    table = pq.read_table(finished / "events" / "D10.parquet")
    assert table.num_rows == EVENTS["D10"]
    assert table.column_names == ["qc_ok", "singlets", "viable", "cd34_pos", "cd45_pos"]
    counted = {row["population"]: row["n_events"] for row in read_rows(finished / "tables" / "populations.tsv")}
    assert set(counted) == {"singlets", "viable", "cd34_pos", "cd45_pos"}


def test_timecourse__flowkit_finds_the_same_members_in_real_files(finished: Path):
    rows = read_rows(finished / "tables" / "concordance.tsv")
    assert len({row["sample_id"] for row in rows}) == 3
    assert {row["population"] for row in rows} >= {"singlets", "cd34_pos"}
    assert all(row["n_differ"] == 0 for row in rows)


def test_timecourse__the_control_boundary_is_the_baseline_s(finished: Path):
    boundaries = {
        name: {row["population"]: row for row in read_rows(finished / "gates" / f"{name}.tsv")}["cd34_pos"]
        for name in DAYS
    }
    assert len({row["boundary"] for row in boundaries.values()}) == 1
    assert boundaries["D10"]["reason"] == "from baseline D0"


def test_timecourse__the_report_shows_the_strategy_s_own_populations(finished: Path):
    page = (finished / "report.html").read_text(encoding="utf-8")
    rows = read_rows(finished / "tables" / "populations.tsv")
    (last,) = (row for row in rows if (row["sample_id"], row["population"]) == ("D10", "cd34_pos"))
    assert f"{last['n_events']:,} of {last['n_parent']:,}" in page
    assert {path.stem for path in (finished / "figures").iterdir()} == {
        "gate_status",
        "gates_culture",
        "cd34_pos_pct_of_parent_over_time",
        "cd45_pos_pct_of_parent_over_time",
        "viable_CD34_median_fi_over_time",
    }
    assert "no value to draw" not in page
    assert "<li>Comparison of the arms: the config names no patient sheet.</li>" in page


def test_timecourse__one_tube_without_patient_and_day_has_a_report(real_data: Path, tmp_path: Path):
    folder = project_from(TEMPLATE, tmp_path / "run")
    write_sheet(folder / "config" / "samples.tsv", [{**sheet_rows(real_data)[0], "patient_id": "", "day": ""}])
    snakemake(folder)
    page = (folder / "results" / "report.html").read_text(encoding="utf-8")
    figures = {path.name for path in (folder / "results" / "figures").iterdir()}
    assert figures == {"gate_status.svg", *(f"gates_culture.{ending}" for ending in ("pdf", "png", "svg"))}
    (singlets,) = (
        row for row in read_rows(folder / "results" / "tables" / "populations.tsv") if row["population"] == "singlets"
    )
    assert f"{singlets['n_events']:,} of {singlets['n_parent']:,}" in page
    assert "<li>Over time: no stained sample has a day in the sample sheet.</li>" in page
    assert "no arm" not in page
    assert "patients" not in page


def test_timecourse__a_second_run_has_nothing_to_do(finished: Path):
    assert "Nothing to be done" in snakemake(finished.parent, "--dry-run").stdout


def test_timecourse__a_damaged_file_is_rejected_and_the_others_go_on(real_data: Path, tmp_path: Path):
    folder = project_from(TEMPLATE, tmp_path / "run")
    rows = sheet_rows(real_data)
    rows[1]["fcs"] = str(real_data / "damaged" / "aria_truncated.fcs")
    write_sheet(folder / "config" / "samples.tsv", rows)
    snakemake(folder)
    results = folder / "results"
    manifest = {row["sample_id"]: row for row in read_rows(results / "manifest.tsv")}
    assert {name: row["verdict"] for name, row in manifest.items()} == {
        **dict.fromkeys(DAYS, "accepted"),
        "D4": "rejected",
    }
    assert manifest["D4"]["reasons"].startswith("truncated:")
    counted = {row["sample_id"] for row in read_rows(results / "tables" / "populations.tsv") if row["n_events"]}
    assert counted == {"D0", "D8", "D10"}
    page = (results / "report.html").read_text(encoding="utf-8")
    assert f"<b>D4</b> has no numbers: {manifest['D4']['reasons']}" in page
    row = re.search(r"<tr><td>D4</td><td>(.*?)</td><td[^>]*>(.*?)</td>", page)
    assert "rejected" in row[1]
    assert row[2] == manifest["D4"]["reasons"]
    listed = {row["sample_id"]: row for row in read_rows(results / "tables" / "populations.tsv")}
    assert listed["D4"]["gate_status"] == "not_gated"
    assert listed["D4"]["gate_reason"] == manifest["D4"]["reasons"]
    gates = read_rows(results / "gates" / "D4.tsv")
    assert [row["population"] for row in gates] == ["singlets", "viable", "cd34_pos", "cd45_pos"]
    assert {row["reason"] for row in gates} == {f"the file is rejected: {manifest['D4']['reasons']}"}


def test_bad_sheet__all_faults_at_once_before_any_job(real_data: Path, tmp_path: Path):
    folder = project_from(TEMPLATE, tmp_path / "run")
    rows = sheet_rows(real_data)
    rows[1]["day"] = "four"
    rows[2]["fcs"] = "data/raw/none.fcs"
    rows[3]["sample_id"] = "D0"
    write_sheet(folder / "config" / "samples.tsv", rows)
    done = snakemake(folder, check=False)
    assert done.returncode == 2
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert errors == [
        "error: config/samples.tsv line 3, column day: must be a number, got 'four'; correct the value",
        "error: config/samples.tsv line 4, column fcs: there is no such file; correct the path",
        (
            "error: config/samples.tsv line 5, column sample_id: sample_id 'D0' stands in line 2 already; "
            "give each row its own"
        ),
    ]
    assert "Traceback" not in done.stderr
    assert not (folder / "results").exists()


def test_missing_spillover_file__ends_with_2_before_any_job(real_data: Path, tmp_path: Path):
    folder = project_from(TEMPLATE, tmp_path / "run")
    write_sheet(folder / "config" / "samples.tsv", sheet_rows(real_data))
    done = snakemake(folder, "--config", 'signal={"spillover": "none.csv"}', check=False)
    assert done.returncode == 2
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert errors == ["error: --config signal.spillover: there is no file 'none.csv'; make it, or correct the path"]
    assert "Traceback" not in done.stderr
    assert not (folder / "results").exists()


def planned(folder: Path) -> list[str]:
    """Return what `marrowgate plan` prints for a finished run."""
    command = [sys.executable, "-m", "marrowgate", "plan", "--snakefile", str(REPOSITORY / "Snakefile")]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY / "workflow")}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_plan__new_words_of_a_panel_or_a_note_make_nothing_again(finished: Path):
    panel = finished.parent / "config" / "panels" / "culture.yaml"
    before = panel.read_text(encoding="utf-8")
    try:
        panel.write_text(before.replace("description: ", "description: In other words, "), encoding="utf-8")
        assert panel.read_text(encoding="utf-8") != before
        assert planned(finished.parent) == ["nothing would be made again"]
    finally:
        panel.write_text(before, encoding="utf-8")


def test_plan__an_argument_of_the_strategy_makes_all_gates_again_and_says_so(finished: Path):
    strategy = finished.parent / "config" / "strategies" / "culture.yaml"
    before = strategy.read_text(encoding="utf-8")
    try:
        strategy.write_text(before.replace("spreads: 4", "spreads: 5"), encoding="utf-8")
        lines = planned(finished.parent)
        assert "4 fits, because an argument of the strategy changed" in lines
        assert "4 gates, because an argument of the strategy changed" in lines
    finally:
        strategy.write_text(before, encoding="utf-8")

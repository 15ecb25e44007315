"""A person's gates, locked batches and released gate sets: what runs again, and what stays byte for byte."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from marrowgate.cli import main
from marrowgate.content import sha256_of
from marrowgate.tables import read_rows
from workflow.runs import project_from, snakemake, write_sheet
from workflow.test_privacy import planted_file

TEMPLATE = Path(__file__).parent / "timecourse"
OF_SAMPLES = ("fits", "stability", "gates", "events", "records")


def sheet_row(folder: Path, name: str, number: int, **cells: str) -> dict[str, str]:
    """Return the row of a sample, whose file is written too."""
    planted_file(folder / "raw" / f"{name}.fcs", number)
    row = {"sample_id": name, "patient_id": "P1", "fcs": f"raw/{name}.fcs", "panel": "culture", "batch": "b"}
    empty = dict.fromkeys(("control_type", "control_marker", "control_for"), "")
    return {**row, **empty, "day": str(number), **cells}


def rows_of_run(folder: Path) -> list[dict[str, str]]:
    rows = [sheet_row(folder, f"V{number}", number) for number in range(4)]
    control = {"control_type": "fmo", "control_marker": "CD38", "control_for": "V1"}
    return [*rows, sheet_row(folder, "V1_fmo", 1, **control)]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project_from(TEMPLATE, tmp_path_factory.mktemp("regating"))
    write_sheet(folder / "config" / "samples.tsv", rows_of_run(folder))
    snakemake(folder)
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished run, with the times of its files."""
    return shutil.copytree(finished, tmp_path / "run", symlinks=True)


def jobs(folder: Path, *words: str) -> Counter[str]:
    """Run the workflow and count its jobs as rule and sample or batch."""
    text = snakemake(folder, *words).stderr
    found: Counter[str] = Counter()
    for job in re.findall(r"^(?:local)?rule (\w+):\n((?:    .*\n)*)", text, flags=re.MULTILINE):
        wildcards = re.search(r"wildcards: (.*)", job[1])
        found[" ".join((job[0], *re.findall(r"=(\w+)", wildcards[1] if wildcards else "")))] += 1
    del found["all"]
    return found


def digests(folder: Path, *names: str) -> dict[str, str]:
    """Return the digest of every file that belongs to one of the samples or batches."""
    results = folder / "results"
    files = [path for part in (*OF_SAMPLES, "consensus", "scales") for path in (results / part).glob("*")]
    return {f"{path.parent.name}/{path.name}": sha256_of(path) for path in files if path.stem in names}


def correct(folder: Path, monkeypatch: pytest.MonkeyPatch, factor: float) -> Path:
    """Correct the gate of the viable cells of V1: multiply its boundary."""
    monkeypatch.chdir(folder)
    assert main(["correct", "V1", "viable", "--reviewer", "R. Viewer", "--reason", "debris was taken in"]) == 0
    path = folder / "config" / "overrides" / "V1.yaml"
    text = path.read_text(encoding="utf-8")
    (value,) = re.findall(r"7-AAD: \{high: (\S+)\}", text)
    path.write_text(text.replace(value, str(float(value) * factor)), encoding="utf-8")
    return path


def test_correction__runs_that_sample_and_its_control_again_and_nothing_of_the_others(folder, monkeypatch):
    others = ("V0", "V2", "V3", "culture_b")
    before, own = digests(folder, *others), digests(folder, "V1", "V1_fmo")
    assert len(before) == 3 * 7 + 1
    path = correct(folder, monkeypatch, 0.5)
    expected = {"gate V1": 1, "gate V1_fmo": 1, "check": 1, "collect": 1, "compare": 1, "report": 1}
    found = jobs(folder)
    assert found.pop("concordance", 0) <= 1
    assert found == expected
    assert digests(folder, *others) == before
    now = digests(folder, "V1", "V1_fmo")
    assert {name for name in own if now[name] == own[name]} == {
        f"{part}/{name}.json" for part in ("fits", "stability") for name in ("V1", "V1_fmo")
    }
    assert main(["verify", "results", "--config", "config/config.yaml"]) == 0

    corrections = {(row["sample_id"], row["population"]): row for row in rows_at(folder, "tables/corrections.tsv")}
    touched = ("viable", "cd34_pos", "cd45_pos")
    assert set(corrections) == {(name, population) for name in ("V1", "V1_fmo") for population in touched}
    row = corrections["V1", "viable"]
    assert 0 < row["n_events"] < row["found_n_events"]
    assert row["pct_of_parent"] == pytest.approx(100 * row["n_events"] / row["n_parent"])
    assert (row["reviewer"], row["review_reason"]) == ("R. Viewer", "debris was taken in")
    below = corrections["V1", "cd34_pos"]
    assert (below["n_parent"], below["found_n_parent"]) == (row["n_events"], row["found_n_events"])
    assert not below["reviewer"]
    counted = {
        row["sample_id"]: row for row in rows_at(folder, "tables/populations.tsv") if row["population"] == "viable"
    }
    assert counted["V1"]["n_events"] == row["n_events"]
    given = [name for name, row in counted.items() if row["gate_status"] == "overridden"]
    assert given == ["V1", "V1_fmo"]
    assert counted["V1"]["gate_reason"].endswith(": debris was taken in")
    page = (folder / "results" / "report.html").read_text(encoding="utf-8")
    assert "Gates given by a person" in page
    assert f"{row['found_n_events']:,} of {row['found_n_parent']:,}" in page
    assert f"{row['n_events']:,} of {row['n_parent']:,}" in page

    # without the file everything is as it was
    path.unlink()
    assert jobs(folder).keys() >= {"gate V1", "gate V1_fmo"}
    assert digests(folder, "V1", "V1_fmo", *others) == before | own
    assert rows_at(folder, "tables/corrections.tsv") == []


def rows_at(folder: Path, path: str) -> list[dict]:
    return read_rows(folder / "results" / path)


def test_correction__that_is_wrong_ends_with_2_before_any_job(folder, monkeypatch):
    path = correct(folder, monkeypatch, 0.5)
    path.write_text(path.read_text(encoding="utf-8").replace("viable", "viabel"), encoding="utf-8")
    done = snakemake(folder, check=False)
    assert done.returncode == 2
    assert [line for line in done.stderr.splitlines() if line.startswith("error:")] == [
        (
            "error: config/overrides/V1.yaml line 4, gates.population: the strategy has no population 'viabel'; "
            "did you mean 'viable'?"
        )
    ]

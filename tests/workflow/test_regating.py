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
    # without the profile Snakemake's own logger tells of every job
    text = snakemake(folder, "--workflow-profile", "none", *words).stderr
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
    expected = {"gate V1": 1, "gate V1_fmo": 1, "check": 1, "collect": 1, "compare": 1, "pictures": 1, "report": 1}
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
    # in populations.tsv the missing compensation of these files outweighs the gate's own status
    status = {name: rows_at(folder, f"gates/{name}.tsv")[1]["status"] for name in counted}
    assert [name for name, word in status.items() if word == "overridden"] == ["V1", "V1_fmo"]
    assert counted["V1"]["gate_reason"].endswith(": debris was taken in")
    moved = {(row["sample_id"], row["population"]): row for row in rows_at(folder, "tables/changes.tsv")}
    assert {name for name, _ in moved} == {"V1", "V1_fmo"}
    assert moved["V1", "viable"]["reason"] == "a person's gates were given, changed or taken back"
    assert moved["V1", "viable"]["last_n_events"] == row["found_n_events"]
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


def test_removed_files__of_samples_are_made_again_and_no_other_sample_is_run(folder):
    names = ("V0", "V1", "V2", "V3", "V1_fmo", "culture_b")
    before = digests(folder, *names)
    for path in ("gates/V0.xml", "events/V1.parquet", "gates/V2.tsv", "pictures/V2.json", "records/V1_fmo.json"):
        (folder / "results" / path).unlink()
    found = jobs(folder)
    assert {name for name in found if name.startswith(("fit", "gate"))} == {
        f"gate {name}" for name in ("V0", "V1", "V2", "V1_fmo")
    }
    assert digests(folder, *names) == before
    assert (folder / "results" / "pictures" / "V2.json").is_file()
    assert not jobs(folder)


AGGREGATES = {"check": 1, "collect": 1, "compare": 1, "outcomes": 1, "pictures": 1, "report": 1}


def add_samples(folder: Path, *rows: dict[str, str]) -> None:
    sheet = folder / "config" / "samples.tsv"
    lines = sheet.read_text(encoding="utf-8").splitlines()
    header = lines[0].split("\t")
    lines += ["\t".join(row[name] for name in header) for row in rows]
    sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")


def configure(folder: Path, before: str, text: str) -> None:
    """Put a text in the place of an earlier one at the end of the config."""
    config = folder / "config" / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").removesuffix(before) + text, encoding="utf-8")


def new_jobs(folder: Path, *words: str) -> dict[str, int]:
    found = jobs(folder, *words)
    found.pop("concordance", 0)
    return dict(found)


def test_locked_and_released__samples_that_are_added_touch_no_other_output(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    old = ("V0", "V1", "V2", "V3", "V1_fmo", "culture_b")
    before = digests(folder, *old)
    counted = rows_at(folder, "tables/populations.tsv")

    locked = "batches: {b: {locked: true}}\n"
    configure(folder, "", locked)
    add_samples(folder, sheet_row(folder, "V4", 4, patient_id="P2"))
    assert new_jobs(folder) == {"fit V4": 1, "gate V4": 1, **AGGREGATES}
    assert digests(folder, *old) == before
    assert [row for row in rows_at(folder, "tables/populations.tsv") if row["sample_id"] != "V4"] == counted
    assert rows_at(folder, "tables/changes.tsv") == []

    assert main(["release", "r1", "--batches", "b"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "config/strategies/released/r1.yaml: 1 panel, 1 batch, 6 samples"
    )
    configure(folder, locked, "reference: r1\n")
    add_samples(folder, sheet_row(folder, "W1", 1, batch="c", patient_id="P3"))
    assert new_jobs(folder) == {"consensus culture c": 1, "fit W1": 1, "gate W1": 1, **AGGREGATES}
    assert digests(folder, *old) == before

    with_w1 = digests(folder, *old, "V4", "W1", "culture_c")
    add_samples(folder, sheet_row(folder, "W2", 2, batch="c", patient_id="P4"))
    assert new_jobs(folder) == {"fit W2": 1, "gate W2": 1, **AGGREGATES}
    assert digests(folder, *old, "V4", "W1", "culture_c") == with_w1
    assert main(["verify", "results", "--config", "config/config.yaml"]) == 0
    checks = {(row["sample_id"], row["check"]): row for row in rows_at(folder, "tables/quality.tsv")}
    assert ("W2", "detector_settings_reference_pct") in checks
    assert ("V4", "detector_settings_reference_pct") not in checks

    # a batch of the release that was lost is made from it again, byte for byte
    (folder / "results" / "consensus" / "culture_b.yaml").unlink()
    snakemake(folder, "results/consensus/culture_b.yaml")
    assert digests(folder, *old) == before


def test_locked__a_batch_that_never_ran_has_nothing_to_keep(folder):
    configure(folder, "", "batches: {b: {locked: true}, bb: {locked: true}}\n")
    (folder / "results" / "consensus" / "culture_b.yaml").unlink()
    done = snakemake(folder, check=False)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert line == (
        "error: config/config.yaml line 10, batches.bb: config/samples.tsv has no batch 'bb'; "
        "name a batch of the sheet, or remove the entry"
    )
    configure(folder, "batches: {b: {locked: true}, bb: {locked: true}}\n", "batches: {b: {locked: true}}\n")
    (line,) = [line for line in snakemake(folder, check=False).stderr.splitlines() if line.startswith("error:")]
    assert line == (
        "error: config/config.yaml, batches.b.locked: batch 'b' is locked, and there is no "
        "results/consensus/culture_b.yaml to keep; run once without the lock, or gate the batch against a release"
    )

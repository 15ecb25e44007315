"""`marrowgate try`: a handful of files without sheets."""

from pathlib import Path

import pytest

from marrowgate.cli import main
from marrowgate.tables import read_rows

TEMPLATE = Path(__file__).parent.parent / "workflow" / "timecourse"
PANEL, STRATEGY = TEMPLATE / "panels" / "culture.yaml", TEMPLATE / "strategies" / "culture.yaml"

NAMES_STAND_THERE = "the tables hold names and paths of the files; --anonymous calls the files by number"


def words(out: Path, *files: Path) -> list[str]:
    given = ["try", "--panel", str(PANEL), "--strategy", str(STRATEGY), "--out", str(out), "--measure", "viable:CD34"]
    return [*given, *map(str, files)]


@pytest.fixture(scope="module")
def tried(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tried")
    files = [real_data / "timecourse" / "D0.fcs", real_data / "timecourse" / "D10.fcs"]
    assert main(words(out, *files, real_data / "damaged" / "aria_truncated.fcs")) == 0
    return out


def test_try__manifest_names_the_files(tried: Path):
    rows = {row["sample_id"]: row for row in read_rows(tried / "manifest.tsv")}
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "D0": "accepted",
        "D10": "accepted",
        "aria_truncated": "rejected",
    }
    assert rows["D10"]["fcs"].endswith("D10.fcs")


def test_try__writes_tables_gates_and_membership(tried: Path):
    populations = read_rows(tried / "tables" / "populations.tsv")
    counted = {(row["sample_id"], row["population"]): row["n_events"] for row in populations}
    assert counted["D10", "singlets"] >= 5000
    assert counted["aria_truncated", "singlets"] is None
    for name in ("D0", "D10", "aria_truncated"):
        assert (tried / "gates" / f"{name}.xml").is_file()
        assert (tried / "events" / f"{name}.parquet").is_file()
    measured = {row["sample_id"]: row["median_fi"] for row in read_rows(tried / "tables" / "intensities.tsv")}
    assert measured["D10"] > measured["D0"]


def test_try__gates_of_a_rejected_file_say_that_it_is_rejected_and_why(tried: Path):
    gates = read_rows(tried / "gates" / "aria_truncated.tsv")
    (manifest,) = (row for row in read_rows(tried / "manifest.tsv") if row["sample_id"] == "aria_truncated")
    gated = [row["population"] for row in read_rows(tried / "gates" / "D0.tsv")]
    assert [row["population"] for row in gates] == gated
    assert {row["status"] for row in gates} == {"not_gated"}
    assert {row["reason"] for row in gates} == {f"the file is rejected: {manifest['reasons']}"}
    assert manifest["reasons"].startswith("truncated: ")


def test_try__strict_ends_with_3_when_a_file_is_rejected(real_data: Path, tmp_path: Path):
    assert main([*words(tmp_path, real_data / "damaged" / "corrupted.fcs"), "--strict"]) == 3


def test_try__two_files_of_one_name_are_kept_apart(real_data: Path, tmp_path: Path):
    file = real_data / "timecourse" / "D0.fcs"
    assert main(words(tmp_path, file, file)) == 0
    assert [row["sample_id"] for row in read_rows(tmp_path / "manifest.tsv")] == ["D0", "D0_2"]


def test_try__all_faults_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    given = ["try", "--panel", "p.yaml", "--strategy", "s.yaml", "--out", str(tmp_path), "nothing.fcs"]
    assert main(given) == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: nothing.fcs: there is no such file; correct the path",
        "error: s.yaml: there is no such file; make it, or correct the path",
        "error: p.yaml: there is no such file; make it, or correct the path",
    ]


def test_try__measure_that_names_nothing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "a.fcs"
    file.write_bytes(b"")
    wrong = ["--measure", "viabel:CDD34", "--measure", "viableCD34"]
    assert main([*words(tmp_path / "out", file), *wrong]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: option --measure: the strategy has no population 'viabel'; did you mean 'viable'?",
        "error: option --measure: the panel has no marker 'CDD34'; did you mean 'CD34'?",
        "error: option --measure: must be POPULATION:MARKER, got 'viableCD34'; write it like cd34_hspc:CXCR4",
    ]
    assert not (tmp_path / "out").exists()


def test_try__says_how_many_populations_have_no_gate(
    real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    # the two CD34 and CD45 gates of this strategy need a baseline sample, which `try` does not know
    files = real_data / "timecourse" / "D10.fcs", real_data / "damaged" / "aria_truncated.fcs"
    assert main(words(tmp_path, *files)) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"2 data sets, 1 rejected; the tables are in {tmp_path / 'tables'}",
        "6 of 8 rows of populations.tsv have no gate; see gate_reason",
        NAMES_STAND_THERE,
    ]


def test_try__says_nothing_of_gates_when_all_were_found(
    real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    strategy = tmp_path / "singlets.yaml"
    gate = "{name: singlets, parent: root, dimensions: [FSC-A, FSC-H], method: singlets}"
    strategy.write_text(f"populations:\n  - {gate}\n", encoding="utf-8")
    given = ["try", "--panel", str(PANEL), "--strategy", str(strategy), "--out", str(tmp_path)]
    assert main([*given, str(real_data / "timecourse" / "D10.fcs")]) == 0
    said = f"1 data sets, 0 rejected; the tables are in {tmp_path / 'tables'}\n{NAMES_STAND_THERE}\n"
    assert capsys.readouterr().out == said


def test_try__anonymous_leaves_no_name_of_a_file_anywhere(real_data: Path, tmp_path: Path, capsys):
    given = tmp_path / "Jane_Doe_1961" / "Jane Doe.fcs"
    given.parent.mkdir()
    given.write_bytes((real_data / "timecourse" / "D0.fcs").read_bytes())
    assert main([*words(tmp_path / "out", given), "--anonymous"]) == 0
    made = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.stem for path in made if path.parent.name == "events"} == {"file1"}
    for path in made:
        assert b"Jane" not in path.read_bytes()
        assert "Jane" not in path.name
    assert "--anonymous" not in capsys.readouterr().out


def test_try__says_that_the_tables_hold_names(real_data: Path, tmp_path: Path, capsys):
    assert main(words(tmp_path, real_data / "damaged" / "corrupted.fcs")) == 0
    assert NAMES_STAND_THERE in capsys.readouterr().out

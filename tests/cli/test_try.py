"""`marrowgate try`: a handful of files without sheets."""

from pathlib import Path

import pytest

from marrowgate.cli import main
from marrowgate.fcs.read import read_fcs
from marrowgate.tables import read_rows

TEMPLATE = Path(__file__).parent.parent / "workflow" / "timecourse"
PANEL, STRATEGY = TEMPLATE / "panels" / "culture.yaml", TEMPLATE / "strategies" / "culture.yaml"

NAMES_STAND_THERE = "the tables hold names and paths of the files; --anonymous calls the files by number"


PASSED_OVER = (
    "cells",
    "singlets",
    "viable",
    "not_monocytes",
    "cd34_b_precursors",
    "cd34_not_b",
    "cd34_cd38_low",
    "cd34_cd38_high",
)
RIGHT_PANEL = "is it the right panel? Without --panel the file's own labels are taken"


def words(out: Path, *files: Path) -> list[str]:
    given = ["try", "--panel", str(PANEL), "--strategy", str(STRATEGY), "--out", str(out), "--measure", "viable:CD34"]
    return [*given, *map(str, files)]


def printed(capsys: pytest.CaptureFixture[str], *given: object) -> list[str]:
    assert main(["try", *map(str, given)]) == 0
    return capsys.readouterr().out.splitlines()


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


def test_try__says_what_was_found_and_what_not(real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    # the CD34 and CD45 gates of this strategy need a baseline sample, which is not given here
    files = real_data / "timecourse" / "D10.fcs", real_data / "damaged" / "aria_truncated.fcs"
    assert main(words(tmp_path, *files)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "== D10",
        "panel: CD34, CD45, CD38, 7-AAD",
        "strategy: culture",
        "",
        "D10: 6,018 events, 1,018 of them left out, in unstable stretches of the run",
        "  population  events  % of parent  95 % interval  status",
        "  singlets     5,000        100.0  99.9 to 100.0  ok",
        "    viable     5,000        100.0  99.9 to 100.0  fixed",
        "  not gated: cd34_pos; no baseline control of CD34 with a boundary",
        "  not gated: cd45_pos; no baseline control of CD45 with a boundary",
        "  look at viable: fixed stands in for valley; no valley of 7-AAD between 300 and 20000",
        (
            "  CD34 on viable: median 733 (651 to 795) of 5,000 events; no control; ok (no control with enough events; "
            "no geometric mean: 1002 of 5000 values are not above 0)"
        ),
        "",
        "== aria_truncated",
        "",
        "aria_truncated: rejected, truncated: $TOT says 10000 events, the file ends after 6052",
        "",
        f"2 data sets, 1 rejected; the tables are in {tmp_path / 'tables'}",
        f"the gates are drawn in {tmp_path / 'pictures.html'}",
        NAMES_STAND_THERE,
    ]


def test_try__baseline_lends_its_boundary_and_stands_in_the_tables_once(real_data: Path, tmp_path: Path, capsys):
    files = [real_data / "timecourse" / f"{name}.fcs" for name in ("D8", "D10")]
    baseline = f"baseline={real_data / 'timecourse' / 'D0.fcs'}"
    assert main([*words(tmp_path, *files), "--control", baseline]) == 0
    counted = {(row["sample_id"], row["population"]): row for row in read_rows(tmp_path / "tables" / "populations.tsv")}
    assert len(counted) == 3 * 4
    assert counted["D10", "cd34_pos"]["pct_of_parent"] > 50
    assert counted["D0", "cd34_pos"]["pct_of_parent"] < 1.5
    assert "not gated" not in capsys.readouterr().out
    assert [row["sample_id"] for row in read_rows(tmp_path / "manifest.tsv")] == ["D8", "D10", "D0"]


def test_try__fmo_is_what_its_marker_is_compared_with(real_data: Path, tmp_path: Path, capsys):
    folder = real_data / "reported" / "vol_in_microlitres"
    control, file = folder / "aurora_uL_2700ev.fcs", folder / "right_nL_2700ev.fcs"
    # the marker of a control may be written in any case
    given = ["--out", tmp_path, "--control", f"fmo:cxcr4={control}", "--measure", "lymphocytes:CXCR4", file]
    lines = printed(capsys, *given)
    assert "control: aurora_uL_2700ev, fmo CXCR4" in lines
    (said,) = [line for line in lines if line.startswith("  CXCR4 on lymphocytes: median ")]
    assert "; fmo aurora_uL_2700ev: median " in said
    assert ", ratio 1 (" in said
    (row,) = read_rows(tmp_path / "tables" / "intensities.tsv")
    assert (row["sample_id"], row["control_type"], row["control_sample_id"]) == (
        "right_nL_2700ev",
        "fmo",
        "aurora_uL_2700ev",
    )
    assert row["ratio_fi"] == pytest.approx(1.0)


def test_try__control_without_the_channels_of_the_files_is_said_to_be_of_no_use(
    real_data: Path, tmp_path: Path, capsys
):
    control = f"unstained={real_data / 'timecourse' / 'D0.fcs'}"
    lines = printed(capsys, "--out", tmp_path, "--control", control, real_data / "aml" / "sample7.fcs")
    assert lines[-1] == "control D0 was not used: it has not all the channels of a panel above"
    assert not [line for line in lines if line.startswith("control: ")]


def test_try__faults_of_all_options_and_of_the_panel_that_the_file_proposes_are_told_together(
    real_data: Path, tmp_path: Path, capsys
):
    file = real_data / "aml" / "sample7.fcs"
    options = ["--control", "fmo=x", "--control", f"isotype:CD133={file}", "--measure", "granulocyte:CD13"]
    assert main(["try", "--out", str(tmp_path), *options, str(file), str(tmp_path / "none.fcs")]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"error: {tmp_path / 'none.fcs'}: there is no such file; correct the path",
        ("error: option --control: fmo names no marker; write it like fmo:CXCR4=FILE, unstained=FILE or baseline=FILE"),
        (
            "error: option --control: the panel has no marker 'CD133' for isotype; name one of CD15, CD13, CD45, CD16, "
            "CD56"
        ),
        "error: option --measure: the strategy has no population 'granulocyte'; did you mean 'granulocytes'?",
    ]


def test_try__wrong_controls_are_told_together(real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = real_data / "timecourse" / "D0.fcs"
    wrong = ["fmo:CXCR4", "fmmo:CXCR4=x.fcs", f"fmo={file}", f"unstained:CD34={file}", "fmo:CXCR4=/home/Jane/x.fcs"]
    given = ["try", "--out", str(tmp_path), *(word for each in wrong for word in ("--control", each)), str(file)]
    assert main(given) == 2
    form = "write it like fmo:CXCR4=FILE, unstained=FILE or baseline=FILE"
    assert capsys.readouterr().err.splitlines() == [
        f"error: option --control: must be KIND=FILE or KIND:MARKER=FILE, got 'fmo:CXCR4'; {form}",
        "error: option --control: there is no kind of control 'fmmo'; did you mean 'fmo'?",
        f"error: option --control: fmo names no marker; {form}",
        f"error: option --control: unstained takes no marker, got 'CD34'; {form}",
        "error: option --control: there is no such file for fmo:CXCR4; correct the path",
    ]


def test_try__files_lend_each_other_no_gates_unless_told(real_data: Path, tmp_path: Path, capsys):
    files = [real_data / "aml" / f"sample{n}.fcs" for n in range(5, 10)]
    printed(capsys, "--out", tmp_path / "alone", *files)
    printed(capsys, "--out", tmp_path / "batch", "--one-batch", *files)
    alone, batch = (read_rows(tmp_path / name / "tables" / "populations.tsv") for name in ("alone", "batch"))
    assert "borrowed" not in {row["gate_status"] for row in alone}
    assert "borrowed" in {row["gate_status"] for row in batch}
    assert len({row["batch"] for row in alone}) == 5
    assert {row["batch"] for row in batch} == {"try"}


def test_try__what_a_missing_marker_takes_away_is_said_so_also_where_lymphocytes_are_missing_too(
    real_data: Path, tmp_path: Path, capsys
):
    printed(capsys, "--out", tmp_path, real_data / "aml" / "sample10.fcs")
    rows = {row["population"]: row for row in read_rows(tmp_path / "tables" / "populations.tsv")}
    assert rows["lymphocytes"]["n_events"] is None
    for name in ("cd34_pos", "cd34_cd45_dim", "cd34_hspc", "lymphocytes_of_that_size"):
        assert rows[name]["gate_reason_code"] == "marker_absent", name
        assert rows[name]["gate_reason"] == "the panel lacks CD34"


def test_try__without_panel_and_strategy_says_that_there_is_no_cd34(real_data: Path, tmp_path: Path, capsys):
    lines = printed(capsys, "--out", tmp_path, "--one-batch", *(real_data / "aml" / f"sample{n}.fcs" for n in (7, 8)))
    assert lines[:8] == [
        "== sample7, sample8",
        "panel (from the files' own labels): CD15, CD13, CD45, CD16, CD56",
        "strategy: blood_hspc (proposed)",
        "these files have no CD34: no cd34_pos, cd34_cd45_dim, cd34_hspc, lymphocytes_of_that_size",
        "these files have no CD235a: no beads",
        "these files have no FSC-H: no bead_singlets",
        "these files have no CD14: no monocytes",
        f"passed over, for want of CD235a, FSC-H, 7-AAD, CD14, CD19, CD38: {', '.join(PASSED_OVER)}",
    ]
    assert any(line.startswith("    lymphocytes ") for line in lines)


def test_try__file_whose_lymphocytes_do_not_stand_out_says_what_could_be_done(real_data: Path, tmp_path: Path, capsys):
    lines = printed(capsys, "--out", tmp_path, real_data / "aml" / "sample1.fcs")
    assert (
        "  lymphocytes do not stand out in CD45 and side scatter, so that the strategy's numbers mean nothing here"
        in lines
    )
    assert any("--one-batch" in line for line in lines)
    lines = printed(
        capsys, "--out", tmp_path / "both", "--one-batch", *(real_data / "aml" / f"sample{n}.fcs" for n in (1, 7))
    )
    assert not any("do not stand out" in line for line in lines)


def test_try__panel_that_contradicts_the_files_labels_is_not_gated_under_its_names(
    real_data: Path, repository: Path, tmp_path: Path, capsys
):
    # FITC is CD38 in this panel and CD20 in the file
    panel = repository / "config" / "panels" / "hspc.yaml"
    strategy = repository / "config" / "strategies" / "blood_hspc.yaml"
    given = ["--panel", panel, "--strategy", strategy, "--out", tmp_path]
    lines = printed(capsys, *given, real_data / "cd34" / "diva_cd45_cd34_marrow.fcs")
    assert lines[1:8] == [
        "panel: CD34, CD235a",
        "5 of 14 channels of the panel are not there: FSC-H, SSC-H, SSC-W, PerCP-Cy5-5-A (7-AAD), BV510-A (CD45)",
        "the panel calls FITC-A CD38, the file calls it CD20: it is not used",
        "the panel calls PE-A CXCR4, the file calls it CD10: it is not used",
        "the panel calls APC-A CD14, the file calls it CD19: it is not used",
        f"5 of the panel's 7 markers are not in the file as the panel has them: {RIGHT_PANEL}",
        "strategy: blood_hspc",
    ]
    rows = {row["population"]: row for row in read_rows(tmp_path / "tables" / "populations.tsv")}
    assert rows["cd34_cd38_low"]["n_events"] is None


def test_try__file_without_labels_says_so(real_data: Path, tmp_path: Path, capsys):
    assert printed(capsys, "--out", tmp_path, real_data / "gvhd" / "001.fcs") == [
        "== 001",
        "panel (from the file's own labels): no marker is known",
        "nothing says what is stained in FL1.H, FL2.H, FL3.H, FL4.H; a panel can say it (--panel)",
        "no shipped strategy gates a population with these markers; those for blood need CD45",
        "",
        "001: 13,831 events",
        "",
        f"1 data set, 0 rejected; the tables are in {tmp_path / 'tables'}",
        f"the gates are drawn in {tmp_path / 'pictures.html'}",
        NAMES_STAND_THERE,
    ]
    (row,) = read_rows(tmp_path / "manifest.tsv")
    assert (row["sample_id"], row["verdict"], row["n_events"]) == ("001", "accepted", 13831)


def test_try__opens_no_data_set_twice(real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    opened: list[str] = []

    def counted(path: Path, *args: object, **named: object) -> object:
        opened.append(path.name)
        return read_fcs(path, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("marrowgate.steps.try_run.read_fcs", counted)
    files = [real_data / "timecourse" / f"{name}.fcs" for name in ("D4", "D8", "D10")]
    control = f"baseline={real_data / 'timecourse' / 'D0.fcs'}"
    assert main(["try", "--out", str(tmp_path), "--control", control, *map(str, files)]) == 0
    assert sorted(opened) == ["D0.fcs", "D10.fcs", "D4.fcs", "D8.fcs"]


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

import json
import shutil
from pathlib import Path

import pytest

from marrowgate.cli import main
from marrowgate.fcs.read import read_fcs
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.steps.check import told_once

ROWS = {"D0": ("D0", "b1"), "D4": ("D4", "b1"), "D8": ("D8", "b1"), "D10": ("D10", "b2")}


@pytest.fixture
def timecourse(repository, real_data, tmp_path, monkeypatch):
    """Return a function that writes the sheet of the real time course; its folder is the working directory."""
    shutil.copytree(repository / "tests" / "workflow" / "timecourse", tmp_path / "config")
    monkeypatch.chdir(tmp_path)

    def write(**files: Path | str) -> None:
        rows = [
            (name, str(files.get(name, real_data / "timecourse" / f"{stem}.fcs")), "culture", batch)
            for name, (stem, batch) in ROWS.items()
        ]
        lines = ["\t".join(row) for row in (("sample_id", "fcs", "panel", "batch"), *rows)]
        Path("config/samples.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    return write


def printed(capsys, *words: str, code: int = 0) -> list[str]:
    assert main(["check", *words]) == code
    done = capsys.readouterr()
    assert done.err == ""
    lines = done.out.splitlines()
    return [line for line in lines if not line.startswith("note: strategy culture, population") or TIED not in line]


TIED = "numbers in the file's own units, which ties the strategy to one instrument; add the section home"
SUMMARY = "4 samples, 0 patients, 1 panel, 2 batches; 0 files simulated, 4 to be read"


def test_demo__is_counted_and_its_simulated_files_are_not_read(repository, monkeypatch, capsys):
    monkeypatch.chdir(repository)
    assert printed(capsys, "--strict") == [
        "363 samples, 47 patients, 2 panels, 6 batches; 363 files simulated, 0 to be read"
    ]


def test_good_files__give_no_finding(timecourse, capsys):
    timecourse()
    assert printed(capsys, "config/config.yaml", "--strict") == [SUMMARY]


def test_numbers_of_one_instrument__are_a_note(timecourse, capsys):
    timecourse()
    assert main(["check"]) == 0
    assert capsys.readouterr().out.splitlines() == [SUMMARY, f"note: strategy culture, population viable: {TIED}"]


def test_rejected_file__is_a_finding_and_3_under_strict(timecourse, real_data, capsys):
    timecourse(D4=real_data / "damaged" / "aria_truncated.fcs")
    lines = printed(capsys)
    assert lines[0] == SUMMARY
    assert lines[1].startswith("finding: sample D4: file rejected, truncated: ")
    assert all(line.startswith("finding: ") for line in lines[1:])
    assert printed(capsys, "--strict", code=3) == lines


def test_file_of_another_panel__is_told(timecourse, real_data, capsys):
    timecourse(D4=real_data / "damaged" / "aria_truncated.fcs")
    lines = printed(capsys)
    assert any(line.startswith("finding: sample D4: panel_channel_missing: ") for line in lines)
    assert any(line.startswith("finding: sample D4: channels_differ: ") for line in lines)


def test_same_file_under_two_names__is_told_with_sample_ids_only(timecourse, real_data, tmp_path, capsys):
    copy = tmp_path / "Jane_Doe.fcs"
    shutil.copy(real_data / "timecourse" / "D0.fcs", copy)
    timecourse(D8=copy)
    lines = printed(capsys)
    assert "finding: samples D0, D8: the files are the same" in lines
    assert not any("Jane" in line or str(tmp_path) in line for line in lines)


def test_file_that_is_none__is_a_finding_and_not_a_failure(timecourse, tmp_path, capsys):
    (tmp_path / "empty.fcs").write_bytes(b"")
    timecourse(D10=tmp_path / "empty.fcs")
    assert any(line.startswith("finding: sample D10: file rejected, not_fcs: ") for line in printed(capsys))


def test_marker_that_the_panel_has_not__is_told(timecourse, capsys):
    timecourse()
    strategy = Path("config/strategies/culture.yaml")
    strategy.write_text(
        strategy.read_text(encoding="utf-8")
        + "  - {name: nrbc, parent: root, dimensions: [DNA], method: fixed, arguments: {low: [1]}}\n"
        + "  - {name: may_be, parent: root, dimensions: [DNA], optional: true, method: fixed, arguments: {low: [1]}}\n"
        + "scales:\n  markers: {CD99: {kind: logicle}}\n",
        encoding="utf-8",
    )
    assert printed(capsys) == [
        SUMMARY,
        "finding: panel culture: population nrbc of strategy culture needs DNA and is not gated",
        "finding: panel culture: strategy culture gives a scale to CD99, which the panel has not",
    ]


@pytest.mark.parametrize(("dimensions", "told"), [(["SSC-A"], False), (["SSC-A", "SSC-H"], True)])
def test_height_that_stands_in_for_an_area__is_no_missing_marker(timecourse, capsys, dimensions, told):
    timecourse()
    panel, strategy = Path("config/panels/culture.yaml"), Path("config/strategies/culture.yaml")
    panel.write_text(panel.read_text(encoding="utf-8").replace("SSC-A", "SSC-H"), encoding="utf-8")
    low = [1] * len(dimensions)
    added = f"  - {{name: more, parent: root, dimensions: {dimensions}, method: fixed, arguments: {{low: {low}}}}}\n"
    strategy.write_text(strategy.read_text(encoding="utf-8") + added, encoding="utf-8")
    main(["check"])
    line = "finding: panel culture: population more of strategy culture needs SSC-A and is not gated"
    assert (line in capsys.readouterr().out.splitlines()) is told


def test_all_faults__are_printed_and_2(timecourse, capsys):
    timecourse(D0="none.fcs", D4="none too.fcs")
    assert main(["check"]) == 2
    done = capsys.readouterr()
    assert done.out == ""
    assert done.err.splitlines() == [
        "error: config/samples.tsv line 2, column fcs: there is no such file; correct the path",
        "error: config/samples.tsv line 3, column fcs: there is no such file; correct the path",
    ]


def test_overrides__take_the_place_of_the_config(timecourse, capsys):
    timecourse()
    Path("config/samples.tsv").rename("config/other.tsv")
    assert printed(capsys, "--overrides", json.dumps({"samples": "config/other.tsv"})) == [SUMMARY]


def test_wrong_overrides__are_one_line_and_2(timecourse, capsys):
    timecourse()
    assert main(["check", "--overrides", "{seed"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: --overrides: is not JSON: ")
    assert error.count("\n") == 1


def test_two_panels_of_one_file__are_no_finding(timecourse, real_data, capsys):
    timecourse()
    shutil.copy("config/panels/culture.yaml", "config/panels/again.yaml")
    config = Path("config/config.yaml")
    text = config.read_text(encoding="utf-8").replace("{culture: culture}", "{culture: culture, again: culture}")
    config.write_text(text, encoding="utf-8")
    sheet = Path("config/samples.tsv")
    again = f"D0_again\t{real_data / 'timecourse' / 'D0.fcs'}\tagain\tb1\n"
    sheet.write_text(sheet.read_text(encoding="utf-8") + again, encoding="utf-8")
    assert printed(capsys, "--strict") == [
        "5 samples, 0 patients, 2 panels, 2 batches; 0 files simulated, 5 to be read"
    ]


def test_repaired_file__is_told_and_does_not_count_under_strict(timecourse, real_data, tmp_path, capsys):
    content = bytearray((real_data / "timecourse" / "D0.fcs").read_bytes())
    # the HEADER gives the end of the DATA in these columns; many instruments give the byte behind it
    content[34:42] = f"{int(content[34:42]) + 1:8d}".encode()
    (tmp_path / "off_by_one.fcs").write_bytes(content)
    timecourse(D0=tmp_path / "off_by_one.fcs")
    lines = printed(capsys, "--strict")
    assert len(lines) == 2
    assert lines[1].startswith("finding: sample D0: file repaired, ")


def test_spillover_files__all_faults_are_printed_and_2(timecourse, capsys):
    timecourse()
    Path("config/m.csv").write_text("APC-A,PE-Cy7-A,PE-A\n1,0,0\n0,1,0\n0,0,1\n", encoding="utf-8")
    config = Path("config/config.yaml")
    text = config.read_text(encoding="utf-8")
    more = "signal:\n  spillover: config/m.csv\n  spillover_of_batch: {b2: config/none.csv, b3: none}\n"
    config.write_text(text + more, encoding="utf-8")
    where = f"error: config/config.yaml line {len(text.splitlines()) + 3}, signal.spillover_of_batch"
    assert main(["check"]) == 2
    done = capsys.readouterr()
    assert done.out == ""
    absent = "which the matrix does not have; add its row and column; write 0 where nothing spills over"
    wrong = "detector 'PE-A' is no channel of panel 'culture'; correct the name, or add the channel to the panel"
    assert done.err.splitlines() == [
        f"{where}.b3: no sample has the batch 'b3'; name a batch of the sample sheet",
        f"{where}.b2: there is no file 'config/none.csv'; make it, or correct the path",
        f"error: config/m.csv line 1: {wrong}",
        f"error: config/m.csv line 1: CD45 of panel 'culture' is in BV786-A, {absent}",
        f"error: config/m.csv line 1: 7-AAD of panel 'culture' is in PerCP-Cy5-5-A, {absent}",
    ]


def test_notes__are_told_and_do_not_count_under_strict(timecourse, capsys):
    timecourse()
    config, sheet = Path("config/config.yaml"), Path("config/samples.tsv")
    text = config.read_text(encoding="utf-8").replace("patients: null", "patients: config/patients.tsv")
    config.write_text(text + "cohort: {populations: [viable], primary: viable_per_ul_log2_change, secondary: []}\n")
    Path("config/patients.tsv").write_text("patient_id\tarm\nP1\ttriplet\nP2\tdoublet\n")
    rows = zip(sheet.read_text(encoding="utf-8").splitlines(), ("patient_id\tday", *["P1\t0"] * 4), strict=True)
    sheet.write_text("".join(f"{row}\t{more}\n" for row, more in rows))
    usual = "is not given, and the usual 'immature_per_100_cd45' will be in no table"
    assert printed(capsys, "--strict", "--out", "check.txt") == [
        SUMMARY.replace("0 patients", "2 patients"),
        (
            "note: patient P2: no fully stained sample in the sample sheet; "
            "add its rows, or take the patient out of the patient sheet"
        ),
        f"note: cohort.responder_measure: {usual}: no strategy has the population 'immature'; name what you compare",
    ]


def test_lot_file_that_is_wrong__is_told_before_any_job(timecourse, tmp_path, capsys):
    timecourse()
    (tmp_path / "beads.fcs").write_bytes(b"")
    sheet = Path("config/samples.tsv")
    header, *rows = sheet.read_text(encoding="utf-8").splitlines()
    rows = [*(f"{row}\t\t" for row in rows), "beads\tbeads.fcs\tculture\tb1\tbeads\tQB1"]
    sheet.write_text("\n".join([f"{header}\tcontrol_type\tbead_lot", *rows]) + "\n", encoding="utf-8")
    Path("config/bead_lots").mkdir()
    Path("config/bead_lots/QB1.yaml").write_text("lot: QB1\nunit: PE\nkinds: 2\nvalues: {PE: [1, 2]}\n")
    assert main(["check"]) == 2
    where = "error: config/bead_lots/QB1.yaml line 3, kinds"
    assert capsys.readouterr().err == f"{where}: must be at least 3, got 2; correct the value\n"


def test_compensation_of_each_sample__is_told_before_the_run(timecourse, real_data, tmp_path, capsys):
    file = read_fcs(real_data / "timecourse" / "D4.fcs")
    channels = [WriteChannel(one.name, one.label, one.range, voltage=one.voltage) for one in file.channels]
    matrices = {
        "D0": {},
        "D4": {"SPILL": "2,this,that,1,0.1,0.1,1"},
        "D8": {"SPILL": f"2,{file.spillover.labels[0]},{file.spillover.labels[1]},1,0.1,0.1,1"},
    }
    for name, keywords in matrices.items():
        write_fcs(tmp_path / f"{name}.fcs", file.events[: 100 + len(name)], channels, keywords=keywords)
    timecourse(**{name: tmp_path / f"{name}.fcs" for name in matrices})
    lines = printed(capsys, "--strict", code=3)
    found = {
        line.split(": ")[1]: line.split(": ")[2] for line in lines if "spillover_" in line and "repaired" not in line
    }
    assert found == {
        "sample D0": "spillover_missing",
        "sample D4": "spillover_unusable",
        "sample D8": "spillover_incomplete",
    }


def test_events_behind_the_data__are_a_finding(timecourse, real_data, tmp_path, capsys):
    content = (real_data / "timecourse" / "D4.fcs").read_bytes()
    (tmp_path / "D4.fcs").write_bytes(content + content)
    timecourse(D4=tmp_path / "D4.fcs")
    lines = printed(capsys, "--strict", code=3)
    assert any(line.startswith("finding: sample D4: data_set_not_linked: ") for line in lines)


def test_same_finding_of_many_samples__is_one_line_with_their_number():
    findings = [(f"sample S{n}", "odd") for n in range(7)]
    assert told_once([("panel p", "x"), *findings[:2], ("sample T", "other"), *findings[2:]]) == [
        ("panel p", "x"),
        ("7 samples, S0, S1, S2, S3, S4 and 2 more", "odd"),
        ("sample T", "other"),
    ]
    assert told_once(findings[:2]) == findings[:2]


def test_channel_of_a_panel_without_a_marker__is_a_note(timecourse, capsys):
    timecourse()
    panel = Path("config/panels/culture.yaml")
    panel.write_text(panel.read_text(encoding="utf-8") + "  - {channel: PE-A, marker: }\n", encoding="utf-8")
    assert printed(capsys)[1] == "note: panel culture: no marker stands for PE-A; write it, or remove the line"

"""`marrowgate init`: sheets, panels and settings drafted from FCS files."""

import csv
import shutil
from pathlib import Path

import pytest
import yaml

from marrowgate.cli import main
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.settings.panel import load_panel

NEXT = "next: look at the column to_do, and at the lines with TODO in the panels; then"


def init(*words: object) -> None:
    assert main(["init", *map(str, words)]) == 0


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "config" / "samples.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def column(folder: Path, name: str) -> list[str]:
    return [row[name] for row in rows(folder)]


@pytest.fixture
def visits(real_data: Path, tmp_path: Path) -> Path:
    """Return a folder of two patients' files, named as a lab might."""
    folder = tmp_path / "raw"
    folder.mkdir()
    names = {"P01_C1D1_full": "D0", "P01_C1D8_full": "D4", "P01_C1D8_FMO-CD34": "D8", "P02_baseline_full": "D10"}
    for name, source in names.items():
        shutil.copy(real_data / "timecourse" / f"{source}.fcs", folder / f"{name}.fcs")
    return folder


def test_init__fills_patient_visit_control_and_batch(visits: Path, tmp_path: Path):
    init(tmp_path / "p", visits, "--pattern", "{patient}_{visit}_{tube}")
    kept = ("sample_id", "patient_id", "panel", "batch", "control_type", "control_marker", "cycle", "cycle_day", "day")
    assert [tuple(row[name] for name in kept) for row in rows(tmp_path / "p")] == [
        ("P01_C1D1_full", "P01", "panel1", "b1", "none", "", "1", "1", "0"),
        ("P01_C1D8_FMO_CD34", "P01", "panel1", "b3", "fmo", "CD34", "1", "8", "7"),
        ("P01_C1D8_full", "P01", "panel1", "b2", "none", "", "1", "8", "7"),
        ("P02_baseline_full", "P02", "panel1", "b4", "none", "", "", "", "0"),
    ]
    assert column(tmp_path / "p", "acquisition_day") == ["0", "6", "2", "8"]


def test_init__without_a_pattern_calls_samples_by_number_and_says_no_name(visits: Path, tmp_path: Path, capsys):
    init(tmp_path / "p", visits)
    assert column(tmp_path / "p", "sample_id") == ["s001", "s002", "s003", "s004"]
    assert set(column(tmp_path / "p", "patient_id")) == {""}
    assert column(tmp_path / "p", "to_do")[0] == "patient_id day panel"
    said = capsys.readouterr().out
    assert "P01" not in said
    assert "the names of 3 of 4 files are alike: --pattern says which part is patient, visit, tube" in said


@pytest.mark.parametrize(("answer", "n_patients"), [("y", 2), ("Yes ", 2), ("n", 0), ("", 0)])
def test_init__on_a_terminal_asks_whether_the_pattern_is_right(
    visits: Path, tmp_path: Path, monkeypatch, capsys, answer, n_patients
):
    asked = []

    def ask(question):
        asked.append(question)
        return answer

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", ask)
    init(tmp_path / "study", visits)
    said = capsys.readouterr().out.splitlines()
    assert asked == ["Is that right? [y/N] "]
    assert said[0].startswith("The names of the files look like ")
    assert "{patient}" in said[0]
    assert said[1:4] == [
        "  P01_C1D1_full.fcs: patient P01, visit C1D1",
        "  P01_C1D8_FMO-CD34.fcs: another kind of name",
        "  P01_C1D8_full.fcs: patient P01, visit C1D8",
    ]
    assert len(set(column(tmp_path / "study", "patient_id")) - {""}) == n_patients


def test_init__says_what_it_drafted_and_what_will_be_had(real_data: Path, tmp_path: Path, capsys):
    init(tmp_path / "p", real_data / "cd34" / "diva_cd45_cd34_marrow.fcs")
    assert capsys.readouterr().out.splitlines() == [
        "1 new file, 1 data set; 1 row in config/samples.tsv",
        "panel panel1 (1 data set): CD20, CD10, CD45, CD34, DNA, CD19, CD38",
        "  nothing says what is stained in APC-Cy7-A",
        (
            "  blood_hspc (written into config.yaml): singlets, cd45_pos, lymphocytes, granulocytes, low_ssc, "
            "low_ssc_cd45_dim, cd34_pos and 7 more"
        ),
        "    not: beads, cells (no CD235a); viable (no 7-AAD); monocytes, not_monocytes (no CD14)",
        (
            "  blood_immature: singlets, with_nucleus, nucleated, cd45_pos, lymphocytes, granulocytes, "
            "not_small and 2 more"
        ),
        "    not: ig_stage1, ig_stage2 (no CD11b); viable (no 7-AAD); and 19 more",
        "batches, by instrument, day and settings: b1",
        "still to do: patient_id in 1 row, day in 1 row, panel in 1 row",
        NEXT,
        f"  cd {tmp_path / 'p'} && marrowgate check",
    ]


def test_init__drafts_a_project_that_check_accepts(visits: Path, tmp_path: Path, monkeypatch, capsys):
    init(tmp_path / "p", visits, "--pattern", "{patient}_{visit}_{tube}")
    capsys.readouterr()
    monkeypatch.chdir(tmp_path / "p")
    assert main(["check"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "4 samples, 0 patients, 1 panel, 4 batches; 0 files simulated, 4 to be read"
    )
    config = yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))
    assert config["strategy_of_panel"] == {"panel1": "blood_hspc"}
    assert Path("config/strategies/blood_hspc.yaml").is_file()


def test_init__again_adds_new_rows_and_keeps_every_edit(visits: Path, tmp_path: Path, capsys):
    project = tmp_path / "p"
    init(project, visits)
    sheet = project / "config" / "samples.tsv"
    edited = sheet.read_text(encoding="utf-8").replace("s002\t\t", "mine\tJD\t").replace("\tb3\t", "\tmonday\t")
    sheet.write_text(edited, encoding="utf-8")
    panel = project / "config" / "panels" / "panel1.yaml"
    panel.write_text(panel.read_text(encoding="utf-8").replace("CD90", "Thy-1"), encoding="utf-8")
    kept = panel.read_bytes()
    shutil.copy(visits / "P01_C1D1_full.fcs", visits / "P03_C1D1_full.fcs")
    capsys.readouterr()
    init(project, visits)
    assert sheet.read_text(encoding="utf-8").startswith(edited)
    assert column(project, "sample_id") == ["s001", "mine", "s003", "s004", "s005"]
    assert rows(project)[-1]["batch"] == "b1"
    assert panel.read_bytes() == kept
    assert [path.name for path in panel.parent.iterdir()] == ["panel1.yaml"]
    assert capsys.readouterr().out.splitlines()[0] == "1 new file, 1 data set; 1 row in config/samples.tsv"


def test_init__again_with_a_pattern_fills_what_is_empty_and_nothing_else(visits: Path, tmp_path: Path, capsys):
    project = tmp_path / "p"
    init(project, visits)
    sheet = project / "config" / "samples.tsv"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("s001\t\t", "s001\tJD\t"), encoding="utf-8")
    capsys.readouterr()
    init(project, visits, "--pattern", "{patient}_{visit}_{tube}")
    assert column(project, "patient_id") == ["JD", "P01", "P01", "P02"]
    assert column(project, "sample_id") == ["s001", "s002", "s003", "s004"]
    assert column(project, "day") == ["0", "7", "7", "0"]
    assert capsys.readouterr().out.splitlines()[:2] == [
        "0 new files, 0 data sets; 0 rows in config/samples.tsv",
        "4 old rows: empty cells filled in; what stood there stays",
    ]


@pytest.mark.parametrize("links", [(), ("--links",)])
@pytest.mark.parametrize(
    ("edits", "day"),
    [
        ((), "49"),
        # the sheet's days count from a first dose that no file is of
        ((("0", "-3"), ("7", "4")), "46"),
        # from two dates: nobody can say
        ((("7", "9"),), ""),
    ],
)
def test_init__again_counts_dates_from_the_day_0_of_the_sheet(real_data: Path, tmp_path: Path, links, edits, day):
    raw, project = tmp_path / "raw", tmp_path / "p"
    raw.mkdir()
    source, words = real_data / "reported" / "time_two_words", ("--pattern", "{patient}_{date}", *links)
    file = next(path for path in sorted(source.iterdir()) if path.suffix == ".fcs")
    for date in ("2024-03-04", "2024-03-11"):
        shutil.copy(file, raw / f"Doe_{date}.fcs")
    init(project, raw, *words)
    assert column(project, "day") == ["0", "7"]
    sheet = project / "config" / "samples.tsv"
    lines = [line.split("\t") for line in sheet.read_text(encoding="utf-8").splitlines()]
    at = lines[0].index("day")
    for line in lines:
        line[at] = dict(edits).get(line[at], line[at])
    sheet.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    shutil.copy(file, raw / "Doe_2024-04-22.fcs")
    init(project, raw, *words)
    assert column(project, "day")[-1] == day
    assert ("day" in column(project, "to_do")[-1].split()) == (not day)


def test_init__another_panel_later_is_added_to_the_config(real_data: Path, visits: Path, tmp_path: Path):
    project = tmp_path / "p"
    init(project, visits)
    config = project / "config" / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "seed: 7\n", encoding="utf-8")
    init(project, real_data / "euroflow" / "euroflow_01.fcs", "--batch", "lst")
    read = yaml.safe_load(config.read_text(encoding="utf-8"))
    assert read["strategy_of_panel"] == {"lst_display": "blood_lst", "panel1": "blood_hspc"}
    assert read["seed"] == 7
    assert rows(project)[-1]["batch"] == "lst"


def test_init__dates_become_treatment_days_and_stay_out_of_the_outputs(real_data: Path, tmp_path: Path, capsys):
    raw, project = tmp_path / "raw", tmp_path / "p"
    raw.mkdir()
    for name in ("Doe_2024-03-05", "Doe_2024-03-12", "Roe_2024-03-06"):
        shutil.copy(real_data / "timecourse" / "D0.fcs", raw / f"{name}.fcs")
    init(project, raw, "--pattern", "{any}_{date}", "--links")
    assert column(project, "sample_id") == ["d0", "d7", "d1"]
    init(tmp_path / "q", raw, "--pattern", "{patient}_{date}", "--links")
    assert column(tmp_path / "q", "day") == ["0", "7", "0"]
    assert column(tmp_path / "q", "sample_id") == ["Doe_d0", "Doe_d7", "Roe_d0"]
    assert column(tmp_path / "q", "fcs")[0] == "data/fcs/Doe_d0.fcs"
    assert (tmp_path / "q" / "data" / "fcs" / "Doe_d0.fcs").read_bytes()[:3] == b"FCS"
    written = [
        path for folder in (project, tmp_path / "q") for path in (folder / "config").rglob("*") if path.is_file()
    ]
    assert written
    for path in written:
        assert b"2024" not in path.read_bytes()
        # the day of acquisition in the file
        assert b"2019" not in path.read_bytes()
    assert "2024" not in capsys.readouterr().out


def test_init__every_data_set_of_a_file_has_its_row(real_data: Path, tmp_path: Path):
    init(tmp_path / "p", real_data / "vendors" / "Guava Muse.fcs")
    assert [(row["sample_id"], row["data_set"]) for row in rows(tmp_path / "p")] == [("s001_1", "1"), ("s001_2", "2")]


def test_init__an_acquisition_that_a_file_holds_twice_has_one_row(real_data: Path, tmp_path: Path, capsys):
    init(tmp_path / "p", real_data / "vendors" / "Beckman Coulter - Gallios.LMD", real_data / "vendors" / "coulter.lmd")
    assert [(row["sample_id"], row["data_set"]) for row in rows(tmp_path / "p")] == [("s001_2", "2"), ("s002_2", "2")]
    assert (
        "2 data sets without a row: the next of the same file holds the same events with more bits"
        in capsys.readouterr().out.splitlines()
    )


def test_init__a_file_that_is_rejected_has_no_row_and_is_told_without_its_name(real_data: Path, tmp_path: Path, capsys):
    init(tmp_path / "p", real_data / "damaged" / "aria_truncated.fcs", real_data / "timecourse" / "D0.fcs")
    assert column(tmp_path / "p", "sample_id") == ["s001"]
    assert capsys.readouterr().out.splitlines()[1] == (
        "data set 1 is rejected and has no row: truncated: $TOT says 10000 events, the file ends after 6052"
    )


def test_init__isotype_tube_of_the_same_channels_belongs_to_the_full_tubes_panel(tmp_path: Path, make_tube):
    full = make_tube("full", {"FL1-A": "CD45", "FL2-A": "CXCR4"})
    isotype = make_tube("control", {"FL1-A": "CD45", "FL2-A": "IgG1"})
    init(tmp_path / "p", isotype, full)
    assert [(row["panel"], row["control_type"], row["control_marker"]) for row in rows(tmp_path / "p")] == [
        ("panel1", "isotype", "CXCR4"),
        ("panel1", "none", ""),
    ]
    assert load_panel(tmp_path / "p" / "config" / "panels" / "panel1.yaml").dimensions >= {"CD45", "CXCR4"}


def test_init__panel_without_a_strategy_is_marked_and_told_by_check(
    real_data: Path, tmp_path: Path, monkeypatch, capsys
):
    init(tmp_path / "p", real_data / "gvhd" / "001.fcs", "--batch", "run1")
    said = capsys.readouterr().out.splitlines()
    assert "  no shipped strategy gates a population with these markers; config.yaml marks it" in said
    monkeypatch.chdir(tmp_path / "p")
    assert main(["check"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: config/config.yaml line 6, strategy_of_panel.panel1: is empty; fill it in, or remove the entry"
    ]


def test_init__faults_are_told_together_and_nothing_is_written(tmp_path: Path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["init", str(tmp_path / "p"), str(tmp_path / "empty"), "nothing.fcs"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"error: {tmp_path / 'empty'}: holds no file that ends in .fcs or .lmd; name the files",
        "error: nothing.fcs: there is no such file; correct the path",
    ]
    assert not (tmp_path / "p").exists()


def test_init__leaves_the_demo_alone(repository: Path, real_data: Path, tmp_path: Path, capsys):
    shutil.copytree(repository / "config", tmp_path / "config")
    before = (tmp_path / "config" / "samples.tsv").read_bytes()
    assert main(["init", str(tmp_path), str(real_data / "timecourse" / "D0.fcs")]) == 2
    where = tmp_path / "config" / "config.yaml"
    assert capsys.readouterr().err == f"error: {where}: is that of a simulated project; name another folder\n"
    assert (tmp_path / "config" / "samples.tsv").read_bytes() == before


def test_init__pattern_that_fits_no_name_is_told(real_data: Path, tmp_path: Path, capsys):
    given = ["init", str(tmp_path / "p"), str(real_data / "timecourse" / "D0.fcs"), "--pattern", "{patient}_{visit}"]
    assert main(given) == 2
    what = "no file's name is like '{patient}_{visit}'; compare it with the names; the ending .fcs does not count"
    assert capsys.readouterr().err == f"error: option --pattern: {what}\n"


@pytest.fixture
def make_tube(tmp_path: Path):
    """Return a function that writes a small file with labels of its own."""
    import numpy as np

    def make(name: str, stains: dict[str, str]) -> Path:
        channels = [WriteChannel("FSC-A"), WriteChannel("SSC-A"), *(WriteChannel(n, s) for n, s in stains.items())]
        path = tmp_path / f"{name}.fcs"
        write_fcs(path, np.ones((10, len(channels)), dtype=np.float32), channels)
        return path

    return make

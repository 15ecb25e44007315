"""`marrowgate inspect`: table, JSON and exit codes."""

import cProfile
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from marrowgate.cli import main
from marrowgate.fcs.write import WriteChannel, write_fcs

FIELDS = {
    "fcs", "data_set", "verdict", "reasons", "repairs", "fcs_version", "n_events", "n_channels", "cytometer",
    "has_spillover", "channels",
}  # fmt: skip


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.fcs"
    channels = [WriteChannel("FSC-A"), WriteChannel("PE-A", "CD34 PE"), WriteChannel("Time")]
    write_fcs(path, np.ones((7, 3)), channels, keywords={"$CYT": "LSRII", "$VOL": "1000"})
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.fcs"
    path.write_bytes(b"no FCS file")
    return path


def test_inspect__json_has_one_object_per_data_set(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "--json", str(good), str(bad)]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert set(first) >= FIELDS
    assert (first["fcs"], first["data_set"], first["verdict"]) == (str(good), 1, "accepted")
    assert (first["fcs_version"], first["n_events"], first["n_channels"], first["cytometer"]) == ("3.1", 7, 3, "LSRII")
    assert first["has_spillover"] is False
    assert [(entry["channel"], entry["marker"], entry["role"]) for entry in first["channels"]] == [
        ("FSC-A", "", "scatter"), ("PE-A", "CD34", "fluorescence"), ("Time", "", "time"),
    ]  # fmt: skip
    assert second["verdict"] == "rejected"
    assert second["reasons"] == [
        {"code": "not_fcs", "sentence": "the file does not begin with FCS and a version"},
    ]
    assert (second["n_events"], second["channels"]) == (0, [])


def test_inspect__table_has_one_row_per_data_set(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(good), str(bad)]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    header, first, second = (line.split("\t") for line in captured.out.splitlines())
    rows = [dict(zip(header, cells, strict=True)) for cells in (first, second)]
    assert rows[0]["verdict"] == "accepted"
    assert rows[0]["channels"] == "FSC-A (FSC-A), PE-A (CD34), Time (time)"
    assert rows[0]["facts"] == "$VOL=1000"
    assert (rows[1]["verdict"], rows[1]["reasons"]) == ("rejected", "not_fcs")


def test_inspect__strict_ends_with_3_when_rejected(good: Path, bad: Path) -> None:
    assert main(["inspect", "--strict", str(good)]) == 0
    assert main(["inspect", "--strict", str(good), str(bad)]) == 3
    assert main(["inspect", str(bad)]) == 0


def test_inspect__strict_lets_repaired_files_pass(tmp_path: Path) -> None:
    path = tmp_path / "repaired.fcs"
    write_fcs(path, np.ones((2, 1)), [WriteChannel("PE-A", amplification=(4, 1))])
    assert main(["inspect", "--strict", str(path)]) == 0


def test_inspect__missing_file_is_a_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(tmp_path / "none.fcs")]) == 0
    assert "missing_file" in capsys.readouterr().out


def test_inspect__panel_gives_roles_and_markers(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    panel = tmp_path / "panel.yaml"
    panel.write_text("channels:\n  - {channel: PE-A, marker: CXCR4, fluorochrome: PE}\n")
    assert main(["inspect", "--json", "--panel", str(panel), str(good)]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["channels"][1]["marker"] == "CXCR4"


PANEL = """\
channels:
  - {channel: FSC-A, scatter: FSC-A}
  - {channel: FSC-H, scatter: FSC-H}
  - {channel: Blue-A, aliases: [pe-a], marker: CXCR4, fluorochrome: PE}
  - {channel: APC-A, marker: CD38, fluorochrome: APC}
"""


def test_inspect__says_how_the_channels_of_panel_and_file_differ(
    good: Path, bad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = tmp_path / "panel.yaml"
    panel.write_text(PANEL)
    more = tmp_path / "more.fcs"
    write_fcs(more, np.ones((7, 3)), [WriteChannel("FSC-A"), WriteChannel("BV510-A", "CD45"), WriteChannel("X-A")])
    assert main(["inspect", "--panel", str(panel), str(good), str(more), str(bad)]) == 0
    header, *lines = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert header[-2:] == ["missing_in_file", "not_in_panel"]
    assert [line[-2:] for line in lines] == [
        ["FSC-H, APC-A (CD38)", "Time (time)"],
        ["FSC-H, Blue-A (CXCR4), APC-A (CD38)", "BV510-A (CD45), X-A"],
        ["", ""],
    ]
    assert main(["inspect", "--json", "--panel", str(panel), str(good)]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["missing_in_file"], found["not_in_panel"]) == (["FSC-H", "APC-A (CD38)"], ["Time (time)"])


def test_inspect__without_a_panel_has_no_columns_of_its_differences(
    good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", str(good)]) == 0
    assert "not_in_panel" not in capsys.readouterr().out


def test_inspect__wrong_panel_is_one_line_and_exit_2(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", "--panel", str(tmp_path / "none.yaml"), str(good)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "there is no such file" in error


@pytest.mark.parametrize("words", [["inspect"], ["inspect", "--wrong", "x.fcs"]])
def test_inspect__wrong_arguments_end_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_inspect__is_silent_when_piped_and_light(good: Path) -> None:
    code = (
        "import sys; from marrowgate.cli import main; main(['inspect', sys.argv[1]]);"
        "print([name for name in ('pandas', 'scipy', 'flowkit', 'matplotlib', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(good)], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "[]"


def test_inspect__its_work_grows_with_the_number_of_files_and_no_faster(
    good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", str(good)]) == 0  # imports
    few, many = (calls_of_inspect([good] * n) for n in (20, 400))
    assert many < 20 * few
    assert len(capsys.readouterr().out.splitlines()) == 2 + 21 + 401


def calls_of_inspect(files: list[Path]) -> int:
    """Return how many functions are called while files are inspected."""
    profile = cProfile.Profile()
    with profile:
        assert main(["inspect", *map(str, files)]) == 0
    return sum(entry.callcount for entry in profile.getstats())


def test_inspect__real_multi_set_files_have_a_row_for_each_set(
    real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["Guava Muse.fcs", "Beckman Coulter - Gallios.LMD", "coulter.lmd"]
    assert main(["inspect", "--json", *(str(real_data / "vendors" / name) for name in names)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(entry["data_set"], entry["n_events"]) for entry in found] == [
        (1, 7960), (2, 20897), (1, 26383), (2, 26383), (1, 18110), (2, 18110),
    ]  # fmt: skip

"""`marrowgate unmix` from raw files to files whose channels are fluorochromes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from marrowgate.cli import main
from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import read_fcs
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.settings.panel import load_panel
from marrowgate.tables import read_rows
from unit.signal.unmixing.spectral import experiment

PANEL = """
channels:
  - {channel: FSC-A, scatter: FSC-A}
  - {channel: BV421-A, marker: CD34, fluorochrome: BV421}
  - {channel: PE-A, marker: CD45, fluorochrome: PE}
  - {channel: APC-A, marker: CXCR4, fluorochrome: APC}
"""


def write_raw(path: Path, values: np.ndarray, file: FcsFile, voltage: float | None = None) -> Path:
    n = len(values)
    scatter = np.random.default_rng(1).normal(100_000, 10_000, n)
    channels = [WriteChannel("FSC-A"), WriteChannel("Time", range=1e6)]
    channels += [WriteChannel(one.name, range=4e6, kind="Raw_Fluorescence", voltage=voltage) for one in file.channels]
    events = np.column_stack([scatter, np.arange(n), values])
    write_fcs(
        path, events, channels, version="3.2", keywords={"$CYT": "Aurora", "$TIMESTEP": "0.01", "$OP": "somebody"}
    )
    return path


@pytest.fixture(scope="module")
def made():
    return experiment(21, n_dyes=3, n=2500)


@pytest.fixture
def words(made, tmp_path):
    (tmp_path / "panel.yaml").write_text(PANEL, encoding="utf-8")
    stains = [write_raw(tmp_path / f"stain{n}.fcs", file.events, file) for n, file in enumerate(made.stains)]
    blank = write_raw(tmp_path / "blank.fcs", made.unstained.events, made.unstained)
    sample = write_raw(tmp_path / "sample.fcs", made.observed, made.unstained)
    return [
        "unmix", "--panel", f"{tmp_path}/panel.yaml", "--stains", *map(str, stains), "--markers", "CD34", "PE", "APC-A",
        "--unstained", str(blank), "--out", f"{tmp_path}/unmixed", "--signatures", f"{tmp_path}/signatures.csv",
        "--checks", f"{tmp_path}/checks.tsv", str(sample),
    ]  # fmt: skip


def test_unmix__gives_files_that_are_gated_as_any_other(made, words, tmp_path):
    assert main(words) == 0
    file = read_fcs(tmp_path / "unmixed" / "sample.fcs", panel=load_panel(tmp_path / "panel.yaml"))
    assert (file.version, file.verdict.status, file.cytometer) == ("3.2", "accepted", "Aurora")
    by_marker = {channel.marker: channel for channel in file.channels if channel.marker}
    assert [by_marker[name].fluorochrome for name in ("CD34", "CD45", "CXCR4")] == ["BV421", "PE", "APC"]
    assert all(channel.compensated for channel in by_marker.values())
    assert [channel.name for channel in file.channels if channel.role != "fluorescence"] == ["FSC-A", "Time"]
    assert "AF1" in {channel.name for channel in file.channels}
    found = file.events[:, [by_marker[name].index for name in ("CD34", "CD45", "CXCR4")]]
    stained = made.truth > 1000
    for place in range(3):
        part = stained[:, place]
        assert np.median(found[part, place] / made.truth[part, place]) == pytest.approx(1, abs=0.02)
    assert b"somebody" not in (tmp_path / "unmixed" / "sample.fcs").read_bytes()


def test_unmix__writes_signatures_and_checks(words, tmp_path):
    assert main(words) == 0
    lines = (tmp_path / "signatures.csv").read_text(encoding="utf-8").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["", "BV421-A", "PE-A", "APC-A", "AF1"]
    assert lines[0].split(",")[1:4] == ["D1-A", "D2-A", "D3-A"]
    rows = read_rows(tmp_path / "checks.tsv")
    assert [row["check"] for row in rows] == ["unmixing_condition", "unmixing_likeness", "unmixing_hot_spot"]


def test_unmix__all_faults_of_the_options_at_once(words, tmp_path, capsys):
    words[words.index("PE")] = "CD43"
    assert main([*words[:-1], str(tmp_path / "missing.fcs")]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"error: {tmp_path}/missing.fcs: there is no such file; correct the path",
        "error: option --markers: the panel has no stained channel 'CD43'; name a marker of the panel",
    ]


def test_unmix__a_file_that_cannot_be_unmixed_stops_no_other(made, words, tmp_path, capsys):
    few = replace(made.unstained, channels=made.unstained.channels[2:])
    lacking = write_raw(tmp_path / "lacking.fcs", made.observed[:, 2:], few)
    broken = tmp_path / "broken.fcs"
    broken.write_bytes(b"no FCS file")
    assert main([*words[:-1], str(lacking), str(broken), words[-1]]) == 2
    rejected = "the file is rejected: the file does not begin with FCS and a version; give a file that can be read"
    assert capsys.readouterr().err.splitlines() == [
        f"error: {lacking}: has no detector D1-A, D2-A; give files of one instrument at the same settings",
        f"error: {broken}: {rejected}",
    ]
    assert [path.name for path in (tmp_path / "unmixed").iterdir()] == ["sample.fcs"]


def test_unmix__signatures_hold_at_the_settings_of_their_controls_alone(made, words, tmp_path, capsys):
    write_raw(tmp_path / "blank.fcs", made.unstained.events, made.unstained, voltage=400)
    other = write_raw(tmp_path / "other.fcs", made.observed, made.unstained, voltage=450)
    same = write_raw(tmp_path / "same.fcs", made.observed, made.unstained, voltage=400)
    assert main([*words[:-1], str(other), str(same)]) == 2
    assert capsys.readouterr().err == (
        f"error: {other}: was acquired at another voltage than the controls (D1-A 450, not 400; D2-A 450, not 400; "
        "D3-A 450, not 400); give files of one instrument at the same settings\n"
    )
    assert [path.name for path in (tmp_path / "unmixed").iterdir()] == ["same.fcs"]


def test_unmix__stains_that_cannot_be_told_apart_are_a_fault_of_the_controls(words, tmp_path, capsys):
    place = words.index("--stains") + 1
    words[place + 1] = words[place]
    assert main(words) == 2
    assert "give other controls" in capsys.readouterr().err
    assert not (tmp_path / "unmixed").exists()

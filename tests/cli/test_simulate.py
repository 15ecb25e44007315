import filecmp
import subprocess
import sys
from pathlib import Path

import flowio
import numpy as np
import pyarrow.parquet as pq
import pytest

from marrowgate.cli import main


@pytest.fixture(autouse=True)
def _in_repository(repository, monkeypatch):
    monkeypatch.chdir(repository)


def one_tube(folder, name="T01_v2_hspc", panel="hspc", *more):
    return [
        "simulate", "--scenario", "demo", "--seed", "20170405", "--panel", f"config/panels/{panel}.yaml", *more,
        "--sample-id", name, "--fcs", str(folder / f"{name}.fcs"), "--truth", str(folder / f"{name}.truth.parquet"),
    ]  # fmt: skip


def test_one_tube__has_a_truth_row_for_every_event(tmp_path):
    assert main(one_tube(tmp_path)) == 0
    data = flowio.FlowData(str(tmp_path / "T01_v2_hspc.fcs"))
    assert data.version == "3.1"
    assert data.event_count == 40_000
    assert pq.read_table(tmp_path / "T01_v2_hspc.truth.parquet").num_rows == 40_000


def test_one_tube__is_the_same_from_another_process_and_from_the_whole_cohort(tmp_path):
    arguments = one_tube(tmp_path / "a", "D02_v3_immature", "immature", "--events", "400")
    subprocess.run([sys.executable, "-m", "marrowgate", *arguments], check=True)
    cohort = ["simulate", "--scenario", "demo", "--seed", "20170405", "--out", str(tmp_path), "--files"]
    assert main([*cohort, "--events", "400", "--jobs", "2"]) == 0
    for suffix in (".fcs", ".truth.parquet"):
        name = f"D02_v3_immature{suffix}"
        assert filecmp.cmp(tmp_path / "a" / name, tmp_path / "data" / "demo" / name, shallow=False)


def test_one_tube__on_another_instrument_has_its_layout_and_the_same_truth(tmp_path):
    for folder, more in (("home", ()), ("other", ("--instrument", "fc500"))):
        assert main(one_tube(tmp_path / folder, "T01_v2_hspc", "hspc", "--events", "400", *more)) == 0
    assert flowio.FlowData(str(tmp_path / "other" / "T01_v2_hspc.fcs")).text["p7e"] == "4,0"
    tables = [pq.read_table(tmp_path / name / "T01_v2_hspc.truth.parquet") for name in ("home", "other")]
    assert tables[0].equals(tables[1])


def test_cohort__writes_sheets_and_truth_without_files(tmp_path):
    assert main(["simulate", "--scenario", "published", "--seed", "7", "--out", str(tmp_path)]) == 0
    made = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert made == {
        "config/samples.tsv", "config/patients.tsv", "config/measurements.tsv", "config/toxicity.tsv",
        "truth/samples.tsv", "truth/patients.tsv", "truth/measurements.tsv", "truth/troubles.tsv",
    }  # fmt: skip


def test_cohort__realised_truth_is_filled_in_with_files(tmp_path):
    main(["simulate", "--scenario", "demo", "--seed", "7", "--out", str(tmp_path), "--files", "--events", "400"])
    lines = (tmp_path / "truth" / "samples.tsv").read_text().splitlines()
    header = lines[0].split("\t")
    place = header.index("realised_n_events")
    assert len(lines) > 1000
    assert all(line.split("\t")[place] != "" for line in lines[1:])


def test_several_samples__are_each_the_same_as_alone(tmp_path):
    alone = {"T01_v2_hspc": "hspc", "D02_v3_immature": "immature", "T01_v2_fmo": "hspc"}
    for name, panel in alone.items():
        assert main(one_tube(tmp_path / "alone", name, panel, "--events", "400")) == 0
    folder = tmp_path / "together"
    files = [[str(folder / f"{name}{suffix}") for name in alone] for suffix in (".fcs", ".truth.parquet")]
    panels = ["--panel", "config/panels/hspc.yaml", "config/panels/immature.yaml"]
    words = ["simulate", "--scenario", "demo", "--seed", "20170405", "--events", "400", *panels]
    assert main([*words, "--sample-id", *alone, "--fcs", *files[0], "--truth", *files[1]]) == 0
    for name in [Path(path).name for path in files[0] + files[1]]:
        assert filecmp.cmp(tmp_path / "alone" / name, folder / name, shallow=False)


@pytest.mark.parametrize("option", ["--fcs", "--truth"])
def test_several_samples__need_a_file_each(tmp_path, capsys, option):
    words = [*one_tube(tmp_path), option, str(tmp_path / "a"), str(tmp_path / "b")]
    assert main(words) == 2
    told = "2 files are given for 1 samples; give one for each sample, in the same order"
    assert capsys.readouterr().err == f"error: option {option}: {told}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--scenario", "demo", "--seed", "1"],
            "single samples (--sample-id) or a whole cohort (--out) must be asked for",
        ),
        (["--scenario", "nope", "--seed", "1", "--out", "x"], "there is no scenario 'nope'; use one of demo"),
        (["--scenario", "demo", "--seed", "1", "--sample-id", "X"], "needs --panel too; add --panel"),
    ],
)
def test_wrong_options__end_with_2_and_one_line(capsys, arguments, message):
    assert main(["simulate", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_unknown_sample__ends_with_2_and_makes_nothing(tmp_path, capsys):
    assert main(one_tube(tmp_path, "T99_v1_hspc")) == 2
    assert "has no sample 'T99_v1_hspc'; use a sample_id of its sheet, such as T01_v1_hspc" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_wrong_panel__ends_with_2(tmp_path, capsys):
    assert main(one_tube(tmp_path, "T01_v2_hspc", "immature")) == 2
    assert "is stained with panel 'hspc', not 'immature'; give hspc.yaml" in capsys.readouterr().err


def test_event_count__must_be_a_positive_number(tmp_path):
    with pytest.raises(SystemExit) as stopped:
        main(one_tube(tmp_path, "T01_v2_hspc", "hspc", "--events", "0"))
    assert stopped.value.code == 2


def test_integers__are_whole_and_not_negative(tmp_path):
    assert (
        main(one_tube(tmp_path, "T01_v2_hspc", "hspc", "--datatype", "I", "--byteord", "big", "--events", "500")) == 0
    )
    data = flowio.FlowData(str(tmp_path / "T01_v2_hspc.fcs"))
    assert data.data_type == "I"
    assert data.text["byteord"] == "4,3,2,1"
    assert np.min(data.events) == 0

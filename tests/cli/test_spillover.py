"""`marrowgate spillover` on single stains of the simulator."""

import argparse

import numpy as np
import pytest

from marrowgate.cli import main
from marrowgate.errors import UserError
from marrowgate.fcs.read import read_header
from marrowgate.measure.record import read_record
from marrowgate.no_result import NoResult, read_no_result
from marrowgate.settings.panel import load_panel
from marrowgate.signal.spillover.matrix_csv import read_spillover
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind
from marrowgate.steps import spillover
from marrowgate.tables import read_rows

MARKERS = ("CD38", "CXCR4", "CD34", "CD14", "CD235a", "CD45")


@pytest.fixture(scope="module")
def tubes(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    plan = make_plan("published", 7)
    names = [f"B1_hspc_only_{marker}" for marker in MARKERS] + ["B1_hspc_unstained"]
    for name in names:
        sample = find_sample(plan, name)
        write_sample(
            plan,
            sample,
            repository / "config" / "panels",
            folder / f"{name}.fcs",
            None,
            n_events=4000,
            kind=FileKind(),
        )
    return folder


def arguments(repository, tubes, out, *more, markers=MARKERS, stains=None):
    files = stains or [tubes / f"B1_hspc_only_{marker}.fcs" for marker in MARKERS]
    parser = argparse.ArgumentParser()
    spillover.add_arguments(parser)
    words = ["--panel", repository / "config" / "panels" / "hspc.yaml", "--batch", "B1", "--stains", *files]
    words += ["--markers", *markers, "--unstained", tubes / "B1_hspc_unstained.fcs"]
    words += ["--out", out / "B1.csv", "--checks", out / "B1.tsv", *more]
    return parser.parse_args([str(word) for word in words])


def test_spillover__matrix_of_single_stains_is_the_true_one(repository, tubes, tmp_path):
    assert spillover.run(arguments(repository, tubes, tmp_path)) == 0
    found = read_spillover(tmp_path / "B1.csv")
    panel = load_panel(repository / "config" / "panels" / "hspc.yaml")
    true = read_header(tubes / "B1_hspc_unstained.fcs", panel=panel).spillover
    assert found.labels == true.labels
    stained = [row for row, label in enumerate(found.labels) if label != "PerCP-Cy5-5-A"]
    assert np.abs(found.matrix[stained] - true.matrix[stained]).max() < 0.005
    # 7-AAD was not given: its row is left without spillover
    assert found.matrix[found.labels.index("PerCP-Cy5-5-A")].sum() == 1.0
    checks = read_rows(tmp_path / "B1.tsv")
    assert {row["batch"] for row in checks} == {"B1"}
    separations = {row["sample_id"]: row for row in checks if row["check"].startswith("stain_separation")}
    assert set(separations) == set(MARKERS)
    assert {row["verdict"] for row in separations.values()} == {"ok"}
    residuals = [row for row in checks if row["check"].startswith("residual_pct")]
    assert len(residuals) == len(MARKERS) * 6
    assert max(abs(row["value"]) for row in residuals) < 1.0


def test_spillover__given_matrix_is_checked_against_the_stains(repository, tubes, tmp_path):
    spillover.run(arguments(repository, tubes, tmp_path))
    matrix = (tmp_path / "B1.csv").read_text(encoding="utf-8").splitlines()
    wrong = [matrix[0], *(_without_spill(line) for line in matrix[1:])]
    (tmp_path / "wrong.csv").write_text("\n".join(wrong), encoding="utf-8")
    args = arguments(repository, tubes, tmp_path, "--matrix", str(tmp_path / "wrong.csv"), "--strict")
    assert spillover.run(args) == 3
    flagged = {row["check"]: row for row in read_rows(tmp_path / "B1.tsv") if row["verdict"] == "flagged"}
    row = flagged["residual_pct_FITC-A_PE-A"]
    assert row["sample_id"] == "CD38"
    assert row["value"] > 5
    assert "too little of FITC-A is taken from PE-A" in row["reason"]


def _without_spill(line):
    name, *cells = line.split(",")
    return ",".join([name, *("1" if cell == "1" else "0" for cell in cells)])


def test_spillover__rejected_stain_is_a_finding_and_the_others_are_used(repository, tubes, tmp_path):
    (tmp_path / "broken.fcs").write_bytes(b"not an FCS file")
    files = [tmp_path / "broken.fcs", *(tubes / f"B1_hspc_only_{marker}.fcs" for marker in MARKERS[1:])]
    assert spillover.run(arguments(repository, tubes, tmp_path, stains=files)) == 0
    row = next(row for row in read_rows(tmp_path / "B1.tsv") if row["sample_id"] == "CD38")
    assert row["verdict"] == "flagged"
    assert row["reason"].startswith("no spillover could be computed: ")
    found = read_spillover(tmp_path / "B1.csv")
    assert found.matrix[found.labels.index("FITC-A")].sum() == 1.0
    assert found.matrix[found.labels.index("PE-A")].sum() > 1.05


def test_spillover__names_that_nothing_measures_are_told_together(repository, tubes, tmp_path):
    names = ("CD999", "CXCR4", "CXCR4", *MARKERS[3:])
    with pytest.raises(UserError) as caught:
        spillover.run(arguments(repository, tubes, tmp_path, markers=names))
    first, second = (str(fault) for fault in caught.value.faults)
    what = "no channel of the panel has the marker, fluorochrome or name 'CD999'"
    assert first == f"option --markers: {what}; name it as the panel does"
    assert second == "option --markers: 'CXCR4' is a second stain of PE-A; keep one of them"
    assert not (tmp_path / "B1.csv").exists()


def test_spillover__lists_of_unequal_length_are_refused(repository, tubes, tmp_path):
    args = arguments(repository, tubes, tmp_path, "--data-sets", "1", "1", markers=("CD38",))
    with pytest.raises(UserError) as caught:
        spillover.run(args)
    assert [str(fault) for fault in caught.value.faults] == [
        "option --markers: has 1 entries for 6 stains; give one entry for each stain",
        "option --data-sets: has 2 entries for 6 stains; give one entry for each stain",
    ]


def test_spillover__nothing_to_compute_from_is_refused(repository, tmp_path):
    parser = argparse.ArgumentParser()
    spillover.add_arguments(parser)
    words = ["--panel", "p.yaml", "--batch", "B1", "--out", "o.csv", "--checks", "c.tsv"]
    with pytest.raises(UserError, match="there is nothing to compute from; give --stains or --matrix"):
        spillover.run(parser.parse_args(words))


def test_spillover__singular_matrix_names_file_and_detectors(repository, tubes, tmp_path):
    (tmp_path / "s.csv").write_text("FITC-A,PE-A\n1,1\n1,1\n", encoding="utf-8")
    args = arguments(repository, tubes, tmp_path, "--matrix", str(tmp_path / "s.csv"))
    with pytest.raises(UserError, match=r"s\.csv: the spillover matrix of FITC-A, PE-A is singular"):
        spillover.run(args)


def test_spillover__every_stain_rejected_is_refused_and_no_sample_of_the_batch_is_gated_with_it(
    repository, tubes, tmp_path, real_data
):
    """An identity matrix would leave the batch uncompensated without a word."""
    bad = [real_data / "damaged" / "aria_truncated.fcs"] * len(MARKERS)
    assert spillover.run(arguments(repository, tubes, tmp_path, stains=bad)) == 0
    reasons = "spillover_refused: no single stain can be used"
    assert read_no_result(tmp_path / "B1.csv") == NoResult("rejected", reasons)
    rows = read_rows(tmp_path / "B1.tsv")
    assert {row["verdict"] for row in rows} == {"flagged"}
    assert [row["check"] for row in rows] == [*(f"stain_separation_{marker}" for marker in MARKERS), "spillover_usable"]
    assert rows[-1]["reason"] == reasons
    shared = ["--sample-id", "s", "--fcs", str(tubes / "B1_hspc_unstained.fcs"), "--spillover", "matrix"]
    shared += ["--panel", str(repository / "config" / "panels" / "hspc.yaml"), "--matrix", str(tmp_path / "B1.csv")]
    shared += ["--strategy", str(repository / "config" / "strategies" / "blood_hspc.yaml")]
    files = {
        name: str(tmp_path / name) for name in ("f.json", "s.json", "g.xml", "g.tsv", "e.parquet", "p.json", "r.json")
    }
    assert main(["fit", *shared, "--out", files["f.json"], "--stability", files["s.json"], "--strict"]) == 3
    words = ["gate", *shared, "--fit", files["f.json"], "--stability", files["s.json"], "--consensus", files["f.json"]]
    words += ["--gates-xml", files["g.xml"], "--gates-tsv", files["g.tsv"], "--events", files["e.parquet"]]
    assert main([*words, "--pictures", files["p.json"], "--record", files["r.json"]]) == 0
    record = read_record(tmp_path / "r.json")
    assert (record.manifest["verdict"], record.manifest["reasons"], record.counts) == ("rejected", reasons, ())


def test_spillover__a_stain_without_its_channel_is_a_finding_and_the_others_make_the_matrix(
    repository, tubes, tmp_path, real_data
):
    files = [tubes / f"B1_hspc_only_{marker}.fcs" for marker in MARKERS]
    files[0] = real_data / "timecourse" / "D0.fcs"
    assert spillover.run(arguments(repository, tubes, tmp_path, stains=files)) == 0
    rows = read_rows(tmp_path / "B1.tsv")
    told = {row["sample_id"]: (row["verdict"], row["reason"]) for row in rows if "separation" in row["check"]}
    what = "no spillover could be computed: the file has no channel APC-Cy7-A"
    assert told == {"CD38": ("flagged", what), **dict.fromkeys(MARKERS[1:], ("ok", ""))}
    assert read_no_result(tmp_path / "B1.csv") is None

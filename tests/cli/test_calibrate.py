"""`marrowgate calibrate` on bead samples of the simulator."""

import argparse

import pytest

from marrowgate.errors import UserError
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind
from marrowgate.simulate.optics.particles import RAINBOW_LEVELS
from marrowgate.steps import calibrate
from marrowgate.tables import read_rows

PE_LOT = "lot: PE01\nunit: PE molecules per bead\nkinds: 4\nvalues: {PE: [520, 5600, 24500, 64000]}\n"


@pytest.fixture(scope="module")
def beads(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("beads")
    plan = make_plan("published", 7)
    for name in ("B1_hspc_pe_beads", "B1_hspc_rainbow"):
        sample = find_sample(plan, name)
        panels = repository / "config" / "panels"
        write_sample(plan, sample, panels, folder / f"{name}.fcs", None, n_events=6000, kind=FileKind())
    (folder / "PE01.yaml").write_text(PE_LOT, encoding="utf-8")
    return folder


def run(repository, beads, out, *more, fcs="B1_hspc_pe_beads.fcs", bead_lot="PE01"):
    parser = argparse.ArgumentParser()
    calibrate.add_arguments(parser)
    words = ["--fcs", beads / fcs, "--panel", repository / "config" / "panels" / "hspc.yaml", "--batch", "B1"]
    words += ["--bead-lots", bead_lot, "--lots", beads / "PE01.yaml", "--out", out / "B1.tsv", *more]
    return calibrate.run(parser.parse_args([str(word) for word in words]))


def test_calibrate__writes_peaks_and_line_of_every_channel(repository, beads, tmp_path):
    assert run(repository, beads, tmp_path) == 0
    rows = read_rows(tmp_path / "B1.tsv")
    pe = [row for row in rows if row["channel"] == "PE-A"]
    assert [row["peak"] for row in pe] == [1, 2, 3, 4]
    assert [row["assigned"] for row in pe] == [520, 5600, 24_500, 64_000]
    assert {row["status"] for row in pe} == {"ok"}
    assert all(abs(row["left_out_pct"]) < 5 for row in pe)
    assert pe[0]["slope"] == pytest.approx(1.0, abs=0.02)
    others = [row for row in rows if row["channel"] != "PE-A"]
    assert {row["status"] for row in others} == {"no_table"}
    assert {row["slope"] for row in others} == {None}
    assert len(rows) == 7 * 4
    header = (tmp_path / "B1.tsv").read_text(encoding="utf-8").splitlines()[0].split("\t")
    assert header[:7] == ["batch", "sample_id", "bead_lot", "channel", "peak", "n_events", "median_fi"]


def test_calibrate__beads_of_another_lot_are_refused(repository, beads, tmp_path, caplog):
    # eight kinds of rainbow beads, cut into the four that the lot should have, do not lie on its line
    assert run(repository, beads, tmp_path, "--strict", fcs="B1_hspc_rainbow.fcs") == 3
    rows = [row for row in read_rows(tmp_path / "B1.tsv") if row["channel"] == "PE-A"]
    assert {row["status"] for row in rows} == {"refused"}


def test_calibrate__file_that_cannot_be_read_is_refused_with_its_reason(repository, beads, tmp_path, caplog):
    (beads / "broken.fcs").write_bytes(b"not an FCS file")
    assert run(repository, beads, tmp_path, fcs="broken.fcs") == 0
    (row,) = read_rows(tmp_path / "B1.tsv")
    assert (row["channel"], row["status"], row["reason"]) == ("PE", "refused", "the file is rejected")
    assert "B1: PE01: PE: refused: the file is rejected" in caplog.text
    assert run(repository, beads, tmp_path, "--strict", fcs="broken.fcs") == 3


def test_calibrate__file_of_another_lot_is_the_users_fault(repository, beads, tmp_path):
    with pytest.raises(UserError, match="it describes lot 'PE01', the bead sample has lot 'PE02'; give the file of"):
        run(repository, beads, tmp_path, bead_lot="PE02")
    assert not (tmp_path / "B1.tsv").exists()


RAINBOW_LOT = (
    "lot: RAINBOW01\nunit: light over the reference\nkinds: 8\n"
    f"values: {{FITC: {[float(level) for level in RAINBOW_LEVELS]}}}\n"
)


def several(repository, beads, out, *more, lots=("PE01", "RAINBOW01"), rainbow=RAINBOW_LOT):
    (beads / "RAINBOW01.yaml").write_text(rainbow, encoding="utf-8")
    parser = argparse.ArgumentParser()
    calibrate.add_arguments(parser)
    words = ["--fcs", beads / "B1_hspc_pe_beads.fcs", beads / "B1_hspc_rainbow.fcs", "--sample-ids", "pe", "rainbow"]
    words += ["--panel", repository / "config" / "panels" / "hspc.yaml", "--batch", "B1", "--bead-lots", *lots]
    words += ["--lots", beads / "PE01.yaml", beads / "RAINBOW01.yaml", "--out", out / "B1.tsv", *more]
    return calibrate.run(parser.parse_args([str(word) for word in words]))


def statuses(path):
    return {(row["sample_id"], row["channel"]): (row["status"], row["reason"]) for row in read_rows(path)}


def test_calibrate__two_lots_calibrate_the_channels_that_each_can(repository, beads, tmp_path):
    assert several(repository, beads, tmp_path, "--strict") == 0
    found = statuses(tmp_path / "B1.tsv")
    assert {key for key, (status, _) in found.items() if status == "ok"} == {("pe", "PE-A"), ("rainbow", "FITC-A")}


def test_calibrate__two_lots_that_contradict_each_other_are_refused(repository, beads, tmp_path, caplog):
    contrary = RAINBOW_LOT.replace("{FITC:", "{PE:")
    assert several(repository, beads, tmp_path, "--strict", rainbow=contrary) == 3
    found = statuses(tmp_path / "B1.tsv")
    reason = (
        "lot PE01 (PE molecules per bead) and lot RAINBOW01 (light over the reference) both calibrate it, "
        "in different units: keep the values of one of them"
    )
    assert found["pe", "PE-A"] == found["rainbow", "PE-A"] == ("refused", reason)
    assert f"B1: pe: PE-A: refused: {reason}" in caplog.text


def test_calibrate__lists_of_unequal_length_and_wrong_lots_are_told_together(repository, beads, tmp_path):
    with pytest.raises(UserError) as told:
        several(repository, beads, tmp_path, "--data-sets", "1", lots=("PE01",))
    assert str(told.value) == (
        "option --data-sets: 1 entries for 2 bead samples; give one for each sample\n"
        "option --bead-lots: 1 entries for 2 bead samples; give one for each sample"
    )
    with pytest.raises(UserError) as told:
        several(repository, beads, tmp_path, lots=("PE02", "RAINBOW02"))
    assert str(told.value).count("; give the file of that lot") == 2

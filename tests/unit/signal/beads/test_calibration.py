"""Calibration of a batch: lots, judgement, rows."""

import re
from dataclasses import replace

import numpy as np
import pytest

from marrowgate.errors import UserError
from marrowgate.signal.beads.calibration import CalibrationLimits, calibrate, calibration_rows, lines_from_rows
from marrowgate.signal.beads.lots import BeadLot, load_bead_lot
from marrowgate.tables import read_rows, write_table

LIMITS = CalibrationLimits(slope_tolerance=0.1, min_r_squared=0.99, max_left_out_pct=15.0)
MOLECULES = (520.0, 5600.0, 24_500.0, 64_000.0)
LOT = BeadLot(lot="PE01", unit="PE molecules per bead", kinds=4, values={"PE": MOLECULES})


def pe_beads(make_file, signals, n=4000, markers=None):
    rng = np.random.default_rng(1)
    light = np.array(signals)[rng.integers(0, len(signals), n)]
    columns = {"FSC-A": 9e4 * rng.lognormal(0, 0.06, n), "SSC-A": 6e4 * rng.lognormal(0, 0.06, n)}
    columns["FITC-A"] = 0.01 * light + rng.normal(0, 30, n)
    columns["PE-A"] = light * rng.lognormal(0, 0.06, n) + rng.normal(0, 30, n)
    return make_file(columns, markers or {"PE-A": "PE"})


def by_channel(channels):
    return {channel.channel: channel for channel in channels}


def test_calibrate__quantibrite_line_is_recovered(make_file):
    found = by_channel(calibrate(pe_beads(make_file, 1.6 * np.array(MOLECULES)), LOT, LIMITS))
    pe = found["PE-A"]
    assert (pe.status, pe.reason) == ("ok", "")
    assert pe.line.slope == pytest.approx(1.0, abs=0.01)
    assert pe.line.molecules(np.array([1600.0]))[0] == pytest.approx(1000, rel=0.02)
    assert [peak.assigned for peak in pe.peaks] == list(MOLECULES)
    assert [peak.left_out for peak in pe.peaks] == pytest.approx(MOLECULES, rel=0.05)
    assert sum(peak.n_events for peak in pe.peaks) > 3000


def test_calibrate__channel_without_a_table_keeps_its_peaks(make_file):
    fitc = by_channel(calibrate(pe_beads(make_file, 1.6 * np.array(MOLECULES)), LOT, LIMITS))["FITC-A"]
    assert fitc.status == "no_table"
    assert fitc.line is None
    assert len(fitc.peaks) == 4


def test_calibrate__slope_that_is_off_is_refused_with_its_number(make_file):
    signals = np.array(MOLECULES) ** 1.3 / 20
    pe = by_channel(calibrate(pe_beads(make_file, signals), LOT, LIMITS))["PE-A"]
    assert pe.status == "refused"
    assert pe.line is None
    assert re.fullmatch(r"the slope is 0\.7[67]\d, 1 within 0\.1 is wanted", pe.reason)


def test_calibrate__peak_that_is_off_is_flagged(make_file):
    signals = 1.6 * np.array(MOLECULES) * np.array([1, 1, 1.25, 1])
    pe = by_channel(calibrate(pe_beads(make_file, signals), LOT, LIMITS))["PE-A"]
    assert pe.status == "flagged"
    assert "the line through the other peaks misses" in pe.reason
    assert pe.reason.endswith("is the lot right?")


def test_calibrate__missing_peaks_are_refused(make_file):
    (pe,) = calibrate(pe_beads(make_file, 1.6 * np.array(MOLECULES[:2])), LOT, LIMITS)
    assert (pe.channel, pe.status) == ("PE-A", "refused")
    assert pe.reason == "2 kinds of bead are told apart, the lot has 4"


def test_calibrate__lot_for_another_channel_is_refused(make_file):
    file = pe_beads(make_file, 1.6 * np.array(MOLECULES), markers={"PE-A": "CXCR4"})
    found = by_channel(calibrate(file, LOT, LIMITS))
    assert found["PE"].status == "refused"
    assert "no channel has this name, marker or fluorochrome" in found["PE"].reason
    assert found["PE-A"].status == "no_table"


def test_calibration_rows__line_is_read_back_from_the_table(make_file, tmp_path):
    channels = calibrate(pe_beads(make_file, 1.6 * np.array(MOLECULES)), LOT, LIMITS)
    write_table(tmp_path / "c.tsv", "calibration", calibration_rows("B1", LOT, channels))
    rows = [{**row, "sample_id": "beads"} for row in read_rows(tmp_path / "c.tsv")]
    assert {row["batch"] for row in rows} == {"B1"}
    assert len(rows) == 8
    (line,) = lines_from_rows(rows).values()
    own = by_channel(channels)["PE-A"].line
    assert vars(replace(line, unit="")) == pytest.approx(vars(own))
    assert line.unit == LOT.unit


def test_calibration_rows__refused_channel_is_a_row_without_numbers(make_file, tmp_path):
    channels = calibrate(pe_beads(make_file, 1.6 * np.array(MOLECULES[:2])), LOT, LIMITS)
    write_table(tmp_path / "c.tsv", "calibration", calibration_rows("B1", LOT, channels))
    (row,) = read_rows(tmp_path / "c.tsv")
    assert (row["status"], row["peak"], row["slope"]) == ("refused", None, None)
    assert lines_from_rows([row]) == {}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ("[1, 2, 3]", "'PE' has 3 values for 4 kinds of bead"),
        ("[1, 3, 2, 4]", "the values of 'PE' do not rise from one kind of bead to the next"),
        ("[0, null, 2, 4]", "'PE' has fewer than 3 values above 0"),
    ],
)
def test_load_bead_lot__wrong_tables_are_told(tmp_path, values, sentence):
    path = tmp_path / "PE01.yaml"
    path.write_text(f"lot: PE01\nunit: PE molecules\nkinds: 4\nvalues: {{PE: {values}}}\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_bead_lot(path)
    assert sentence in str(caught.value)


def test_load_bead_lot__blank_and_unknown_kinds(tmp_path):
    path = tmp_path / "R.yaml"
    path.write_text("lot: R\nunit: MEFL\nkinds: 5\nvalues: {FITC: [0, null, 800, 2000, 7000]}\n", encoding="utf-8")
    assert load_bead_lot(path).values == {"FITC": (0, None, 800, 2000, 7000)}

"""Eight-peak rainbow beads measured on a log amplifier, stored as 24-bit integers."""

import re

import numpy as np
import openpyxl
import pytest

from marrowgate.fcs.read import read_fcs
from marrowgate.signal.beads.calibration import CalibrationLimits, calibrate
from marrowgate.signal.beads.lots import BeadLot
from marrowgate.signal.beads.peaks import find_peaks

LIMITS = CalibrationLimits(slope_tolerance=0.1, min_r_squared=0.99, max_left_out_pct=15.0)
# the lot that Beads006.fcs was measured with, as published with the file in the example script of FlowCal (MIT);
# the workbook beside it describes other lots
OWN_LOT = (0, 646, 1704, 4827, 15_991, 47_609, 135_896, 273_006)
# lot AJ01 of the workbook, measured in sample001.fcs
OTHER_LOT = (0, 792, 2079, 6588, 16_471, 47_497, 137_049, 271_647)


def fl1(real_data, name, values):
    lot = BeadLot(lot="L", unit="MEFL", kinds=8, values={"FL1": values})
    channels = calibrate(read_fcs(real_data / "beads" / name), lot, LIMITS)
    return next(channel for channel in channels if channel.channel == "FL1")


def test_find_peaks__eight_kinds_in_equal_shares(real_data):
    for name in ("Beads006.fcs", "sample001.fcs"):
        found = find_peaks(read_fcs(real_data / "beads" / name), 8)
        assert np.bincount(found.kind) / found.kind.size == pytest.approx(np.full(8, 1 / 8), abs=0.01)


def test_calibrate__each_peak_is_recovered_when_left_out(real_data):
    found = fl1(real_data, "Beads006.fcs", OWN_LOT)
    assert found.status == "ok"
    *below, brightest = found.peaks
    for peak in below[1:]:
        assert peak.left_out == pytest.approx(peak.assigned, rel=0.10)
    # the blank has no value to be near to in per cent: it is near 0 against the dimmest bead that carries something
    assert abs(below[0].left_out) < 0.15 * below[1].assigned
    # the brightest bead is pressed against the top of the converter and is not used
    assert brightest.left_out is None
    assert found.line.high == below[-1].median_fi


def workbook_lots(real_data):
    """Return the MEF values of FL1 of the lots in the workbook that came with the files."""
    sheet = openpyxl.load_workbook(real_data / "beads" / "experiment.xlsx", read_only=True)["Beads"]
    header, *rows = sheet.iter_rows(values_only=True)
    lot, values = header.index("Beads Lot"), header.index("FL1 MEF Values")
    return {row[lot]: tuple(float(value) for value in row[values].split(",")) for row in rows}


@pytest.mark.parametrize("lot", ["AJ01", "AK02"])
def test_calibrate__tables_of_the_workbook_do_not_fit_and_that_is_noticed(real_data, lot):
    found = fl1(real_data, "Beads006.fcs", workbook_lots(real_data)[lot])
    off = [100 * (peak.left_out / peak.assigned - 1) for peak in found.peaks[1:7]]
    assert 20 < max(map(abs, off)) < 30
    assert found.status == "flagged"
    assert re.fullmatch(r"the line through the other peaks misses \d+ by [+-]2\d %; is the lot right\?", found.reason)


def test_beads__the_two_files_hold_beads_of_two_lots(real_data):
    # FL2 has no table and no part in any fit: the light of the fourth kind over that of the fifth, blank subtracted
    ratio = {}
    for name in ("Beads006.fcs", "sample001.fcs"):
        found = find_peaks(read_fcs(real_data / "beads" / name), 8)
        place = [channel.name for channel in found.channels].index("FL2")
        blank, fourth, fifth = (np.median(found.values[found.kind == kind, place]) for kind in (0, 3, 4))
        ratio[name] = (fourth - blank) / (fifth - blank)
    own, workbook = OWN_LOT[3] / OWN_LOT[4], OTHER_LOT[3] / OTHER_LOT[4]
    assert workbook_lots(real_data)["AJ01"] == OTHER_LOT
    assert ratio["sample001.fcs"] == pytest.approx(workbook, abs=0.03)
    assert ratio["Beads006.fcs"] == pytest.approx(own, abs=0.03)
    assert workbook - ratio["Beads006.fcs"] > 0.1


def test_calibrate__second_file_with_its_own_lot(real_data):
    found = fl1(real_data, "sample001.fcs", OTHER_LOT)
    assert found.status == "ok"
    off = [abs(peak.left_out / peak.assigned - 1) for peak in found.peaks[1:7]]
    assert max(off) < 0.10
    assert float(np.median(off)) < 0.08

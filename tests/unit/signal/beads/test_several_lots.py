"""Several bead samples in one batch."""

import numpy as np
import pytest

from marrowgate.signal.beads.calibration import ChannelCalibration, Peak, lines_from_rows
from marrowgate.signal.beads.lots import BeadLot
from marrowgate.signal.beads.molecule_line import fit_line
from marrowgate.signal.beads.several_lots import BeadSample, batch_rows, settle_samples

LEVELS = (500.0, 5000.0, 25_000.0, 60_000.0)
UNITS = {"PE01": "PE molecules per bead", "PE02": "PE molecules per bead", "RB01": "MEPE"}


def tube(name, lot, factors, status="ok"):
    """Return a bead sample whose channels read `factors` units of signal for one unit on the bead."""
    values = dict.fromkeys(factors, LEVELS)
    return BeadSample(
        name,
        BeadLot(lot=lot, unit=UNITS[lot], kinds=4, values=values),
        tuple(channel(one, np.array(LEVELS) * factor, status) for one, factor in factors.items()),
    )


def channel(name, signal, status="ok"):
    line = fit_line(signal, np.array(LEVELS), with_bead=False) if status == "ok" else None
    peaks = tuple(Peak(1000, float(s), 5.0, v, v) for s, v in zip(signal, LEVELS, strict=True))
    return ChannelCalibration(name, peaks, line, status, "" if status == "ok" else "why")


def told(tubes):
    return {(one.sample_id, c.channel): (c.status, c.reason) for one in tubes for c in one.channels}


def test_settle_samples__each_calibrates_the_channels_that_it_can():
    tubes = (tube("Q", "PE01", {"PE-A": 1.6}), tube("R", "RB01", {"FITC-A": 0.8, "APC-A": 2.0}))
    settled = settle_samples(tubes, 15.0)
    assert settled == tubes
    lines = lines_from_rows(batch_rows("B1", settled))
    one = np.array([10_000.0])
    assert {name: line.molecules(one)[0] for name, line in lines.items()} == pytest.approx(
        {"PE-A": 6250, "FITC-A": 12_500, "APC-A": 5000}
    )


def test_settle_samples__different_units_for_one_channel_are_refused_and_the_others_kept():
    tubes = (tube("Q", "PE01", {"PE-A": 1.6}), tube("R", "RB01", {"PE-A": 0.8, "FITC-A": 0.8}))
    settled = settle_samples(tubes, 15.0)
    reason = (
        "lot PE01 (PE molecules per bead) and lot RB01 (MEPE) both calibrate it, in different units: "
        "keep the values of one of them"
    )
    assert told(settled) == {
        ("Q", "PE-A"): ("refused", reason),
        ("R", "PE-A"): ("refused", reason),
        ("R", "FITC-A"): ("ok", ""),
    }
    assert set(lines_from_rows(batch_rows("B1", settled))) == {"FITC-A"}


@pytest.mark.parametrize("factor", [1.2, 1 / 1.2])
def test_settle_samples__lines_of_one_unit_that_differ_are_refused(factor):
    tubes = (tube("Q", "PE01", {"PE-A": 1.6}), tube("S", "PE02", {"PE-A": 1.6 * factor}))
    reason = "samples Q (lot PE01) and S (lot PE02) differ by 20 %, 15 % is allowed"
    assert set(told(settle_samples(tubes, 15.0)).values()) == {("refused", reason)}


def test_settle_samples__lines_of_one_unit_that_agree_are_kept_and_the_first_counts():
    tubes = (tube("Q", "PE01", {"PE-A": 1.6}), tube("S", "PE02", {"PE-A": 1.7}))
    settled = settle_samples(tubes, 15.0)
    assert settled == tubes
    (line,) = lines_from_rows(batch_rows("B1", settled)).values()
    assert line.molecules(np.array([1600.0]))[0] == pytest.approx(1000)


def test_settle_samples__a_channel_that_was_refused_contradicts_nothing():
    tubes = (tube("Q", "PE01", {"PE-A": 1.6}, status="refused"), tube("R", "RB01", {"PE-A": 0.8}))
    settled = settle_samples(tubes, 15.0)
    assert told(settled) == {("Q", "PE-A"): ("refused", "why"), ("R", "PE-A"): ("ok", "")}
    assert lines_from_rows(batch_rows("B1", settled))["PE-A"].molecules(np.array([800.0]))[0] == pytest.approx(1000)

"""The line from signal to molecules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marrowgate.signal.beads.molecule_line import FitError, fit_line, left_out, usable_peaks

MOLECULES = np.array([520.0, 5600.0, 24_500.0, 64_000.0])


@given(st.floats(0.8, 1.2), st.floats(-1, 2))
def test_fit_line__recovers_slope_and_intercept(slope, intercept):
    signal = (MOLECULES / 10**intercept) ** (1 / slope)
    line = fit_line(signal, MOLECULES, with_bead=False)
    assert line.slope == pytest.approx(slope, rel=1e-6)
    assert line.intercept == pytest.approx(intercept, abs=1e-5)
    assert line.r_squared == pytest.approx(1.0)
    assert line.molecules(signal) == pytest.approx(MOLECULES, rel=1e-6)
    assert (line.low, line.high) == (signal[0], signal[-1])


def test_fit_line__bead_with_its_own_shine_is_recovered():
    molecules = np.array([0, 792, 2079, 6588, 16_471, 47_497, 137_049.0])
    signal = ((molecules + 1500) / 12) ** (1 / 1.05)
    line = fit_line(signal, molecules, with_bead=True)
    assert line.bead == pytest.approx(1500, rel=0.01)
    assert line.slope == pytest.approx(1.05, rel=0.001)
    assert line.beads(signal) == pytest.approx(molecules, rel=0.01, abs=10)
    # a cell has no bead: its molecules are not less the bead's shine
    assert line.molecules(signal) == pytest.approx(molecules + line.bead, rel=0.01)


def test_molecules__nothing_where_the_signal_is_not_above_zero():
    line = fit_line(MOLECULES, MOLECULES, with_bead=False)
    assert line.molecules(np.array([-5.0, 0.0, 100.0])) == pytest.approx([0.0, 0.0, 100.0])


def test_fit_line__too_few_peaks_are_refused():
    with pytest.raises(FitError, match=r"^2 peaks that carry molecules can be used, 3 are needed$"):
        fit_line(MOLECULES[:2], MOLECULES[:2], with_bead=False)


def test_left_out__peak_that_is_off_shows_itself():
    signal = MOLECULES.copy()
    signal[2] *= 1.3
    off = left_out(signal, MOLECULES, with_bead=False) / MOLECULES - 1
    assert int(np.argmax(np.abs(off))) == 2
    assert off[2] == pytest.approx(0.3, abs=0.02)


def test_left_out__is_unknown_with_three_peaks():
    assert np.isnan(left_out(MOLECULES[:3], MOLECULES[:3], with_bead=False)).all()


def test_usable_peaks__unknown_dark_and_saturated_kinds_are_left_out():
    usable = usable_peaks((-3.0, 100.0, 500.0, 900.0, 980.0), (0.0, None, 700.0, 1500.0, 9000.0), top=1000.0)
    assert usable.tolist() == [False, False, True, False, False]

import numpy as np
import pytest

from marrowgate.errors import UserError
from marrowgate.settings.panel import Panel, PanelChannel
from marrowgate.simulate.optics.instrument import DETECTORS, FLUOROCHROMES, detect, make_optics, set_up_on
from marrowgate.simulate.optics.instruments import Instrument

FOUR_DECADES = Instrument("x", full_scale=1024, decades=4.0)
N = 40_000


def lit(optics, marker, level, n=N):
    signal = np.zeros((len(optics.markers), n), dtype=np.float32)
    signal[optics.markers.index(marker)] = level
    return signal


def measured(optics, signal, glow=0.0):
    shine = np.full(signal.shape[1], glow, dtype=np.float32)
    return detect(np.random.default_rng(5), optics, signal, shine, None)


def compensated(optics, events):
    return np.linalg.solve(optics.spillover.T, events.astype(np.float64))


def test_fluorochromes__are_brightest_at_home_and_spill_into_detectors_that_exist():
    for name, dye in FLUOROCHROMES.items():
        assert dye.home in DETECTORS, name
        assert dye.spill.keys() <= DETECTORS.keys() - {dye.home}, name
        assert all(0 < share < 1 for share in dye.spill.values()), name


@pytest.mark.parametrize("level", [100.0, 3000.0, 90_000.0])
def test_detect__spread_is_that_of_photons_and_electronics(hspc_optics, level):
    row = hspc_optics.markers.index("CXCR4")
    spread = measured(hspc_optics, lit(hspc_optics, "CXCR4", level))[row].std()
    expected = np.sqrt(level * hspc_optics.per_photon[row] + hspc_optics.electronic[row] ** 2)
    assert spread == pytest.approx(expected, rel=0.02)


def test_detect__compensation_finds_the_signal_and_leaves_nothing_elsewhere(hspc_optics):
    found = compensated(hspc_optics, measured(hspc_optics, lit(hspc_optics, "CXCR4", 50_000.0)))
    row = hspc_optics.markers.index("CXCR4")
    assert found[row].mean() == pytest.approx(50_000, rel=0.001)
    others = np.delete(found, row, axis=0)
    assert np.all(np.abs(others.mean(axis=1)) < 5 * others.std(axis=1) / np.sqrt(N))


def test_detect__compensated_spread_of_a_dark_channel_grows_with_its_neighbour(hspc_optics):
    dark = hspc_optics.markers.index("7-AAD")
    spreads = [
        compensated(hspc_optics, measured(hspc_optics, lit(hspc_optics, "CXCR4", level)))[dark].std()
        for level in (0.0, 5000.0, 80_000.0)
    ]
    assert spreads[0] < spreads[1] < spreads[2]
    assert spreads[2] > 3 * spreads[0]


def test_detect__values_below_zero_happen(hspc_optics):
    found = measured(hspc_optics, lit(hspc_optics, "CXCR4", 0.0))
    assert 0.45 < (found < 0).mean() < 0.55


def test_detect__bright_events_stop_at_the_top_of_the_range(hspc_optics):
    row = hspc_optics.markers.index("CD34")
    found = measured(hspc_optics, lit(hspc_optics, "CD34", 400_000.0))
    assert np.all(found[row] == 262_143)


def test_detect__autofluorescence_is_seen_without_any_stain(hspc_optics):
    found = measured(hspc_optics, lit(hspc_optics, "CD34", 0.0), glow=2.0)
    assert found.mean(axis=1) == pytest.approx(2 * hspc_optics.autofluorescence, rel=0.05)


def test_make_optics__gains_of_a_batch_scale_signals_and_matrix_alike(panels):
    optics = make_optics(panels["hspc"], ("demo", 1, "gain", "B1"), 0.3)
    found = compensated(optics, measured(optics, lit(optics, "CD45", 50_000.0)))
    row = optics.markers.index("CD45")
    assert found[row].mean() == pytest.approx(50_000 * float(optics.gain[row]), rel=0.002)
    others = np.delete(found, row, axis=0)
    assert np.all(np.abs(others.mean(axis=1)) < 5 * others.std(axis=1) / np.sqrt(N))


def test_make_optics__batches_differ_and_a_batch_is_the_same_again(panels):
    first, again, other = (make_optics(panels["hspc"], ("demo", 1, "gain", batch)) for batch in ("B1", "B1", "B2"))
    assert np.array_equal(first.gain, again.gain)
    assert not np.array_equal(first.gain, other.gain)


def test_set_up_on__gains_of_an_instrument_scale_signals_and_matrix_alike(panels):
    instrument = Instrument("x", gain=2.0, gains={"BV510": 0.4, "PE": 3.0, "FITC": 0.7})
    home = make_optics(panels["hspc"])
    optics = set_up_on(home, instrument)
    found = compensated(optics, measured(optics, lit(optics, "CD45", 50_000.0)))
    row = optics.markers.index("CD45")
    assert found[row].mean() == pytest.approx(0.8 * 50_000, rel=0.002)
    others = np.delete(found, row, axis=0)
    assert np.all(np.abs(others.mean(axis=1)) < 5 * others.std(axis=1) / np.sqrt(N))
    pe = optics.channels.index("PE-A")
    assert optics.spillover[row, pe] == pytest.approx(home.spillover[row, pe] * 6.0 / 0.8)


@pytest.mark.parametrize(("change", "level", "factor"), [({"photons": 4.0}, 100_000.0, 2), ({"electronic": 3.0}, 0, 3)])
def test_set_up_on__noise_of_an_instrument_widens_the_spread(hspc_optics, change, level, factor):
    row = hspc_optics.markers.index("CD34")
    spreads = [
        measured(optics, lit(optics, "CD34", level), glow=0.0)[row].std()
        for optics in (hspc_optics, set_up_on(hspc_optics, Instrument("x", **change)))
    ]
    assert spreads[1] == pytest.approx(factor * spreads[0], rel=0.03)


def test_detect__another_instrument_stops_at_its_own_full_scale(hspc_optics):
    row = hspc_optics.markers.index("CD34")
    for instrument, top in ((Instrument("x", full_scale=2**20, gain=9.0), 2**20 - 1), (FOUR_DECADES, 10_000)):
        optics = set_up_on(hspc_optics, instrument)
        assert np.all(measured(optics, lit(optics, "CD34", 400_000.0))[row] == top)


def test_make_optics__names_everything_that_cannot_be_simulated():
    panel = Panel(
        channels=(
            PanelChannel(channel="PE-A", marker="CD999", fluorochrome="PE"),
            PanelChannel(channel="FITC-A", marker="CD34", fluorochrome="Glow"),
            PanelChannel(channel="V450-A", marker="CD45", fluorochrome="BV421"),
        )
    )
    with pytest.raises(UserError) as caught:
        make_optics(panel)
    text = str(caught.value)
    assert "no marker 'CD999'" in text
    assert "no fluorochrome 'Glow'" in text
    assert "BV421 is seen in BV421-A" in text
    assert len(caught.value.faults) == 3

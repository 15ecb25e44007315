import numpy as np
import pytest

from marrowgate.settings.panel import Panel, PanelChannel
from marrowgate.simulate.cells import KINDS
from marrowgate.simulate.optics.instrument import make_optics
from marrowgate.simulate.optics.timing import Anomalies
from marrowgate.simulate.sample import measure_tube

N = 20_000


def measure(panel, recipe, n=N, **more):
    return measure_tube(np.random.default_rng(6), panel, make_optics(panel), recipe, n, **more)


def column(panel, tube, channel):
    return tube.events[[entry.channel for entry in panel.channels].index(channel)]


def test_measure_tube__columns_are_in_the_order_of_the_panel(panels, make_pure_recipe):
    panel = panels["immature"]
    turned = Panel(channels=tuple(reversed(panel.channels)))
    first, second = (measure(order, make_pure_recipe("t_cell")) for order in (panel, turned))
    for channel in ("FSC-A", "SSC-W", "Time"):
        assert np.array_equal(column(panel, first, channel), column(turned, second, channel))
    assert np.median(column(turned, second, "BV510-A")) > 10_000


def test_measure_tube__channels_without_meaning_are_zero(panels, make_pure_recipe):
    panel = Panel(channels=(*panels["hspc"].channels, PanelChannel(channel="Sorted", role="index")))
    assert not column(panel, measure(panel, make_pure_recipe("t_cell")), "Sorted").any()


def test_measure_tube__a_pair_has_twice_the_area_and_twice_the_dna(panels, make_pure_recipe):
    panel = panels["immature"]
    single, pair = (measure(panel, make_pure_recipe("t_cell", doublets=share)) for share in (0.0, 1.0))
    for channel in ("FSC-A", "BV421-A"):
        ratio = np.median(column(panel, pair, channel)) / np.median(column(panel, single, channel))
        assert ratio == pytest.approx(2.0, rel=0.03)
    assert np.median(column(panel, pair, "FSC-H")) < 1.7 * np.median(column(panel, single, "FSC-H"))


def test_measure_tube__partners_are_drawn_like_first_cells(panels, make_pure_recipe):
    tube = measure(panels["hspc"], make_pure_recipe("t_cell", "red_cell", doublets=1.0))
    for kinds in (tube.truth.kind, tube.truth.partner):
        assert np.mean(kinds == KINDS.index("t_cell")) == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(N))


def test_measure_tube__a_pair_is_dead_when_one_of_its_cells_is(panels, make_pure_recipe):
    half = np.full(len(KINDS), 0.5)
    tube = measure(panels["hspc"], make_pure_recipe("t_cell", doublets=1.0, dead=half))
    assert tube.truth.is_dead.mean() == pytest.approx(0.75, abs=5 * np.sqrt(0.75 * 0.25 / N))


def test_measure_tube__signals_fall_where_the_tube_drifts(panels, make_pure_recipe):
    tube = measure(panels["hspc"], make_pure_recipe("t_cell"), anomalies=Anomalies(signal_drift=-0.5))
    cd45 = column(panels["hspc"], tube, "BV510-A")
    assert np.median(cd45[-N // 10 :]) / np.median(cd45[: N // 10]) == pytest.approx(0.525 / 0.975, rel=0.03)


def test_measure_tube__scatter_does_not_drift_with_the_signals(panels, make_pure_recipe):
    steady, drifting = (
        measure(panels["hspc"], make_pure_recipe("t_cell"), anomalies=Anomalies(signal_drift=drift))
        for drift in (0, -0.5)
    )
    assert np.array_equal(column(panels["hspc"], steady, "FSC-A"), column(panels["hspc"], drifting, "FSC-A"))


def test_measure_tube__an_empty_tube_is_a_tube_without_events(panels, make_pure_recipe):
    assert measure(panels["hspc"], make_pure_recipe("t_cell"), n=0).events.shape == (14, 0)

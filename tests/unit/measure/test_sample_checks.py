"""What is measured on the events of one sample."""

import numpy as np
import pytest

from marrowgate.fcs.model import Channel, FcsFile, Spillover, Verdict
from marrowgate.gating.sample_events import make_sample_events
from marrowgate.measure.measure_sample import marker_sketches, quality_checks
from marrowgate.settings.panel import Panel, PanelChannel
from marrowgate.settings.quality import Quality
from marrowgate.settings.strategies.scales import Scale, Scales

PANEL = Panel(channels=(PanelChannel(channel="PE-A", marker="CXCR4"), PanelChannel(channel="APC-A", marker="CD34")))
NAMES = {"FSC-A": "FSC-A", "SSC-A": "SSC-A", "PE-A": "CXCR4", "APC-A": "CD34"}


def channel(index, name):
    is_scatter = name.startswith(("FSC", "SSC"))
    marker, scatter = ("", name) if is_scatter else (NAMES[name], "")
    role = "scatter" if is_scatter else "fluorescence"
    return Channel(index, name, marker, marker, "", role, scatter, 32, 1000.0, (0.0, 0.0), None, None)


def tube(values, scales=None):
    channels = tuple(channel(index, name) for index, name in enumerate(NAMES))
    events = np.asarray(values, dtype=np.float32)
    matrix = Spillover(("PE-A", "APC-A"), np.array([[1.0, 0.25], [0.0, 1.0]]))
    file = FcsFile(1, Verdict("accepted"), "3.1", len(events), channels, matrix, "", {}, {}, events)
    return make_sample_events(file, set(NAMES.values()), scales or Scales(), compensate=True)


def rows(**sizes):
    return {name: np.arange(size) for name, size in sizes.items()}


@pytest.mark.parametrize(
    "scale",
    [
        Scale(kind="logicle", t=1000),
        Scale(kind="asinh", cofactor=5),
        Scale(kind="biexponential", t=1000),
        Scale(kind="log", t=1000),
    ],
)
def test_marker_sketches__are_on_the_compensated_linear_scale_whatever_the_gates_are_on(scale):
    found = tube([[1, 1, 100, 125], [1, 1, -40, 0], [1, 1, 900, 0]], Scales(fluorescence=scale))
    (sketch,) = marker_sketches(found, rows(root=3), [("root", "CD34")])
    # by hand: observed = true @ S, so the true CD34 is 125 - 0.25 x 100, 0 + 0.25 x 40 and 0 - 0.25 x 900
    assert sorted(sketch.values) == pytest.approx([-225, 10, 100])


def checks(values, limits=None, **sizes):
    found = quality_checks(tube(values), {"root": np.arange(len(values)), **rows(**sizes)}, PANEL, limits or Quality())
    return {check.check: (check.verdict, check.value, check.limit, check.reason) for check in found}


def test_quality_checks__sound_tube_is_ok():
    found = checks(np.full((200, 4), 100.0), cells=200, singlets=190, viable=180)
    assert found["doublets_pct"] == ("ok", pytest.approx(5.0), 20.0, "")
    assert found["viable_pct"] == ("ok", pytest.approx(100 * 180 / 190), 70.0, "")
    assert {verdict for verdict, *_ in found.values()} == {"ok"}
    assert set(found) == {
        "margin_pct_FSC-A",
        "margin_pct_SSC-A",
        "margin_pct_fluorescence",
        "doublets_pct",
        "viable_pct",
        "other_labels_pct",
    }


def test_quality_checks__each_limit_of_the_settings_is_held():
    values = np.full((200, 4), 100.0)
    values[:20, 1] = values[:30, 2] = 999.5
    found = checks(values, cells=200, singlets=150, viable=75)
    assert found["margin_pct_SSC-A"] == ("flagged", 10.0, 5.0, "10.00 % of the events are at the top of SSC-A")
    assert found["margin_pct_fluorescence"] == ("flagged", 15.0, 5.0, "15.00 % of the events are at the top of PE-A")
    assert found["doublets_pct"] == ("flagged", 25.0, 20.0, "25.0 % of the events are no singlets")
    assert found["viable_pct"] == ("flagged", 50.0, 70.0, "50.0 % of the singlets are viable")
    lenient = Quality(max_margin_pct=15, max_doublet_pct=25, min_viable_pct=50)
    assert {verdict for verdict, *_ in checks(values, lenient, cells=200, singlets=150, viable=75).values()} == {"ok"}


def test_quality_checks__what_has_no_gate_is_not_checked():
    found = checks(np.full((200, 4), 100.0))
    assert found["doublets_pct"] == ("not_checked", None, 20.0, "singlets has no gate, or there are no events")
    assert found["viable_pct"] == ("not_checked", None, 70.0, "viable has no gate, or there are no events")

"""Scales that a strategy takes from the batch."""

import numpy as np
import pytest

from marrowgate.errors import UserError
from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.batch_scales import (
    BatchScales,
    BatchWidth,
    before_choice,
    choose_widths,
    dimensions_from_batch,
    freeze_scales,
    sample_widths,
    with_widths,
    write_scales,
)
from marrowgate.gating.sample_events import make_sample_events
from marrowgate.settings.panel import Panel
from marrowgate.settings.strategies.strategy import Strategy

PANEL = Panel.model_validate(
    {
        "channels": [
            {"channel": "PE-A", "marker": "CD34"},
            {"channel": "APC-A", "marker": "CD45"},
            {"channel": "SSC-A", "scatter": "SSC-A"},
        ]
    }
)


def strategy(**scales):
    gate = {"name": "a", "parent": "root", "dimensions": ["CD34"], "method": "fixed", "arguments": {"low": [1]}}
    return Strategy.model_validate({"scales": scales, "populations": [gate]})


def tube(values, plain):
    channel = Channel(0, "PE-A", "", "CD34", "", "fluorescence", "", 32, 262144.0, (0.0, 0.0), None, None)
    events = np.asarray(values, dtype=np.float32)[:, None]
    file = FcsFile(1, Verdict("accepted"), "3.1", events.shape[0], (channel,), None, "", {}, {}, events)
    return make_sample_events(file, {"CD34", "CD45"}, plain.scales, compensate=False)


def test_dimensions_from_batch__every_marker_when_the_usual_scale_asks():
    asked = strategy(fluorescence={"kind": "logicle", "w": "from_batch"}, markers={"CD45": {"kind": "asinh"}})
    assert dimensions_from_batch(asked, PANEL) == ("CD34",)
    assert dimensions_from_batch(strategy(fluorescence={"kind": "logicle", "w": "from_batch"}), PANEL) == (
        "CD34",
        "CD45",
    )
    assert dimensions_from_batch(strategy(), PANEL) == ()


def test_with_widths__keeps_all_else_of_the_scale():
    asked = strategy(markers={"CD34": {"kind": "logicle", "w": "from_batch", "m": 5, "t": 1000}})
    scale = with_widths(asked, PANEL, {"CD34": 0.7}).scales.markers["CD34"]
    assert (scale.kind, scale.t, scale.m, scale.w, scale.a) == ("logicle", 1000, 5, 0.7, 0)
    with pytest.raises(ValueError, match="the width of this scale has not been chosen from the batch"):
        _ = asked.scales.markers["CD34"].width


def test_widths__are_those_of_the_tubes_that_say_something():
    asked = strategy(fluorescence={"kind": "logicle", "w": "from_batch"})
    names = dimensions_from_batch(asked, PANEL)
    plain = before_choice(asked, PANEL)
    rng = np.random.default_rng(1)
    found = [sample_widths(tube(rng.normal(0, sd, 2000), plain), names) for sd in (50, 60, 70)]
    found.append(sample_widths(tube(np.arange(1.0, 500.0), plain), names))
    assert [list(widths) for widths in found] == [["CD34"]] * 3 + [[]]
    chosen = choose_widths(found, names)
    assert chosen["CD34"] == BatchWidth(round(found[1]["CD34"], 4), 3)
    assert chosen["CD45"] == BatchWidth(0.5, 0)
    assert choose_widths(found[::-1], names) == chosen


def test_freeze_scales__reads_what_was_written(tmp_path):
    asked = strategy(fluorescence={"kind": "logicle", "w": "from_batch"})
    write_scales(
        tmp_path / "s.yaml", "p", "B1", BatchScales({"CD34": BatchWidth(0.7123, 3), "CD45": BatchWidth(0.5, 0)})
    )
    frozen = freeze_scales(asked, PANEL, tmp_path / "s.yaml")
    assert {name: scale.width for name, scale in frozen.scales.markers.items()} == {"CD34": 0.7123, "CD45": 0.5}
    assert (tmp_path / "s.yaml").read_text(encoding="utf-8") == (
        '{\n"panel": "p",\n"batch": "B1",\n"widths": {\n "CD34": {"w": 0.7123, "n_tubes": 3},\n'
        ' "CD45": {"w": 0.5, "n_tubes": 0}},\n"landmarks": []\n}\n'
    )


def test_freeze_scales__strategy_that_asks_for_none_needs_no_file():
    given = strategy()
    assert freeze_scales(given, PANEL, None) is given


def test_freeze_scales__what_lacks_is_told(tmp_path):
    asked = strategy(fluorescence={"kind": "logicle", "w": "from_batch"})
    with pytest.raises(UserError) as told:
        freeze_scales(asked, PANEL, None)
    assert str(told.value) == (
        "option --scales: the strategy takes the scales of CD34, CD45 from the batch, and no file of scales is given; "
        "give the file that `marrowgate scales` wrote"
    )
    write_scales(tmp_path / "s.yaml", "p", "B1", BatchScales({"CD34": BatchWidth(0.7, 3)}))
    with pytest.raises(UserError) as told:
        freeze_scales(asked, PANEL, tmp_path / "s.yaml")
    assert str(told.value) == (
        f"{tmp_path / 's.yaml'}: it has no width for CD45; "
        "make it again with `marrowgate scales` and this strategy and panel"
    )

"""Cells that are found beyond a border by chance: how many are expected in which population."""

from dataclasses import replace

import numpy as np
import pytest

from marrowgate.gating.densities.balanced_border import crossing_by_chance
from marrowgate.gating.geometry.gates import LEFT, RIGHT, beside_line, threshold
from marrowgate.gating.records import GateRecord
from marrowgate.measure.crossing_cells import crossing_cells
from marrowgate.settings.strategies.strategy import Population, Strategy
from unit.measure.test_measure_sample import tube

GENERATOR = np.random.default_rng(8)
ACROSS = np.concatenate([0.4 + 0.1 * np.sqrt(GENERATOR.random(400)), GENERATOR.normal(0.6, 0.02, 4000), [0.2, 0.25]])
SIZE = GENERATOR.normal(0.5, 0.05, ACROSS.size)
SLOPE = 0.3
SAMPLE = tube({"FSC": SIZE, "CD16": ACROSS + SLOPE * SIZE, "CD11b": np.where(ACROSS < 0.22, 0.1, 0.9)})
MATURE = np.flatnonzero(np.abs(ACROSS - 0.6) < 0.06)
ARGUMENTS = {"reference": "mature", "first": [1.0, 0.5], "second": [0.5, 0.4], "keep": "below", "crossing_spreads": 2.0}
VALLEY = {"keep": "above", "between": [0.3, 0.5]}
DIM = GateRecord(
    "dim",
    "root",
    "reference_line",
    beside_line(("FSC", "CD16"), (0.4 + SLOPE * LEFT, 0.4 + SLOPE * RIGHT), "below"),
    "ok",
)
STRATEGY = Strategy(
    description="",
    populations=(
        Population(name="mature", parent="root", method="valley", dimensions=("CD16",), arguments=VALLEY),
        Population(name="dim", parent="root", method="reference_line", dimensions=("FSC", "CD16"), arguments=ARGUMENTS),
    ),
)


def crossings(record=DIM, **more):
    """Return what is expected with the gates `mature`, `dim` and others."""
    dim = np.flatnonzero(ACROSS < 0.4)
    rows = {"root": np.arange(ACROSS.size), "mature": MATURE, "dim": dim, **more}
    return crossing_cells(SAMPLE, [record], rows, STRATEGY)


def test_crossing_cells__are_counted_across_the_line_in_spreads_of_the_reference():
    spread = 2.0 * 1.4826 * np.median(np.abs(ACROSS[MATURE] - np.median(ACROSS[MATURE])))
    expected, rests_on = crossing_by_chance(ACROSS, 0.4, spread)
    assert expected > 1
    found = crossings()["dim"]
    assert (found.expected, found.rests_on) == (pytest.approx(expected), rests_on)


def test_crossing_cells__go_to_populations_that_lie_in_the_gate_by_their_share_of_its_events():
    dim = np.flatnonzero(ACROSS < 0.4)
    found = crossings(half=dim[:1], same=dim, wider=np.append(dim, MATURE[:1]), empty=dim[:0])
    assert found["half"].expected == pytest.approx(found["dim"].expected / dim.size)
    assert found["same"] == found["dim"]
    assert not {"wider", "empty", "mature", "root"} & set(found)


def test_crossing_cells__of_another_gate_nothing_is_known():
    assert crossings(replace(DIM, method="reference_ratio")) == {}
    assert crossings(replace(DIM, gate=threshold("CD16", 0.4, "below"))) == {}
    assert crossings(mature=MATURE[:0]) == {}

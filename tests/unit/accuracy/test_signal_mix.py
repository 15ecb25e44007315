"""Stretches with another mix or another signal, made in a run of two kinds of cells."""

import numpy as np
import pytest

from accuracy.signal_mix import LENGTH, Run, gained, one_label, outcome, shares
from marrowgate.fcs.model import Channel

ROLES = ("scatter", "fluorescence", "fluorescence")
CHANNELS = tuple(
    Channel(at, f"{role} {at}", "", "", "", role, "", 32, 262144.0, (0.0, 0.0), None, None)
    for at, role in enumerate(ROLES)
)


@pytest.fixture(scope="module")
def run():
    rng = np.random.default_rng(1)
    given = np.where(rng.random(9000) < 0.6, "large", "small")
    places = {"large": (9e4, 200.0, 3000.0), "small": (4e4, 5000.0, 100.0)}
    events = np.array([places[label] for label in given]) * rng.lognormal(0, 0.2, (9000, 3))
    return Run(events.astype(np.float32), given, CHANNELS)


@pytest.mark.parametrize("part", [0.5, 1.0])
def test_one_label__has_the_part_that_is_asked_for(run, part):
    weights = one_label(np.random.default_rng(2), run.labels, part)
    parts = {label: weights[run.labels == label].sum() / weights.sum() for label in ("large", "small")}
    assert max(parts.values()) == pytest.approx(part, abs=0.01)


def test_shares__are_one_factor_for_each_label(run):
    weights = shares(np.random.default_rng(3), run.labels, 1.0)
    assert {np.unique(weights[run.labels == label]).size for label in ("large", "small")} == {1}
    assert np.unique(weights).size == 2


@pytest.mark.parametrize(
    ("which", "columns"), [("scatter", [0]), ("fluorescence", [1, 2]), ("all", [0, 1, 2]), ("3", [0, 1, 2])]
)
def test_gained__are_the_channels_of_that_kind(run, which, columns):
    assert sorted(gained(np.random.default_rng(4), run, which)) == columns


def test_outcome__says_what_becomes_of_the_stretch(run):
    rng = np.random.default_rng(5)
    alike = run.events[:LENGTH].copy()
    large = run.events[run.labels == "large"][:LENGTH].copy()
    dimmer = alike * np.array([1.0, 0.3, 1.0], dtype=np.float32)
    assert [outcome(run, rng, odd) for odd in (alike, large, dimmer)] == ["nothing", "kept", "lost"]

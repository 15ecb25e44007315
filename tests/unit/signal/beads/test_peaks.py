"""Kinds of bead found in samples where they are known."""

import numpy as np
import pytest

from marrowgate.signal.beads.peaks import BeadError, find_peaks

LEVELS = (90.0, 380.0, 1150.0, 3400.0, 9800.0, 27_500.0, 68_000.0, 150_000.0)


def beads(make_file, rng, levels=LEVELS, n=8000, debris=0.1, shares=None, channels=("FITC-A", "PE-A"), whole=False):
    kind = rng.choice(len(levels), n, p=shares)
    light = np.array(levels)[kind]
    columns = {"FSC-A": 6e4 * rng.lognormal(0, 0.05, n), "SSC-A": 7e4 * rng.lognormal(0, 0.05, n)}
    dirt = rng.random(n) < debris
    for name in ("FSC-A", "SSC-A"):
        columns[name] = np.where(dirt, rng.uniform(2e3, 2e5, n), columns[name])
    for name in channels:
        values = light * rng.lognormal(0, 0.05, n) + rng.normal(size=n) * np.sqrt(15 * light + 900)
        columns[name] = np.where(dirt, rng.uniform(0, 2e4, n), values)
    if whole:
        columns = {name: np.floor(values) for name, values in columns.items()}
    return make_file(columns), kind, dirt


@pytest.mark.parametrize("whole", [False, True])
def test_find_peaks__eight_kinds_are_found_without_their_places(make_file, whole):
    file, _, _ = beads(make_file, np.random.default_rng(1), whole=whole)
    found = find_peaks(file, 8)
    medians = [float(np.median(found.values[found.kind == kind, 0])) for kind in range(8)]
    assert medians == pytest.approx(LEVELS, rel=0.05)
    assert found.values.shape[0] == found.kind.size
    assert found.kind.size > 0.8 * file.n_events


def test_find_peaks__kinds_hidden_in_one_channel_are_found_in_another(make_file):
    rng = np.random.default_rng(2)
    file, kind, _ = beads(make_file, rng, debris=0.0)
    dim = file.events.copy()
    dim[:, 2] = np.where(kind < 3, rng.normal(500, 100, kind.size), dim[:, 2])
    names = [channel.name for channel in file.channels]
    found = find_peaks(make_file(dict(zip(names, dim.T, strict=True))), 8)
    assert [float(np.median(found.values[found.kind == k, 1])) for k in range(8)] == pytest.approx(LEVELS, rel=0.05)


def test_find_peaks__unequal_shares(make_file):
    shares = np.array([0.25, 0.1, 0.1, 0.1, 0.1, 0.1, 0.15, 0.1])
    file, _, _ = beads(make_file, np.random.default_rng(3), shares=shares)
    found = find_peaks(file, 8)
    assert np.bincount(found.kind) / found.kind.size == pytest.approx(shares, abs=0.03)


def test_find_peaks__missing_kinds_are_refused(make_file):
    file, _, _ = beads(make_file, np.random.default_rng(4), levels=LEVELS[:6])
    with pytest.raises(BeadError, match=r"^6 kinds of bead are told apart, the lot has 8$"):
        find_peaks(file, 8)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"PE-A": np.ones(100)}, "the file has no FSC"),
        ({"FSC-A": np.ones(100), "SSC-A": np.ones(100)}, "the file has no fluorescence channel"),
        ({"FSC-A": np.ones(5), "SSC-A": np.ones(5), "PE-A": np.ones(5)}, "5 events with scatter say nothing"),
    ],
)
def test_find_peaks__file_that_is_no_bead_tube_is_refused(make_file, columns, sentence):
    with pytest.raises(BeadError, match=sentence):
        find_peaks(make_file(columns), 4)

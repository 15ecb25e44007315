"""Marrow by mass cytometry, against labels that a person gave by hand; the labels play no part in the gating."""

import csv
from pathlib import Path

import numpy as np
import pytest

from marrowgate.gating.apply import apply_gates
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.open_sample import open_sample, start_rows
from marrowgate.gating.records import ControlRole
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.settings.panel import load_panel

CONFIG = Path(__file__).resolve().parents[2] / "config"
PROGENITORS = {"HSC", "MPP", "CMP", "MEP", "GMP"}


@pytest.fixture(scope="module")
def marrow(real_data):
    """Return the sample and the label of every event."""
    strategy = load_checked_strategy(CONFIG / "strategies" / "marrow_cytof.yaml")
    panel = load_panel(CONFIG / "panels" / "marrow_cytof.yaml")
    path = real_data / "cd34" / "marrow_cytof_basal1.fcs"
    file, tube = open_sample(path, 1, panel, strategy, gain="ignore", spillover="none")
    labels = np.full(file.n_events, "", dtype=object)
    with (real_data / "cd34" / "marrow_cytof_basal1_labels.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            labels[int(row["row"])] = row["label"]
    return strategy, tube, labels


def f1(rows, labels, wanted):
    # what has two labels is nobody's
    counted = np.array(["|" not in label for label in labels])
    truth = np.array([label in wanted for label in labels])[counted]
    found = np.zeros(labels.size, dtype=bool)
    found[rows] = True
    found = found[counted]
    return 2 * np.count_nonzero(found & truth) / (np.count_nonzero(found) + np.count_nonzero(truth))


def gated(marrow, start):
    strategy, tube, _ = marrow
    fit = fit_sample(SampleToFit("marrow", tube, start, ControlRole(), {}, 1), strategy)
    return apply_gates(tube, fit.gates, start)


def test_marrow__progenitors(marrow):
    rows = gated(marrow, start_rows(marrow[1]))
    assert f1(rows["cd34_hspc"], marrow[2], PROGENITORS) >= 0.94


def test_marrow__progenitors_and_pre_b_cells(marrow):
    rows = gated(marrow, start_rows(marrow[1]))
    assert f1(rows["cd34_pos"], marrow[2], PROGENITORS | {"Pre-B I"}) >= 0.93


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_marrow__a_fifth_of_the_events_gives_nearly_the_same_gates(marrow, seed):
    n = marrow[1].file.n_events
    some = np.sort(np.random.default_rng(seed).choice(n, n // 5, replace=False))
    strategy, tube, labels = marrow
    fit = fit_sample(SampleToFit("marrow", tube, some, ControlRole(), {}, 1), strategy)
    rows = apply_gates(tube, fit.gates, start_rows(tube))
    assert f1(rows["cd34_hspc"], labels, PROGENITORS) >= 0.92

"""Fluorescence marrow of a Navios with the shipped strategy of blood; tuned on donors 01 and 05, the others judged."""

import numpy as np
import pytest

from real.scored import labels, score, tried

DONORS = ("01", "03", "05", "08")
JUDGED = ("03", "08")


@pytest.fixture(scope="module")
def scores(real_data, tmp_path_factory):
    folder = real_data / "marrow_navios"
    files = [folder / f"flowcyt_{name}.fcs" for name in DONORS]
    out = tried(tmp_path_factory.mktemp("navios"), folder / "panel.yaml", "blood_hspc", files)
    given = {name: labels(folder / f"flowcyt_{name}.labels.csv", "label") for name in DONORS}
    wanted = {"cd34_hspc": "HSPC", "monocytes": "monocytes"}
    return {
        population: {name: score(out, f"flowcyt_{name}", population, given[name] == label) for name in DONORS}
        for population, label in wanted.items()
    }


def test_navios__progenitors(scores):
    assert np.median([f1 for f1, _ in scores["cd34_hspc"].values()]) >= 0.75
    assert np.median([scores["cd34_hspc"][name][0] for name in JUDGED]) >= 0.72


def test_navios__monocytes(scores):
    assert np.median([f1 for f1, _ in scores["monocytes"].values()]) >= 0.83


def test_navios__no_gate_is_wrong_and_ok(scores):
    wrong = [
        (population, name)
        for population, found in scores.items()
        for name, (f1, status) in found.items()
        if f1 < 0.6 and status == "ok"
    ]
    assert wrong == []

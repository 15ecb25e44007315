"""T cells of a FACSCalibur on a display scale, against an expert's clusters; events in none of them are not counted."""

import numpy as np
import pytest

from real.scored import CONFIG, found_in, labels, tried

CLUSTERS = {"001": ("1", "3"), "002": ("1", "3"), "003": ("3", "4"), "004": ("1", "3")}
"""Of each sample the cluster of CD4+ and of CD8+ T cells, by their medians."""


@pytest.fixture(scope="module")
def scores(real_data, tmp_path_factory):
    folder = real_data / "gvhd"
    files = [folder / f"{name}.fcs" for name in CLUSTERS]
    out = tried(tmp_path_factory.mktemp("gvhd"), CONFIG / "panels" / "t_cells_display.yaml", "blood_t_cells", files)
    scores = {"cd3_pos": [], "cd4_pos": [], "cd8_pos": []}
    for name, (cd4, cd8) in CLUSTERS.items():
        given = labels(folder / f"{name}.labels.csv", "V1")
        for population, wanted in (("cd3_pos", [cd4, cd8]), ("cd4_pos", [cd4]), ("cd8_pos", [cd8])):
            found, truth = found_in(out, name, population)[given != "0"], np.isin(given, wanted)[given != "0"]
            scores[population].append(2 * np.count_nonzero(found & truth) / (found.sum() + truth.sum()))
    return scores


@pytest.mark.parametrize(("population", "least"), [("cd3_pos", 0.96), ("cd4_pos", 0.97), ("cd8_pos", 0.965)])
def test_gvhd__t_cells(scores, population, least):
    assert np.median(scores[population]) >= least
    assert min(scores[population]) >= 0.8

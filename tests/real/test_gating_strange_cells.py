"""Cells that the shipped strategies are not made for, through `try`: no blood cells are found and `ok` among them."""

import pytest

from marrowgate.tables import read_rows
from real.scored import CONFIG, tried

TESTS = CONFIG.parent / "tests"
DAYS = ("D0", "D4", "D8", "D10")
MILD = {"ok", "fixed", "borrowed"}
OF_ANY_CELL = {"singlets", "viable", "cells", "bead_singlets", "beads"}


def mild(out):
    """Return samples and populations of blood that nothing warns of."""
    rows = read_rows(out / "tables" / "populations.tsv")
    assert rows
    return {
        (row["sample_id"], row["population"])
        for row in rows
        if row["gate_status"] in MILD and row["population"] not in OF_ANY_CELL
    }


@pytest.mark.parametrize("strategy", ["blood_hspc", "blood_immature"])
def test_timecourse__stem_cells_in_culture_are_no_blood(real_data, tmp_path, strategy):
    files = [real_data / "timecourse" / f"{day}.fcs" for day in DAYS]
    out = tried(tmp_path / "out", TESTS / "workflow" / "timecourse" / "panels" / "culture.yaml", strategy, files)
    assert mild(out) == set()


def test_marrow__lymphoblasts_are_neither_progenitors_nor_lymphocytes_that_nothing_warns_of(real_data, tmp_path):
    files = [real_data / "cd34" / "diva_cd45_cd34_marrow.fcs"]
    out = tried(tmp_path / "out", TESTS / "real" / "diva_marrow" / "panel.yaml", "blood_hspc", files)
    assert {population for _, population in mild(out)} == {"cd45_pos"}
    rows = {row["population"]: row for row in read_rows(out / "tables" / "populations.tsv")}
    assert rows["lymphocytes"]["gate_status"] == "doubtful"
    assert rows["cd34_hspc"]["n_events"] is None

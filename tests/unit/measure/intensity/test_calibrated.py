"""What the tables of the run take from the calibration of the batches."""

import pytest

from marrowgate.measure.intensity.calibrated import bead_rows, calibration_lines
from marrowgate.settings.config import Config
from marrowgate.settings.panel import Panel
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Sample

PANEL = Panel.model_validate({"channels": [{"channel": "PE-A", "aliases": ["PE"], "marker": "CXCR4"}]})


def project(*tubes):
    """Return a project of bead samples, each as (sample_id, panel, batch, lot)."""
    samples = tuple(
        Sample(sample_id=name, fcs="x.fcs", panel=panel, batch=batch, control_type="beads", bead_lot=lot)
        for name, panel, batch, lot in tubes
    )
    panels = {panel: PANEL for _, panel, _, _ in tubes}
    return Project(Config(strategy_of_panel=dict.fromkeys(panels, "s")), samples, {}, (), (), panels, {})


def rows(sample_id, batch, lot, *medians, channel="PE-A"):
    return [
        {"sample_id": sample_id, "batch": batch, "bead_lot": lot, "channel": channel, "peak": place, "median_fi": value}
        for place, value in enumerate(medians, start=1)
    ]


def folds(found):
    return {
        (row["sample_id"], row["batch"]): pytest.approx(row["value"]) for row in found if "bead_fold" in row["check"]
    }


def test_bead_rows__every_panel_has_a_series_of_its_own():
    tubes = [("h1", "hspc", "B1", "L"), ("h2", "hspc", "B2", "L"), ("i1", "immature", "B1", "L")]
    calibrated = {
        "hspc_B1": rows("h1", "B1", "L", 10, 100),
        "hspc_B2": rows("h2", "B2", "L", 10, 150),
        "immature_B1": rows("i1", "B1", "L", 10, 900),
    }
    found = bead_rows(project(*tubes), calibrated, 1.25)
    assert folds(found) == {("h1", "B1"): 1.5, ("h2", "B2"): 1.5, ("i1", "B1"): 1.0}
    flagged = {row["sample_id"]: row["reason"] for row in found if row["verdict"] == "flagged"}
    assert flagged == {
        "h1": "the bead peak is 0.67 times that of the other batches",
        "h2": "the bead peak is 1.50 times that of the other batches",
    }


def test_bead_rows__beads_of_one_lot_alone_are_compared():
    tubes = [("a1", "p", "B1", "L"), ("a2", "p", "B2", "L"), ("b2", "p", "B2", "M"), ("b3", "p", "B3", "M")]
    calibrated = {
        "p_B1": rows("a1", "B1", "L", 100),
        "p_B2": [*rows("a2", "B2", "L", 101), *rows("b2", "B2", "M", 500)],
        "p_B3": rows("b3", "B3", "M", 510),
    }
    found = bead_rows(project(*tubes), calibrated, 1.25)
    assert folds(found) == {("a1", "B1"): 1.01, ("a2", "B2"): 1.01, ("b2", "B2"): 1.02, ("b3", "B3"): 1.02}
    assert not any(row["verdict"] == "flagged" for row in found)


def test_bead_rows__of_two_tubes_of_one_lot_the_first_counts():
    tubes = [("a", "p", "B1", "L"), ("again", "p", "B1", "L"), ("b", "p", "B2", "L")]
    calibrated = {
        "p_B1": [*rows("a", "B1", "L", 100), *rows("again", "B1", "L", 300)],
        "p_B2": rows("b", "B2", "L", 100),
    }
    assert folds(bead_rows(project(*tubes), calibrated, 1.25)) == {("a", "B1"): 1.0, ("b", "B2"): 1.0}


def test_bead_rows__a_channel_under_its_alias_stands_in_the_same_series():
    tubes = [("a", "p", "B1", "L"), ("b", "p", "B2", "L")]
    calibrated = {"p_B1": rows("a", "B1", "L", 100), "p_B2": rows("b", "B2", "L", 150, channel="PE")}
    found = bead_rows(project(*tubes), calibrated, 1.25)
    assert folds(found) == {("a", "B1"): 1.5, ("b", "B2"): 1.5}
    assert {row["check"] for row in found} == {"bead_sd_PE-A", "bead_fold_PE-A"}


def test_calibration_lines__channel_is_known_by_its_alias_too():
    levels = (500.0, 5000.0, 25_000.0, 60_000.0)
    found = rows("a", "B1", "L", *(1.6 * level for level in levels), channel="PE")
    found = [
        {**row, "unit": "MEF", "status": "ok", "assigned": level, "range_high": 1.6 * levels[-1], "bead_shine": 0.0}
        for row, level in zip(found, levels, strict=True)
    ]
    lines = calibration_lines(project(("a", "p", "B1", "L")), {"p_B1": found})
    assert list(lines) == [("p", "B1", "CXCR4")]
    assert lines["p", "B1", "CXCR4"].slope == pytest.approx(1.0)

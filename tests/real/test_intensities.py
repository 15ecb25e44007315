"""Intensities on real cells: seven samples against their isotype sample, and CXCR4 on three labelled CD34+ groups."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from marrowgate.gating.apply import apply_gates
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.open_sample import open_sample, start_rows
from marrowgate.gating.records import ControlRole
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.measure.intensity.controls import choose_controls
from marrowgate.measure.intensity.intensities import intensity_rows
from marrowgate.measure.intensity.sketch import make_sketch
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.panel import Panel
from marrowgate.settings.sheets import Sample

STRATEGY = Path(__file__).parent / "aml" / "strategy.yaml"
STAINED = {
    2: ("sKappa", "sLambda", "CD19", "CD20"),
    3: ("CD7", "CD4", "CD8", "CD2"),
    4: ("CD15", "CD13", "CD16", "CD56"),
    5: ("CD14", "CD11c", "CD64", "CD33"),
    6: ("HLA-DR", "CD117", "CD34", "CD38"),
    7: ("CD5", "CD19", "CD3", "CD10"),
}
DETECTORS = ("FL1 Log", "FL2 Log", "FL4 Log", "FL5 Log")
GRANULOCYTIC = {(4, "CD15"), (4, "CD13"), (4, "CD16"), (5, "CD11c")}
LYMPHOID = {(2, "CD20"), (3, "CD7"), (3, "CD4"), (3, "CD8"), (3, "CD2"), (7, "CD5"), (7, "CD19"), (7, "CD3")}


def panel_of(tube):
    """Return the panel of a sample; CD45 is in all of them."""
    stained = zip(DETECTORS, STAINED[tube], strict=True)
    channels = [{"channel": "FS Lin", "scatter": "FSC-A"}, {"channel": "SS Log", "scatter": "SSC-A"}]
    channels += [{"channel": detector, "marker": marker} for detector, marker in stained]
    return Panel.model_validate({"channels": [*channels, {"channel": "FL3 Log", "marker": "CD45"}]})


def measured(folder, number, panel_tube):
    """Gate a file with the panel of a sample and give its markers, as signal and not as decades."""
    strategy = load_checked_strategy(STRATEGY)
    path = folder / "aml" / f"aml.sample_tube.set_{number}.fcs"
    further = frozenset(STAINED[panel_tube])
    _, tube = open_sample(path, 1, panel_of(panel_tube), strategy, gain="ignore", spillover="none", further=further)
    start = start_rows(tube)
    fit = fit_sample(SampleToFit("S", tube, start, ControlRole(), {}, 1), strategy)
    cells = apply_gates(tube, fit.gates, start)["granulocytic"]
    values = {marker: 10 ** tube.linear(marker, cells) for marker in STAINED[panel_tube]}
    return tuple(make_sketch("granulocytic", marker, own) for marker, own in values.items())


@pytest.fixture(scope="module")
def found(real_data):
    """Return the row of every marker by sample and marker."""
    rows = {}
    for number, markers in STAINED.items():
        own = {"panel": f"sample{number}", "batch": "B1", "fcs": "x.fcs"}
        stained = Sample(sample_id=f"T{number}", **own)
        controls = [
            Sample(
                sample_id=f"I_{place}", control_type="isotype", control_marker=marker, control_for=f"T{number}", **own
            )
            for place, marker in enumerate(markers)
        ]
        record = SampleRecord(stained.sample_id, {}, (), (), measured(real_data, number, number))
        control = SampleRecord("I", {}, (), (), measured(real_data, 1, number))
        records = {stained.sample_id: record, **{tube.sample_id: control for tube in controls}}
        chosen = choose_controls(stained, [stained, *controls], records, Measure())
        for row in intensity_rows(record, stained, None, chosen, Measure(), 1):
            rows[number, row["marker"]] = row
    return rows


def test_aml_tubes__every_marker_is_held_against_the_isotype_tube(found):
    assert len(found) == 24
    for row in found.values():
        assert row["control_type"] == "isotype"
        assert row["status"] == "ok" or row["reason_code"] == "several_modes"
        assert row["n_events"] > 1000
        assert row["control_n_events"] > 1000
        assert row["ratio_fi_low"] <= row["ratio_fi"] <= row["ratio_fi_high"]
        assert row["delta_fi"] == pytest.approx(row["median_fi"] - row["control_median_fi"])


def test_aml_tubes__markers_of_granulocytic_cells_are_above_the_isotype_by_every_measure(found):
    for key in GRANULOCYTIC:
        row = found[key]
        assert row["ratio_fi_low"] > 5
        assert row["delta_fi_low"] > 0
        assert row["pct_overton"] > 60
        assert row["pct_above_control"] > 50


def test_aml_tubes__markers_of_lymphocytes_are_not(found):
    for key in LYMPHOID:
        row = found[key]
        assert 0.5 < row["ratio_fi"] < 2.5
        assert row["pct_overton"] < 45
        assert row["pct_above_control"] < 15


def test_aml_tubes__overton_is_never_below_the_share_above_the_control_s_quantile_less_its_1_percent(found):
    for row in found.values():
        assert row["pct_overton"] >= row["pct_above_control"] - 1.2


GROUPS = ("CD34+CD38lo_HSCs", "CD34+CD38+CD123-_HSPCs", "CD34+CD38+CD123+_HSPCs")


@pytest.fixture(scope="module")
def labelled(real_data):
    """Return the CXCR4 values of the three labelled CD34+ groups."""
    path = real_data / "cd34" / "levine32_donorH1_labelled_cells.csv"
    with path.open(encoding="utf-8") as handle:
        cells = list(csv.DictReader(handle))
    return {name: np.array([float(cell["CXCR4"]) for cell in cells if cell["labelA"] == name]) for name in GROUPS}


def cxcr4_rows(labelled):
    """Return the row of each group."""
    sketches = tuple(make_sketch(name, "CXCR4", values) for name, values in labelled.items())
    sample = Sample(sample_id="H1", fcs="x.fcs", panel="marrow", batch="B1")
    return {
        row["population"]: row
        for row in intensity_rows(SampleRecord("H1", {}, (), (), sketches), sample, None, {}, Measure(), 1)
    }


def test_labelled_progenitors__keep_the_order_of_their_cxcr4_medians(labelled):
    rows = cxcr4_rows(labelled)
    medians = [rows[name]["median_fi"] for name in GROUPS]
    assert medians == [np.median(labelled[name]) for name in GROUPS]
    assert medians == sorted(medians)


def test_labelled_progenitors__intervals_separate_the_third_from_the_other_two(labelled):
    rows = cxcr4_rows(labelled)
    first, second, third = (rows[name] for name in GROUPS)
    assert third["median_fi_low"] > max(first["median_fi_high"], second["median_fi_high"])
    assert first["median_fi_high"] > second["median_fi_low"]


def test_labelled_progenitors__values_below_0_give_no_geometric_mean(labelled):
    rows = cxcr4_rows(labelled)
    assert [rows[name]["geo_mean_fi"] is None for name in GROUPS] == [True, True, False]
    assert rows[GROUPS[2]]["geo_mean_fi"] == pytest.approx(math.exp(np.log(labelled[GROUPS[2]]).mean()))

"""Nucleated red cells of the shipped strategy: many, none, and beside few reticulocytes."""

from dataclasses import replace
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
from marrowgate.simulate.cell_types import index_of
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.project import _stated_spillover
from marrowgate.simulate.make import batch_optics, make_tube
from marrowgate.simulate.optics.fcs_file import FileKind, write_tube
from marrowgate.simulate.truth import member_mask

CONFIG = Path(__file__).resolve().parents[3] / "config"
SEED = 90210
EVENTS = 40_000


def gated(folder, **per_ul):
    """Gate a sample of blood that holds so many cells per uL; give records, events and truth."""
    plan = make_plan("demo", SEED)
    panel = load_panel(CONFIG / "panels" / "immature.yaml")
    sample = next(s for s in plan.samples if s.panel == "immature" and s.control_type == "none")
    sample = replace(sample, blood=replace(sample.blood, per_ul={**sample.blood.per_ul, **per_ul}))
    simulated = make_tube(plan, sample, panel, EVENTS)
    optics = batch_optics(plan, sample, panel)
    path = folder / "sample.fcs"
    write_tube(path, simulated, panel, optics, _stated_spillover(optics, 1.0), FileKind("3.1", "F", "little"))
    strategy = load_checked_strategy(CONFIG / "strategies" / "blood_immature.yaml")
    _, tube = open_sample(path, 1, panel, strategy, gain="ignore", spillover="file")
    fit = fit_sample(SampleToFit("S", tube, start_rows(tube), ControlRole(), {}, 1), strategy)
    rows = apply_gates(tube, fit.gates, start_rows(tube))
    return {record.population: record for record in fit.gates}, rows, simulated.truth


@pytest.mark.parametrize("per_ul", [20.0, 200.0, 2000.0, 8000.0])
def test_nrbc__are_found_however_many_there_are(tmp_path, per_ul):
    records, rows, truth = gated(tmp_path, erythroblast=per_ul)
    assert records["nrbc"].status == "ok"
    true = np.flatnonzero(member_mask(truth, "nrbc"))
    assert true.size > 0.5 * per_ul
    assert np.isin(true, rows["nrbc"]).mean() > 0.97
    assert np.isin(rows["nrbc"], true).mean() > 0.97


def test_nrbc__nothing_is_found_where_there_are_none(tmp_path):
    records, rows, truth = gated(tmp_path, erythroblast=0.0)
    assert records["nrbc"].status == "ok"
    assert not member_mask(truth, "nrbc").any()
    assert rows["nrbc"].size == 0


@pytest.mark.parametrize("per_ul", [5.0, 100.0])
def test_nrbc__are_found_where_lysis_left_no_reticulocytes(tmp_path, per_ul):
    records, rows, truth = gated(tmp_path, erythroblast=per_ul, reticulocyte_cd71=0.0)
    assert records["erythroid_cd71_bright"].status == "fixed"
    true = np.flatnonzero(member_mask(truth, "nrbc"))
    assert np.isin(true, rows["nrbc"]).mean() > 0.97
    assert np.isin(rows["nrbc"], true).mean() > 0.97


def test_nrbc__red_cells_that_stick_to_leucocytes_are_none(tmp_path):
    _, rows, truth = gated(tmp_path, erythroblast=0.0, red_cell=2e7)
    is_pair = truth.partner == index_of("red_cell")
    stuck = np.flatnonzero(is_pair & np.isin(truth.kind, np.unique(truth.kind[member_mask(truth, "lymphocytes")])))
    assert stuck.size > 20
    assert not np.isin(stuck, rows["erythroid"]).any()
    assert rows["nrbc"].size == 0


@pytest.mark.parametrize("per_ul", [2.0, 8000.0])
def test_nrbc__hardly_an_event_is_a_leucocyte_too(tmp_path, per_ul):
    _, rows, _ = gated(tmp_path, erythroblast=per_ul)
    assert np.isin(rows["erythroid"], rows["cd45_pos"]).mean() < 0.001


def test_nrbc__are_no_reticulocytes(tmp_path):
    _, rows, truth = gated(tmp_path, erythroblast=2000.0)
    assert rows["reticulocytes"].size >= 20
    assert member_mask(truth, "nrbc")[rows["reticulocytes"]].mean() < 0.01

"""The demo's CD34 FMO through the gates of its batch: what it holds there is the blank of the CD34+ counts."""

import numpy as np
import pytest

from marrowgate.gating.apply import apply_gates
from marrowgate.gating.consensus import agree
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.open_sample import open_sample, start_rows
from marrowgate.gating.records import ControlRole
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.measure.blanks import BlankSample, find_blanks
from marrowgate.measure.gate_uncertainty import gate_cvs
from marrowgate.measure.measure_sample import count_populations
from marrowgate.measure.populations import population_rows
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.panel import load_panel
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy_reader import load_strategy
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind

SEED = 20170405
EVENTS = 30_000
NAMES = ("T01_v1_hspc", "T01_v3_hspc", "D01_v2_hspc", "D01_v4_hspc", "B1_hspc_fmo_CD34")


@pytest.fixture(scope="module")
def rows(repository, tmp_path_factory):
    """Rows of the samples of batch B1, by sample and population."""
    plan = make_plan("demo", SEED)
    config, folder = repository / "config", tmp_path_factory.mktemp("blanks")
    panel = load_panel(config / "panels/hspc.yaml")
    strategy, _ = load_strategy(config / "strategies/blood_hspc.yaml")
    planned = {one.sample_id: one for one in plan.samples if one.sample_id in NAMES}
    tubes, fits = {}, {}
    for name, one in planned.items():
        fcs = folder / f"{name}.fcs"
        write_sample(plan, one, config / "panels", fcs, None, n_events=EVENTS, kind=FileKind())
        _, tubes[name] = open_sample(fcs, 1, panel, strategy, gain="ignore", spillover="file")
        role = ControlRole(one.control_type, one.control_marker)
        to_fit = SampleToFit(name, tubes[name], start_rows(tubes[name]), role, {}, SEED)
        fits[name] = fit_sample(to_fit, strategy)
    agreed = agree("hspc", "B1", list(fits.values()))
    made = [BlankSample(sheet_row(one), record(name, tubes[name], settle(fits[name], agreed)), strategy)
            for name, one in planned.items()]  # fmt: skip
    blanks = find_blanks(made, {"hspc": [entry.marker for entry in panel.channels if entry.marker]})
    return {
        (tube.sample.sample_id, row["population"]): row
        for tube in made
        for row in population_rows(tube.record, tube.sample, None, Measure(), blanks)
    }


def sheet_row(one):
    kind, marker = one.control_type, one.control_marker or None
    return Sample(
        sample_id=one.sample_id, fcs="x.fcs", panel="hspc", batch=one.batch, control_type=kind, control_marker=marker
    )


def record(name, tube, records):
    rows = apply_gates(tube, records, np.arange(tube.file.n_events))
    counts = count_populations(records, rows, gate_cvs(tube, records, rows, "cd45_pos"))
    return SampleRecord(name, {"verdict": "accepted"}, counts, (), ())


def test_blank__goes_through_the_gates_of_its_batch_and_holds_next_to_nothing(rows):
    blank = rows["B1_hspc_fmo_CD34", "cd34_hspc"]
    assert blank["gate_status"] == "borrowed"
    assert blank["blank_source"] == "is_blank"
    assert blank["n_events"] <= 5
    assert blank["n_cd45"] > 10_000


def test_blank__gives_the_tubes_of_its_batch_their_limits(rows):
    blank = rows["B1_hspc_fmo_CD34", "cd34_hspc"]
    for name in NAMES[:-1]:
        row = rows[name, "cd34_hspc"]
        assert (row["blank_source"], row["blank_n_events"], row["blank_n_cd45"]) == (
            *("batch", blank["n_events"]),
            blank["n_cd45"],
        )
        assert 0 < row["lob_events"] < row["lod_events"] < row["loq_events"]
        assert row["gate_cv_pct"] is not None
        # no sample of the demo lacks what granulocytes carry
        assert rows[name, "granulocytes"]["blank_source"] == "no_blank"


def test_blank__of_the_responder_counts_are_above_it(rows):
    assert rows["T01_v3_hspc", "cd34_hspc"]["detection"] in {"detected", "quantifiable"}

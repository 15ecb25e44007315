"""Scoring a run's outputs that are written by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from accuracy.scored import Scored, score_cohort
from accuracy.scratch import Cohort
from marrowgate.simulate.cells import KINDS
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.sample import NO_PARTNER, EventTruth
from marrowgate.simulate.truth import tube_facts, write_truth
from marrowgate.tables import write_table

NAMES = ("hspc_committed", "hspc_late", "hspc_committed", "hspc_committed", "t_cell", "basophil", "hspc_late")
DEAD = (False, False, True, False, False, False, False)
PARTNERS = (NO_PARTNER, NO_PARTNER, NO_PARTNER, 1, NO_PARTNER, NO_PARTNER, NO_PARTNER)
KEPT = (True, True, True, True, True, True, False)
FOUND = (True, False, True, False, False, True, False)


def truth_of_events() -> EventTruth:
    nothing = np.zeros(len(NAMES), dtype=np.bool_)
    return EventTruth(
        kind=np.array([KINDS.index(name) for name in NAMES], dtype=np.int8),
        partner=np.array(PARTNERS, dtype=np.int8),
        is_dead=np.array(DEAD),
        is_apoptotic=nothing,
        is_coated=nothing,
        is_sticky=nothing,
        is_carry_over=nothing,
    )


@pytest.fixture
def scored(tmp_path: Path) -> dict[str, Scored]:
    plan = make_plan("published", 3)
    sample = next(one for one in plan.samples if one.panel == "hspc" and one.control_type == "none")
    cohort = Cohort(replace(plan, samples=(sample,)), tmp_path, 7)
    write_truth(cohort.truth_path(sample), truth_of_events(), tube_facts(sample, truth_of_events()))
    events = pa.table({"qc_ok": KEPT, "cd34_hspc": FOUND, "lymphocytes": pa.nulls(7, pa.bool_())})
    path = tmp_path / "results" / "events" / f"{sample.sample_id}.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(events, path)
    name = sample.sample_id
    row = {"sample_id": name, "population": "cd34_hspc", "n_events": 3, "gate_status": "borrowed"}
    write_table(cohort.tables / "populations.tsv", "populations", [row])
    write_table(tmp_path / "results" / "manifest.tsv", "manifest", [{"sample_id": name, "verdict": "repaired"}])
    checks = [
        {"sample_id": name, "check": "viable_pct", "verdict": "flagged"},
        {"sample_id": name, "check": "doublets_pct", "verdict": "ok"},
        {"sample_id": name, "check": "cv_pct_cd34_hspc", "verdict": "flagged"},
    ]
    write_table(cohort.tables / "quality.tsv", "quality", checks)
    return {one.population: one for one in score_cohort(cohort)}


def test_score__dead_cells_pairs_and_other_types_are_no_members(scored):
    confusion = scored["cd34_hspc"].confusion
    # true and kept: events 0 and 1; found: 0, the dead 2 and the basophil 5
    assert (confusion.both, confusion.only_found, confusion.only_true) == (1, 2, 1)


def test_score__events_that_quality_control_left_out_do_not_count(scored):
    assert scored["cd34_hspc"].n_true == 2
    assert scored["cd34_hspc"].kept == pytest.approx(6 / 7)


def test_score__a_population_without_a_gate_has_no_f1(scored):
    assert scored["lymphocytes"].confusion is None
    assert np.isnan(scored["lymphocytes"].f1)
    assert scored["lymphocytes"].n_true == 1


def test_score__verdict_status_and_flags_are_those_of_the_run(scored):
    one = scored["cd34_hspc"]
    assert one.verdict == "repaired"
    assert one.row["gate_status"] == "borrowed"
    assert one.checks == ("viable_pct",)
    assert one.is_flagged


def test_score__realised_truth_is_that_of_the_whole_file(scored):
    # living single CD34+ cells of all seven events
    assert scored["cd34_hspc"].truth.realised_n_events == 3

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from marrowgate.simulate.cells import KINDS
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.make import make_tube
from marrowgate.simulate.truth import (
    POPULATIONS,
    living_counts,
    member_mask,
    population_truths,
    tube_facts,
    write_truth,
)


@pytest.fixture(scope="module", params=["T01_v4_hspc", "T01_v4_immature"])
def made(request, panels):
    plan = make_plan("published", 5)
    sample = find_sample(plan, request.param)
    return sample, make_tube(plan, sample, panels[sample.panel], 200_000).truth


def test_population_truths__realised_counts_scatter_around_the_generating_truth(made):
    sample, truth = made
    for row in population_truths(sample, living_counts(truth)):
        if row.generating_per_100_cd45 is not None and row.population != "cd45_pos":
            expected = row.generating_per_100_cd45 / 100 * row.realised_n_cd45
            assert abs(row.realised_n_events - expected) < 5 * np.sqrt(expected) + 1


def test_population_truths__generating_and_realised_agree_with_their_names(made):
    sample, truth = made
    rows = {row.population: row for row in population_truths(sample, living_counts(truth))}
    assert set(rows) == set(POPULATIONS[sample.panel])
    cd45 = rows["cd45_pos"]
    assert cd45.generating_per_100_cd45 == 100
    assert cd45.realised_n_events == cd45.realised_n_cd45 == member_mask(truth, "cd45_pos").sum()
    assert cd45.generating_cells_per_ul < sample.blood.wbc


def test_population_truths__nothing_is_realised_before_the_tube_is_made(made):
    sample, _ = made
    rows = population_truths(sample, None)
    assert all(row.realised_n_events is None and row.realised_per_100_cd45 is None for row in rows)


def test_member_mask__leaves_out_dead_cells_and_doublets(made):
    _, truth = made
    mask = member_mask(truth, "lymphocytes")
    assert mask.any()
    assert not (mask & truth.is_dead).any()
    assert not (mask & (truth.partner >= 0)).any()
    assert {KINDS[kind] for kind in np.unique(truth.kind[mask])} == {"t_cell", "b_cell", "nk_cell"}


def test_population_truths__tubes_of_beads_have_none():
    plan = make_plan("published", 5)
    for name in ("B1_hspc_pe_beads", "B1_immature_only_DNA", "B1_hspc_unstained"):
        assert population_truths(find_sample(plan, name), None) == []


def test_write_truth__has_one_row_per_event_and_the_facts(made, tmp_path):
    sample, truth = made
    path = tmp_path / "x.truth.parquet"
    write_truth(path, truth, tube_facts(sample, truth))
    table = pq.read_table(path)
    assert table.num_rows == truth.kind.size
    assert table.column_names == [
        "population", "partner", "is_doublet", "is_dead", "is_apoptotic", "is_platelet_coated",
        "is_nonspecific", "is_carry_over",
    ]  # fmt: skip
    names = table["population"].combine_chunks().dictionary_decode().to_pylist()
    assert names[:1000] == [KINDS[kind] for kind in truth.kind[:1000]]
    assert table["partner"].null_count == (truth.partner < 0).sum()
    facts = json.loads(table.schema.metadata[b"marrowgate"])
    assert facts["sample_id"] == sample.sample_id
    assert facts["populations"][0]["population"] == "cd45_pos"

import numpy as np
import pytest

from marrowgate.simulate.cells import KINDS
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.make import batch_optics, make_recipe, make_tube
from marrowgate.simulate.parameters import TUBE

N = 100_000


@pytest.fixture(scope="module")
def stained(panels):
    plan = make_plan("demo", 5)
    sample = find_sample(plan, "T01_v4_hspc")
    return plan, sample, make_tube(plan, sample, panels["hspc"], N)


def test_make_tube__kinds_follow_the_blood(stained):
    _, sample, tube = stained
    rates = make_recipe(sample, ("CD45",)).rates
    counts = np.bincount(tube.truth.kind, minlength=len(KINDS))
    expected = N * rates / rates.sum()
    assert np.all(np.abs(counts - expected) < 5 * np.sqrt(expected) + 1)


def test_make_tube__beads_per_cell_give_the_cells_per_ul(stained):
    _, sample, tube = stained
    lymphocytes = np.isin(tube.truth.kind, [KINDS.index(kind) for kind in ("t_cell", "b_cell", "nk_cell")]).sum()
    beads = (tube.truth.kind == KINDS.index("counting_bead")).sum()
    found = (
        lymphocytes
        / beads
        * TUBE["beads_per_tube"].value
        / (TUBE["sample_volume"].value * sample.preparation.blood_share)
    )
    truth = sum(sample.blood.per_ul[kind] for kind in ("t_cell", "b_cell", "nk_cell"))
    assert found == pytest.approx(truth, rel=5 * np.sqrt(1 / lymphocytes + 1 / beads))


def test_make_tube__rates_of_what_confuses_are_as_stated(stained):
    _, sample, tube = stained
    truth = tube.truth
    single = truth.partner < 0
    assert (~single).mean() == pytest.approx(TUBE["doublets"].value, abs=5 * np.sqrt(0.02 / N))
    neutrophils = single & (truth.kind == KINDS.index("neutrophil_segmented"))
    n = neutrophils.sum()
    assert truth.is_dead[neutrophils].mean() == pytest.approx(sample.blood.dead, abs=5 * np.sqrt(sample.blood.dead / n))
    coated = TUBE["coated_granulocyte"].value
    assert truth.is_coated[neutrophils].mean() == pytest.approx(coated, abs=5 * np.sqrt(coated / n))
    assert 0 < truth.is_sticky.sum() < 40
    assert not truth.is_dead[truth.kind == KINDS.index("red_cell")][single[truth.kind == KINDS.index("red_cell")]].any()


def test_make_tube__doublets_lie_off_the_diagonal(panels, stained):
    _, _, tube = stained
    names = [entry.channel for entry in panels["hspc"].channels]
    area, height = tube.events[names.index("FSC-A")], tube.events[names.index("FSC-H")]
    cells = np.isin(tube.truth.kind, [KINDS.index(k) for k in ("t_cell", "neutrophil_segmented")])
    cells &= (area < 262_000) & ((tube.truth.partner < 0) | np.isin(tube.truth.partner, [0, 5]))
    doublet = tube.truth.partner >= 0
    ratio = area / height
    assert np.median(ratio[cells & doublet]) > np.quantile(ratio[cells & ~doublet], 0.99)


def test_make_tube__some_events_lie_on_the_margin_and_none_above(stained):
    _, _, tube = stained
    assert (tube.events == 262_143).sum() > 10
    assert tube.events.max() == 262_143
    assert np.isfinite(tube.events).all()


def test_make_tube__fmo_tube_is_dark_where_the_stained_one_shines(panels, stained):
    plan, _, tube = stained
    control = make_tube(plan, find_sample(plan, "T01_v4_fmo"), panels["hspc"], N)
    row = [entry.marker for entry in panels["hspc"].channels].index("CXCR4")
    t_cell = KINDS.index("t_cell")
    assert np.median(control.events[row][control.truth.kind == t_cell]) < 0.1 * np.median(
        tube.events[row][tube.truth.kind == t_cell]
    )


def test_make_tube__same_numbers_again_and_after_other_tubes(panels, stained):
    plan, sample, tube = stained
    make_tube(plan, find_sample(plan, "D02_v1_hspc"), panels["hspc"], 500)
    again = make_tube(plan, sample, panels["hspc"], N)
    assert np.array_equal(again.events, tube.events)
    assert np.array_equal(again.truth.kind, tube.truth.kind)


def test_make_tube__carry_over_comes_early(panels):
    plan = make_plan("dirty", 5)
    sample = next(sample for sample in plan.samples if sample.trouble.name == "carry_over")
    carried = make_tube(plan, sample, panels["hspc"], N).truth.is_carry_over
    assert carried.mean() == pytest.approx(0.03, rel=0.05)
    assert carried[: N // 10].sum() > 0.8 * carried.sum()


@pytest.mark.parametrize(
    ("name", "alive"), [("B1_hspc_only_7AAD", 0.5), ("B1_immature_only_7AAD", 0.5), ("B1_immature_only_DNA", None)]
)
def test_make_tube__single_stains_of_dna_dyes_hold_cells(panels, name, alive):
    plan = make_plan("published", 5)
    sample = find_sample(plan, name)
    tube = make_tube(plan, sample, panels[sample.panel], 20_000)
    neutrophils = tube.truth.kind == KINDS.index("neutrophil_segmented")
    assert neutrophils.sum() > 5000
    if alive:
        assert (~tube.truth.is_dead[neutrophils]).mean() == pytest.approx(alive, abs=0.03)


def test_batch_optics__tubes_of_a_batch_share_the_matrix_but_drift_a_little(panels):
    plan = make_plan("published", 5)
    tubes = [sample for sample in plan.samples if sample.batch == "B2" and sample.panel == "hspc"]
    optics = [batch_optics(plan, sample, panels["hspc"]) for sample in tubes]
    assert all(np.array_equal(found.spillover, optics[0].spillover) for found in optics)
    drift = np.log([found.drift for found in optics])
    assert drift.mean(axis=1).std() == pytest.approx(0.01, rel=0.25)
    assert (drift - drift.mean(axis=1, keepdims=True)).std() == pytest.approx(0.004, rel=0.15)


def test_make_tube__single_stain_shines_in_one_channel_after_compensation(panels):
    plan = make_plan("published", 5)
    sample = find_sample(plan, "B1_hspc_only_CD38")
    optics = batch_optics(plan, sample, panels["hspc"])
    tube = make_tube(plan, sample, panels["hspc"], 20_000)
    rows = [row for row, entry in enumerate(panels["hspc"].channels) if entry.marker]
    found = np.linalg.solve(optics.spillover.T, tube.events[rows].astype(float))
    single = tube.truth.partner < 0
    stained = single & (tube.truth.kind == KINDS.index("capture_bead_stained"))
    blank = single & (tube.truth.kind == KINDS.index("capture_bead_blank"))
    difference = np.median(found[:, stained], axis=1) - np.median(found[:, blank], axis=1)
    own = optics.markers.index("CD38")
    assert difference[own] > 20_000
    assert np.all(np.abs(np.delete(difference, own)) < 0.002 * difference[own])

import numpy as np
import pytest

from marrowgate.simulate.cell_types import CELL_TYPES
from marrowgate.simulate.cells import KINDS, draw_cells, draw_kinds
from marrowgate.simulate.optics.instrument import make_optics
from marrowgate.simulate.parameters import SHARED_VARIANCE

N = 60_000
TYPE = {cell.name: cell for cell in CELL_TYPES}


def draw(optics, recipe, seed=4):
    rng = np.random.default_rng(seed)
    return draw_cells(rng, optics, recipe, draw_kinds(rng, recipe.rates, N))


def molecules(optics, cells, marker):
    row = optics.markers.index(marker)
    return cells.signal[row] / optics.brightness[row]


@pytest.mark.parametrize(("kind", "marker"), [("t_cell", "CD45"), ("b_cell", "CXCR4"), ("nk_cell", "CD38")])
def test_draw_cells__abundance_is_log_normal_as_in_the_table(hspc_optics, make_pure_recipe, kind, marker):
    logs = np.log(molecules(hspc_optics, draw(hspc_optics, make_pure_recipe(kind)), marker))
    median, spread = TYPE[kind].markers[marker]
    assert logs.mean() == pytest.approx(np.log(median), abs=5 * spread / np.sqrt(N))
    assert logs.std() == pytest.approx(spread, rel=0.02)
    skew = ((logs - logs.mean()) ** 3).mean() / logs.std() ** 3
    assert abs(skew) < 5 * np.sqrt(6 / N)


def test_draw_cells__markers_of_a_kind_are_correlated(hspc_optics, make_pure_recipe):
    cells = draw(hspc_optics, make_pure_recipe("t_cell"))
    logs = np.log([molecules(hspc_optics, cells, marker) for marker in ("CD45", "CXCR4")])
    assert np.corrcoef(logs)[0, 1] == pytest.approx(SHARED_VARIANCE, abs=0.03)


def test_draw_cells__shift_moves_one_marker_of_one_kind(hspc_optics, make_pure_recipe):
    plain = draw(hspc_optics, make_pure_recipe("b_cell", "t_cell"))
    moved = draw(hspc_optics, make_pure_recipe("b_cell", "t_cell", shift={("b_cell", "CXCR4"): np.log(0.6)}))
    for kind, fold in (("b_cell", 0.6), ("t_cell", 1.0)):
        who = plain.kind == KINDS.index(kind)
        ratio = np.median(molecules(hspc_optics, moved, "CXCR4")[who]) / np.median(
            molecules(hspc_optics, plain, "CXCR4")[who]
        )
        assert ratio == pytest.approx(fold, rel=1e-4)


def test_draw_cells__stages_of_a_lineage_run_into_each_other(panels, make_pure_recipe):
    optics = make_optics(panels["immature"])
    cells = draw(optics, make_pure_recipe("myelocyte", "metamyelocyte"))
    logs = np.log(molecules(optics, cells, "CD11b"))
    young = cells.kind == KINDS.index("myelocyte")
    low, high = (np.log(TYPE[kind].markers["CD11b"][0]) for kind in ("myelocyte", "metamyelocyte"))
    assert np.median(logs[young]) < (low + high) / 2 < np.median(logs[~young])
    # a gap of 2 (ln) with spreads below 0.5 would be nearly empty in the middle if the stages were apart
    middle = np.abs(logs - (low + high) / 2) < 0.2
    assert middle.mean() > 0.1


def test_draw_cells__most_segmented_neutrophils_are_fully_mature(panels, make_pure_recipe):
    optics = make_optics(panels["immature"])
    logs = np.log(molecules(optics, draw(optics, make_pure_recipe("neutrophil_segmented")), "CD16"))
    median, spread = TYPE["neutrophil_segmented"].markers["CD16"]
    assert np.median(logs) == pytest.approx(np.log(median), abs=0.2 * spread)


def test_draw_cells__a_marker_left_out_gives_no_signal(hspc_optics, make_pure_recipe):
    cells = draw(hspc_optics, make_pure_recipe("t_cell", "counting_bead", left_out=frozenset({"CXCR4"}), sticky=0.1))
    row = hspc_optics.markers.index("CXCR4")
    assert np.all(cells.signal[row][cells.kind == KINDS.index("t_cell")] == 0)
    assert np.all(cells.signal[row][cells.kind == KINDS.index("counting_bead")] > 10_000)


def test_draw_cells__an_isotype_tube_shows_background_only(hspc_optics, make_pure_recipe):
    cells = draw(hspc_optics, make_pure_recipe("hspc_multipotent", isotype=frozenset({"CD34"})))
    assert np.median(molecules(hspc_optics, cells, "CD34")) == pytest.approx(150, rel=0.05)


def test_draw_cells__dead_cells_take_up_7aad_bind_antibody_and_shrink(hspc_optics, make_pure_recipe):
    half = np.full(len(KINDS), 0.5)
    cells = draw(hspc_optics, make_pure_recipe("t_cell", dead=half))
    dead = cells.is_dead
    assert dead.mean() == pytest.approx(0.5, abs=0.02)
    dye = molecules(hspc_optics, cells, "7-AAD")
    assert np.quantile(dye[dead], 0.01) > 5 * np.quantile(dye[~dead], 0.99)
    assert np.median(molecules(hspc_optics, cells, "CD34")[dead]) > 1000
    assert np.median(cells.fsc[dead]) < 0.8 * np.median(cells.fsc[~dead])


def test_draw_cells__sticky_cells_bind_all_antibodies_but_no_dye(hspc_optics, make_pure_recipe):
    cells = draw(hspc_optics, make_pure_recipe("t_cell", sticky=0.2))
    sticky = cells.is_sticky
    for marker in ("CD34", "CD14", "CD235a"):
        found = molecules(hspc_optics, cells, marker)
        assert np.median(found[sticky]) > 10 * np.median(found[~sticky])
    dye = molecules(hspc_optics, cells, "7-AAD")
    assert np.median(dye[sticky]) == pytest.approx(np.median(dye[~sticky]), rel=0.05)


def test_draw_cells__platelet_coated_cells_carry_cd41a(panels, make_pure_recipe):
    optics = make_optics(panels["immature"])
    cells = draw(optics, make_pure_recipe("monocyte_classical", coated=np.full(len(KINDS), 0.3)))
    found = molecules(optics, cells, "CD41a")
    assert np.median(found[cells.is_coated]) > 10 * np.median(found[~cells.is_coated])


def test_draw_cells__red_cells_have_no_dna_and_erythroblasts_have(panels, make_pure_recipe):
    optics = make_optics(panels["immature"])
    cells = draw(optics, make_pure_recipe("red_cell", "reticulocyte_cd71", "erythroblast"))
    dna = molecules(optics, cells, "DNA")
    nucleated = cells.kind == KINDS.index("erythroblast")
    assert np.quantile(dna[nucleated], 0.01) > np.quantile(dna[~nucleated], 0.99)


def test_draw_cells__dead_cells_take_up_the_viability_dye_and_keep_their_nuclear_stain(panels, make_pure_recipe):
    optics = make_optics(panels["immature"])
    cells = draw(optics, make_pure_recipe("t_cell", dead=np.full(len(KINDS), 0.5)))
    viability, nuclear = (molecules(optics, cells, marker) for marker in ("7-AAD", "DNA"))
    assert np.median(viability[cells.is_dead]) > 100 * np.median(viability[~cells.is_dead])
    assert np.median(nuclear[cells.is_dead]) == pytest.approx(np.median(nuclear[~cells.is_dead]), rel=0.01)


def test_draw_kinds__counts_follow_the_rates_and_the_order_is_mixed(make_pure_recipe):
    rates = make_pure_recipe("t_cell", "red_cell").rates
    kinds = draw_kinds(np.random.default_rng(1), rates, N)
    is_t = kinds == KINDS.index("t_cell")
    assert abs(is_t.mean() - 0.5) < 5 * 0.5 / np.sqrt(N)
    assert abs(is_t[: N // 2].mean() - 0.5) < 5 * 0.5 / np.sqrt(N / 2)

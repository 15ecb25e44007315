from dataclasses import replace

import numpy as np
import pytest

from marrowgate.errors import UserError
from marrowgate.simulate.blood import Response, draw_blood, draw_constitution
from marrowgate.simulate.cell_types import CELL_TYPES, LEUCOCYTES, LINEAGES, NAMES, SICK_CELLS, index_of, true_members
from marrowgate.simulate.cells import KINDS
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.diseases import POOLS, find_disease, named_diseases, sicken
from marrowgate.simulate.make import make_recipe, make_tube
from marrowgate.simulate.truth import member_mask

IMMATURE = LINEAGES[0][:3]


def healthy(seed=1):
    rng = np.random.default_rng(seed)
    return draw_blood(rng, draw_constitution(rng, 0.0, 0.0), Response(on_therapy=False), 0.0)


def sick(name, seed=1):
    return sicken(np.random.default_rng(9), healthy(seed), *find_disease(name))


def total(blood, kinds):
    return sum(blood.per_ul[kind] for kind in kinds)


def test_healthy_blood__holds_no_sick_cell():
    assert total(healthy(), SICK_CELLS) == 0


@pytest.mark.parametrize("level", [0, 5, 45, 60, 100])
def test_left_shift__is_the_share_of_immature_granulocytes_in_the_neutrophil_line(level):
    blood = sick(f"left_shift_{level}")
    assert total(blood, IMMATURE) == pytest.approx(level / 100 * total(blood, LINEAGES[0]))


def test_left_shift__brings_more_bands_and_leaves_lymphocytes_as_they_are_among_white_cells():
    plain, blood = healthy(), sick("left_shift_45")
    line = ("neutrophil_band", "neutrophil_segmented")
    assert blood.per_ul["neutrophil_band"] / total(blood, line) > 3 * plain.per_ul["neutrophil_band"] / total(
        plain, line
    )
    assert blood.per_ul["t_cell"] == pytest.approx(1.8 * plain.per_ul["t_cell"])


@pytest.mark.parametrize("name", [name for name, one in named_diseases().items() if one.within])
def test_sicken__the_cells_of_a_disease_make_up_its_level_of_the_pool(name):
    disease = named_diseases()[name]
    blood = sick(f"{name}_30")
    assert total(blood, disease.cells) == pytest.approx(0.3 * total(blood, {*POOLS[disease.within], *disease.cells}))
    for kind, share in disease.cells.items():
        assert blood.per_ul[kind] / total(blood, disease.cells) == pytest.approx(share / sum(disease.cells.values()))


def test_sicken__the_others_keep_their_proportions():
    plain, blood = healthy(), sick("aml_cd34_pos_60")
    ratio = [blood.per_ul[kind] / plain.per_ul[kind] for kind in ("t_cell", "eosinophil", "monocyte_classical")]
    assert ratio == pytest.approx([ratio[0]] * 3)
    fallen = (1 - 0.5**0.6) * plain.per_ul["neutrophil_segmented"]
    assert blood.wbc == pytest.approx(1.5 * (plain.wbc - fallen))


def test_sicken__folds_are_whole_at_100_and_less_at_lower_levels():
    plain = healthy()
    for level, fold in ((100, 0.05), (50, 0.05**0.5), (0, 1.0)):
        blood = sick(f"neutropenia_{level}")
        assert blood.per_ul["neutrophil_segmented"] == pytest.approx(fold * plain.per_ul["neutrophil_segmented"])
        assert blood.per_ul["t_cell"] == plain.per_ul["t_cell"]


def test_aplasia__leaves_few_of_all_but_lymphocytes():
    blood = sick("aplasia_100")
    assert total(blood, LINEAGES[0]) < 500
    assert blood.per_ul["platelet"] < 20_000
    assert total(blood, ("t_cell", "b_cell", "nk_cell")) > 0.6 * blood.wbc


def test_sicken__the_phenotype_of_sick_cells_differs_between_patients():
    disease, level = find_disease("aml_cd34_neg_20")
    shifts = [
        sicken(np.random.default_rng(seed), healthy(), disease, level).shift["blast_cd34_neg", "CD45"]
        for seed in range(300)
    ]
    assert np.std(shifts) == pytest.approx(0.3, rel=0.15)
    assert ("t_cell", "CD45") not in sick("aml_cd34_neg_20").shift


def test_platelet_pairs__five_times_as_many_cells_carry_platelets_but_no_more_than_nine_tenths():
    plan = make_plan("demo", 3)
    sample = find_sample(plan, "T01_v1_immature")
    disease, level = find_disease("platelet_pairs_100")
    ill = replace(sample, blood=sicken(np.random.default_rng(1), sample.blood, disease, level))
    before, after = (make_recipe(one, ("CD45",)).coated for one in (sample, ill))
    t_cell, monocyte = KINDS.index("t_cell"), KINDS.index("monocyte_classical")
    assert after[t_cell] == pytest.approx(5 * before[t_cell])
    assert after[monocyte] == pytest.approx(min(5 * before[monocyte], 0.9))


@pytest.mark.parametrize("name", ["nobody", "left_shift", "left_shift_101", "left_shift_x", "_30"])
def test_find_disease__unknown_names_and_levels_are_refused(name):
    with pytest.raises(UserError) as error:
        find_disease(name)
    (found,) = error.value.faults
    assert found.what == f"there is no disease {name!r}"
    assert found.cure.startswith("use none, or one of left_shift, aml_cd34_pos")


def test_named_diseases__name_cells_that_there_are_and_say_where_they_come_from():
    for disease in named_diseases().values():
        assert set(disease.cells) | set(disease.folds) <= set(NAMES)
        assert disease.note
        assert disease.source
        assert disease.shown
        assert bool(disease.within) == bool(disease.cells)


def test_true_members__blasts_with_cd34_are_cd34_positive_cells_and_no_blast_is_a_lymphocyte():
    assert "blast_cd34_pos" in true_members("cd34_hspc")
    assert "lymphoma_cell" in true_members("lymphocytes")
    for population in ("lymphocytes", "monocytes", "granulocytes", "ig"):
        assert not {"blast_cd34_pos", "blast_cd34_neg"} & true_members(population)
    assert {"blast_cd34_pos", "blast_cd34_neg", "plasma_cell"} <= set(LEUCOCYTES)
    assert not CELL_TYPES[index_of("myeloma_cell")].is_leucocyte


def test_make_plan__every_visit_is_sick_and_controls_are_of_healthy_donors(panels):
    plan, plain = make_plan("demo", 3, "home", "aml_cd34_neg_20"), make_plan("demo", 3)
    assert [visit.day for visit in plan.visits] == [visit.day for visit in plain.visits]
    for visit in plan.visits:
        assert visit.blood.per_ul["blast_cd34_neg"] == pytest.approx(0.2 * visit.blood.wbc)
    control = next(sample for sample in plan.samples if sample.blood and not sample.visit)
    assert total(control.blood, SICK_CELLS) == 0
    tube = make_tube(plan, find_sample(plan, "T01_v1_hspc"), panels["hspc"], 20_000)
    share = np.mean(tube.truth.kind[member_mask(tube.truth, "cd45_pos")] == KINDS.index("blast_cd34_neg"))
    assert share == pytest.approx(0.2, abs=0.02)

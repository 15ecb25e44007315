import pytest

from marrowgate.simulate.cell_types import BACKGROUND, CELL_TYPES, NAMES, neighbours, true_members

TYPE = {cell.name: cell for cell in CELL_TYPES}


def test_cell_types__names_are_unique():
    assert len(set(NAMES)) == len(NAMES)


def test_cell_types__every_marker_has_a_background():
    assert {marker for cell in CELL_TYPES for marker in cell.markers} <= set(BACKGROUND)


@pytest.mark.parametrize("marker", ["CD16", "CD11b", "CD10"])
def test_cell_types__maturation_raises_these_markers(marker):
    stages = ["promyelocyte", "myelocyte", "metamyelocyte", "neutrophil_band", "neutrophil_segmented"]
    levels = [TYPE[stage].markers.get(marker, BACKGROUND[marker])[0] for stage in stages]
    assert levels[-1] > 5 * levels[0]
    assert levels[1:] == sorted(levels[1:])


def test_cell_types__cd33_falls_with_maturation():
    levels = [
        TYPE[stage].markers["CD33"][0]
        for stage in ("promyelocyte", "myelocyte", "metamyelocyte", "neutrophil_segmented")
    ]
    assert levels == sorted(levels, reverse=True)


def test_cell_types__cd13_is_lost_and_regained():
    promyelocyte, myelocyte, segmented = (
        TYPE[name].markers["CD13"][0] for name in ("promyelocyte", "myelocyte", "neutrophil_segmented")
    )
    assert myelocyte < promyelocyte
    assert myelocyte < segmented


def test_cell_types__eosinophils_lack_cd16_and_have_the_highest_side_scatter_of_leucocytes():
    eosinophil = TYPE["eosinophil"]
    assert eosinophil.markers["CD16"][0] < 0.01 * TYPE["neutrophil_segmented"].markers["CD16"][0]
    assert eosinophil.ssc == max(cell.ssc for cell in CELL_TYPES if cell.is_leucocyte)


def test_neighbours__are_the_stages_before_and_after():
    assert neighbours("myelocyte") == ("promyelocyte", "metamyelocyte")
    assert neighbours("promyelocyte") == ("promyelocyte", "myelocyte")
    assert neighbours("hspc_late") == ("hspc_committed", "hspc_late")
    assert neighbours("t_cell") == ("t_cell", "t_cell")


def test_true_members__immature_is_the_union_of_ig_and_nrbc():
    assert true_members("immature") == true_members("ig") | true_members("nrbc")
    assert true_members("ig") == true_members("ig_stage1") | true_members("ig_stage2")


def test_true_members__reticulocytes_are_erythroid_but_not_nucleated():
    assert "reticulocyte_cd71" in true_members("erythroid_cd71_pos")
    assert "reticulocyte_cd71" not in true_members("nrbc")


def test_true_members__unknown_population_is_an_error():
    with pytest.raises(KeyError):
        true_members("hairy_cells")

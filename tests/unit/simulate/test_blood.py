from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from marrowgate.simulate.blood import Response, cxcr4_abc_median, draw_blood, draw_constitution
from marrowgate.simulate.cell_types import CELL_TYPES, HSPC, LEUCOCYTES, SICK_CELLS
from marrowgate.simulate.cells import KINDS, draw_cells, draw_kinds
from marrowgate.simulate.parameters import BLOOD
from marrowgate.simulate.streams import stream

RESTING = Response(on_therapy=False)
IG = ("promyelocyte", "myelocyte", "metamyelocyte")


def people(n=400):
    return [draw_constitution(stream("blood", number), 0.0, 0.0) for number in range(n)]


def blood_of(response, number=1):
    return draw_blood(stream("visit", number), draw_constitution(stream("blood", 1), 0.0, 0.0), response, 0.0)


def test_draw_constitution__cd34_level_has_the_stated_median_and_spread():
    logs = np.log([person.cd34_per_ul for person in people()])
    spread = BLOOD["cd34_patient_sd"].value
    assert logs.mean() == pytest.approx(log(BLOOD["cd34"].value), abs=4 * spread / np.sqrt(len(logs)))
    assert logs.std() == pytest.approx(spread, rel=0.15)


def test_draw_constitution__baseline_shift_raises_cd34_and_ig_alike():
    plain, raised = (draw_constitution(stream("blood", 1), shift, 0.0) for shift in (0.0, 0.5))
    assert raised.cd34_per_ul / plain.cd34_per_ul == pytest.approx(exp(0.5))
    assert raised.ig_pct / plain.ig_pct == pytest.approx(exp(0.5))
    assert raised.wbc == plain.wbc


def test_draw_blood__no_kind_is_negative_and_every_kind_is_there():
    blood = blood_of(RESTING)
    assert set(blood.per_ul) == {cell.name for cell in CELL_TYPES}
    assert min(blood.per_ul.values()) >= 0
    assert all((blood.per_ul[kind] > 0) != (kind in SICK_CELLS) for kind in LEUCOCYTES)


def test_draw_blood__immature_percentage_of_a_responder_is_exact():
    blood = blood_of(Response(on_therapy=True, immature_pct=4.0, nrbc_share=0.3))
    ig = 100 * sum(blood.per_ul[kind] for kind in IG) / blood.wbc
    nrbc = 100 * blood.per_ul["erythroblast"] / blood.wbc
    assert nrbc == pytest.approx(1.2)
    assert ig == pytest.approx(2.8)


def test_draw_blood__cd34_and_cxcr4_folds_reach_the_blood():
    plain = blood_of(Response(on_therapy=True))
    treated = blood_of(Response(on_therapy=True, cd34_fold=3.0, cxcr4_fold=0.6))
    ratio = sum(treated.per_ul[kind] for kind in HSPC) / sum(plain.per_ul[kind] for kind in HSPC)
    assert ratio == pytest.approx(3.0)
    assert cxcr4_abc_median(treated) / cxcr4_abc_median(plain) == pytest.approx(0.6)


def test_cxcr4_abc_median__is_the_median_of_the_cells_that_are_drawn(hspc_optics, make_pure_recipe):
    blood = blood_of(RESTING)
    recipe = make_pure_recipe(*HSPC, shift=blood.shift)
    recipe = replace(recipe, rates=np.array([blood.per_ul[kind] if kind in HSPC else 0.0 for kind in KINDS]))
    rng = np.random.default_rng(1)
    cells = draw_cells(rng, hspc_optics, recipe, draw_kinds(rng, recipe.rates, 400_000))
    row = hspc_optics.markers.index("CXCR4")
    found = np.median(cells.signal[row]) / hspc_optics.brightness[row]
    assert cxcr4_abc_median(blood) == pytest.approx(found, rel=0.01)

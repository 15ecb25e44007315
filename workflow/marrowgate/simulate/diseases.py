"""Sick blood: what a disease makes of healthy blood, as abundances and phenotypes.

The diseases stand in `diseases.yaml`. `left_shift_45` is the disease `left_shift` at the level 45.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from marrowgate.errors import fault
from marrowgate.simulate.blood import Blood
from marrowgate.simulate.cell_types import CELL_TYPES, LEUCOCYTES, LINEAGES, index_of

HEALTHY = "none"
POOLS: Mapping[str, tuple[str, ...]] = {
    "white_cells": LEUCOCYTES,
    "nucleated": (*LEUCOCYTES, "erythroblast"),
    "neutrophil_line": LINEAGES[0],
}


@dataclass(frozen=True)
class Disease:
    """What differs from healthy blood.

    Parameters
    ----------
    name, note, source : str
        Its name, what it stands for, and where definitions come from.
    level : str
        What the level says, from 0 to 100.
    within : str
        Cells of which the level is a percentage, a name in `POOLS`; empty where the level is a share of the folds.
    cells : mapping of str to float
        Kinds that are to make up the level, with their shares among them. The others of the pool make room.
    folds : mapping of str to float
        Factor on the cells per uL of a kind at the level 100; ``fold ** (level / 100)`` at others.
    folds_are_whole : bool
        The folds hold at every level as they are.
    wbc_fold : float
        Factor on all white cells.
    phenotype_sd : float
        Spread between patients of every marker of `cells` (ln).
    coating : float
        Factor on the share of cells with platelets at the level 100.
    shown : tuple of int
        Levels that the accuracy figures show.
    """

    name: str
    note: str
    source: str
    level: str
    shown: tuple[int, ...]
    within: str = ""
    cells: Mapping[str, float] = field(default_factory=dict)
    folds: Mapping[str, float] = field(default_factory=dict)
    folds_are_whole: bool = False
    wbc_fold: float = 1.0
    phenotype_sd: float = 0.0
    coating: float = 1.0


@cache
def named_diseases() -> Mapping[str, Disease]:
    """Return the diseases of `diseases.yaml` by name."""
    text = Path(__file__).with_name("diseases.yaml").read_text(encoding="utf-8")
    return {
        name: Disease(name=name, **{**facts, "shown": tuple(facts["shown"])})
        for name, facts in yaml.safe_load(text).items()
    }


def find_disease(name: str) -> tuple[Disease, float] | None:
    """Return the disease of a name with its level; None for healthy blood, which is called ``none``.

    Raises
    ------
    UserError
        There is no such disease, or the level is no whole number from 0 to 100.
    """
    if name == HEALTHY:
        return None
    stem, _, level = name.rpartition("_")
    known = named_diseases()
    if stem not in known or not (level.isascii() and level.isdigit() and int(level) <= 100):
        what = f"there is no disease {name!r}"
        cure = f"use none, or one of {', '.join(known)} with a level from 0 to 100 behind it, such as left_shift_45"
        raise fault("option --disease", what, cure)
    return known[stem], float(level)


def sicken(rng: np.random.Generator, blood: Blood, disease: Disease, level: float) -> Blood:
    """Return a patient's blood as a disease makes it.

    Parameters
    ----------
    rng : numpy.random.Generator
        The patient's own stream: the phenotype of the sick cells is the same at every visit.
    blood : Blood
        Without the disease.
    disease : Disease
        What differs.
    level : float
        How much, from 0 to 100.

    Returns
    -------
    Blood
        With other cells per uL, markers and platelets on cells; nothing else changes.
    """
    power = 1.0 if disease.folds_are_whole else level / 100
    per_ul = {kind: count * disease.folds.get(kind, 1.0) ** power for kind, count in blood.per_ul.items()}
    for kind in LEUCOCYTES:
        per_ul[kind] *= disease.wbc_fold
    if disease.within:
        per_ul |= _make_up(per_ul, disease, level / 100)
    shift = dict(blood.shift)
    for kind in disease.cells:
        for marker in CELL_TYPES[index_of(kind)].markers:
            change = disease.phenotype_sd * rng.standard_normal()
            shift[kind, marker] = shift.get((kind, marker), 0.0) + change
    return replace(blood, per_ul=per_ul, shift=shift, coating=blood.coating * disease.coating ** (level / 100))


def _make_up(per_ul: Mapping[str, float], disease: Disease, share: float) -> dict[str, float]:
    """Return the cells per uL of the pool in which the disease's cells make up a share and the total is as before."""
    pool = dict.fromkeys((*POOLS[disease.within], *disease.cells))
    total = sum(per_ul[kind] for kind in pool)
    others = sum(per_ul[kind] for kind in pool if kind not in disease.cells)
    parts = sum(disease.cells.values())
    return {
        kind: total * share * disease.cells[kind] / parts
        if kind in disease.cells
        else per_ul[kind] * total * (1 - share) / others
        for kind in pool
    }

"""True intensities: what a perfect gate measures on a million cells through the same instrument, noise included."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marrowgate.settings.panel import Panel
from marrowgate.simulate.cells import Recipe, draw_cells, draw_kinds, kinds_of
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.make import batch_optics, make_recipe
from marrowgate.simulate.optics.instrument import Optics, detect
from marrowgate.simulate.streams import stream

ENOUGH_CELLS = 1_000_000
BLOCK = 250_000


@dataclass(frozen=True)
class IntensityTruth:
    """True intensities of a marker on the living single cells of a population.

    Parameters
    ----------
    sample_id, population, marker : str
        Which sample, on which cells, of what.
    median_fi, control_median_fi : float
        Compensated medians with the antibody and without it.
    delta_fi, ratio_fi : float
        Their difference and ratio.
    """

    sample_id: str
    population: str
    marker: str
    median_fi: float
    control_median_fi: float
    delta_fi: float
    ratio_fi: float


def intensity_truth(
    plan: CohortPlan,
    sample: SamplePlan,
    panel: Panel,
    population: str = "cd34_hspc",
    marker: str = "CXCR4",
    n_cells: int = ENOUGH_CELLS,
) -> IntensityTruth:
    """Measure a marker on many cells of a population.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    sample : SamplePlan
        A fully stained sample of blood.
    panel : Panel
        Its panel.
    population : str
        A population of the strategy.
    marker : str
        A stain of the panel.
    n_cells : int
        Cells to draw, with the antibody and again without it.

    Returns
    -------
    IntensityTruth
        The same for the same scenario, seed, sample_id, population and marker.
    """
    medians = [
        float(np.median(compensated_cells(plan, sample, panel, population, marker, n_cells, left_out=left_out)))
        for left_out in (False, True)
    ]
    median, background = medians
    difference, ratio = median - background, median / background
    return IntensityTruth(sample.sample_id, population, marker, median, background, difference, ratio)


def compensated_cells(
    plan: CohortPlan,
    sample: SamplePlan,
    panel: Panel,
    population: str,
    marker: str,
    n_cells: int,
    *,
    left_out: bool = False,
) -> NDArray[np.float64]:
    """Draw the living single cells of a population and compensate a marker's channel with the true matrix.

    Parameters
    ----------
    plan, sample, panel, population, marker, n_cells
        As for `intensity_truth`.
    left_out : bool
        Whether the marker's antibody is left out.

    Returns
    -------
    ndarray of float64, shape (n_cells,)
        Channel units.
    """
    optics = batch_optics(plan, sample, panel)
    recipe = _members_only(make_recipe(sample, optics.markers), population)
    if left_out:
        recipe = replace(recipe, left_out=frozenset({marker}))
    tube, row = "control" if left_out else "stained", optics.markers.index(marker)
    rng = stream(plan.scenario.name, plan.seed, "intensity", sample.sample_id, population, marker, tube)
    blocks = [_compensated(rng, optics, recipe, row, min(BLOCK, n_cells - at)) for at in range(0, n_cells, BLOCK)]
    return np.concatenate(blocks)


def _members_only(recipe: Recipe, population: str) -> Recipe:
    """Keep the living single cells of a population."""
    members = kinds_of(population)
    rates = np.zeros_like(recipe.rates)
    rates[members] = recipe.rates[members]
    return replace(recipe, rates=rates, dead=np.zeros_like(recipe.dead))


def _compensated(rng: np.random.Generator, optics: Optics, recipe: Recipe, row: int, n: int) -> NDArray[np.float64]:
    """Draw cells and compensate one channel with the true matrix."""
    cells = draw_cells(rng, optics, recipe, draw_kinds(rng, recipe.rates, n))
    detected = detect(rng, optics, cells.signal, cells.autofluorescence, None)
    weights = np.linalg.inv(optics.spillover)[:, row]
    compensated: NDArray[np.float64] = weights @ detected
    return compensated

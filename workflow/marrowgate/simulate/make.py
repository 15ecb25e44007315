"""From the plan to a measured sample."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from marrowgate.settings.panel import Panel
from marrowgate.simulate.blood import Blood
from marrowgate.simulate.cell_types import CELL_TYPES, HSPC
from marrowgate.simulate.cells import IS_NUCLEATED, KINDS, Recipe
from marrowgate.simulate.cohorts.plan import CohortPlan, Preparation, SamplePlan
from marrowgate.simulate.optics.instrument import Optics, make_optics, set_up_on
from marrowgate.simulate.optics.particles import LOTS
from marrowgate.simulate.parameters import TUBE
from marrowgate.simulate.sample import Tube, measure_tube
from marrowgate.simulate.streams import stream

UNLYSED: Mapping[str, float] = {
    "red_cell": TUBE["unlysed_red_cells"].value,
    "reticulocyte_cd71": TUBE["unlysed_reticulocytes"].value,
}
COATED: Mapping[str, float] = {
    "t_cell": TUBE["coated_lymphocyte"].value,
    "b_cell": TUBE["coated_lymphocyte"].value,
    "nk_cell": TUBE["coated_lymphocyte"].value,
    "monocyte_classical": TUBE["coated_monocyte"].value,
    "monocyte_nonclassical": TUBE["coated_monocyte"].value,
    "neutrophil_segmented": TUBE["coated_granulocyte"].value,
    "neutrophil_band": TUBE["coated_granulocyte"].value,
    "eosinophil": TUBE["coated_granulocyte"].value,
    **dict.fromkeys(HSPC, TUBE["coated_hspc"].value),
}
KILLED = 0.5  # share of dead cells in the single stain of the viability dye, of which half are killed by heat


def make_recipe(sample: SamplePlan, markers: tuple[str, ...]) -> Recipe:
    """Say what is in a sample and how it was stained.

    Parameters
    ----------
    sample : SamplePlan
        The sample.
    markers : tuple of str
        All stains of its panel.

    Returns
    -------
    Recipe
        Rates per uL of blood in the sample, or shares of beads where there is no blood.
    """
    rates, dead, coated = np.zeros(len(KINDS)), np.zeros(len(KINDS)), np.zeros(len(KINDS))
    if sample.blood:
        rates[: len(CELL_TYPES)] = _particles_per_ul(sample.blood, sample.preparation)
        dead[IS_NUCLEATED] = sample.blood.dead
        dead[[KINDS.index(kind) for kind in HSPC]] = sample.blood.dead_hspc
        coating = sample.preparation.coating * sample.blood.coating
        coated[: len(CELL_TYPES)] = [min(coating * COATED.get(cell.name, 0.0), 0.9) for cell in CELL_TYPES]
    for kind, share in LOTS.get(sample.bead_lot, {}).items():
        per_ul = TUBE["beads_per_tube"].value / (TUBE["sample_volume"].value * sample.preparation.blood_share)
        rates[KINDS.index(kind)] = share * per_ul
    if sample.control_marker == "7-AAD":
        dead[IS_NUCLEATED] = KILLED
    return Recipe(
        rates=rates,
        dead=dead,
        coated=coated,
        apoptotic=sample.blood.apoptotic if sample.blood else 0.0,
        sticky=TUBE["sticky"].value,
        doublets=TUBE["doublets"].value,
        shift=sample.blood.shift if sample.blood else {},
        left_out=_left_out(sample, markers),
        isotype=frozenset({sample.control_marker} if sample.control_type == "isotype" else ()),
        captured=sample.control_marker,
    )


def left_in_tube(kind: str, preparation: Preparation) -> float:
    """Return the share of the blood's cells of a kind that the cytometer meets after lysis and above its threshold."""
    if kind in UNLYSED:
        return UNLYSED[kind] * preparation.unlysed
    return TUBE["platelets_in_threshold"].value if kind == "platelet" else 1.0


def _particles_per_ul(blood: Blood, preparation: Preparation) -> list[float]:
    """Return what the cytometer meets of each kind for one uL of blood."""
    met = {cell.name: blood.per_ul[cell.name] * left_in_tube(cell.name, preparation) for cell in CELL_TYPES}
    met["debris"] = TUBE["debris"].value * preparation.debris * blood.wbc
    return list(met.values())


def _left_out(sample: SamplePlan, markers: tuple[str, ...]) -> frozenset[str]:
    if sample.control_type == "fmo":
        return frozenset({sample.control_marker})
    if sample.control_type == "unstained":
        return frozenset(markers)
    if sample.control_type == "single_stain":
        return frozenset(markers) - {sample.control_marker}
    return frozenset()


def batch_optics(plan: CohortPlan, sample: SamplePlan, panel: Panel) -> Optics:
    """Set the instrument up for a panel as it was in the sample's batch, and had drifted by the time of its sample."""
    name = (plan.scenario.name, plan.seed)
    home = make_optics(panel, (*name, "gain", sample.batch), plan.scenario.batch_gain_sd)
    optics = home if plan.instrument.name == "home" else set_up_on(home, plan.instrument)
    rng = stream(*name, "drift", sample.sample_id)
    common = TUBE["gain_drift_sd"].value * rng.standard_normal()
    own = TUBE["detector_drift_sd"].value * rng.standard_normal(len(optics.channels))
    return replace(optics, drift=np.exp(common + own).astype(np.float32))


def make_tube(plan: CohortPlan, sample: SamplePlan, panel: Panel, n_events: int) -> Tube:
    """Simulate one sample of a cohort.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    sample : SamplePlan
        The sample.
    panel : Panel
        The panel that it was really stained with.
    n_events : int
        Events to record.

    Returns
    -------
    Sample
        The same for the same scenario, seed, sample_id and number of events.

    Raises
    ------
    UserError
        The panel has something that cannot be simulated.
    """
    # the word is part of the seed of every file that was ever simulated
    rng = stream(plan.scenario.name, plan.seed, "tube", sample.sample_id)
    optics = batch_optics(plan, sample, panel)
    recipe = make_recipe(sample, optics.markers)
    before = None
    if sample.trouble.anomalies.carry_over:
        position = plan.samples.index(sample)
        before = make_recipe(plan.samples[position - 1], optics.markers)
    return measure_tube(rng, panel, optics, recipe, n_events, sample.trouble.anomalies, before)

"""Samples of the published cohort whose blood holds a wanted number of rare cells."""

from dataclasses import replace

import numpy as np

from marrowgate.simulate.cell_types import true_members
from marrowgate.simulate.cells import kinds_of
from marrowgate.simulate.cohorts.counts import draw_counts
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan, VisitTruth
from marrowgate.simulate.parameters import TUBE
from marrowgate.simulate.streams import stream

RARE = {"hspc": ("cd34_hspc",), "immature": ("ig", "nrbc")}
MANY_EVENTS = 10_000_000  # to know a sample's composition well


def wanted_tube(plan: CohortPlan, sample: SamplePlan, n_events: int, band: tuple[float, float]) -> SamplePlan:
    """Scale the rare cells of a sample's blood so that a perfect gate expects a number of events within a band.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    sample : SamplePlan
        A fully stained sample.
    n_events : int
        Events that the file will hold.
    band : tuple of float
        Lowest and highest expected number; it is drawn evenly on the log scale.

    Returns
    -------
    SamplePlan
        The same sample with other blood, which the analyser measured too. Each of the panel's rare populations is
        scaled to the number.
    """
    blood = sample.blood
    if blood is None:
        msg = f"{sample.sample_id} holds no blood"
        raise ValueError(msg)
    rng = stream(plan.scenario.name, plan.seed, "wanted", sample.sample_id, *(f"{edge:g}" for edge in band))
    target = float(np.exp(rng.uniform(*np.log(band))))
    counts = draw_counts(plan, sample, MANY_EVENTS)
    per_ul = dict(blood.per_ul)
    for population in RARE[sample.panel]:
        expected = counts[kinds_of(population)].sum() * n_events / MANY_EVENTS
        for kind in true_members(population):
            per_ul[kind] *= target / expected
    changed = replace(blood, per_ul=per_ul)
    if sample.visit is None:
        return replace(sample, blood=changed)
    return replace(sample, blood=changed, visit=analysed_again(replace(sample.visit, blood=changed), rng))


def analysed_again(visit: VisitTruth, rng: np.random.Generator) -> VisitTruth:
    """Return the visit with its blood measured by the haematology analyser once more."""
    blood = visit.blood
    error = 1 + TUBE["analyser_cv"].value * rng.standard_normal()
    per_100 = 100 * blood.per_ul["erythroblast"] / blood.wbc
    return replace(
        visit,
        wbc_per_ul=float(round((blood.wbc + blood.per_ul["erythroblast"]) * error, -1)),
        nrbc_per_100_wbc=round(float(rng.poisson(100 * per_100)) / 100, 1),
    )

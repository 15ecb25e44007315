"""Coverage of the intervals at the level of counts: perfect gates, so that counting and the bench stand alone."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np

from accuracy.abundance_figures import EXPECTED_EVENTS
from accuracy.count_cohorts import sheet_row, visit_blood
from accuracy.figures import Figure, number, share
from accuracy.scores import band_of, covers
from accuracy.wanted_cells import MANY_EVENTS, analysed_again
from marrowgate.measure.populations import population_rows
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.simulate.cells import kinds_of
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.counts import draw_counts
from marrowgate.simulate.cohorts.plan import SamplePlan
from marrowgate.simulate.parameters import TUBE
from marrowgate.simulate.streams import stream
from marrowgate.simulate.truth import population_truths

# Populations that are counted, and what they lie in.
COUNTED = {"hspc": {"cd34_hspc": ("cd45_pos",)}, "immature": {"ig": ("cd45_pos",), "nrbc": ()}}
REFERENCES = {"hspc": ("cd45_pos", "bead_singlets"), "immature": ("cd45_pos",)}
BEDSIDE = {
    "hspc": "beads: blood pipetted anew, beads of another lot",
    "immature": "analyser: its white cell count measured anew",
}


def count_coverage_figures(seed: int, draws: int, cores: int) -> list[Figure]:
    """Return the coverage of each interval by population and band of expected events.

    Parameters
    ----------
    seed : int
        Seed of the published cohort, whose samples are drawn again and again.
    draws : int
        Draws for each population and band.
    cores : int
        Processes; the answer does not depend on it.
    """
    tasks = [(panel, population, band) for panel, own in COUNTED.items() for population in own for band in _bands()]
    figures: list[Figure] = []
    with ProcessPoolExecutor(cores) as pool:
        for (panel, population, band), answers in zip(tasks, pool.map(partial(_draw, seed, draws), tasks), strict=True):
            name = band_of(band[0], EXPECTED_EVENTS, "events")
            figures.append(number(population, name, "draws", draws, "draws"))
            for column, told in answers.items():
                detail = BEDSIDE[panel] if column == "cells_per_ul" else "counting error alone"
                figures.append(share(population, name, f"coverage of {column}", sum(told), len(told), detail))
    return figures


def _bands() -> list[tuple[float, float]]:
    return [(5.0, EXPECTED_EVENTS[0]), *pairwise(EXPECTED_EVENTS)]


def _draw(seed: int, draws: int, task: tuple[str, str, tuple[float, float]]) -> dict[str, list[bool]]:
    panel, population, band = task
    plan = make_plan("published", seed)
    tubes = [tube for tube in plan.samples if tube.visit and tube.control_type == "none" and tube.panel == panel]
    answers: dict[str, list[bool]] = {"per_100_cd45": [], "cells_per_ul": []}
    for draw in range(draws):
        rng = stream("coverage", seed, panel, population, f"{band[0]:g}", draw)
        tube = again(tubes[draw % len(tubes)], rng, draw)
        members = kinds_of(population)
        share_of_tube = draw_counts(plan, tube, MANY_EVENTS)[members].sum() / MANY_EVENTS
        n_events = round(float(np.exp(rng.uniform(*np.log(band)))) / share_of_tube)
        fresh = replace(tube, sample_id=f"{tube.sample_id}_draw")
        # the number on the label of another lot of beads, and the dead cells that the visit's samples show
        label = max(float(1 + Measure().bead_lot_cv_pct / 100 * rng.standard_normal()), 0.5)
        row = counted_row(fresh, population, draw_counts(plan, fresh, n_events), label, rng)
        truth = next(one for one in population_truths(tube, None) if one.population == population)
        wanted = {"per_100_cd45": truth.generating_per_100_cd45, "cells_per_ul": truth.generating_cells_per_ul}
        for column, true in wanted.items():
            answer = covers(row.get(f"{column}_low"), row.get(f"{column}_high"), true or 0.0)
            if answer is not None:
                answers[column].append(answer)
    return answers


def again(tube: SamplePlan, rng: np.random.Generator, draw: int) -> SamplePlan:
    """Return a sample of the same blood that was pipetted and measured by the analyser once more."""
    if tube.visit is None:
        msg = f"{tube.sample_id} belongs to no visit"
        raise ValueError(msg)
    blood_share = max(float(1 + TUBE["pipetting_cv"].value * rng.standard_normal()), 0.5)
    preparation = replace(tube.preparation, blood_share=blood_share)
    visit = analysed_again(tube.visit, rng)
    return replace(tube, sample_id=f"{tube.sample_id}_{draw}", preparation=preparation, visit=visit)


def counted_row(
    tube: SamplePlan, population: str, counts: Sequence[int], label: float, rng: np.random.Generator
) -> dict[str, object]:
    """Return the row of populations.tsv for perfect gates; `label` is the stated over the true number of beads."""
    inside = COUNTED[tube.panel]
    events = {name: int(np.asarray(counts)[kinds_of(name)].sum()) for name in (*REFERENCES[tube.panel], population)}
    found = tuple(PopulationCount(name, "root", n, None, inside.get(name, ()), "ok", "") for name, n in events.items())
    dead = visit_blood(tube).dead
    with_dead = events["cd45_pos"] + int(rng.poisson(events["cd45_pos"] * dead / (1 - dead)))
    record = SampleRecord(tube.sample_id, {}, found, (), (), n_cd45_with_dead=with_dead)
    sheet = sheet_row(tube)
    if sheet.beads_per_tube is not None:
        sheet = sheet.model_copy(update={"beads_per_tube": sheet.beads_per_tube * label})
    rows = population_rows(record, sheet, None, Measure())
    return next(row for row in rows if row["population"] == population)

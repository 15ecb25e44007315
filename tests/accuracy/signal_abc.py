"""CXCR4 molecules on the true CD34+ cells of simulated files, calibrated with the batch's own PE beads."""

import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from accuracy.cxcr4_coverage import BEADS, NEAR_CONTROL, bead_line
from accuracy.figures import Figure, mean, middle, number, share
from accuracy.scratch import REPOSITORY
from marrowgate.fcs.read import read_fcs
from marrowgate.measure.intensity.medians import draw_medians
from marrowgate.measure.intensity.sketch import make_sketch
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.signal.beads.binding_capacity import binding_capacity
from marrowgate.signal.beads.molecule_line import Calibration
from marrowgate.signal.spillover.compensation import compensate_column, compensation_weights
from marrowgate.simulate.blood import cxcr4_abc_median
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan, find_sample
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.make import make_tube
from marrowgate.simulate.optics.fcs_file import FileKind
from marrowgate.simulate.streams import stream
from marrowgate.simulate.truth import member_mask

SCENARIO, POPULATION, MARKER = "published", "cd34_hspc", "CXCR4"
PANELS = REPOSITORY / "config" / "panels"


@dataclass(frozen=True)
class Answer:
    """ABC of one visit: the estimate over the truth, whether the interval holds the truth, and the batch."""

    ratio: float
    is_covered: bool
    batch: str


def spread_visits(plan: CohortPlan, n_visits: int) -> list[str]:
    """Return visits that are spread over the cohort's stained CD34 samples, as `<patient>_<visit>`."""
    names = [tube.sample_id for tube in plan.samples if tube.panel == "hspc" and tube.control_type == "none"]
    return [name.removesuffix("_hspc") for name in names[:: max(1, len(names) // n_visits)]][:n_visits]


def answer_visit(seed: int, n_events: int, visit: str) -> Answer | None:
    """Measure a visit's stained and control sample; None where the truth is below three times the control's."""
    plan, panel = make_plan(SCENARIO, seed), load_panel(PANELS / "hspc.yaml")
    stained_tube, control_tube = (find_sample(plan, f"{visit}_{tube}") for tube in ("hspc", "fmo"))
    stained, control = (_values(plan, panel, tube, n_events) for tube in (stained_tube, control_tube))
    line = _line(seed, stained_tube.batch)
    if stained_tube.blood is None:
        msg = f"{visit} holds no blood"
        raise ValueError(msg)
    true = cxcr4_abc_median(stained_tube.blood)
    if true < NEAR_CONTROL * float(line.molecules(np.array([np.median(control)]))[0]):
        return None
    rng = stream("abc", seed, visit)
    drawn = [draw_medians(make_sketch(POPULATION, MARKER, values), rng) for values in (stained, control)]
    found = binding_capacity(line, float(np.median(stained)), float(np.median(control)), drawn[0], drawn[1], rng)
    if found.value is None or found.low is None or found.high is None:
        msg = f"{visit}: {found.reason}"
        raise RuntimeError(msg)
    return Answer(found.value / true, found.low <= true <= found.high, stained_tube.batch)


def _values(plan: CohortPlan, panel: Panel, tube: SamplePlan, n_events: int) -> NDArray[np.float64]:
    """Return the marker's compensated values of the true CD34+ cells, read from the sample's file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tube.fcs"
        write_sample(plan, tube, PANELS, path, None, n_events=n_events, kind=FileKind())
        file = read_fcs(path, panel=panel)
    if file.spillover is None or file.events is None:
        msg = f"{tube.sample_id} cannot be compensated"
        raise RuntimeError(msg)
    cells = member_mask(make_tube(plan, tube, panel, n_events).truth, POPULATION)
    column = next(channel.index for channel in file.channels if channel.marker == MARKER)
    weights = compensation_weights(file.spillover, file.channels, [column])[column]
    return np.asarray(compensate_column(file.events[cells], weights), dtype=np.float64)


@cache
def _line(seed: int, batch: str) -> Calibration:
    return bead_line(make_plan(SCENARIO, seed), load_panel(PANELS / "hspc.yaml"), batch, BEADS)


def abc_figures(seed: int, n_visits: int, n_events: int, cores: int) -> list[Figure]:
    """Return bias and coverage of ABC where the truth is at least three times the control's molecules.

    Parameters
    ----------
    seed : int
        Of the published cohort.
    n_visits : int
        Visits, spread over the cohort.
    n_events : int
        Events of each sample.
    cores : int
        Processes; the answer does not depend on it.
    """
    visits = spread_visits(make_plan(SCENARIO, seed), n_visits)
    with ProcessPoolExecutor(cores) as pool:
        answers = list(pool.map(partial(answer_visit, seed, n_events), visits))
    known = [one for one in answers if one is not None]
    return _figures(known, f"scenario {SCENARIO}, seed {seed}, {n_events:,} events a sample")


def _figures(answers: Sequence[Answer], told: str) -> list[Figure]:
    item, errors = "CXCR4 ABC on the true CD34+ cells", [100 * (one.ratio - 1) for one in answers]
    return [
        number(item, "", "visits", len(answers), "visits"),
        number(item, "", "batches", len({one.batch for one in answers}), "batches"),
        middle(item, "", "median bias", errors, "%", told),
        mean(item, "", "mean bias", errors, "%", told),
        share(item, "", "intervals that hold the truth", sum(one.is_covered for one in answers), len(answers), told),
    ]

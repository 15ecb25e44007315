"""Coverage of the intervals that users get: many samples through the real gates, without the workflow around them.

Each band of expected events has samples of the published cohort whose blood was given as many rare cells. The samples
of an instrument run are gated together, as in the workflow: fit, consensus, gates, counts, intervals.
"""

import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from accuracy.abundance_figures import EXPECTED_EVENTS, coverage_of
from accuracy.count_cohorts import sheet_row
from accuracy.figures import Figure, middle, number
from accuracy.scored import Scored
from accuracy.scores import band_of, relative_error
from accuracy.scratch import REPOSITORY
from accuracy.wanted_cells import RARE, wanted_tube
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.consensus import agree
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.open_sample import open_sample, start_rows
from marrowgate.gating.records import ControlRole
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.measure.gate_uncertainty import gate_cvs
from marrowgate.measure.measure_sample import count_populations, count_with_dead
from marrowgate.measure.populations import population_rows
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.panel import load_panel
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.settings.strategies.strategy_reader import load_strategy
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind
from marrowgate.simulate.streams import stream
from marrowgate.simulate.truth import PopulationTruth

EVENTS = 60_000
MORE_EVENTS = 120_000  # in the highest band, so that rare cells stay a minority
STRATEGIES = {"hspc": "blood_hspc", "immature": "blood_immature"}
CONFIG = REPOSITORY / "config"


@dataclass(frozen=True)
class Run:
    """Samples of one panel and instrument run that are gated together, in one band of expected events."""

    panel: str
    band: tuple[float, float]
    sample_ids: tuple[str, ...]


def plan_runs(seed: int, tubes_per_band: int) -> list[Run]:
    """Share the published cohort's samples out: `tubes_per_band` of each panel in every band, by instrument run."""
    plan = make_plan("published", seed)
    runs = []
    for panel in RARE:
        tubes = [sample for sample in plan.samples if sample.visit and sample.control_type == "none"]
        chosen = [sample for sample in tubes if sample.panel == panel][:tubes_per_band]
        for band in pairwise(EXPECTED_EVENTS):
            for batch in sorted({sample.batch for sample in chosen}):
                runs.append(Run(panel, band, tuple(tube.sample_id for tube in chosen if tube.batch == batch)))
    return runs


def score_runs(seed: int, tubes_per_band: int, cores: int) -> list[Scored]:
    """Put all samples through the gates and give their rare populations beside the truth."""
    runs = plan_runs(seed, tubes_per_band)
    with ProcessPoolExecutor(cores) as pool:
        return [one for scored in pool.map(partial(score_run, seed), runs) for one in scored]


@dataclass(frozen=True)
class Gated:
    """A sample that went through the gates: its record, and the truth of its populations."""

    sample: SamplePlan
    record: SampleRecord
    truths: Sequence[PopulationTruth]


def score_run(seed: int, run: Run) -> list[Scored]:
    """Simulate, fit, agree, gate and count the samples of a run."""
    return [one for tube in gate_run(seed, run) for one in _scored(tube, seed)]


def gate_run(seed: int, run: Run) -> list[Gated]:
    """Simulate, fit, agree and gate the samples of a run."""
    plan = make_plan("published", seed)
    by_name = {sample.sample_id: sample for sample in plan.samples}
    strategy, _ = load_strategy(CONFIG / "strategies" / f"{STRATEGIES[run.panel]}.yaml")
    n_events = MORE_EVENTS if run.band[1] >= EXPECTED_EVENTS[-1] else EVENTS
    samples = [wanted_tube(plan, by_name[name], n_events, run.band) for name in run.sample_ids]
    opened = [_open(plan, sample, n_events, strategy) for sample in samples]
    fits = [
        fit_sample(SampleToFit(sample.sample_id, tube, start_rows(tube), ControlRole(), {}, seed), strategy)
        for sample, (tube, _) in zip(samples, opened, strict=True)
    ]
    agreed = agree(run.panel, samples[0].batch, fits)
    gated = []
    for sample, (tube, truths), fit in zip(samples, opened, fits, strict=True):
        records = settle(fit, agreed)
        rows = apply_gates(tube, records, start_rows(tube))
        counts = count_populations(records, rows, gate_cvs(tube, records, rows, "cd45_pos"))
        record = SampleRecord(sample.sample_id, {}, counts, (), (), {}, None, count_with_dead(tube, records, rows))
        gated.append(Gated(sample, record, truths))
    return gated


def _open(
    plan: CohortPlan, sample: SamplePlan, n_events: int, strategy: Strategy
) -> tuple[SampleEvents, list[PopulationTruth]]:
    """Simulate a sample and open it as the workflow does, through a file that is gone again."""
    panels = CONFIG / "panels"
    with tempfile.TemporaryDirectory() as folder:
        fcs = Path(folder) / "tube.fcs"
        truths = write_sample(plan, sample, panels, fcs, None, n_events=n_events, kind=FileKind())
        panel = load_panel(panels / f"{sample.panel}.yaml")
        _, tube = open_sample(fcs, 1, panel, strategy, gain="ignore", spillover="file")
    if tube is None:
        msg = f"{sample.sample_id} was rejected"
        raise RuntimeError(msg)
    return tube, truths


def with_label(sheet: Sample, seed: int) -> Sample:
    """Return the row of a sample with beads of another lot, whose label is off by as much as the settings say."""
    if sheet.beads_per_tube is None:
        return sheet
    rng = stream("coverage", seed, "label", sheet.sample_id)
    off = float(Measure().bead_lot_cv_pct / 100 * rng.standard_normal())
    return sheet.model_copy(update={"beads_per_tube": sheet.beads_per_tube * max(1 + off, 0.5)})


def _scored(tube: Gated, seed: int) -> list[Scored]:
    found = population_rows(tube.record, with_label(sheet_row(tube.sample), seed), None, Measure())
    rows = {row["population"]: row for row in found}
    own = [truth for truth in tube.truths if truth.population in RARE[tube.sample.panel]]
    return [
        Scored(tube.sample, truth.population, "accepted", None, rows.get(truth.population, {}), truth, (), 1.0)
        for truth in own
    ]


def gate_coverage_figures(scored: Sequence[Scored]) -> list[Figure]:
    """Return the coverage of each interval, and the bias of the fraction, by population and band of expected events."""
    figures: list[Figure] = []
    for population in dict.fromkeys(one.population for one in scored):
        for low in EXPECTED_EVENTS[:-1]:
            band = band_of(low, EXPECTED_EVENTS, "events")
            group = [one for one in scored if one.population == population and _band(one) == band]
            found = [
                relative_error(one.row["per_100_cd45"], one.truth.realised_per_100_cd45)
                for one in group
                if one.row.get("per_100_cd45") is not None and one.truth.realised_per_100_cd45
            ]
            figures.append(number(population, band, "samples", len(group)))
            figures += coverage_of(population, band, group)
            figures.append(middle(population, band, "median bias of the gates", found, "%"))
    return figures


def _band(one: Scored) -> str:
    return band_of(one.expected, EXPECTED_EVENTS, "events")

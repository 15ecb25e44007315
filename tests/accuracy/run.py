"""The whole accuracy run: simulate, run the workflow, hold against the truth."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accuracy.abundance_figures import abundance_figures, coverage_figures
from accuracy.count_coverage import count_coverage_figures
from accuracy.count_figures import (
    Outcome,
    call_figures,
    estimate_figures,
    rate_figures,
    refused_figures,
    run_cohorts,
)
from accuracy.cxcr4_coverage import coverage_figures as cxcr4_coverage_figures
from accuracy.cxcr4_figures import fold_figures, intensity_figures, measured_tubes
from accuracy.figures import Figure
from accuracy.gate_coverage import gate_coverage_figures, score_runs
from accuracy.gate_figures import background_figures, f1_figures, flag_figures
from accuracy.limit_figures import find_limits
from accuracy.platform_figures import platform_figures
from accuracy.scenario_figures import cd34_counts, published_figures, read_calls, spared_figures, trouble_figures
from accuracy.scored import Scored, score_cohort
from accuracy.scratch import Cohort, make_project, part_of, run_workflow, simulate
from accuracy.sizes import Size
from marrowgate.simulate.cohorts.cohort import make_plan

Topics = dict[str, list[Figure]]


def run(size: Size, scratch: Path, cores: int) -> Topics:
    """Find all figures.

    Parameters
    ----------
    size : Size
        What to simulate.
    scratch : Path
        Empty folder for the projects.
    cores : int
        Processes; the figures do not depend on it.

    Returns
    -------
    dict of str to list of Figure
        By topic, which is the name of the table.
    """
    topics: Topics = {}
    published, calls = _published(size, scratch, cores, topics)
    dirty = _dirty(size, scratch, cores, topics)
    read = [one for one in (*published, *dirty) if one.verdict != "rejected"]
    topics["wrong_gates"] = flag_figures(read)
    topics["background"] = background_figures(read)
    with _stage("intervals, counting alone"):
        topics["coverage_counts"] = count_coverage_figures(size.seed, size.draws_per_band, cores)
    with _stage("CXCR4 by events"):
        topics["cxcr4_coverage"] = cxcr4_coverage_figures(size.seed, size.draws_per_band, cores)
    with _stage("intervals, through the gates"):
        topics["coverage_gates"] = gate_coverage_figures(score_runs(size.seed, size.tubes_per_band, cores))
    with _stage("beads and the analyser"):
        topics["platforms"] = platform_figures(size.seed, size.tubes_per_band, cores)
    topics["responders"] = call_figures("published", "workflow", calls)
    _cohorts(size, cores, topics)
    return topics


def _published(size: Size, scratch: Path, cores: int, topics: Topics) -> tuple[list[Scored], list[tuple[bool, str]]]:
    cohort = _cohort("published", size, scratch)
    with _stage(f"published: {len(cohort.plan.samples)} files"):
        make_project(cohort)
        simulate(cohort, cohort.plan.samples, cores)
    with _stage("published: workflow"):
        run_workflow(cohort.folder, cores)
    with _stage("published: F1 and the best F1"):
        scored = score_cohort(cohort)
        read = [one for one in scored if one.verdict != "rejected"]
        panels = cohort.folder / "config" / "panels"
        limits = find_limits(read, "published", size.seed, panels, size.limit_tubes, cores)
        topics["f1_published"] = f1_figures(read, limits)
    topics["abundance"] = abundance_figures(read)
    topics["coverage_workflow"] = coverage_figures(read)
    with _stage("published: true intensities"):
        abc = {one.sample.sample_id: one.truth.generating_cxcr4_abc for one in read if one.population == "cd34_hspc"}
        tubes = measured_tubes(cohort, abc, size.true_cells, cores)
    topics["cxcr4"], topics["cxcr4_fold"] = intensity_figures(tubes), fold_figures(tubes)
    topics["published"] = published_figures(cohort, tubes)
    return scored, read_calls(cohort)


def _dirty(size: Size, scratch: Path, cores: int, topics: Topics) -> list[Scored]:
    cohort = _cohort("dirty", size, scratch)
    with _stage(f"dirty: {len(cohort.plan.samples)} files"):
        make_project(cohort)
        simulate(cohort, cohort.plan.samples, cores, clean=True)
    with _stage("dirty: workflow without the troubles"):
        run_workflow(cohort.folder, cores)
        clean = cd34_counts(cohort)
    with _stage("dirty: workflow with the troubles"):
        simulate(cohort, [sample for sample in cohort.plan.samples if sample.trouble.name], cores)
        run_workflow(cohort.folder, cores)
    scored = score_cohort(cohort)
    topics["f1_dirty"] = f1_figures([one for one in scored if one.verdict != "rejected"], {})
    topics["troubles"] = trouble_figures(scored)
    topics["spared"] = spared_figures(cohort, clean, cd34_counts(cohort))
    return scored


def _cohort(scenario: str, size: Size, scratch: Path) -> Cohort:
    plan = part_of(make_plan(scenario, size.seed), *size.patients[scenario])
    return Cohort(plan, scratch / scenario, size.events)


def _cohorts(size: Size, cores: int, topics: Topics) -> None:
    outcomes: dict[str, list[Outcome]] = {}
    for scenario, n in (("null", size.null_cohorts), ("published", size.effect_cohorts), ("weak", size.effect_cohorts)):
        with _stage(f"{scenario}: {n} cohorts of counts"):
            outcomes[scenario] = run_cohorts(scenario, size.seed, n, cores)
    topics["false_positives"] = rate_figures("null", outcomes["null"], "false positives")
    effects = ("published", "weak")
    topics["power"] = [figure for name in effects for figure in rate_figures(name, outcomes[name], "power")]
    topics["estimates"] = [figure for name in outcomes for figure in estimate_figures(name, outcomes[name])]
    for scenario, own in outcomes.items():
        topics["responders"] += call_figures(scenario, "counts", [call for outcome in own for call in outcome.calls])
    with _stage("confounded: cohorts of counts"):
        topics["confounded"] = refused_figures(size.seed, size.refused_cohorts, cores)


@contextmanager
def _stage(what: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    print(f"{time.monotonic() - start:6.0f} s  {what}", file=sys.stderr, flush=True)

"""CD34+ cells per uL by counting beads and by the analyser, for the same samples through the real gates."""

import math
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from accuracy.count_cohorts import sheet_row
from accuracy.figures import Figure, mean, middle, number, share
from accuracy.gate_coverage import Gated, gate_run, plan_runs, with_label
from accuracy.scores import relative_error
from marrowgate.measure.populations import platform_difference, population_rows
from marrowgate.settings.config import Measure
from marrowgate.settings.sheets import Sample

POPULATION, PANEL = "cd34_hspc", "hspc"
BAND = (250.0, 1000.0)
"""Expected CD34+ events: so many that counting errors do not hide a bias of 2 %."""
METHODS = ("beads", "dual_platform")

Errors = dict[str, float]


def platform_figures(seed: int, tubes: int, cores: int) -> list[Figure]:
    """Return the bias of each way of counting, and how far the two differ in one sample.

    Parameters
    ----------
    seed : int
        Of the published cohort.
    samples : int
        Stained CD34 samples, with new blood for the band of expected events.
    cores : int
        Processes; the answer does not depend on it.
    """
    runs = [run for run in plan_runs(seed, tubes) if run.panel == PANEL and run.band == BAND]
    with ProcessPoolExecutor(cores) as pool:
        gated = [tube for found in pool.map(partial(gate_run, seed), runs) for tube in found]
    found = [platform_errors(tube, with_label(sheet_row(tube.sample), seed)) for tube in gated]
    return [*(figure for method in METHODS for figure in _bias(method, found)), *_difference(gated, seed)]


def platform_errors(tube: Gated, sheet: Sample) -> Errors:
    """Return the relative error of CD34+ cells per uL by method, per cent of the blood's true value.

    Parameters
    ----------
    sample : Gated
        A sample with counting beads, through the gates.
    sheet : Sample
        Its row of the sheet, with what the beads' label and the analyser say. Without the beads the analyser counts.

    Returns
    -------
    dict of str to float
        NaN where the method gives no count.
    """
    true = next(truth.generating_cells_per_ul for truth in tube.truths if truth.population == POPULATION)
    sheets = (sheet, sheet.model_copy(update={"beads_per_tube": None}))
    errors = {}
    for method, one in zip(METHODS, sheets, strict=True):
        rows = population_rows(tube.record, one, None, Measure())
        row = next(row for row in rows if row["population"] == POPULATION)
        if row["cells_per_ul"] is not None and row["count_method"] != method:
            msg = f"{tube.sample.sample_id} was counted by {row['count_method']} and not by {method}"
            raise ValueError(msg)
        known = bool(true) and row["cells_per_ul"] is not None
        errors[method] = relative_error(row["cells_per_ul"], true) if known else math.nan
    return errors


def _bias(method: str, found: Sequence[Errors]) -> list[Figure]:
    known = [errors[method] for errors in found if not math.isnan(errors[method])]
    told = f"against the blood, {BAND[0]:g} to {BAND[1]:g} expected CD34+ events"
    return [
        number(method, "", "samples", len(known)),
        mean(method, "", "mean bias", known, "%", told),
        middle(method, "", "median bias", known, "%", told),
    ]


def _difference(gated: Sequence[Gated], seed: int) -> list[Figure]:
    sheets = [with_label(sheet_row(tube.sample), seed) for tube in gated]
    pairs = [platform_difference(tube.record, sheet, Measure()) for tube, sheet in zip(gated, sheets, strict=True)]
    known = [value for value in pairs if value is not None]
    limit, item = Measure().max_platform_difference_pct, "both"
    above = sum(value > limit for value in known)
    told = f"of CD45+ cells per uL, limit {limit:g} %"
    return [
        number(item, "", "samples", len(known)),
        middle(item, "", "median difference in one sample", known, "%", told),
        share(item, "", "samples flagged for a difference", above, len(known), told),
    ]

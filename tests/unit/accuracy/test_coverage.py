"""Coverage: samples with a wanted number of cells, drawn as counts and put through the real gates."""

from dataclasses import replace
from itertools import pairwise

import pytest
from scipy.stats import binom

from accuracy.abundance_figures import EXPECTED_EVENTS
from accuracy.count_coverage import again, count_coverage_figures, counted_row
from accuracy.gate_coverage import Run, plan_runs, score_run
from accuracy.wanted_cells import wanted_tube
from marrowgate.simulate.cells import kinds_of
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.counts import draw_counts
from marrowgate.simulate.streams import stream
from marrowgate.simulate.truth import population_truths

SEED = 3


@pytest.mark.parametrize("band", list(pairwise(EXPECTED_EVENTS)))
def test_wanted_tube__holds_about_the_wanted_number(band):
    plan = make_plan("published", SEED)
    tube = next(sample for sample in plan.samples if sample.panel == "immature" and sample.control_type == "none")
    wanted = wanted_tube(plan, tube, 60_000, band)
    counts = draw_counts(plan, wanted, 6_000_000) / 100
    for population in ("ig", "nrbc"):
        # thousands of rare cells make up a part of the sample, so that there are fewer for the same events
        assert 0.8 * band[0] < counts[kinds_of(population)].sum() < 1.05 * band[1]
    # the analyser saw the same blood: 5 standard deviations of its error
    blood = wanted.blood
    assert wanted.visit.wbc_per_ul == pytest.approx(blood.wbc + blood.per_ul["erythroblast"], rel=0.15)
    assert wanted.visit.nrbc_per_100_wbc == pytest.approx(100 * blood.per_ul["erythroblast"] / blood.wbc, abs=1)


def test_count_coverage__exact_intervals_cover_at_least_what_they_promise():
    figures = count_coverage_figures(SEED, 400, 1)
    for measure in ("coverage of per_100_cd45", "coverage of cells_per_ul"):
        covered = {(one.item, one.band): one.value for one in figures if one.measure == measure}
        assert len(covered) == 15
        # 93 to 97.5 %, less and more 3 standard errors of 400 draws; exact intervals of few events cover more
        assert min(covered.values()) > 93 - 3 * standard_error(0.93, 400)
        enough = [value for (_, band), value in covered.items() if band != "below 15 events"]
        assert max(enough) < 97.5 + 3 * standard_error(0.975, 400)


@pytest.mark.parametrize(("lot", "method"), [("COUNT01", "beads"), ("", "dual_platform")])
def test_counted_row__cd34_cells_per_ul_are_unbiased_by_beads_and_by_the_analyser(lot, method):
    plan = make_plan("published", SEED)
    tubes = [tube for tube in plan.samples if tube.panel == "hspc" and tube.control_type == "none"]
    ratios = []
    for draw in range(600):
        rng = stream("bias", SEED, draw)
        tube = replace(again(tubes[draw % len(tubes)], rng, draw), bead_lot="COUNT01")
        label = 1 + 0.02 * float(rng.standard_normal())
        row = counted_row(replace(tube, bead_lot=lot), "cd34_hspc", draw_counts(plan, tube, 2_000_000), label, rng)
        truth = next(one for one in population_truths(tube, None) if one.population == "cd34_hspc")
        assert row["count_method"] == method
        ratios.append(row["cells_per_ul"] / truth.generating_cells_per_ul)
    # the errors of the bench are 5.4 and 3 %, so the mean of 600 draws has a standard error of 0.2 %
    assert sum(ratios) / len(ratios) == pytest.approx(1, abs=0.02)


def standard_error(share, n):
    return 100 * (share * (1 - share) / n) ** 0.5


def test_score_run__intervals_through_the_gates_cover_the_blood():
    runs = [run for run in plan_runs(SEED, 60) if (run.panel, run.band) == ("hspc", (60.0, 250.0))]
    largest = max(runs, key=lambda run: len(run.sample_ids))
    scored = score_run(SEED, Run("hspc", largest.band, largest.sample_ids[:14]))
    assert len(scored) == 14
    for name in ("per_100_cd45", "cells_per_ul"):
        truth = [getattr(one.truth, f"generating_{name}") for one in scored]
        told = [
            one.row[f"{name}_low"] <= true <= one.row[f"{name}_high"] for one, true in zip(scored, truth, strict=True)
        ]
        # as many misses as a coverage of 93 % gives with a chance of 1 in 1,000
        assert len(told) - sum(told) <= binom.ppf(0.999, len(told), 0.07)
    assert all(one.row["gate_cv_pct"] is not None for one in scored)


def test_plan_runs__every_band_gets_the_same_tubes_by_instrument_run():
    runs = plan_runs(SEED, 30)
    batch_of = {sample.sample_id: sample.batch for sample in make_plan("published", SEED).samples}
    for panel in ("hspc", "immature"):
        for band in pairwise(EXPECTED_EVENTS):
            own = [run for run in runs if (run.panel, run.band) == (panel, band)]
            assert sum(len(run.sample_ids) for run in own) == 30
            assert all(len({batch_of[name] for name in run.sample_ids}) == 1 for run in own)


def test_score_run__counts_cells_near_the_truth():
    run = plan_runs(SEED, 20)[-1]
    few = Run("immature", (250.0, 1000.0), run.sample_ids[:3])
    scored = [one for one in score_run(SEED, few) if one.population == "nrbc"]
    assert len(scored) == len(few.sample_ids)
    for one in scored:
        found = one.row["per_100_cd45"]
        assert found == pytest.approx(one.truth.realised_per_100_cd45, rel=0.25)

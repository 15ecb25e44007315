"""Coverage: tubes with a wanted number of cells, drawn as counts and put through the real gates."""

from itertools import pairwise

import pytest

from accuracy.abundance_figures import EXPECTED_EVENTS
from accuracy.count_coverage import count_coverage_figures
from accuracy.gate_coverage import Run, plan_runs, score_run
from accuracy.wanted_cells import wanted_tube
from marrowgate.simulate.cells import kinds_of
from marrowgate.simulate.cohort import make_plan
from marrowgate.simulate.counts import draw_counts

SEED = 3


@pytest.mark.parametrize("band", list(pairwise(EXPECTED_EVENTS)))
def test_wanted_tube__holds_about_the_wanted_number(band):
    plan = make_plan("published", SEED)
    tube = next(sample for sample in plan.samples if sample.panel == "immature" and sample.control_type == "none")
    wanted = wanted_tube(plan, tube, 60_000, band)
    counts = draw_counts(plan, wanted, 6_000_000) / 100
    for population in ("ig", "nrbc"):
        # thousands of rare cells make up a part of the tube, so that there are fewer for the same events
        assert 0.8 * band[0] < counts[kinds_of(population)].sum() < 1.05 * band[1]


def test_count_coverage__exact_intervals_cover_at_least_what_they_promise():
    figures = count_coverage_figures(SEED, 400, 1)
    covered = [figure.value for figure in figures if figure.measure == "coverage of per_100_cd45"]
    assert len(covered) == 15
    # 400 draws: 4 standard errors below 95 %
    assert min(covered) > 90.6


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

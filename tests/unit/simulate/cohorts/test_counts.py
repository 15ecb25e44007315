import numpy as np
import pytest

from marrowgate.simulate.cells import KINDS
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.counts import draw_counts
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.make import make_tube
from marrowgate.simulate.truth import living_counts, population_truths

N = 100_000


@pytest.mark.parametrize("name", ["T03_v4_hspc", "T03_v4_immature"])
def test_draw_counts__agree_with_those_of_a_simulated_file(panels, name):
    plan = make_plan("published", 9)
    sample = find_sample(plan, name)
    drawn = draw_counts(plan, sample, N)
    made = living_counts(make_tube(plan, sample, panels[sample.panel], N).truth)
    assert drawn.shape == made.shape == (len(KINDS),)
    assert np.all(np.abs(drawn - made) < 5 * np.sqrt(drawn + made + 1))
    assert drawn.sum() < N


def test_draw_counts__are_the_same_again_and_make_truths():
    plan = make_plan("null", 9)
    sample = find_sample(plan, "D03_v2_immature")
    assert np.array_equal(draw_counts(plan, sample, N), draw_counts(plan, sample, N))
    rows = {row.population: row for row in population_truths(sample, draw_counts(plan, sample, N))}
    assert rows["immature"].realised_n_events == rows["ig"].realised_n_events + rows["nrbc"].realised_n_events
    assert rows["ig"].realised_per_100_cd45 == 100 * rows["ig"].realised_n_events / rows["cd45_pos"].realised_n_events

"""Samples at the level of counts: how many living single cells of each kind a file would hold, without a file.

For questions that need hundreds of cohorts, such as the false-positive rate of a test. It is a sample with perfect
gates: counting error, composition, pipetting and treatment are as in the files, errors of gating are not.
"""

import numpy as np
from numpy.typing import NDArray

from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.make import make_recipe
from marrowgate.simulate.streams import stream


def draw_counts(plan: CohortPlan, sample: SamplePlan, n_events: int) -> NDArray[np.int64]:
    """Draw the living single events of each kind in a sample.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    sample : SamplePlan
        A sample of blood.
    n_events : int
        Events that the file would hold.

    Returns
    -------
    ndarray of int64, shape (len(KINDS),)
        For `marrowgate.simulate.truth.population_truths`. The same for the same scenario, seed, sample_id and number of
        events, but not the counts of the file itself, which has its own random numbers.
    """
    rng = stream(plan.scenario.name, plan.seed, "counts", sample.sample_id)
    recipe = make_recipe(sample, ())
    shares = recipe.rates / recipe.rates.sum() * (1 - recipe.doublets) * (1 - recipe.dead)
    counts: NDArray[np.int64] = rng.multinomial(n_events, [*shares, 1 - shares.sum()])
    return counts[:-1]

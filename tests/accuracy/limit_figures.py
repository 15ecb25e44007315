"""The best F1 that any gate could reach in some samples of a cohort."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from accuracy.scored import Scored
from marrowgate.settings.panel import load_panel
from marrowgate.simulate.bayes import BayesLimit, bayes_limits
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.truth import POPULATIONS

LEAD = {"hspc": "cd34_hspc", "immature": "ig"}


def chosen_tubes(scored: Sequence[Scored], panel: str, n: int) -> list[str]:
    """Choose samples spread evenly over the abundance of the panel's main population, from most to fewest cells.

    Parameters
    ----------
    scored : sequence of Scored
        All populations.
    panel : str
        Name of the panel.
    n : int
        Samples to choose.
    """
    tubes = [one for one in scored if one.sample.panel == panel and one.population == LEAD[panel]]
    ordered = [one.sample.sample_id for one in sorted(tubes, key=lambda one: -one.n_true)]
    if len(ordered) <= n:
        return ordered
    return [ordered[round(place * (len(ordered) - 1) / max(n - 1, 1))] for place in range(n)]


def find_limits(
    scored: Sequence[Scored], scenario: str, seed: int, panels: Path, n: int, cores: int
) -> dict[tuple[str, str], BayesLimit]:
    """Find the best F1 of every population of `n` samples of each panel, by sample_id and population."""
    names = [name for panel in LEAD for name in chosen_tubes(scored, panel, n)]
    with ProcessPoolExecutor(cores) as pool:
        found = pool.map(partial(_limits, scenario, seed, panels), names)
        return {(name, limit.population): limit for name, limits in zip(names, found, strict=True) for limit in limits}


def _limits(scenario: str, seed: int, panels: Path, sample_id: str) -> list[BayesLimit]:
    plan = make_plan(scenario, seed)
    sample = find_sample(plan, sample_id)
    return bayes_limits(plan, sample, load_panel(panels / f"{sample.panel}.yaml"), POPULATIONS[sample.panel])

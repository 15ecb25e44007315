"""The best F1 that any gate could reach: a classifier that knows how the events were made.

Every kind of event (a cell type that is intact, dead, apoptotic, platelet-coated or sticky, and pairs of cells) is a
Gaussian in the space of the compensated, asinh-scaled stains and the logarithms of scatter area and of area over
height; its mean and covariance are taken from events of that kind alone, and its weight is the generating rate. An
event belongs to a population when the posterior probability exceeds the threshold with the highest F1.

The Gaussians are an approximation, so the figure is what this classifier reaches on fresh events: a lower bound of the
true optimum.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marrowgate.settings.panel import Panel
from marrowgate.simulate.cells import IS_NUCLEATED, KINDS, Recipe, kinds_of
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.make import batch_optics, make_recipe
from marrowgate.simulate.optics.instrument import Optics
from marrowgate.simulate.sample import Tube, measure_tube
from marrowgate.simulate.streams import stream

FloatMatrix = NDArray[np.float32]

COFACTOR = 150.0  # of asinh, about three times the electronic noise
FIT_EVENTS = 4000
TEST_EVENTS = 400_000  # of the whole sample; rare kinds get at least as many as they are fitted with
FEWEST_PAIRS = 200  # pairs of rarer first cells are fitted together
RIDGE = 1e-3


@dataclass(frozen=True)
class BayesLimit:
    """What the classifier that knows the densities reaches.

    Parameters
    ----------
    population : str
        As in the strategy.
    f1, precision, recall : float
        On fresh events, weighted to the sample's true composition.
    prevalence : float
        Share of true members among all events.
    """

    population: str
    f1: float
    precision: float
    recall: float
    prevalence: float


@dataclass(frozen=True, eq=False)
class _Kind:
    """Events of one kind: features to fit and to test with, their share of the sample, the cell type if it counts."""

    fit: FloatMatrix
    test: FloatMatrix
    weight: float
    member_of: int


def bayes_limits(plan: CohortPlan, sample: SamplePlan, panel: Panel, populations: tuple[str, ...]) -> list[BayesLimit]:
    """Return the best F1 for populations of one sample.

    Parameters
    ----------
    plan : CohortPlan
        The cohort.
    sample : SamplePlan
        A fully stained sample of blood.
    panel : Panel
        Its panel.
    populations : tuple of str
        Populations of the strategy; their true members are living single cells.

    Returns
    -------
    list of BayesLimit
        In the order of `populations`.
    """
    optics = batch_optics(plan, sample, panel)
    rng = stream(plan.scenario.name, plan.seed, "bayes", sample.sample_id)
    recipe = make_recipe(sample, optics.markers)
    kinds = list(_kinds(rng, panel, optics, recipe))
    features = np.concatenate([kind.test for kind in kinds])
    weights = np.concatenate([np.full(len(kind.test), kind.weight / len(kind.test)) for kind in kinds])
    member_of = np.concatenate([np.full(len(kind.test), kind.member_of) for kind in kinds])
    joint = _joint_by_type(kinds, features)
    limits = []
    for population in populations:
        members = kinds_of(population)
        posterior = joint[members].sum(axis=0) / joint.sum(axis=0)
        limits.append(_best_f1(population, posterior, weights, np.isin(member_of, members)))
    return limits


def _kinds(rng: np.random.Generator, panel: Panel, optics: Optics, recipe: Recipe) -> Iterator[_Kind]:
    """Simulate each kind of event by itself."""
    nothing, everything = np.zeros(len(KINDS)), np.ones(len(KINDS))
    shares = recipe.rates / recipe.rates.sum() * (1 - recipe.doublets)
    for index in np.flatnonzero(shares):
        dead, coated = recipe.dead[index], recipe.coated[index]
        sticky, apoptotic = (recipe.sticky, recipe.apoptotic) if IS_NUCLEATED[index] else (0.0, 0.0)
        only = replace(
            recipe,
            rates=np.eye(len(KINDS))[index],
            dead=nothing,
            coated=nothing,
            apoptotic=0.0,
            sticky=0.0,
            doublets=0.0,
        )
        states = (
            (only, (1 - dead) * (1 - coated) * (1 - sticky) * (1 - apoptotic), int(index)),
            (replace(only, dead=everything), dead, -1),
            (replace(only, coated=everything), (1 - dead) * coated, int(index)),
            (replace(only, apoptotic=1.0), (1 - dead) * apoptotic, int(index)),
            (replace(only, sticky=1.0), (1 - dead) * sticky, int(index)),
        )
        for state, share, member_of in states:
            if share:
                weight = shares[index] * share
                n_test = max(FIT_EVENTS, round(TEST_EVENTS * weight))
                tube = measure_tube(rng, panel, optics, state, FIT_EVENTS + n_test)
                features = _features(panel, optics, tube)
                yield _Kind(features[:FIT_EVENTS], features[FIT_EVENTS:], weight, member_of)
    yield from _pairs(rng, panel, optics, recipe)


def _pairs(rng: np.random.Generator, panel: Panel, optics: Optics, recipe: Recipe) -> Iterator[_Kind]:
    """Simulate pairs of cells, told apart by the first; pairs of rare cells are taken together."""
    n = 2 * round(TEST_EVENTS * recipe.doublets)
    tube = measure_tube(rng, panel, optics, replace(recipe, doublets=1.0), n)
    features = _features(panel, optics, tube)
    counts = np.bincount(tube.truth.kind, minlength=len(KINDS))
    group = np.where(counts >= FEWEST_PAIRS, np.arange(len(KINDS)), -1)[tube.truth.kind]
    for value in np.unique(group):
        own = features[group == value]
        half = len(own) // 2
        yield _Kind(own[:half], own[half:], recipe.doublets * len(own) / n, -1)


def _features(panel: Panel, optics: Optics, tube: Tube) -> FloatMatrix:
    """Return stains on an asinh scale, and scatter as logarithms, one row per event."""
    rows = {str(entry.scatter): row for row, entry in enumerate(panel.channels) if entry.scatter}
    stained = [row for row, entry in enumerate(panel.channels) if entry.marker]
    compensated = np.linalg.solve(optics.spillover.T, tube.events[stained].astype(np.float64))
    columns = list(np.arcsinh(compensated / COFACTOR))
    for detector in ("FSC", "SSC"):
        area = np.maximum(tube.events[rows[f"{detector}-A"]], 1.0)
        height = np.maximum(tube.events[rows[f"{detector}-H"]], 1.0)
        columns += [np.log(area), 10 * np.log(area / height)]
    return np.stack(columns, axis=1).astype(np.float32)


def _joint_by_type(kinds: list[_Kind], features: FloatMatrix) -> NDArray[np.float64]:
    """Return the joint density of event and cell type; the last row is of events that belong to no population."""
    log_joint = np.empty((len(kinds), len(features)), dtype=np.float32)
    for row, kind in enumerate(kinds):
        centre = kind.fit.mean(axis=0)
        covariance = np.cov(kind.fit, rowvar=False) + RIDGE * np.eye(kind.fit.shape[1])
        root = np.linalg.cholesky(np.linalg.inv(covariance))
        distance = np.square((features - centre) @ root.astype(np.float32)).sum(axis=1)
        log_joint[row] = np.log(kind.weight) + np.log(np.diag(root)).sum() - 0.5 * distance
    density = np.exp(log_joint - log_joint.max(axis=0), dtype=np.float64)
    joint = np.zeros((len(KINDS) + 1, len(features)))
    for row, kind in enumerate(kinds):
        joint[kind.member_of] += density[row]
    return joint


def _best_f1(
    population: str, posterior: NDArray[np.float64], weights: NDArray[np.float64], is_member: NDArray[np.bool_]
) -> BayesLimit:
    """Find the threshold on the posterior with the highest F1."""
    order = np.argsort(-posterior, kind="stable")
    chosen = np.cumsum(weights[order])
    hits = np.cumsum(np.where(is_member, weights, 0.0)[order])
    f1 = 2 * hits / (chosen + hits[-1])
    best = int(f1.argmax())
    return BayesLimit(
        population,
        f1=float(f1[best]),
        precision=float(hits[best] / chosen[best]),
        recall=float(hits[best] / hits[-1]),
        prevalence=float(hits[-1] / chosen[-1]),
    )

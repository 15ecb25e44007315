"""A mixture of normal distributions in one or two dimensions; the number of components is chosen by rule."""

import warnings
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.boundary_error import error_of
from marrowgate.gating.doubts.estimate_doubts import foreign_events
from marrowgate.gating.estimators.cluster import distances
from marrowgate.gating.geometry.gates import Ellipsoid, threshold
from marrowgate.gating.methods import (
    Arguments,
    FittedGate,
    Method,
    View,
    bounds_faults,
    fitted_gate,
    kept_stain,
    never,
    no_gate,
    on_scale,
    stains_above_zero,
)
from marrowgate.settings.section import Limit

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture

Points = NDArray[np.float64]

_MOST_EVENTS = 2000
_DRAWS = 10
_GRID = 600


class MixtureArguments(Arguments):
    """How many components there may be, and which of them are the population."""

    low: tuple[float, ...]
    """Lower corner of the box that holds the means of the population's components, linear compensated scale."""
    high: tuple[float, ...]
    """Upper corner of that box."""
    keep: Literal["above", "below"] = "above"
    """In one dimension: which side of the boundary is the population."""
    coverage: Annotated[float, Limit(gt=0.1, lt=1)] = 0.95
    """In two dimensions: share of the component that the ellipse holds."""
    most_components: Annotated[int, Limit(ge=1, le=8)] = 4
    """Most components that are tried; the Bayesian information criterion chooses."""
    min_events: Annotated[int, Limit(ge=50)] = 200
    """Events that the parent must have."""

    def faults_in(self, n_dimensions: int) -> list[tuple[str, str]]:
        """See `Arguments.faults_in`."""
        return bounds_faults({"low": self.low, "high": self.high}, n_dimensions)


def find(view: View, arguments: MixtureArguments) -> FittedGate:
    """Fit mixtures of one to `most_components` components and take the one with the lowest criterion."""
    points = np.column_stack([view.values(dimension) for dimension in view.dimensions])
    if len(points) < arguments.min_events:
        return no_gate("too_few_events", f"{len(points)} events in the parent, {arguments.min_events} are needed")
    generator = np.random.default_rng(view.seed)
    if len(points) > _MOST_EVENTS:
        points = points[np.sort(generator.choice(len(points), _MOST_EVENTS, replace=False))]
    if len(np.unique(points, axis=0)) <= arguments.most_components:
        return no_gate("too_few_values", "the events have too few different values")
    model = _best_model(points, arguments.most_components, view.seed)
    corners = [
        on_scale(view, name, pair)
        for name, pair in zip(view.dimensions, zip(arguments.low, arguments.high, strict=True), strict=True)
    ]
    low, high = np.array(corners).T
    wanted = ((model.means_ >= low) & (model.means_ <= high)).all(axis=1)
    if not wanted.any():
        return no_gate("no_component", f"none of {model.n_components} components has its mean in the given box")
    if len(view.dimensions) == 2:
        return _ellipse(view, model, wanted, arguments, points)
    return _crossing(view, model, wanted, arguments, points)


def _best_model(points: Points, most: int, seed: int) -> "GaussianMixture":
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    def fitted(number: int) -> GaussianMixture:
        return GaussianMixture(number, reg_covar=1e-5, random_state=seed % 2**32).fit(points)

    with warnings.catch_warnings():
        # a mixture that has not settled has a high criterion and is not chosen
        warnings.simplefilter("ignore", ConvergenceWarning)
        return min((fitted(number) for number in range(1, most + 1)), key=lambda model: float(model.bic(points)))


def _crossing(
    view: View, model: "GaussianMixture", wanted: NDArray[np.bool_], arguments: MixtureArguments, points: Points
) -> FittedGate:
    at = _boundary(model, wanted, arguments.keep)
    if at is None:
        return no_gate("no_valley", f"one side of {view.dimensions[0]} is empty")
    generator = np.random.default_rng(view.seed)
    borders = []
    for _ in range(_DRAWS):
        drawn = _refitted(model, points[generator.integers(len(points), size=len(points))])
        border = _boundary(drawn, wanted, arguments.keep)
        if border is not None:
            borders.append(border)
    sd = float(np.std(borders, ddof=1)) if len(borders) > 1 else float("nan")
    return fitted_gate(threshold(view.dimensions[0], at, arguments.keep), error_of(sd))


def _refitted(model: "GaussianMixture", points: Points) -> "GaussianMixture":
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    start = GaussianMixture(
        model.n_components,
        reg_covar=1e-5,
        max_iter=20,
        weights_init=model.weights_,
        means_init=model.means_,
        precisions_init=model.precisions_,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return start.fit(points)


def _boundary(model: "GaussianMixture", wanted: NDArray[np.bool_], keep: Literal["above", "below"]) -> float | None:
    """Return the place where the population becomes more likely than the rest, next to the population's mean."""
    inner, outer = model.means_[wanted, 0], model.means_[~wanted, 0]
    sign = 1.0 if keep == "above" else -1.0
    start = float((sign * inner).min())
    beyond = sign * outer[sign * outer < start]
    if beyond.size == 0:
        return None
    grid = np.linspace(float(beyond.max()), start, _GRID)
    share = model.predict_proba((sign * grid).reshape(-1, 1))[:, wanted].sum(axis=1)
    return sign * float(grid[int(np.argmax(share >= 0.5))])


def _ellipse(
    view: View, model: "GaussianMixture", wanted: NDArray[np.bool_], arguments: MixtureArguments, points: Points
) -> FittedGate:
    heaviest = int(np.argmax(np.where(wanted, model.weights_, -1.0)))
    covariance = model.covariances_[heaviest]
    gate = Ellipsoid(
        view.dimensions,
        tuple(float(value) for value in model.means_[heaviest]),
        tuple(tuple(float(value) for value in row) for row in covariance),
        -2.0 * float(np.log(1.0 - arguments.coverage)),
    )
    error = np.sqrt(np.diag(covariance) / (len(points) * model.weights_[heaviest]))
    inside = points[distances(points, model.means_[heaviest], covariance) <= gate.distance_square]
    own = model.predict_proba(inside)[:, wanted].sum(axis=1).mean() if len(inside) else 0.0
    doubts = foreign_events(float(own))
    return fitted_gate(gate, error_of(*error.tolist()), doubts=doubts)


def stains(arguments: MixtureArguments, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Declare the one dimension whose upper side is kept, or those in which the box begins above 0."""
    if len(dimensions) == 1:
        return kept_stain(arguments, dimensions)
    return stains_above_zero(arguments.low, dimensions)


METHOD = Method(
    MixtureArguments,
    (1, 2),
    "Normal mixture with the number of components by BIC; Fraley and Raftery 2002, J Am Stat Assoc 97:611",
    find,
    is_parallel=never,
    stains=stains,
)

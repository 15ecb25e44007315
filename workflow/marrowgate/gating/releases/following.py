"""The scale of a sample that follows its own landmarks, where they are not as bright as in the release."""

import math
from collections.abc import Mapping

from marrowgate.gating.batch_scales import BatchScales
from marrowgate.gating.landmarks.factors import MOST_APART, factors_of, sample_landmarks
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.settings.strategy import Strategy


def followed_factors(sample_events: SampleEvents, strategy: Strategy, scales: BatchScales) -> dict[str, float]:
    """Return the factor of each dimension in which a sample's own landmark lies beyond the release's spread.

    A landmark further away than `MOST_APART` is not followed: it may be other cells.

    Parameters
    ----------
    sample_events : SampleEvents
        On the scales of the release.
    strategy : Strategy
        With the section `home`.
    scales : BatchScales
        Of the release, with tolerances; without them nothing is followed.
    """
    if not scales.tolerances or strategy.home is None:
        return {}
    own = factors_of(sample_landmarks(sample_events, strategy.home))
    away = {
        name: abs(math.log(own[name] / sample_events.factors[name]))
        for name in scales.tolerances
        if name in own and name in sample_events.factors
    }
    return {name: own[name] for name, far in away.items() if scales.tolerances[name] < far <= math.log(MOST_APART)}


def with_factors(strategy: Strategy, factors: Mapping[str, float]) -> Strategy:
    """Return a strategy whose scales have other factors in some dimensions."""
    if not factors:
        return strategy
    scales = strategy.scales.model_copy(update={"factors": {**strategy.scales.factors, **factors}})
    return strategy.model_copy(update={"scales": scales})

"""The scale of a sample whose detectors do not read as in the release: it follows the sample's own landmark cells."""

from collections.abc import Mapping
from dataclasses import replace

from marrowgate.gating.batch_scales import BatchScales
from marrowgate.gating.landmarks.readings import cells_of_sample, sample_readings
from marrowgate.gating.landmarks.watches import read_detectors
from marrowgate.gating.sample_events import SampleEvents, in_units

_DIGITS = 4


def followed_ratios(sample_events: SampleEvents, scales: BatchScales) -> dict[str, float]:
    """Return by which factor the detector of each dimension reads otherwise than in the release, where it does.

    A factor beyond `MOST_APART` is not followed, nor one that other landmark cells do not show: it may be other cells.

    Parameters
    ----------
    sample_events : SampleEvents
        In the scales of the release.
    scales : BatchScales
        Of the release, with its watches; without them nothing is followed.
    """
    if not scales.watches:
        return {}
    seen = read_detectors(sample_readings(sample_events, cells_of_sample(sample_events)), scales.watches)
    return {
        dimension: float(f"{reading.ratio:.{_DIGITS}g}")
        for dimension, reading in seen.items()
        if reading.state == "changed" and dimension not in sample_events.unplaced
    }


def with_ratios(sample_events: SampleEvents, ratios: Mapping[str, float]) -> SampleEvents:
    """Return a sample whose scales, and the strategy's numbers on them, are stretched in some dimensions."""
    scales = {
        name: in_units(scale, ratios[name]) if name in ratios else scale for name, scale in sample_events.scales.items()
    }
    factors = {name: sample_events.factors.get(name, 1.0) * ratio for name, ratio in ratios.items()}
    return replace(sample_events, scales=scales, factors={**sample_events.factors, **factors})

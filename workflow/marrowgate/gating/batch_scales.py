"""Scales that are chosen from a batch: their widths, and what the strategy's numbers mean in the file's own units."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from marrowgate.errors import fault
from marrowgate.frozen import Frozen
from marrowgate.gating.landmarks.factors import (
    batch_landmarks,
    doubtful_dimensions,
    factors_of,
    sample_landmarks,
)
from marrowgate.gating.landmarks.readings import LANDMARK_DIMENSIONS, cells_of_sample
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.landmarks.watches import Watch, watches_from_plain, watches_to_plain
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.plain_yaml import read_plain, write_plain
from marrowgate.settings.panel import Panel, is_scatter
from marrowgate.settings.strategies.scales import Scale
from marrowgate.settings.strategies.strategy import Strategy, strategy_dimensions
from marrowgate.signal.scale_estimate import batch_width, sample_width

Widths = dict[str, "BatchWidth"]


class BatchWidth(Frozen):
    """The width of one dimension's scale, and how many samples it rests on; with none it is that of an untold width."""

    w: float
    n_tubes: int


def dimensions_from_batch(strategy: Strategy, panel: Panel) -> tuple[str, ...]:
    """Return the dimensions whose scale is to be chosen from the batch, in alphabetical order."""
    names = strategy_dimensions(strategy) | panel.dimensions
    return tuple(sorted(name for name in names if _scale(strategy, name).from_batch))


def with_widths(strategy: Strategy, panel: Panel, widths: Mapping[str, float]) -> Strategy:
    """Return the strategy with numbers in place of the widths that are to be chosen from the batch.

    Raises
    ------
    KeyError
        A dimension has no width.
    """
    chosen = {
        name: _scale(strategy, name).model_copy(update={"w": widths[name]})
        for name in dimensions_from_batch(strategy, panel)
    }
    scales = strategy.scales.model_copy(update={"markers": {**strategy.scales.markers, **chosen}})
    return strategy.model_copy(update={"scales": scales})


def before_choice(strategy: Strategy, panel: Panel) -> Strategy:
    """Return the strategy with the usual width in place of those still to be chosen: enough to open the samples."""
    names = dimensions_from_batch(strategy, panel)
    return with_widths(strategy, panel, dict.fromkeys(names, Scale(kind="logicle").width))


def sample_widths(sample_events: SampleEvents, dimensions: Sequence[str]) -> dict[str, float]:
    """Return the width that a sample's values below 0 ask for; dimensions of which it says nothing are left out."""
    rows = np.arange(sample_events.file.n_events, dtype=np.intp)
    widths: dict[str, float] = {}
    for name in dimensions:
        if name in sample_events.channels:
            width = sample_width(
                sample_events.linear(name, rows), sample_events.scales[name].t, sample_events.scales[name].m
            )
            widths |= {} if width is None else {name: width}
    return widths


def choose_widths(of_samples: Sequence[Mapping[str, float]], dimensions: Sequence[str]) -> Widths:
    """Choose the width of each dimension from those of the samples, in any order.

    Parameters
    ----------
    of_samples : sequence of mapping of str to float
        What `sample_widths` gave for each sample.
    dimensions : sequence of str
        Dimensions to choose for.
    """
    chosen = {}
    for name in dimensions:
        own = [widths[name] for widths in of_samples if name in widths]
        width = batch_width(own)
        chosen[name] = BatchWidth(Scale(kind="logicle").width if width is None else width, len(own))
    return chosen


class SampleScales(Frozen):
    """What one sample says of its batch's scales: widths, and landmarks."""

    widths: Mapping[str, float]
    landmarks: tuple[LandmarkRow, ...] = ()


class BatchScales(Frozen):
    """What a batch's samples share: widths of scales, and the landmarks that say what the strategy's numbers mean.

    `watches` are there where the scales are those of a release: what tells whether a detector reads as it did.
    """

    widths: Widths
    landmarks: tuple[LandmarkRow, ...] = ()
    watches: tuple[Watch, ...] = ()


def asks_batch(strategy: Strategy, panel: Panel) -> bool:
    """Say whether a strategy takes something of its scales from the batch."""
    return strategy.home is not None or bool(dimensions_from_batch(strategy, panel))


def scale_dimensions(strategy: Strategy, panel: Panel) -> frozenset[str]:
    """Return the dimensions that are looked at to choose the scales of a batch."""
    landmarks = {*LANDMARK_DIMENSIONS, *strategy.home.dimensions} if strategy.home else set()
    return frozenset({*dimensions_from_batch(strategy, panel), *landmarks})


def sample_scales(sample_events: SampleEvents, strategy: Strategy, panel: Panel) -> SampleScales:
    """Return what a sample says of the scales of its batch.

    Parameters
    ----------
    sample_events : SampleEvents
        Opened with the strategy of `before_choice`.
    strategy : Strategy
        As it is written.
    panel : Panel
        Names the markers.
    """
    home = strategy.home
    landmarks = sample_landmarks(sample_events, home, cells_of_sample(sample_events)) if home else ()
    own = factors_of(landmarks)
    top = home.full_scale if home else 1.0
    scales = {
        name: replace(scale, t=top * own[name]) if name in own else scale
        for name, scale in sample_events.scales.items()
    }
    widths = sample_widths(replace(sample_events, scales=scales), dimensions_from_batch(strategy, panel))
    return SampleScales(widths, landmarks)


def choose_scales(of_samples: Sequence[SampleScales], strategy: Strategy, panel: Panel) -> BatchScales:
    """Choose the scales of a batch from what its samples say, in any order."""
    widths = choose_widths([scales.widths for scales in of_samples], dimensions_from_batch(strategy, panel))
    return BatchScales(widths, batch_landmarks([scales.landmarks for scales in of_samples]))


def with_scales(strategy: Strategy, panel: Panel, scales: BatchScales) -> Strategy:
    """Return the strategy with the batch's widths, and its numbers tied to the file's units by the batch's landmarks.

    A dimension whose landmark was not found has no factor: null. One whose landmark the samples do not agree on is in
    doubt, unless the strategy gives its factor.
    """
    chosen = with_widths(strategy, panel, {name: width.w for name, width in scales.widths.items()})
    if strategy.home is None:
        return chosen
    agreed_factors = factors_of(scales.landmarks)
    sought = {name: agreed_factors.get(name) for name in strategy.home.dimensions}
    factors = {**sought, **strategy.scales.factors}
    tied = {
        name: scale if scale.t is not None else scale.model_copy(update={"t": strategy.home.full_scale})
        for name, scale in ((name, _scale(chosen, name)) for name, factor in factors.items() if factor)
    }
    given = strategy.scales.factors
    in_doubt = tuple(name for name in doubtful_dimensions(scales.landmarks) if name not in given)
    update = {"factors": factors, "in_doubt": in_doubt, "markers": {**chosen.scales.markers, **tied}}
    return chosen.model_copy(update={"scales": chosen.scales.model_copy(update=update)})


def write_scales(path: Path, panel: str, batch: str, scales: BatchScales) -> None:
    """Write the scales of a batch as YAML."""
    write_plain(path, {"panel": panel, "batch": batch, **scales_to_plain(scales)})


def scales_to_plain(scales: BatchScales) -> dict[str, Any]:
    """Return the scales of a batch as lists, numbers and text."""
    plain: dict[str, Any] = {
        "widths": {name: asdict(width) for name, width in scales.widths.items()},
        "landmarks": [asdict(row) for row in scales.landmarks],
    }
    return plain | ({"watches": watches_to_plain(scales.watches)} if scales.watches else {})


def read_scales(path: Path | None) -> BatchScales:
    """Read what `write_scales` wrote; without a file nothing was chosen."""
    if path is None:
        return BatchScales({})
    return scales_from_plain(read_plain(path))


def scales_from_plain(plain: Mapping[str, Any]) -> BatchScales:
    """Make the scales that `scales_to_plain` took apart."""
    widths = {name: BatchWidth(**fields) for name, fields in plain["widths"].items()}
    landmarks = tuple(LandmarkRow(**fields) for fields in plain.get("landmarks", []))
    return BatchScales(widths, landmarks, watches_from_plain(plain.get("watches", [])))


def freeze_scales(strategy: Strategy, panel: Panel, path: Path | None) -> Strategy:
    """Return the strategy with the scales that `write_scales` wrote; one that asks for none is given back as it is.

    Raises
    ------
    UserError
        The strategy takes scales from the batch and there is no file, or the file lacks one.
    """
    names = dimensions_from_batch(strategy, panel)
    if not asks_batch(strategy, panel):
        return strategy
    if path is None:
        asked = f"the scales of {', '.join(names)}" if names else "the units of its numbers"
        what = f"the strategy takes {asked} from the batch, and no file of scales is given"
        raise fault("option --scales", what, "give the file that `marrowgate scales` wrote")
    scales = read_scales(path)
    missing = [name for name in names if name not in scales.widths]
    if missing:
        what = f"it has no width for {', '.join(missing)}"
        raise fault(str(path), what, "make it again with `marrowgate scales` and this strategy and panel")
    return with_scales(strategy, panel, scales)


def _scale(strategy: Strategy, dimension: str) -> Scale:
    return strategy.scales.of(dimension, scatter=is_scatter(dimension))

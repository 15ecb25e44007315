"""Scales that are chosen from a batch: the width of each, found once and then the same for all its samples."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import yaml

from marrowgate.errors import fault
from marrowgate.files import write_text
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.settings.panel import Panel, is_scatter
from marrowgate.settings.strategy import Scale, Strategy, strategy_dimensions
from marrowgate.signal.scale_estimate import batch_width, sample_width

Widths = dict[str, "BatchWidth"]


@dataclass(frozen=True)
class BatchWidth:
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
    found: dict[str, float] = {}
    for name in dimensions:
        if name in sample_events.channels:
            width = sample_width(
                sample_events.linear(name, rows), sample_events.scales[name].t, sample_events.scales[name].m
            )
            found |= {} if width is None else {name: width}
    return found


def choose_widths(found: Sequence[Mapping[str, float]], dimensions: Sequence[str]) -> Widths:
    """Choose the width of each dimension from those of the samples, in any order.

    Parameters
    ----------
    found : sequence of mapping of str to float
        What `sample_widths` gave for each sample.
    dimensions : sequence of str
        Dimensions to choose for.
    """
    chosen = {}
    for name in dimensions:
        own = [widths[name] for widths in found if name in widths]
        width = batch_width(own)
        chosen[name] = BatchWidth(Scale(kind="logicle").width if width is None else width, len(own))
    return chosen


def write_widths(path: Path, panel: str, batch: str, widths: Widths) -> None:
    """Write the widths of a batch as YAML."""
    plain = {"panel": panel, "batch": batch, "widths": {name: asdict(width) for name, width in widths.items()}}
    write_text(path, yaml.safe_dump(plain, sort_keys=False, allow_unicode=True))


def freeze_scales(strategy: Strategy, panel: Panel, path: Path | None) -> Strategy:
    """Return the strategy with the widths that `write_widths` wrote; one that asks for none is given back as it is.

    Raises
    ------
    UserError
        The strategy asks for widths and there is no file, or the file lacks one.
    """
    names = dimensions_from_batch(strategy, panel)
    if not names:
        return strategy
    if path is None:
        what = f"the strategy takes the scales of {', '.join(names)} from the batch, and no file of scales is given"
        raise fault("option --scales", what, "give the file that `marrowgate scales` wrote")
    plain = yaml.safe_load(path.read_text(encoding="utf-8"))["widths"]
    missing = [name for name in names if name not in plain]
    if missing:
        what = f"it has no width for {', '.join(missing)}"
        raise fault(str(path), what, "make it again with `marrowgate scales` and this strategy and panel")
    return with_widths(strategy, panel, {name: plain[name]["w"] for name in names})


def _scale(strategy: Strategy, dimension: str) -> Scale:
    return strategy.scales.of(dimension, scatter=is_scatter(dimension))

"""From a file on disk to a sample that can be gated, or to the verdict why it cannot."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from marrowgate.fcs.model import FcsFile, Gain, Note, Verdict
from marrowgate.fcs.read import read_fcs
from marrowgate.gating.sample_events import EventRows, SampleEvents, make_sample_events
from marrowgate.settings.panel import Panel
from marrowgate.settings.strategies.strategy import Strategy, strategy_dimensions
from marrowgate.signal.spillover.compensation import SpilloverError
from marrowgate.signal.spillover.matrix_of_sample import in_names_of_file, refuse_unusable
from marrowgate.signal.stability.acquisition_time import acquisition_time
from marrowgate.signal.stability.unstable_stretches import Stretch, stable_events

SpilloverSource = Literal["file", "none", "matrix"]


def open_sample(
    path: Path,
    data_set: int,
    panel: Panel,
    strategy: Strategy,
    *,
    gain: Gain,
    spillover: SpilloverSource,
    matrix: Path | None = None,
    further: frozenset[str] = frozenset(),
) -> tuple[FcsFile, SampleEvents | None]:
    """Read a file and prepare it for a strategy.

    Parameters
    ----------
    path : Path
        The FCS file.
    data_set : int
        Which data set, from 1.
    panel : Panel
        Names the markers.
    strategy : Strategy
        Names the dimensions and their scales.
    gain : str
        ``ignore`` or ``apply``.
    spillover : str
        ``file``: the file's own matrix. ``none``: no compensation. ``matrix``: the one in `matrix`.
    matrix : Path or None
        CSV file of the batch's matrix, for ``matrix``.
    further : frozenset of str
        Markers beyond those of the strategy.

    Returns
    -------
    tuple of (FcsFile, SampleEvents or None)
        No sample when the file is rejected.
    """
    file = read_fcs(path, data_set, panel=panel, gain=gain)
    return prepare_sample(file, panel, strategy, spillover=spillover, matrix=matrix, further=further)


def prepare_sample(
    file: FcsFile,
    panel: Panel,
    strategy: Strategy,
    *,
    spillover: SpilloverSource,
    matrix: Path | None = None,
    further: frozenset[str] = frozenset(),
) -> tuple[FcsFile, SampleEvents | None]:
    """Prepare a file that was read with its panel for a strategy; see `open_sample`."""
    if file.events is None:
        return file, None
    dimensions = strategy_dimensions(strategy) | further
    try:
        if spillover == "matrix" and matrix is not None:
            from marrowgate.signal.spillover.matrix_csv import read_spillover

            file = replace(file, spillover=in_names_of_file(read_spillover(matrix), file.channels, panel))
        elif spillover == "file":
            refuse_unusable(file)
        return file, make_sample_events(file, set(dimensions), strategy.scales, compensate=spillover != "none")
    except SpilloverError as error:
        reason = Note("spillover_unusable", str(error))
        return replace(file, events=None, verdict=Verdict("rejected", (reason,), file.verdict.repairs)), None


def start_rows(sample_events: SampleEvents, stretches: Sequence[Stretch] = ()) -> EventRows:
    """Return the events that may be gated: those outside the unstable stretches of the run."""
    times = acquisition_time(sample_events.file) if stretches else None
    if times is None:
        return np.arange(sample_events.file.n_events, dtype=np.intp)
    return np.flatnonzero(stable_events(times, stretches))

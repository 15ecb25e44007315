"""Whether a batch's controls allow a ratio: decided once for the batch, so that no sample is chosen by its own noise.

A rule that asks each sample whether its own control is clear of 0 keeps the samples whose control is bright by chance,
and their ratios are too low.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from marrowgate.measure.intensity.medians import MIN_EVENTS
from marrowgate.measure.intensity.sketch import Sketch
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.sheets import Sample

RATIO_ERRORS = 3.0
"""Controls whose median is nearer to 0 than this many standard errors of one of them give no ratio."""

FEWEST_CONTROLS = 3
"""Controls of a batch that decide for it; with fewer those of the panel in all batches do."""

MEDIAN_ERROR = math.sqrt(math.pi / 2)
"""Standard error of the median of normal values, in standard deviations over the root of their number."""


def why_no_ratio(sketches: Sequence[Sketch]) -> str:
    """Say why the controls of a batch give no ratio; empty when they do.

    Parameters
    ----------
    sketches : sequence of Sketch
        Values of all controls of one kind, population and marker; at least one, each with events.

    Returns
    -------
    str
        Their median, weighted by events, is held against the standard error of the control with the median number of
        events.
    """
    sizes = np.array([sketch.n_events for sketch in sketches], dtype=np.float64)
    median = float(np.average([sketch.median for sketch in sketches], weights=sizes))
    spread = float(np.median([sketch.robust_sd for sketch in sketches]))
    error = MEDIAN_ERROR * spread / math.sqrt(float(np.median(sizes)))
    whose = "the control's median" if len(sketches) == 1 else f"the median of the {len(sketches)} controls that decide"
    if abs(median) <= RATIO_ERRORS * error:
        return f"no ratio: {whose} is within {RATIO_ERRORS:g} standard errors of 0"
    return f"no ratio: {whose} is below 0" if median < 0 else ""


def deciding_controls(
    sample: Sample, samples: Sequence[Sample], records: Mapping[str, SampleRecord], kind: str, key: tuple[str, str]
) -> list[Sketch]:
    """Return the values of the controls that decide for a sample's batch.

    Parameters
    ----------
    sample : Sample
        A stained sample.
    samples : sequence of Sample
        The sheet.
    records : mapping of str to SampleRecord
        By sample_id.
    kind : str
        Control type; ``internal`` for the negative population of the stained samples themselves.
    key : tuple of (str, str)
        Population and marker; for ``internal`` the negative population.

    Returns
    -------
    list of Sketch
        Of the panel and batch; where there are fewer than three, of the panel in all batches.
    """
    return DecidingControls(samples, records).of_batch(sample.panel, sample.batch, kind, key)


class DecidingControls:
    """The controls that decide for each batch, looked up once for all its samples; see `deciding_controls`.

    Parameters
    ----------
    samples : sequence of Sample
        The sheet.
    records : mapping of str to SampleRecord
        By sample_id.
    """

    def __init__(self, samples: Sequence[Sample], records: Mapping[str, SampleRecord]):
        self._records = records
        self._known: dict[tuple[str, str, str, tuple[str, str]], list[Sketch]] = {}
        self._alike: dict[tuple[str, str, str | None], dict[str, list[Sample]]] = {}
        for member in samples:
            batches = self._alike.setdefault((member.panel, member.control_type, member.control_marker), {})
            batches.setdefault(member.batch, []).append(member)

    def of_batch(self, panel: str, batch: str, kind: str, key: tuple[str, str]) -> list[Sketch]:
        """Return the values of the controls that decide for a panel and batch."""
        asked = (panel, batch, kind, key)
        if asked not in self._known:
            self._known[asked] = self._look_up(*asked)
        return self._known[asked]

    def _look_up(self, panel: str, batch: str, kind: str, key: tuple[str, str]) -> list[Sketch]:
        batches = self._alike.get((panel, "none", None) if kind == "internal" else (panel, kind, key[1]), {})
        own = self._sketches(batches.get(batch, ()), key)
        if len(own) >= FEWEST_CONTROLS:
            return own
        return own + self._sketches([sample for name, of in batches.items() if name != batch for sample in of], key)

    def _sketches(self, members: Sequence[Sample], key: tuple[str, str]) -> list[Sketch]:
        records = (self._records.get(member.sample_id) for member in members)
        return [
            sketch
            for record in records
            if record is not None
            for sketch in record.sketches
            if (sketch.population, sketch.marker) == key and sketch.n_events >= MIN_EVENTS
        ]

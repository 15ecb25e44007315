"""What a marker is compared with: the sample's own control sample, those of its batch, or negative cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from marrowgate.measure.intensity.medians import DRAWS, MIN_EVENTS, Draws, draw_medians
from marrowgate.measure.intensity.ratio_rule import DecidingControls, why_no_ratio
from marrowgate.measure.intensity.sketch import Sketch
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.sheets import Sample

KINDS = ("fmo", "isotype")
"""Control samples in the order in which they are preferred: the isotype antibody can bind by itself."""

INTERNAL = "internal"
"""Control type of negative cells of the same sample."""

FEWEST_SAMPLES = 3
"""Samples, with the sample's own, from which differences between samples are estimated."""

SMALLEST_ERROR = 1e-9
"""Standard error of a median whose values are all the same, channel units."""

GRID_STEPS, GRID_SCALES = 300, 6.0
"""Steps of the grid for the standard deviation between samples, and its end in scales of the prior."""

BETWEEN_SCALE = 0.5
"""Scale of the half-Cauchy prior for the standard deviation between samples, in standard deviations of the events of a
sample: so wide that intervals hold also where samples differ by half the spread of their events."""

Key = tuple[str, str]
"""Population and marker."""


@dataclass(frozen=True, eq=False)
class Control:
    """The cells that a sample's marker is compared with.

    Parameters
    ----------
    control_type : str
        ``fmo``, ``isotype`` or ``internal``.
    own : tuple of (str, Sketch) or None
        The sample that belongs to the sample (for ``internal`` the sample itself), and its values.
    others : tuple of (str, Sketch)
        Samples of the batch.
    note : str
        Why the own sample does not serve alone, and what the interval does not hold.
    no_ratio : str
        Why the controls of the batch give no ratio; empty when they do.
    """

    control_type: str
    own: tuple[str, Sketch] | None
    others: tuple[tuple[str, Sketch], ...] = ()
    note: str = ""
    no_ratio: str = ""

    @property
    def control_samples(self) -> tuple[tuple[str, Sketch], ...]:
        """Return all samples, the own one first."""
        return (self.own, *self.others) if self.own else self.others

    @property
    def n_events(self) -> int:
        """Return the events of all samples."""
        return sum(sketch.n_events for _, sketch in self.control_samples)

    @property
    def values(self) -> Draws:
        """Return the values of all samples in ascending order; of a sample with very many events its quantiles."""
        return np.sort(np.concatenate([sketch.values for _, sketch in self.control_samples]))


Controls = Mapping[Key, Control]


def choose_controls(
    sample: Sample,
    samples: Sequence[Sample],
    records: Mapping[str, SampleRecord],
    settings: Measure,
    deciding: DecidingControls | None = None,
) -> dict[Key, Control]:
    """Find the control of each population and marker of a sample.

    The FMO or isotype sample that names the sample; where it has fewer than `settings.control_events` events of the
    population, together with those of its batch. Without one of its own: the samples of the batch that belong to no
    sample, else those that belong to other samples. At last its own negative population. A sample with fewer
    than `MIN_EVENTS` events of the population does not serve.

    Parameters
    ----------
    sample : Sample
        A stained sample.
    samples : sequence of Sample
        The sheet, or with `deciding` only the samples of the panel and batch.
    records : mapping of str to SampleRecord
        By sample_id.
    settings : Measure
        Events of the own control, and negative populations.
    deciding : DecidingControls, optional
        Of the whole sheet, when it is asked for many samples.

    Returns
    -------
    dict of (str, str) to Control
        Without those for which nothing serves.
    """
    record = records.get(sample.sample_id)
    deciding = deciding or DecidingControls(samples, records)
    control_samples = [
        control_sample
        for control_sample in sorted(samples, key=lambda candidate: candidate.sample_id)
        if control_sample.control_type in KINDS
        and (control_sample.panel, control_sample.batch) == (sample.panel, sample.batch)
    ]
    chosen = {}
    for sketch in record.sketches if record else ():
        key = (sketch.population, sketch.marker)
        control = _of_samples(sample, control_samples, records, key, settings.control_events)
        negative = settings.negatives.get(key)
        control = control or _internal(sample, record, key, negative)
        if control is not None:
            whose = (str(negative), key[1]) if control.control_type == INTERNAL else key
            of_batch = deciding.of_batch(sample.panel, sample.batch, control.control_type, whose)
            chosen[key] = replace(control, no_ratio=why_no_ratio(of_batch))
    return chosen


def _of_samples(
    sample: Sample, control_samples: Sequence[Sample], records: Mapping[str, SampleRecord], key: Key, enough: int
) -> Control | None:
    """Return the control of one population and marker from control samples: the sample's own, else its batch's."""
    of_marker = [control for control in control_samples if control.control_marker == key[1]]
    sketches = [(control, _sketch(records.get(control.sample_id), key)) for control in of_marker]
    usable = [(control, sketch) for control, sketch in sketches if sketch is not None and _has_enough(sketch)]
    for kind in KINDS:
        own = [pair for pair in usable if pair[0].control_type == kind and pair[0].control_for == sample.sample_id]
        if own:
            return _strengthened(kind, _named(own)[0], _named(_of_batch(usable, kind, sample)), enough)
    too_small = [
        f"control {control.sample_id} has {sketch.n_events if sketch else 'no'} events"
        for control, sketch in sketches
        if control.control_for == sample.sample_id and not (sketch and _has_enough(sketch))
    ]
    for kind in KINDS:
        if batch := _of_batch(usable, kind, sample):
            return _borrowed(kind, batch, too_small)
    return None


def _has_enough(sketch: Sketch) -> bool:
    return sketch.n_events >= MIN_EVENTS


def _borrowed(kind: str, batch: Sequence[tuple[Sample, Sketch]], notes: Sequence[str]) -> Control:
    """Return the control that a batch gives to a sample without its own: those that belong to no sample come first."""
    free = [pair for pair in batch if pair[0].control_for is None]
    served = _named(free or batch)
    whose = "controls of the batch" if free else "controls of other samples of the batch"
    few = "" if len(served) >= FEWEST_SAMPLES else "too few samples to tell how much samples differ"
    return Control(kind, None, served, "; ".join(part for part in (*notes, whose, few) if part))


def _strengthened(kind: str, own: tuple[str, Sketch], batch: tuple[tuple[str, Sketch], ...], enough: int) -> Control:
    name, sketch = own
    if sketch.n_events >= enough or len(batch) + 1 < FEWEST_SAMPLES:
        return Control(kind, own)
    note = f"control {name} has {sketch.n_events} events, so {len(batch)} more of the batch were taken into account"
    return Control(kind, own, batch, note)


def _of_batch(usable: Sequence[tuple[Sample, Sketch]], kind: str, sample: Sample) -> list[tuple[Sample, Sketch]]:
    return [
        control for control in usable if control[0].control_type == kind and control[0].control_for != sample.sample_id
    ]


def _named(control_samples: Sequence[tuple[Sample, Sketch]]) -> tuple[tuple[str, Sketch], ...]:
    return tuple((control_sample.sample_id, sketch) for control_sample, sketch in control_samples)


def _internal(sample: Sample, record: SampleRecord | None, key: Key, negative: str | None) -> Control | None:
    sketch = _sketch(record, (negative, key[1])) if negative else None
    if sketch is None or sketch.n_events < MIN_EVENTS:
        return None
    return Control(INTERNAL, (sample.sample_id, sketch), (), f"the control is {negative} of the same sample")


def _sketch(record: SampleRecord | None, key: Key) -> Sketch | None:
    sketches = (sketch for sketch in record.sketches if (sketch.population, sketch.marker) == key) if record else ()
    return next(iter(sketches), None)


@dataclass(frozen=True, eq=False)
class ControlSamples:
    """Medians of the control samples of a batch, with what tells how much samples differ.

    Parameters
    ----------
    medians, errors : ndarray of float64, shape (n,)
        Median of each sample and its standard error, compensated channel units.
    draws : ndarray of float64, shape (n, DRAWS)
        Draws of the medians.
    scale : float
        Scale of the prior for the standard deviation between samples, channel units.
    """

    medians: Draws
    errors: Draws
    draws: Draws
    scale: float


def measure_controls(sketches: Sequence[Sketch], generator: np.random.Generator) -> ControlSamples:
    """Measure control samples of the same kind, population and marker; at least one sample, each with events."""
    draws = np.stack([draw_medians(sketch, generator) for sketch in sketches])
    # samples of a batch spread alike, so the error of one event's worth is common and less noisy than each sample's own
    roots = np.sqrt([sketch.n_events for sketch in sketches])
    errors = max(float(np.median(np.std(draws, axis=1, ddof=1) * roots)), SMALLEST_ERROR) / roots
    scale = BETWEEN_SCALE * float(np.median([max(sketch.robust_sd, SMALLEST_ERROR) for sketch in sketches]))
    return ControlSamples(np.array([sketch.median for sketch in sketches]), errors, draws, scale)


def control_medians(control: Control, generator: np.random.Generator) -> tuple[float, Draws]:
    """Return the control's median and draws of what it is in the sample's own sample, see `median_in_sample`."""
    control_samples = measure_controls([sketch for _, sketch in control.control_samples], generator)
    return median_in_sample(control_samples, 0 if control.own else None, generator)


def median_in_sample(
    control_samples: ControlSamples, position: int | None, generator: np.random.Generator
) -> tuple[float, Draws]:
    """Return the median in one control sample and its draws, in the light of the others.

    One sample: its median with its sampling error. Several samples: samples are the units, not their events. Their true
    medians are normal around a mean: a hierarchical model with flat priors on the mean and on the standard deviation
    between samples. The own sample's median is drawn to the mean in proportion to its sampling error;
    without an own sample it is that of a sample that was not measured.

    Parameters
    ----------
    control_samples : ControlSamples
        What `measure_controls` gave.
    position : int or None
        The sample's own sample among them; None where it has none.
    generator : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    tuple of (float, ndarray of float64 of shape (DRAWS,))
        Compensated channel units.

    References
    ----------
    Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., 5.4 (the model and its draws); Gelman 2006, Bayesian Anal 1:515
    (the prior).
    """
    medians, errors = control_samples.medians, control_samples.errors
    if medians.size == 1:
        return float(medians[0]), control_samples.draws[0]
    between = _draw_between(medians, errors, control_samples.scale, generator)
    precision = 1 / (errors**2 + between[:, None] ** 2)
    mean = precision @ medians / precision.sum(axis=1)
    drawn_mean = mean + generator.standard_normal(DRAWS) / np.sqrt(precision.sum(axis=1))
    noise = generator.standard_normal(DRAWS)
    if position is None:
        return float(mean.mean()), drawn_mean + noise * between
    own, error = medians[position], errors[position]
    trust = between**2 * precision[:, position]
    centre = mean + trust * (own - mean)
    return float(centre.mean()), drawn_mean + trust * (own - drawn_mean) + noise * error * np.sqrt(trust)


def _draw_between(medians: Draws, errors: Draws, scale: float, generator: np.random.Generator) -> Draws:
    """Draw the standard deviation between samples from its posterior, on a grid; shape (DRAWS,)."""
    grid = np.linspace(0, GRID_SCALES * scale, GRID_STEPS)
    precision = 1 / (errors**2 + grid[:, None] ** 2)
    mean = precision @ medians / precision.sum(axis=1)
    misfit = np.sum(precision * (medians - mean[:, None]) ** 2, axis=1)
    log_density = 0.5 * (np.log(precision).sum(axis=1) - np.log(precision.sum(axis=1)) - misfit)
    log_density -= np.log1p((grid / scale) ** 2)
    density = np.exp(log_density - log_density.max())
    return generator.choice(grid, size=DRAWS, p=density / density.sum())

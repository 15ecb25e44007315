"""Make a release from the fits, scales and consensus of finished batches."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from marrowgate.gating.batch_scales import BatchScales, BatchWidth
from marrowgate.gating.consensus import Consensus, Reference, agree
from marrowgate.gating.landmarks.choose_watches import PatientReadings, watches_of
from marrowgate.gating.landmarks.factors import batch_landmarks, factors_of
from marrowgate.gating.records import Fit
from marrowgate.gating.releases.rescale import Scale, moved_to
from marrowgate.gating.sample_events import in_units
from marrowgate.settings.strategies.scales import Home
from marrowgate.signal.detector_settings import Settings


@dataclass(frozen=True)
class FinishedBatch:
    """What a batch leaves behind.

    Parameters
    ----------
    fits : tuple of Fit
        Of all samples that had a say in its consensus.
    scales : BatchScales
        Its scales; without widths and landmarks where the strategy takes none from the batch.
    consensus : mapping
        Its consensus as the file has it.
    scales_file : mapping or None
        Its scales as the file has them, if there is one.
    patients : mapping of str to str
        sample_id to patient_id, where there is one.
    """

    fits: tuple[Fit, ...]
    scales: BatchScales
    consensus: Mapping[str, Any]
    scales_file: Mapping[str, Any] | None = None
    patients: Mapping[str, str] = field(default_factory=dict)

    @property
    def readings(self) -> list[PatientReadings]:
        """What the landmark cells of its samples show."""
        return [
            PatientReadings(self.patients.get(fit.sample_id, fit.sample_id), fit.readings)
            for fit in self.fits
            if fit.readings
        ]


def released_scales(batches: Sequence[FinishedBatch]) -> BatchScales:
    """Return the scales of a release: medians over its batches, and what tells how its detectors read.

    Parameters
    ----------
    batches : sequence of FinishedBatch
        Of one panel.
    """
    names = list(dict.fromkeys(name for batch in batches for name in batch.scales.widths))
    widths = {}
    for name in names:
        own = [batch.scales.widths[name] for batch in batches if name in batch.scales.widths]
        widths[name] = BatchWidth(float(np.median([width.w for width in own])), sum(width.n_tubes for width in own))
    rows = [batch.scales.landmarks for batch in batches]
    landmarks = rows[0] if len(rows) == 1 else batch_landmarks(rows)
    return BatchScales(widths, landmarks, watches_of([batch.readings for batch in batches]))


def released_consensus(
    name: str,
    panel: str,
    batches: Sequence[FinishedBatch],
    scales: BatchScales,
    home: Home | None,
    settings: Sequence[Settings],
) -> Consensus:
    """Return what all fits of a panel agree on, on the scales of the release.

    Parameters
    ----------
    name, panel : str
        Of the release and of the panel.
    batches : sequence of FinishedBatch
        Of the panel.
    scales : BatchScales
        Of the release.
    home : Home or None
        Units of the strategy's numbers.
    settings : sequence of Settings
        Detector settings of the samples.
    """
    fits = [fit for batch in batches for fit in batch.fits]
    target = _target_scales(fits, scales, home)
    agreed = agree(panel, name, [moved_to(fit, target) for fit in fits if fit.gates])
    gates = tuple(replace(gate, whose=f"release {name}") for gate in agreed.gates)
    reference = Reference(name, usual_settings(settings))
    landmarks = scales.landmarks or agreed.landmarks
    return replace(agreed, gates=gates, landmarks=landmarks, reference=reference)


def _target_scales(fits: Sequence[Fit], scales: BatchScales, home: Home | None) -> dict[str, Scale]:
    """Return the scale of each dimension in the release: the first fit's, with the release's width and factor."""
    factors = factors_of(scales.landmarks) if home else {}
    target: dict[str, Scale] = {}
    for fit in fits:
        for name, own in fit.scales.items():
            if name in target:
                continue
            factor, before = factors.get(name, fit.factors.get(name, 1.0)), fit.factors.get(name, 1.0)
            width = scales.widths.get(name)
            scale = in_units(own, factor / before)
            if home and name in factors and name in fit.factors:
                # as `with_scales` makes it, without the rounding of the way over the batch's own factor
                scale = in_units(
                    replace(own, t=home.full_scale, a=own.a / before if own.kind == "linear" else own.a), factor
                )
            target[name] = Scale(replace(scale, w=width.w) if width else scale, factor)
    return target


def usual_settings(settings: Sequence[Settings]) -> dict[str, tuple[float | None, float | None]]:
    """Return the voltage and gain that most samples have, by channel."""
    channels = dict.fromkeys(channel for own in settings for channel in own)
    return {
        channel: Counter(own[channel] for own in settings if channel in own).most_common(1)[0][0]
        for channel in channels
    }

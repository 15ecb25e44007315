"""A sample against a release: which detectors read or are set otherwise, and what that means for its gates."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from marrowgate.fcs.model import Note
from marrowgate.gating.consensus import Reference
from marrowgate.gating.landmarks.watches import DetectorReading, Watch, read_detectors
from marrowgate.gating.reasons import because
from marrowgate.gating.records import Fit, GateRecord
from marrowgate.signal.checks import Check, at_most, not_checked
from marrowgate.signal.detector_readings import ReferenceReading
from marrowgate.signal.detector_settings import Settings, against_settings

Marks = Mapping[str, Note]
"""Dimension to why its gates are not those of the release."""
_MARKED = frozenset({"ok", "borrowed", "fixed"})
_LACKS = "the sample lacks the landmark cells that tell how the detector reads"
TOO_FEW_PATIENTS = " cannot tell how detectors read: too few patients, or too different ones"
"""What is said after the name of a release without watches."""


@dataclass(frozen=True)
class Released:
    """What a release says beside its gates.

    Parameters
    ----------
    reference : Reference
        Its name and the settings of its detectors.
    watches : tuple of Watch
        What tells whether a detector reads as in the release.
    limit_pct : float
        Largest difference of a voltage or gain, per cent.
    """

    reference: Reference
    watches: tuple[Watch, ...]
    limit_pct: float


def reference_checks(
    seen: Mapping[str, DetectorReading], settings: Settings, released: Released, *, is_sought: bool
) -> tuple[Check, ...]:
    """Hold a sample's landmark cells and detector settings against those of a release.

    Parameters
    ----------
    seen : mapping of str to DetectorReading
        How the sample's detectors read.
    settings : Settings
        Voltage and gain of the sample's detectors.
    released : Released
        The release.
    is_sought : bool
        Whether the strategy looks at landmark cells at all.

    Returns
    -------
    tuple of Check
        ``reference_fold_<dimension>``, the factor between the two, and ``detector_settings_reference_pct``. What cannot
        be known is not checked.
    """
    name, detectors = released.reference.name, released.reference.detectors
    folds = (
        at_most(
            f"reference_fold_{dimension}",
            max(reading.ratio, 1 / reading.ratio),
            math.exp(reading.limit),
            f"{_says(dimension, reading, name)}{_SAYS_OF_STATE.get(reading.state, '')}",
        )
        for dimension, reading in seen.items()
    )
    unseen = [watch.dimension for watch in released.watches if watch.dimension not in seen]
    unknown = [not_checked(f"reference_fold_{dimension}", _LACKS) for dimension in dict.fromkeys(unseen)]
    if is_sought and not released.watches:
        unknown = [not_checked("reference_fold_of_detectors", f"release {name}{TOO_FEW_PATIENTS}")]
    check, named = "detector_settings_reference_pct", f"release {name}"
    return (*folds, *unknown, against_settings(check, settings, [detectors], released.limit_pct, named))


def reference_marks(
    seen: Mapping[str, DetectorReading],
    factors_followed: Collection[str],
    settings: Settings,
    released: Released,
    channels: Mapping[str, str],
) -> tuple[Marks, Marks]:
    """Return in which dimensions a sample's scale follows its own landmark cells, and in which its gates are `shifted`.

    Shifted are the gates of a detector whose landmark cells are too far away to be followed, or that was set otherwise
    and has none.

    Parameters
    ----------
    seen, settings, released
        See `reference_checks`.
    factors_followed : collection of str
        Dimensions that have a factor of the sample's own.
    channels : mapping of str to str
        Dimension to its channel's name.
    """
    name = released.reference.name
    follows, moved = {}, {}
    for dimension, reading in seen.items():
        says = _says(dimension, reading, name)
        if reading.state == "changed" and dimension in factors_followed:
            follows[dimension] = because("follows_landmark", f"{says}, and the scale follows")
        elif reading.state == "changed":
            moved[dimension] = because("detector_moved", f"{says}, and the scale has no landmark to follow")
        elif reading.state == "too_far":
            moved[dimension] = because("detector_moved", f"{says}{_SAYS_OF_STATE['too_far']}")
    for dimension, channel in channels.items():
        mine, theirs = settings.get(channel), released.reference.detectors.get(channel)
        if dimension in seen or mine is None or theirs is None:
            continue
        differs = against_settings("", {channel: mine}, [{channel: theirs}], released.limit_pct, f"release {name}")
        if differs.verdict == "flagged":
            moved[dimension] = because("detector_moved", differs.reason)
    return follows, moved


_SAYS_OF_STATE = {
    "cells_disagree": ", but not in all of them alike: it is the cells and not the detector",
    "too_far": ", too far to be followed",
}


def _says(dimension: str, reading: DetectorReading, name: str) -> str:
    return f"{dimension} reads {reading.ratio:.2f} times that of release {name} in {reading.watch.named}"


@dataclass(frozen=True)
class Against:
    """A sample against the release that it is gated against; without a release there is nothing to say.

    Parameters
    ----------
    follows, moved : mapping of str to Note
        See `reference_marks`.
    checks : tuple of Check
        See `reference_checks`.
    readings : mapping of str to ReferenceReading
        For the check of the whole batch. Where other cells do not show a change it is no reading of the detector.
    """

    follows: Marks = field(default_factory=dict)
    moved: Marks = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    readings: Mapping[str, ReferenceReading] = field(default_factory=dict)

    @classmethod
    def of(cls, fit: Fit, settings: Settings, released: Released | None, channels: Mapping[str, str]) -> "Against":
        """Hold a sample against the release of its gates; see `reference_marks` for the parameters."""
        if released is None:
            return cls()
        seen = read_detectors(fit.readings, released.watches)
        marks = reference_marks(seen, fit.factors, settings, released, channels)
        readings = {
            dimension: ReferenceReading(round(reading.ratio, 4), reading.watch.reach, reading.watch.n_patients)
            for dimension, reading in seen.items()
            if reading.state != "cells_disagree"
        }
        checks = reference_checks(seen, settings, released, is_sought=bool(fit.readings))
        return cls(*marks, checks, readings)

    def marked(self, records: Sequence[GateRecord]) -> tuple[GateRecord, ...]:
        """Return settled gates with what is to be said of them against the release."""
        return tuple(_marked(record, self.follows, self.moved) for record in records)


def _marked(record: GateRecord, follows: Marks, moved: Marks) -> GateRecord:
    if record.gate is None or record.status == "overridden":
        return record
    says = [marks[name] for marks in (moved, follows) for name in record.gate.dimensions if name in marks]
    is_moved = any(name in moved for name in record.gate.dimensions)
    status = "shifted" if is_moved and record.status in _MARKED else record.status
    return replace(record, status=status, reasons=(*says, *record.reasons))

"""A sample against a release: which detectors read or are set otherwise, and what that means for its gates."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from marrowgate.fcs.model import Note
from marrowgate.gating.consensus import Consensus, Reference
from marrowgate.gating.landmarks.factors import MOST_APART, factors_of
from marrowgate.gating.reasons import because
from marrowgate.gating.records import Fit, GateRecord
from marrowgate.signal.checks import Check, at_most
from marrowgate.signal.detector_settings import Settings, against_settings

Marks = Mapping[str, Note]
"""Dimension to why its gates are not those of the release."""
_MARKED = frozenset({"ok", "borrowed", "fixed"})


def reference_checks(
    fit: Fit, consensus: Consensus, reference: Reference, settings: Settings, limit_pct: float
) -> tuple[Check, ...]:
    """Hold a sample's landmarks and detector settings against those of a release.

    Parameters
    ----------
    fit : Fit
        With the sample's own landmarks.
    consensus, reference : Consensus, Reference
        Of the release.
    settings : Settings
        Voltage and gain of the sample's detectors.
    limit_pct : float
        Largest difference of a voltage or gain, per cent.

    Returns
    -------
    tuple of Check
        ``reference_fold_<dimension>`` for each landmark, the factor between the two, and
        ``detector_settings_reference_pct``.
    """
    own, theirs = factors_of(fit.landmarks), factors_of(consensus.landmarks)
    checks = []
    for name, tolerance in reference.tolerances.items():
        if name in own and name in theirs:
            ratio = own[name] / theirs[name]
            why = f"{name} reads {ratio:.2f} times that of release {reference.name}"
            checks.append(at_most(f"reference_fold_{name}", max(ratio, 1 / ratio), math.exp(tolerance), why))
    named = f"release {reference.name}"
    return (
        *checks,
        against_settings("detector_settings_reference_pct", settings, [reference.detectors], limit_pct, named),
    )


def reference_marks(
    fit: Fit,
    consensus: Consensus,
    reference: Reference,
    settings: Settings,
    limit_pct: float,
    channels: Mapping[str, str],
) -> tuple[Marks, Marks]:
    """Return in which dimensions a sample's scale follows its own landmark, and in which its gates are `shifted`.

    Shifted are the gates of a detector whose landmark is too far away to be followed, or that was set otherwise and has
    no landmark.

    Parameters
    ----------
    fit, consensus, reference, settings, limit_pct
        See `reference_checks`.
    channels : mapping of str to str
        Dimension to its channel's name.
    """
    own, theirs = factors_of(fit.landmarks), factors_of(consensus.landmarks)
    follows, moved = {}, {}
    for name in reference.tolerances:
        if name not in own or name not in theirs:
            continue
        ratio = own[name] / theirs[name]
        says = f"{name} reads {ratio:.2f} times that of release {reference.name}"
        if fit.factors.get(name) != theirs[name]:
            follows[name] = because("follows_landmark", f"{says}, and the scale follows")
        elif max(ratio, 1 / ratio) > MOST_APART:
            moved[name] = because("detector_moved", f"{says}, too far to be followed")
    for name, channel in channels.items():
        mine, released = settings.get(channel), reference.detectors.get(channel)
        if name in own or mine is None or released is None:
            continue
        differs = against_settings("", {channel: mine}, [{channel: released}], limit_pct, f"release {reference.name}")
        if differs.verdict == "flagged":
            moved[name] = because("detector_moved", differs.reason)
    return follows, moved


@dataclass(frozen=True)
class Against:
    """A sample against the release that it is gated against; without a release there is nothing to say.

    Parameters
    ----------
    follows, moved : mapping of str to Note
        See `reference_marks`.
    checks : tuple of Check
        See `reference_checks`.
    """

    follows: Marks = field(default_factory=dict)
    moved: Marks = field(default_factory=dict)
    checks: tuple[Check, ...] = ()

    @classmethod
    def of(
        cls, fit: Fit, consensus: Consensus, settings: Settings, limit_pct: float, channels: Mapping[str, str]
    ) -> "Against":
        """Hold a sample against the release of its consensus; see `reference_marks` for the parameters."""
        reference = consensus.reference
        if reference is None:
            return cls()
        marks = reference_marks(fit, consensus, reference, settings, limit_pct, channels)
        return cls(*marks, reference_checks(fit, consensus, reference, settings, limit_pct))

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

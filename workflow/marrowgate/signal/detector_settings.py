"""Detector voltages and gains of a sample against its batch and against the patient's other visits."""

from collections import Counter
from collections.abc import Mapping, Sequence

from marrowgate.fcs.model import FcsFile
from marrowgate.signal.checks import Check, at_most, not_checked
from marrowgate.signal.signal_channels import signal_channels

Settings = Mapping[str, tuple[float | None, float | None]]
"""`$PnV` and `$PnG` of each fluorescence and scatter channel that is used, by `$PnN`."""


def settings_of(file: FcsFile) -> Settings:
    """Return the detector settings that a file states; a header is enough."""
    return {
        channel.name: (channel.voltage, channel.gain)
        for channel in signal_channels(file)
        if channel.voltage is not None or channel.gain is not None
    }


def setting_checks(
    own: Settings, batch: Sequence[Settings], visits: Sequence[Settings], limit: float
) -> tuple[Check, ...]:
    """Hold a sample's settings against those that most other samples have.

    Parameters
    ----------
    own : Settings
        Of the sample.
    batch : sequence of Settings
        Of the other samples of its batch.
    visits : sequence of Settings
        Of the patient's samples of the same panel at other visits.
    limit : float
        Largest difference, in per cent of the usual voltage or gain.

    Returns
    -------
    tuple of Check
        ``detector_settings_batch_pct`` and ``detector_settings_visits_pct``: the largest difference of any channel,
        named in the reason; `not_checked` where nothing is stated or there is nothing to compare with.
    """
    return (
        against_settings("detector_settings_batch_pct", own, batch, limit, "the batch"),
        against_settings("detector_settings_visits_pct", own, visits, limit, "the patient's other visits"),
    )


def against_settings(check: str, own: Settings, others: Sequence[Settings], limit: float, name: str) -> Check:
    """Return the largest difference of a sample's settings from those that most others have, per cent.

    Parameters
    ----------
    check : str
        Name of the check.
    own, others, limit
        See `setting_checks`.
    name : str
        Whose settings the others are, for the reason.
    """
    worst, why = -1.0, ""
    for channel, values in own.items():
        for kind, index in (("voltage", 0), ("gain", 1)):
            of_others = Counter(
                value for other in others if (value := other.get(channel, (None, None))[index]) is not None
            )
            value = values[index]
            if value is None or not of_others:
                continue
            usual = of_others.most_common(1)[0][0]
            difference = 100.0 * abs(value - usual) / abs(usual) if usual else 0.0
            if difference > worst:
                worst = difference
                why = f"{kind} of {channel} is {value:g}, in {name} it is {usual:g}"
    if worst < 0:
        return not_checked(check, f"no voltage or gain to compare with {name}", limit)
    return at_most(check, worst, limit, why)

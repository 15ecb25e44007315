"""The labels of a file's channels against the panel: a sample that was stained with another panel."""

from collections.abc import Sequence

from marrowgate.fcs.channels import match_panel
from marrowgate.fcs.markers import read_label, says_another_marker
from marrowgate.fcs.model import Channel
from marrowgate.settings.panel import Panel
from marrowgate.signal.checks import Check, at_most, not_checked

CHECK = "other_labels_pct"


def label_check(channels: Sequence[Channel], panel: Panel, limit: float) -> Check:
    """Return the share of stained channels whose label in the file names another marker than the panel.

    One label may be an old name of the marker; most of them are not. Channels that the panel does not name have their
    marker from the label itself, so they say nothing.

    Parameters
    ----------
    channels : sequence of Channel
        Of the file, with the panel's markers.
    panel : Panel
        What the sample should be stained with.
    limit : float
        Largest share, per cent of the panel's stained channels whose label names a marker.

    Returns
    -------
    Check
        ``other_labels_pct``; `not_checked` when no label names a marker.
    """
    of_panel = match_panel([channel.name for channel in channels], panel)
    stained = [channel for index, channel in enumerate(channels) if index in of_panel and channel.marker]
    labelled = [channel for channel in stained if channel.label and read_label(channel.label, channel.name).marker]
    if not labelled:
        return not_checked(CHECK, "no label in the file names a marker", limit)
    other = [channel for channel in labelled if says_another_marker(channel.label, channel.name, channel.marker)]
    named = ", ".join(f"{channel.name} ({channel.marker})" for channel in other)
    why = f"{len(other)} of {len(labelled)} labels in the file name another marker than the panel: {named}"
    return at_most(CHECK, 100.0 * len(other) / len(labelled), limit, why)

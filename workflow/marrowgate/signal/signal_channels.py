"""Which channels of a file are looked at for its quality: those that gates and statistics use."""

from marrowgate.fcs.model import Channel, FcsFile


def signal_channels(file: FcsFile) -> tuple[Channel, ...]:
    """Return the fluorescence channels that the panel names, and the scatter channels with a canonical name.

    Other columns say nothing about the sample's numbers: event numbers, clusters and flags that another tool added,
    detectors that nobody stained. Where no panel was given every fluorescence and scatter channel counts.
    """
    return tuple(
        channel
        for channel in file.channels
        if (channel.role == "fluorescence" and channel.in_panel)
        or (channel.role == "scatter" and (channel.in_panel or channel.scatter))
    )

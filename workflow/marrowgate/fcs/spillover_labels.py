"""Which channel a label of a spillover matrix means: only where the meaning is sure."""

import re
from collections.abc import Callable, Sequence

from marrowgate.fcs.channels import PULSES, match_panel, pulse_and_detector
from marrowgate.fcs.keywords import to_integer
from marrowgate.fcs.model import Channel
from marrowgate.fcs.roles import spelled
from marrowgate.settings.panel import Panel

_SPACES = re.compile(r"\s+")
_Way = tuple[Callable[[str], str], Callable[[Channel], tuple[str, ...]]]
"""How a label and a name are folded before they are compared, and the names of a channel."""


def labelled_channels(labels: Sequence[str], channels: Sequence[Channel], panel: Panel | None) -> list[Channel | None]:
    """Return the channel of each label, None where no channel or more than one could be meant.

    Labels are held against `$PnN` (capitals, blanks and the signs between words make no difference), the panel's names
    and aliases of a channel, `$PnS`, the panel's marker and fluorochrome, `$PnN` without the measure of the pulse, and
    numbers, in this order. Of ``PE-A :: CD34``, as FlowJo writes it, either part may name the channel.

    Parameters
    ----------
    labels : sequence of str
        As written in the matrix.
    channels : sequence of Channel
        The columns.
    panel : Panel or None
        Gives other names of the channels.
    """
    entries = match_panel([channel.name for channel in channels], panel) if panel else {}
    also = {index: (entry.channel, *entry.aliases) for index, entry in entries.items()}
    stains = {index: (entry.marker or "", entry.fluorochrome or "") for index, entry in entries.items()}
    ways: tuple[_Way, ...] = (
        (str, lambda channel: (channel.name,)),
        (_folded, lambda channel: (channel.name,)),
        (spelled, lambda channel: (channel.name,)),
        (_folded, lambda channel: also.get(channel.index, ())),
        (_folded, lambda channel: (channel.label,)),
        (_bare, lambda channel: (channel.name, *also.get(channel.index, ()))),
        (_folded, lambda channel: (*stains.get(channel.index, ()), channel.marker)),
    )
    # where a file holds a channel raw and compensated, its matrix is for the raw one
    raw = [channel for channel in channels if not channel.compensated]
    return [_meant(label, raw, ways) or _meant(label, channels, ways) or _numbered(label, channels) for label in labels]


def is_channel_name(text: str, channels: Sequence[Channel]) -> bool:
    """Tell whether a channel has this `$PnN`; capitals and blanks make no difference."""
    return _folded(text) in {_folded(channel.name) for channel in channels}


def _meant(label: str, channels: Sequence[Channel], ways: Sequence[_Way]) -> Channel | None:
    words = [label, *(part.strip() for part in label.split("::") if "::" in label)]
    for fold, names in ways:
        for word in words:
            wanted = fold(word)
            candidates = [channel for channel in channels if wanted and wanted in map(fold, names(channel))]
            if len(candidates) > 1:
                candidates = _narrowed(candidates, word)
            if len(candidates) == 1:
                return candidates[0]
    return None


def _numbered(label: str, channels: Sequence[Channel]) -> Channel | None:
    number = to_integer(label)
    return channels[number - 1] if number is not None and 1 <= number <= len(channels) else None


def _narrowed(candidates: Sequence[Channel], word: str) -> list[Channel]:
    """Choose among the area, height and width of one detector: that which the panel names, else the area."""
    if len({_bare(channel.name) for channel in candidates}) > 1:
        return []
    own = pulse_and_detector(word)[0]
    named = [channel for channel in candidates if channel.in_panel]
    if own or len(named) == 1:
        same = [channel for channel in candidates if pulse_and_detector(channel.name)[0] == own]
        return same if own else named
    return [channel for channel in candidates if pulse_and_detector(channel.name)[0] == PULSES[0]]


def _bare(name: str) -> str:
    return spelled(pulse_and_detector(name)[1])


def _folded(name: str) -> str:
    return _SPACES.sub("", name).casefold()

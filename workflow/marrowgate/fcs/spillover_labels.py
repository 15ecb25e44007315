"""Which channel a label of a spillover matrix means: only where the meaning is sure."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from marrowgate.fcs.channels import PULSES, match_panel, pulse_and_detector
from marrowgate.fcs.keywords import to_integer
from marrowgate.fcs.model import Channel
from marrowgate.fcs.roles import spelled
from marrowgate.settings.panel import Panel

_SPACES = r"[\s\"'\u200b-\u200d\u2060\ufeff]+"
_DASHES = r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"
_PULSE_WORD = r"(?<=[\s_.-])(area|height|width)$"
_SIGNS = r"(?<!\d)[\W_]+|[\W_]+(?!\d)"
_BETWEEN_DIGITS = r"(?<=\d)[\W_]+(?=\d)"
_Way = tuple[Callable[[str], str], Callable[[Channel], tuple[str, ...]]]
"""How a label and a name are folded before they are compared, and the names of a channel."""


def labelled_channels(labels: Sequence[str], channels: Sequence[Channel], panel: Panel | None) -> list[Channel | None]:
    """Return the channel of each label, None where no channel or more than one could be meant.

    Labels are held against `$PnN` (capitals, blanks and the signs between words make no difference), the panel's names
    and aliases of a channel, `$PnS`, the panel's marker and fluorochrome, `$PnN` without the measure of the pulse, name
    and label together, and numbers, in this order. Of ``PE-A :: CD34``, as FlowJo writes it, either part may name the
    channel; ``PE-A - CD34`` and ``CD34 (PE)`` name it by both.

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
        (_letters, lambda channel: (channel.name, *also.get(channel.index, ()))),
        (_letters, _name_and_label),
    )
    # where a file holds a channel raw and compensated, its matrix is for the raw one
    raw = [channel for channel in channels if not channel.compensated]
    meant = _meant(labels, raw, ways)
    if len(raw) < len(channels) and not all(meant):
        of_all = _meant(labels, channels, ways)
        meant = [channel or other for channel, other in zip(meant, of_all, strict=True)]
    return [channel or _numbered(label, channels) for label, channel in zip(labels, meant, strict=True)]


def is_channel_name(text: str, channels: Sequence[Channel]) -> bool:
    """Tell whether a channel has this `$PnN`; capitals and blanks make no difference."""
    return _folded(text) in {_folded(channel.name) for channel in channels}


def _meant(labels: Sequence[str], channels: Sequence[Channel], ways: Sequence[_Way]) -> list[Channel | None]:
    meant: list[Channel | None] = [None] * len(labels)
    for fold, names in ways:
        if all(meant):
            break
        called: dict[str, list[Channel]] = defaultdict(list)
        for channel in channels:
            for name in {fold(name) for name in names(channel)} - {""}:
                called[name].append(channel)
        meant = [channel or _called(label, called, fold) for channel, label in zip(meant, labels, strict=True)]
    return meant


def _called(label: str, called: Mapping[str, Sequence[Channel]], fold: Callable[[str], str]) -> Channel | None:
    """Return the one channel that a label, or either part of a label of FlowJo, names in one way of folding."""
    for word in (label, *(part.strip() for part in label.split("::") if "::" in label)):
        candidates = called.get(fold(word), ())
        if len(candidates) > 1:
            candidates = _narrowed(candidates, word)
        if len(candidates) == 1:
            return candidates[0]
    return None


def _name_and_label(channel: Channel) -> tuple[str, ...]:
    """Return the names that are made of a channel's name, with its pulse or without, and its label or marker."""
    names = (channel.name, pulse_and_detector(channel.name)[1])
    meanings = {channel.label, channel.marker} - {""}
    return tuple(f"{first} {second}" for n in names for m in meanings for first, second in ((n, m), (m, n)))


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
    return re.sub(_SPACES, "", re.sub(_DASHES, "-", name)).casefold()


def _letters(name: str) -> str:
    """Return letters and digits alone; only between two digits does a sign count."""
    text = re.sub(_PULSE_WORD, lambda word: word[0][0], name.strip().casefold()).replace("cyanine", "cy")
    return re.sub(_SIGNS, "", re.sub(_BETWEEN_DIGITS, "-", text))

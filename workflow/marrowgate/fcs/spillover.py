"""The spillover matrix in the TEXT, under whichever keyword an instrument puts it."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.keywords import Keywords, to_integer, to_number
from marrowgate.fcs.model import Channel, Note, Spillover
from marrowgate.fcs.verdict import repair

KEYWORDS = ("$SPILLOVER", "SPILL", "$SPILL", "SPILLOVER", "$COMP", "COMP")
_LARGEST = 200
_SPACES = re.compile(r"\s+")


def read_spillover(keywords: Keywords, channels: Sequence[Channel], repairs: list[Note]) -> Spillover | None:
    """Read the first spillover matrix of the TEXT.

    Parameters
    ----------
    keywords : Keywords
        The TEXT.
    channels : sequence of Channel
        The columns; labels are held against their names, their `$PnS` and their numbers.
    repairs : list of Note
        A matrix that is there and cannot be used is noted.

    Returns
    -------
    Spillover or None
        Rows are fluorochromes, columns are detectors, labels are `$PnN`.
    """
    for keyword in KEYWORDS:
        text = keywords.text(keyword)
        if not text or text.strip("0, ") == "":
            continue
        found = _parse(text, channels)
        if isinstance(found, Spillover):
            return found
        repairs.append(repair("spillover_ignored", f"{keyword} was ignored: {found}"))
        return None
    return None


def _parse(text: str, channels: Sequence[Channel]) -> Spillover | str:
    if text.count(",") > (_LARGEST + 2) ** 2:
        return f"it has more than {_LARGEST} channels"
    parts = [part.strip() for part in text.split(",")]
    size = to_integer(parts[0])
    if size is None or not 1 <= size <= _LARGEST:
        return "it does not begin with the number of channels"
    if len(parts) == 1 + size * size:  # $COMP of 3.0 has no labels: the first channels in file order
        return _without_labels(parts[1:], size, channels)
    if len(parts) < 1 + size + size * size:
        return f"{size} channels need {size} labels and {size * size} values, it has {len(parts) - 1} entries"
    labels = _labels(parts[1 : len(parts) - size * size], size, channels)
    if labels is None:
        return f"it has more than {size} labels"
    values = _matrix(parts[len(parts) - size * size :], size)
    if values is None:
        return "its values are not all finite numbers with a diagonal above zero"
    names = [_channel_name(label, channels) for label in labels]
    unknown = [str(place) for place, name in enumerate(names, start=1) if name is None]
    if unknown:
        places = ", ".join(unknown[:10])
        return f"{len(unknown)} of {size} labels name no channel (labels {places})"
    if len(set(names)) < size:
        return "two labels name the same channel"
    return Spillover(tuple(name for name in names if name is not None), values)


def _without_labels(parts: Sequence[str], size: int, channels: Sequence[Channel]) -> Spillover | str:
    values = _matrix(parts, size)
    if size > len(channels) or values is None:
        return "its values do not fit the channels"
    if size == len(channels):
        return Spillover(tuple(channel.name for channel in channels), values)
    detectors = [channel.name for channel in channels if channel.role == "fluorescence"]
    if len(detectors) != size:
        return f"it has no labels and {size} rows for {len(detectors)} fluorescence channels"
    return Spillover(tuple(detectors), values)


def _matrix(parts: Sequence[str], size: int) -> NDArray[np.float64] | None:
    values = [to_number(part) for part in parts]
    if None in values:
        return None
    matrix = np.array(values, np.float64).reshape(size, size)
    matrix.setflags(write=False)
    return matrix if bool((np.diag(matrix) > 0).all()) else None


def _labels(parts: Sequence[str], size: int, channels: Sequence[Channel]) -> list[str] | None:
    """Return the labels; names that hold a comma are put together again."""
    if len(parts) == size:
        return list(parts)
    names = {_folded(channel.name): channel.name for channel in channels if "," in channel.name}
    longest = max((name.count(",") + 1 for name in names.values()), default=1)
    labels: list[str] = []
    at = 0
    while at < len(parts):
        n = next((n for n in range(longest, 1, -1) if _folded(",".join(parts[at : at + n])) in names), 1)
        labels.append(",".join(parts[at : at + n]))
        at += n
    return labels if len(labels) == size else None


def _channel_name(label: str, channels: Sequence[Channel]) -> str | None:
    """Find the channel a label means: by `$PnN`, then by a `$PnS` that only one channel has, then by number."""
    wanted = _folded(label)
    for candidates in (
        [channel.name for channel in channels if channel.name == label],
        [channel.name for channel in channels if _folded(channel.name) == wanted],
        [channel.name for channel in channels if channel.label and _folded(channel.label) == wanted],
    ):
        if len(candidates) == 1:
            return candidates[0]
    number = to_integer(label)
    if number is not None and 1 <= number <= len(channels):
        return channels[number - 1].name
    return None


def _folded(name: str) -> str:
    return _SPACES.sub("", name).casefold()

"""What kind of control a file is, by its name and the labels of its channels."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from marrowgate.drafts.panel_draft import is_isotype_label
from marrowgate.fcs.model import Channel
from marrowgate.settings.marker_names import canonical, folded
from marrowgate.settings.panel import Panel, PanelChannel

_WORD = re.compile(r"[A-Za-z0-9+]+")
_UNSTAINED = re.compile(
    r"unstained|unstain|unst|blank|autofluorescence|autofluo|negativecontrol|nostain", re.IGNORECASE
)
_FMO = re.compile(r"fmo|minus", re.IGNORECASE)
_ISOTYPE = re.compile(r"iso|isotype|isotypes|igg\d?[abc]?|isoctrl|isocontrol", re.IGNORECASE)
_BEADS = re.compile(r"beads?|\w*beads\d*|rainbow|quantibrite|trucount|spherotech|truecount|countbright", re.IGNORECASE)
_SINGLE = re.compile(r"compensation|singlestain|single|compcontrol|singlestained", re.IGNORECASE)
_COMP = re.compile(r"comps?|ss", re.IGNORECASE)


@dataclass(frozen=True)
class ControlDraft:
    """What a file seems to be, and what its name did not say."""

    control_type: str = "none"
    control_marker: str = ""
    to_do: str = ""


def control_of(stem: str, channels: Sequence[Channel], panel: Panel) -> ControlDraft:
    """Say what kind of control a file seems to be.

    Parameters
    ----------
    stem : str
        The file's name without its ending.
    channels : sequence of Channel
        Of the file, read without a panel.
    panel : Panel
        What the tube would be stained with.
    """
    words = _WORD.findall(stem.replace("_", " "))
    kind = _kind(words)
    if kind == "none" and sum(map(is_isotype_label, channels)):
        kind = "isotype"
    if kind in {"none", "unstained", "beads"}:
        return ControlDraft(kind)
    marker = _marker(words, panel) or (_labelled(channels, panel) if kind == "isotype" else "")
    return ControlDraft(kind, marker, "" if marker else "control_marker")


def says_control(word: str) -> bool:
    """Say whether a word of a file's name stands for a control."""
    return _kind(_WORD.findall(word)) != "none"


def _kind(words: Sequence[str]) -> str:
    kinds = (
        ("beads", _BEADS),
        ("unstained", _UNSTAINED),
        ("fmo", _FMO),
        ("isotype", _ISOTYPE),
        ("single_stain", _SINGLE),
    )
    for kind, pattern in kinds:
        if any(pattern.fullmatch(word) for word in words):
            return kind
    if words and _COMP.fullmatch(words[0]):
        return "single_stain"
    # FMOCXCR4
    joined = [word for word in words if re.match(r"fmo[A-Z0-9]", word, re.IGNORECASE)]
    return "fmo" if joined else "none"


def _marker(words: Sequence[str], panel: Panel) -> str:
    """Return the panel's marker that the words name, by itself or else by its dye or channel; the only one, or none.

    Of dyes that are one a part of the other (PE of PE-Cy7) the longer one is meant.
    """
    spelled = {_without_prefix(word) for word in words} | {folded(a + b) for a, b in itertools.pairwise(words)}
    for names_of in (_names, _dyes):
        named = {
            entry.marker: max(map(len, names_of(entry) & spelled), default=0)
            for entry in panel.channels
            if entry.marker
        }
        longest = max(named.values(), default=0)
        best = [marker for marker, length in named.items() if length == longest]
        if longest:
            return best[0] if len(best) == 1 else ""
    return ""


def _without_prefix(word: str) -> str:
    return folded(re.sub(r"^fmo|^iso", "", word, flags=re.IGNORECASE) or word)


def _names(entry: PanelChannel) -> set[str]:
    marker = entry.marker or ""
    return {folded(marker), canonical(marker)}


def _dyes(entry: PanelChannel) -> set[str]:
    detector = re.sub(r"-[AHW]$", "", entry.channel)
    return {folded(detector), folded(entry.fluorochrome or "")} - {""}


def _labelled(channels: Sequence[Channel], panel: Panel) -> str:
    """Return the marker that an isotype stands for, where one channel alone is labelled so."""
    labelled = [channel.name.casefold() for channel in channels if is_isotype_label(channel)]
    markers = [entry.marker for entry in panel.channels if entry.channel.casefold() in labelled and entry.marker]
    return markers[0] or "" if len(labelled) == len(markers) == 1 else ""

"""A panel drafted from what a file says of its channels; what it does not say stays empty and is marked."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from marrowgate.fcs.channels import pulse_and_detector
from marrowgate.fcs.markers import read_label
from marrowgate.fcs.model import Channel
from marrowgate.settings.marker_names import canonical, folded
from marrowgate.settings.panel import Panel, PanelChannel

VIABILITY = "7-AAD"
"""The marker by which the shipped strategies call a viability dye."""

MEASURED = frozenset({canonical("CXCR4")})
"""Markers that are measured on a population and define none."""

_VIABILITY = re.compile(
    r"pi|propidiumiodide|viability|via|live|livedead|ld|dead|7aad|zombie\w*|fvs\w*|fvd\w*|sytox\w*|draq7|fixableviability\w*"
    r"|livedead\w*|aqua|nearir"
)
_ISOTYPE = re.compile(
    r"(?:ms|mouse|rat|hamster)?igg\d[abc]?(?:k|kappa|lambda)?(?:iso|isotype)?(?:control|ctrl)?|iso(?:type)?(?:control|ctrl)?"
)
_PLAIN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_\-/.]*(?: [A-Za-z0-9]+)*")
_YAML_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_EMPTY = "nothing says what is stained here: write the marker, or remove the line"


@dataclass(frozen=True)
class DraftChannel:
    """An entry of the panel, and what its owner should look at; an entry without marker says nothing yet."""

    entry: PanelChannel
    remark: str = ""


@dataclass(frozen=True)
class PanelDraft:
    """A panel as drafted, channel by channel."""

    channels: tuple[DraftChannel, ...]

    @property
    def panel(self) -> Panel:
        """Return the panel of the channels whose meaning is known; entries without one are left out."""
        known = [
            draft.entry for draft in self.channels if draft.entry.marker or draft.entry.scatter or draft.entry.role
        ]
        return Panel(channels=tuple(known or [draft.entry for draft in self.channels]))

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the channels of which nothing says what is stained."""
        return tuple(draft.entry.channel for draft in self.channels if draft.remark and not draft.entry.marker)


def draft_panel(channels: Sequence[Channel], spellings: Collection[str] = ()) -> PanelDraft:
    """Draft a panel from the channels of a file, read without a panel.

    Parameters
    ----------
    channels : sequence of Channel
        The columns of the file.
    spellings : collection of str
        Markers as strategies write them: a marker under another of its names is called so.
    """
    as_written = {canonical(name): name for name in spellings}
    drafts: list[DraftChannel] = []
    taken: set[str] = set()
    areas = {detector for pulse, detector in (pulse_and_detector(area.name) for area in channels) if pulse == "A"}
    for channel in channels:
        draft = _draft(channel, as_written, areas)
        if draft is None:
            continue
        label = (draft.entry.marker or draft.entry.scatter or "").casefold()
        if label and label in taken:
            bare = _entry(channel=channel.name)
            draft = DraftChannel(bare, f"a second channel of {draft.entry.marker or draft.entry.scatter}; one is used")
        taken |= {label} if label else set()
        drafts.append(draft)
    return PanelDraft(tuple(drafts))


def panel_text(draft: PanelDraft, description: str) -> str:
    """Return the panel as YAML, one line for each channel; what is to be looked at stands behind the line."""
    lines = [f"description: {json.dumps(description)}", "channels:"]
    for channel in draft.channels:
        fields = channel.entry.given()
        # a double-quoted text of JSON is one of YAML
        inside = ", ".join(f"{name}: {_plain(value)}" for name, value in fields.items())
        empty = "" if len(fields) > 1 else ", marker: "
        lines.append(f"  - {{{inside}{empty}}}" + (f"  # TODO: {channel.remark}" if channel.remark else ""))
    return "\n".join(lines) + "\n"


def spelled_as(marker: str, as_written: dict[str, str]) -> str:
    """Return the marker as a strategy writes it, where it is one of its markers."""
    return as_written.get(canonical(marker), marker)


def is_isotype_label(channel: Channel) -> bool:
    """Say whether a channel is labelled as an isotype antibody in place of a marker."""
    return channel.role == "fluorescence" and bool(_ISOTYPE.fullmatch(folded(channel.marker))) and bool(channel.marker)


def _draft(channel: Channel, as_written: dict[str, str], areas: Collection[str]) -> DraftChannel | None:
    if channel.role == "scatter":
        entry = PanelChannel.model_validate({"channel": channel.name, "scatter": channel.scatter or None})
        return DraftChannel(entry) if channel.scatter else None
    if channel.role == "time":
        return DraftChannel(_entry(channel=channel.name, role="time"))
    if channel.role != "fluorescence":
        return None
    pulse, detector = pulse_and_detector(channel.name)
    if not channel.marker:
        # height and width of a detector whose area is there say nothing more
        beside = pulse in {"H", "W"} and detector in areas
        return None if beside else DraftChannel(_entry(channel=channel.name), _EMPTY)
    return _stained(channel, as_written)


def _entry(**given: str) -> PanelChannel:
    """Return an entry as the panel's file would give it, with the same checks."""
    return PanelChannel.model_validate(given)


def _stained(channel: Channel, as_written: dict[str, str]) -> DraftChannel:
    written = read_label(channel.label, channel.name)
    dye = channel.fluorochrome or written.fluorochrome
    stain = {"fluorochrome": dye} if dye else {}
    name = folded(channel.marker)
    if is_isotype_label(channel):
        remark = f"labelled {channel.marker}, an isotype: write the marker that it stands for"
        return DraftChannel(_entry(channel=channel.name, **stain), remark)
    if _VIABILITY.fullmatch(name):
        remark = "" if name == "7aad" else f"labelled {channel.marker}: taken for the viability dye"
        dyes = stain or {"fluorochrome": channel.marker}
        return DraftChannel(_entry(channel=channel.name, marker=VIABILITY, **dyes), remark)
    marker = spelled_as(channel.marker, as_written)
    kind = "state" if canonical(marker) in MEASURED else "type"
    remark = "" if folded(marker) == name else f"labelled {channel.marker}"
    return DraftChannel(_entry(channel=channel.name, marker=marker, marker_class=kind, **stain), remark)


def _plain(value: str | list[str] | tuple[str, ...]) -> str:
    """Return a value as YAML takes it in a line: bare where that can mean nothing else."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_plain, value))}]"
    is_bare = _PLAIN_TEXT.fullmatch(value) and value.lower() not in _YAML_WORDS
    return value if is_bare else json.dumps(value)

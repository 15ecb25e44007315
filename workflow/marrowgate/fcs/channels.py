"""The columns of a data set: names, roles and markers, from the panel first and the names second."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from marrowgate.fcs.amplification import amplifications
from marrowgate.fcs.compensated import compensated_by_instrument, is_compensated
from marrowgate.fcs.declared import declared_reading, declared_stain
from marrowgate.fcs.keywords import Keywords
from marrowgate.fcs.layout import Layout
from marrowgate.fcs.markers import Stain, read_label
from marrowgate.fcs.model import Channel, Note
from marrowgate.fcs.roles import Reading, read_name
from marrowgate.fcs.verdict import refusal, repair
from marrowgate.settings.panel import Panel, PanelChannel, Role

PULSES = ("A", "H", "W")
"""Measures of a pulse, the usual one first."""


def read_channels(keywords: Keywords, layout: Layout, panel: Panel | None, repairs: list[Note]) -> tuple[Channel, ...]:
    """Describe the columns of a data set.

    Parameters
    ----------
    keywords : Keywords
        The TEXT.
    layout : Layout
        How the values are stored; gives the number of columns.
    panel : Panel or None
        Overrules what the names say.
    repairs : list of Note
        Repairs that were needed are added.

    Raises
    ------
    RejectedError
        `duplicate_channels`, or `bad_keyword` for a `$PnE` that is needed and cannot be read.
    """
    names = _names(keywords, len(layout.types), repairs)
    _refuse_duplicates(names)
    entries = match_panel(names, panel) if panel else {}
    labels = [keywords.text(f"$P{number}S") for number in range(1, len(names) + 1)]
    readings = [
        _reading(entries.get(number - 1), keywords, number, name, label)
        for number, (name, label) in enumerate(zip(names, labels, strict=True), start=1)
    ]
    roles = [reading.role for reading in readings]
    logarithms = amplifications(keywords, layout, roles, repairs)
    scatter = _canonical_scatter(readings, entries)
    by_instrument = compensated_by_instrument(keywords)
    channels = []
    for index, (name, label) in enumerate(zip(names, labels, strict=True)):
        number = index + 1
        stain = _stain(entries.get(index), roles[index], keywords, number, name, label)
        channels.append(
            Channel(
                index=index,
                name=name,
                label=label,
                marker=stain.marker,
                fluorochrome=stain.fluorochrome,
                role=roles[index],
                scatter=scatter.get(index, ""),
                bits=layout.bits[index],
                range=keywords.number(f"$P{number}R") or 0.0,
                amplification=logarithms[index],
                gain=keywords.number(f"$P{number}G"),
                voltage=keywords.number(f"$P{number}V"),
                in_panel=panel is None or index in entries,
                compensated=is_compensated(keywords, number, name, roles[index], by_instrument=by_instrument),
            )
        )
    return tuple(_one_channel_per_marker(channels, set(entries)))


def match_panel(names: Sequence[str], panel: Panel) -> dict[int, PanelChannel]:
    """Return the panel's entry of each column, by `$PnN` and aliases; capitals make no difference.

    A column whose name is the entry's own comes before one that matches an alias.
    """
    folded = [name.strip().casefold() for name in names]
    matched: dict[int, PanelChannel] = {}
    for entry in panel.channels:
        for wanted in (entry.channel, *entry.aliases):
            if wanted.casefold() in folded:
                matched.setdefault(folded.index(wanted.casefold()), entry)
                break
    return matched


def _names(keywords: Keywords, n: int, repairs: list[Note]) -> list[str]:
    names = [keywords.text(f"$P{number}N") for number in range(1, n + 1)]
    nameless = names.count("")
    if nameless:
        sentence = f"{nameless} of {n} channels have no $PnN and are called by their number"
        repairs.append(repair("channel_named_by_number", sentence))
    return [name or f"P{number}" for number, name in enumerate(names, start=1)]


def _refuse_duplicates(names: Sequence[str]) -> None:
    twice = {name for name, count in Counter(names).items() if count > 1}
    if twice:
        numbers = ", ".join(str(at) for at, name in enumerate(names, start=1) if name in twice)
        raise refusal(code="duplicate_channels", sentence=f"channels {_shortened(numbers)} share a $PnN")


def _shortened(numbers: str, longest: int = 60) -> str:
    return numbers if len(numbers) <= longest else numbers[: numbers.rfind(",", 0, longest)] + " and more"


def _read(name: str, label: str) -> Reading:
    """Read the name; where it says nothing, the label may still say scatter or time."""
    by_name = read_name(name)
    if by_name.role != "fluorescence" or not label:
        return by_name
    by_label = read_name(label)
    return by_label if by_label.role in {"scatter", "time"} else by_name


def _reading(entry: PanelChannel | None, keywords: Keywords, number: int, name: str, label: str) -> Reading:
    """Return what the panel says of a channel; the file is asked only where the panel leaves the role open."""
    if entry and entry.resolved_role:
        return Reading(entry.resolved_role)
    return declared_reading(keywords, number, _read(name, label))


def _stain(entry: PanelChannel | None, role: Role, keywords: Keywords, number: int, name: str, label: str) -> Stain:
    if entry:
        return Stain(entry.marker or "", entry.fluorochrome or "")
    return declared_stain(keywords, number, read_label(label, name)) if role == "fluorescence" else Stain()


def _canonical_scatter(readings: Sequence[Reading], entries: Mapping[int, PanelChannel]) -> dict[int, str]:
    """Return each canonical scatter name to at most one column: the panel's, else the nearest by name."""
    given: dict[int, str] = {index: entry.scatter for index, entry in entries.items() if entry.scatter}
    taken = set(given.values())
    free = [
        index
        for index, reading in enumerate(readings)
        if reading.role == "scatter" and index not in given and _is_free(entries.get(index))
    ]
    free.sort(key=lambda index: (readings[index].distance, index))
    for index in free:
        if readings[index].pulse:
            _give(index, readings[index].pulse, readings, given, taken)
    # a bare FSC is the area where no channel says so, else the height; a second bare one stays without
    for kind in ("FSC", "SSC"):
        bare = [at for at in free if not readings[at].pulse and readings[at].scatter == kind]
        for index in bare[:1]:
            _give(index, "H" if f"{kind}-A" in taken else "A", readings, given, taken)
    return given


def _is_free(entry: PanelChannel | None) -> bool:
    return entry is None or entry.resolved_role is None


def _give(index: int, pulse: str, readings: Sequence[Reading], given: dict[int, str], taken: set[str]) -> None:
    canonical = f"{readings[index].scatter}-{pulse}"
    if canonical not in taken:
        given[index] = canonical
        taken.add(canonical)


def _one_channel_per_marker(channels: Sequence[Channel], from_panel: set[int]) -> list[Channel]:
    """Leave a marker to the panel's channel, or to the area of a detector measured in several ways."""
    panel_markers = {channels[index].marker for index in from_panel} - {""}
    best: dict[tuple[str, str], int] = {}
    for channel in channels:
        pulse, detector = pulse_and_detector(channel.name)
        if pulse:
            rank = min(best.get((detector, channel.marker), 9), PULSES.index(pulse))
            best[detector, channel.marker] = rank
    kept = []
    for channel in channels:
        pulse, detector = pulse_and_detector(channel.name)
        better = pulse and best[detector, channel.marker] < PULSES.index(pulse)
        second = channel.index not in from_panel and (better or channel.marker in panel_markers)
        kept.append(replace(channel, marker="") if second and channel.marker else channel)
    return kept


def pulse_and_detector(name: str) -> tuple[str, str]:
    """Return the measure of the pulse (``A``, ``H``, ``W`` or nothing) and the rest of a name, in capitals."""
    head, hyphen, tail = name.strip().rpartition("-")
    return (tail.upper(), head.upper()) if hyphen and tail.upper() in PULSES else ("", name.upper())

"""Many headers at once: what `check` says of a sheet before any job is sent.

Nothing here reads the DATA beyond a small block. Dates and times are used to tell acquisitions apart and do
not leave this module: only their digest is kept.
"""

import hashlib
import traceback
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

from marrowgate.fcs.channels import match_panel
from marrowgate.fcs.head import data_set_bases, read_head
from marrowgate.fcs.markers import is_metal_channel, says_another_marker
from marrowgate.fcs.model import Channel, FcsFile, Note
from marrowgate.fcs.read import defect, read_header, rejected
from marrowgate.fcs.source import Source, open_source
from marrowgate.fcs.verdict import RejectedError
from marrowgate.settings.panel import Panel, PanelChannel

_DIGESTED = 2**16
_ACQUISITION = ("$DATE", "$BTIM", "$ETIM", "$TOT", "$CYT", "$CYTSN")

FEWEST_RAW_DETECTORS = 24
"""Fluorescence channels without a marker, from which on a file that lacks those of the panel is called spectral."""

FINDINGS = {
    "panel_channel_missing": "The panel names channels that the file does not have.",
    "raw_spectral": "The file holds the raw detectors of a spectral cytometer; it must be unmixed first.",
    "panel_label_differs": "The label in the file names another marker than the panel does.",
    "channels_differ": "The file has other channels than most files of its panel.",
    "voltage_differs": "Detector voltages differ from most files of the batch.",
    "gain_differs": "Detector gains differ from most files of the batch.",
    "data_set_of_fewer_bits": "The next data set of the file holds the same events with more bits.",
}


@dataclass(frozen=True, eq=False)
class Surveyed:
    """One data set, known from its header.

    Parameters
    ----------
    file : FcsFile
        Verdict, channels and spillover; no events.
    size : int
        Bytes of the file; 0 when it cannot be opened.
    header_digest : str
        SHA-256 of size, data set and the first 64 KiB: the same for copies under other names.
    acquisition_digest : str
        The same for two exports of one acquisition; empty when the file does not tell.
    fuller_data_set : int
        Number of the data set with the same events and more bits, see `holds_fewer_bits`; 0 when there is none.
    """

    file: FcsFile
    size: int
    header_digest: str
    acquisition_digest: str
    fuller_data_set: int = 0


@dataclass(frozen=True)
class Finding:
    """Something that `check` should say of one file: its place in the list, and what."""

    index: int
    note: Note


def survey(path: Path, data_set: int = 1, *, panel: Panel | None = None) -> Surveyed:
    """Read what the header of one data set tells; never raises for a fault of the file."""
    try:
        file = read_header(path, data_set, panel=panel)
        fuller = _fuller_data_set(path, data_set, file)
    except Exception as error:  # noqa: BLE001 - the other files are to be surveyed all the same
        traceback.print_exc()
        return Surveyed(rejected(data_set, defect(error)), 0, "", "")
    try:
        with open_source(path) as source:
            digest = _digest([str(source.size), str(data_set)], source.read(0, _DIGESTED))
            return Surveyed(file, source.size, digest, _acquisition(source, data_set), fuller)
    except (RejectedError, OSError):
        return Surveyed(file, 0, "", "")


def holds_fewer_bits(file: FcsFile, following: FcsFile) -> bool:
    """Tell whether a data set holds the events of the one behind it with fewer bits, as in Beckman Coulter's LMD files.

    These hold an acquisition twice: of 10 bits as FCS 2.0, then whole as FCS 3.0.
    """
    return file.version == "2.0" < following.version and 0 < file.n_events == following.n_events


def fewer_bits_findings(surveyed: Sequence[Surveyed]) -> list[Finding]:
    """Return a finding for each data set whose events the file holds with more bits."""
    return [
        Finding(index, Note("data_set_of_fewer_bits", _more_bits(item.fuller_data_set)))
        for index, item in enumerate(surveyed)
        if item.fuller_data_set
    ]


def _more_bits(number: int) -> str:
    return f"data set {number} of the file holds the same events with more bits; write {number} as its data_set"


def _fuller_data_set(path: Path, data_set: int, file: FcsFile) -> int:
    if file.version != "2.0" or not file.n_events:
        return 0
    return data_set + 1 if holds_fewer_bits(file, read_header(path, data_set + 1)) else 0


def duplicate_files(surveyed: Sequence[Surveyed]) -> list[tuple[int, ...]]:
    """Return the places of data sets that are the same, under whatever names."""
    return _groups(surveyed, lambda item: item.header_digest)


def duplicate_acquisitions(surveyed: Sequence[Surveyed]) -> list[tuple[int, ...]]:
    """Return the places of different files that hold the same acquisition, for example exported twice."""
    copies = set(duplicate_files(surveyed))
    return [group for group in _groups(surveyed, lambda item: item.acquisition_digest) if group not in copies]


def panel_findings(surveyed: Sequence[Surveyed], panel: Panel) -> list[Finding]:
    """Hold each file against its panel: channels that are missing, labels that name another marker."""
    return [
        Finding(index, note)
        for index, item in enumerate(surveyed)
        if item.file.channels
        for note in _panel_notes(item.file.channels, panel)
    ]


def compare_with_panel(
    channels: Sequence[Channel], panel: Panel
) -> tuple[tuple[PanelChannel, ...], tuple[Channel, ...]]:
    """Return the entries of the panel that no channel matches, and the channels that no entry matches."""
    matched = match_panel([channel.name for channel in channels], panel)
    present = {entry.channel for entry in matched.values()}
    missing = tuple(entry for entry in panel.channels if entry.channel not in present)
    return missing, tuple(channel for index, channel in enumerate(channels) if index not in matched)


def consistency_findings(surveyed: Sequence[Surveyed]) -> list[Finding]:
    """Compare the files of one panel and instrument: channels, voltages and gains against the most common ones."""
    usable = [(index, item.file.channels) for index, item in enumerate(surveyed) if item.file.channels]
    findings: list[Finding] = []
    kinds: tuple[tuple[str, str, Callable[[Channel], Hashable]], ...] = (
        ("channels_differ", "names", lambda channel: channel.name),
        ("voltage_differs", "voltage", lambda channel: channel.in_panel and (channel.name, channel.voltage)),
        ("gain_differs", "gain", lambda channel: channel.in_panel and (channel.name, channel.gain)),
    )
    for code, what, fact in kinds:
        facts = [frozenset(fact(channel) for channel in channels) for _, channels in usable]
        common = max(
            set(facts),
            key=lambda channel_set: (facts.count(channel_set), -facts.index(channel_set)),
            default=frozenset(),
        )
        for (index, channels), of_file in zip(usable, facts, strict=True):
            if of_file != common and not _told_already(findings, index):
                n = len(of_file ^ common) if code == "channels_differ" else len(of_file - common)
                sentence = f"{n} channels differ in {what} from most files ({len(channels)} channels here)"
                findings.append(Finding(index, Note(code, sentence)))
    return findings


def _told_already(findings: Sequence[Finding], index: int) -> bool:
    # where the channels differ, their voltages do too: said once
    return any(finding.index == index and finding.note.code == "channels_differ" for finding in findings)


def _panel_notes(channels: Sequence[Channel], panel: Panel) -> list[Note]:
    matched = match_panel([channel.name for channel in channels], panel)
    notes = []
    missing, _ = compare_with_panel(channels, panel)
    if missing:
        names = ", ".join(channel_and_marker(entry) for entry in missing)
        sentence = f"{len(missing)} of {len(panel.channels)} channels of the panel are missing: {names}"
        notes.append(Note("panel_channel_missing", sentence))
        raw = [channel for channel in channels if _is_unnamed_detector(channel)]
        if len(raw) >= FEWEST_RAW_DETECTORS and any(entry.marker for entry in missing):
            sentence = f"the file has {len(raw)} raw detectors, as a spectral cytometer writes them: marrowgate unmix"
            notes.append(Note("raw_spectral", f"{sentence} makes the channels of the panel from them"))
    for index, entry in matched.items():
        if entry.marker and says_another_marker(channels[index].label, channels[index].name, entry.marker):
            sentence = f"channel {index + 1} is {entry.marker} in the panel and labelled otherwise in the file"
            notes.append(Note("panel_label_differs", sentence))
    return notes


def _is_unnamed_detector(channel: Channel) -> bool:
    is_light = channel.role == "fluorescence" and not is_metal_channel(channel.name)
    return is_light and not channel.marker and not channel.compensated


def channel_and_marker(entry: PanelChannel) -> str:
    """Name a channel as the panel writes it, with its marker or scatter name."""
    meaning = entry.marker or entry.scatter
    return f"{entry.channel} ({meaning})" if meaning and meaning != entry.channel else entry.channel


def _acquisition(source: Source, data_set: int) -> str:
    base = next((at for n, at in enumerate(data_set_bases(source), start=1) if n == data_set), None)
    if base is None:
        return ""
    _, keywords = read_head(source, base, [])
    if not keywords.text("$BTIM") or not keywords.text("$DATE") or not keywords.integer("$TOT"):
        return ""
    return _digest([*(keywords.text(keyword) for keyword in _ACQUISITION), str(data_set)], b"")


def _digest(words: Sequence[str], block: bytes) -> str:
    digest = hashlib.sha256("\n".join(words).encode())
    digest.update(block)
    return digest.hexdigest()


def _groups(surveyed: Sequence[Surveyed], key: Callable[[Surveyed], str]) -> list[tuple[int, ...]]:
    members: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(surveyed):
        if key(item):
            members[key(item)].append(index)
    return [tuple(group) for group in members.values() if len(group) > 1]

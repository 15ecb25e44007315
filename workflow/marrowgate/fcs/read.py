"""Read an FCS file. A fault of the file is never an exception: it is a verdict."""

import hashlib
import traceback
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from marrowgate.fcs import privacy
from marrowgate.fcs.behind_data import note_events_behind
from marrowgate.fcs.channels import read_channels
from marrowgate.fcs.data import Events, count_non_finite, decode
from marrowgate.fcs.head import data_set_bases, linked_base, next_base, read_head
from marrowgate.fcs.header import Header
from marrowgate.fcs.keywords import Keywords, note_unprintable
from marrowgate.fcs.layout import Layout, read_layout
from marrowgate.fcs.model import Channel, FcsFile, Gain, Note
from marrowgate.fcs.offsets import Extent, locate
from marrowgate.fcs.policy import check_amplification, describe, linearize
from marrowgate.fcs.source import Source, open_source
from marrowgate.fcs.spillover import read_spillover
from marrowgate.fcs.verdict import RejectedError, judge, refusal, repair
from marrowgate.frozen import Frozen
from marrowgate.no_result import STEP_FAILED
from marrowgate.settings.panel import Panel

_BLOCK = 2**20
_NOTHING: MappingProxyType[str, str] = MappingProxyType({})


def read_header(path: Path, data_set: int = 1, *, panel: Panel | None = None) -> FcsFile:
    """Read HEADER and TEXT of one data set, and hold them against the size of the file.

    Parameters
    ----------
    path : Path
        The file.
    data_set : int
        Number of the data set, from 1.
    panel : Panel, optional
        Gives roles and markers before the names do.

    Returns
    -------
    FcsFile
        Without events. Its verdict says rejected, with the reason, when the file cannot be used.
    """
    return _read(path, data_set, panel, None)


def read_fcs(path: Path, data_set: int = 1, *, panel: Panel | None = None, gain: Gain = "ignore") -> FcsFile:
    """Read one data set with its events.

    Parameters
    ----------
    path : Path
        The file. It must not change while the events are in use: they may be a view of it.
    data_set : int
        Number of the data set, from 1.
    panel : Panel, optional
        Gives roles and markers before the names do.
    gain : str
        ``ignore`` as FlowJo and flowCore do, or ``apply`` to divide linear channels by `$PnG` as FlowKit does.

    Returns
    -------
    FcsFile
        With linear values, and the policy that made them. Its verdict says rejected, with the reason and
        without events, when the file cannot be used.

    References
    ----------
    Data file standards FCS 2.0 (1990), 3.0 (Seamer et al. 1997, Cytometry 28:118), 3.1 (Spidlen et al. 2010,
    Cytometry A 77:97) and 3.2 (Spidlen et al. 2021, Cytometry A 99:100).
    """
    return _read(path, data_set, panel, gain)


def read_or_reject(path: Path, data_set: int = 1, *, panel: Panel | None = None, gain: Gain = "ignore") -> FcsFile:
    """Read a file that is one of several, as `read_fcs` does; a defect of the reader rejects it and stands in the log.

    Returns
    -------
    FcsFile
        With the reason `step_failed` where the reader ended with an exception.
    """
    try:
        return read_fcs(path, data_set, panel=panel, gain=gain)
    except Exception as error:  # noqa: BLE001 - the other files of the batch do not wait for the defect to be mended
        traceback.print_exc()
        return rejected(data_set, defect(error))


def defect(error: Exception) -> Note:
    """Return the reason of a file whose reading ended with an unforeseen exception."""
    return Note(STEP_FAILED, f"reading ended with {type(error).__name__}, a defect of marrowgate")


def data_sets(path: Path, *, panel: Panel | None = None) -> list[FcsFile]:
    """Read HEADER and TEXT of every data set of a file.

    Returns
    -------
    list of FcsFile
        One entry per data set, in file order; a single rejected one when the file is no FCS file.
    """
    try:
        with open_source(path) as source:
            return [
                _read_one(source, base, number, panel, None)
                for number, base in enumerate(data_set_bases(source), start=1)
            ]
    except RejectedError as error:
        return [rejected(1, error.note)]
    except OSError as error:
        return [rejected(1, _unreadable(error))]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class _Parts(Frozen):
    """What is known of a data set before its values are read."""

    keywords: Keywords
    layout: Layout
    extent: Extent
    channels: tuple[Channel, ...]


def _read(path: Path, data_set: int, panel: Panel | None, gain: Gain | None) -> FcsFile:
    try:
        with open_source(path) as source:
            number = 0
            for number, base in enumerate(data_set_bases(source), start=1):
                if number == data_set:
                    return _read_one(source, base, number, panel, gain)
            sentence = f"data set {data_set} was asked for, the file holds {number}"
            return rejected(data_set, refusal(code="no_such_data_set", sentence=sentence).note)
    except RejectedError as error:
        return rejected(data_set, error.note)
    except OSError as error:
        return rejected(data_set, _unreadable(error))


def _unreadable(error: OSError) -> Note:
    return refusal(code="unreadable_file", sentence=f"the file cannot be read ({type(error).__name__})").note


def rejected(data_set: int, *reasons: Note) -> FcsFile:
    """Return what is known of a data set that could not be read."""
    return FcsFile(data_set, judge(reasons, []), "", 0, (), None, "", _NOTHING, _NOTHING, None)


def _read_one(source: Source, base: int, number: int, panel: Panel | None, gain: Gain | None) -> FcsFile:
    """Read a data set as far as it can be read; what was found before a fault stays in the answer."""
    repairs: list[Note] = []
    file = rejected(number)
    try:
        header, keywords = read_head(source, base, repairs)
        file = replace(
            file,
            version=header.version,
            cytometer=privacy.cytometer(keywords),
            facts=MappingProxyType(dict(privacy.facts(keywords))),
        )
        following = _following(source, base, header, keywords, repairs)
        note_unprintable(keywords, repairs)
        layout = read_layout(keywords, repairs)
        channels = read_channels(keywords, layout, panel, repairs)
        check_amplification(channels, layout, repairs)
        spillover = read_spillover(keywords, channels, panel, repairs)
        file = replace(file, channels=channels, spillover=spillover)
        layout, extent = locate(source, base, header, keywords, layout, repairs)
        repairs += note_events_behind(source, base, following, header, keywords, layout, extent)
        parts = _Parts(keywords, layout, extent, channels)
        file = replace(file, n_events=extent.n_events, policy=_policy(parts, gain or "ignore"))
        events = None if gain is None else _events(source, parts, gain, repairs)
    except RejectedError as error:
        return replace(file, verdict=judge([error.note], repairs))
    return replace(file, verdict=judge([], repairs), events=events)


def _following(source: Source, base: int, header: Header, keywords: Keywords, repairs: list[Note]) -> int:
    """Return the first byte behind the data set, and note what is wrong with the link to the next one."""
    linked, following = linked_base(source, base, header, keywords), next_base(source, base, header, keywords)
    step = keywords.integer("$NEXTDATA")
    if linked is None and following is not None:
        sentence = f"$NEXTDATA is {step or 0}, and a further data set begins at byte {following} of the file"
        repairs.append(repair("data_set_not_linked", sentence))
    elif step and following is None:
        repairs.append(repair("next_data_ignored", f"$NEXTDATA is {step}, and no data set begins there"))
    return source.size if following is None else following


def _policy(parts: _Parts, gain: Gain) -> MappingProxyType[str, str]:
    timestep = parts.keywords.number("$TIMESTEP")
    return MappingProxyType(dict(describe(parts.channels, parts.layout, gain, timestep)))


def _events(source: Source, parts: _Parts, gain: Gain, repairs: list[Note]) -> Events:
    mapped = source.map()
    if len(mapped) < parts.extent.begin + parts.extent.size:
        raise refusal(code="truncated", sentence="the file became shorter while it was read")
    stored = decode(mapped, parts.extent, parts.layout, repairs)
    if set(parts.layout.types) & {"F", "D"}:
        counts = count_non_finite(stored)
        if counts.any():
            sentence = f"{counts.sum()} values in {(counts > 0).sum()} channels are not finite"
            raise refusal(code="non_finite_values", sentence=sentence)
    events = linearize(stored, parts.channels, parts.layout, gain)
    events.setflags(write=False)
    return events

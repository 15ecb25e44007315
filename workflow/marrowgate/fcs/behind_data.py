"""What lies behind the DATA: padding, a checksum, known segments, or events and data sets that nobody announced."""

import re

from marrowgate.fcs.header import Header
from marrowgate.fcs.keywords import Keywords
from marrowgate.fcs.layout import Layout
from marrowgate.fcs.model import Note
from marrowgate.fcs.offsets import Extent
from marrowgate.fcs.plausible import strangeness
from marrowgate.fcs.source import Source
from marrowgate.fcs.verdict import repair

_HEADER = re.compile(rb"FCS[23]\.\d {4}[ \d]{7}\d[ \d]{7}\d")
_SEARCHED = 2**20
_CHECKSUM = 8
_PADDING = b" \0\t\r\n"
_CLEARLY_STRANGE = 0.02
_MOSTLY = 0.5
_FEWEST_PARTIAL = 10  # events that a remainder must have room for when it is no whole number of them


def unlinked_data_set(source: Source, base: int, header: Header, keywords: Keywords) -> int | None:
    """Return the first byte of a data set that lies behind the DATA without `$NEXTDATA` saying so; None without one.

    Such files come from putting several into one with the tools of an operating system.
    """
    said = [header.text.end, header.data.end if header.data else 0, keywords.integer("$ENDDATA") or 0]
    ends = sorted({base + end for end in said if base + end < source.size}, reverse=True)
    match = _HEADER.search(source.read(ends[0], _SEARCHED)) if ends else None
    return ends[0] + match.start() if match else None


def note_events_behind(
    source: Source, base: int, limit: int, header: Header, keywords: Keywords, layout: Layout, extent: Extent
) -> list[Note]:
    """Note events that seem to follow the DATA.

    Parameters
    ----------
    source : Source
        The open file.
    base, limit : int
        First byte of the data set, and the first one behind it.
    header, keywords, layout, extent : Header, Keywords, Layout, Extent
        What is known of it.

    Returns
    -------
    list of Note
        `bytes_after_data`, or nothing where padding, a checksum, text or a known segment lies there.
    """
    begin = extent.begin + extent.size
    segments = _segments_behind(base, begin, header, keywords)
    size = min([limit, *segments]) - begin
    width = layout.event_bytes
    if not width or layout.event_bits % 8 or layout.types[0] == "A" or size < width + _CHECKSUM * (width < _CHECKSUM):
        return []
    block = source.read(begin, min(size, _SEARCHED))
    if not block.strip(_PADDING) or _is_text(block) or not _looks_like_events(source, begin, size, layout, block):
        return []
    sentence = f"{size} bytes follow the DATA, room for {size // width} events; {extent.n_events} events were read"
    return [repair("bytes_after_data", sentence)]


def _segments_behind(base: int, begin: int, header: Header, keywords: Keywords) -> list[int]:
    begins = [header.text.begin, *(keywords.integer(f"$BEGIN{name}") or 0 for name in ("STEXT", "ANALYSIS"))]
    return [base + begin_at for begin_at in begins if base + begin_at >= begin]


def _is_text(block: bytes) -> bool:
    part = block[:4096]
    return sum(byte in b"\t\r\n" or 32 <= byte < 127 for byte in part) > 0.95 * len(part)


def _looks_like_events(source: Source, begin: int, size: int, layout: Layout, block: bytes) -> bool:
    """Tell events from other bytes: a whole number of them, and values that an instrument would write."""
    width = layout.event_bytes
    whole = size % width == 0 or (size > _CHECKSUM and (size - _CHECKSUM) % width == 0)
    # values of which some bits are never set can be told from any other bytes
    telling = all(kind in {"F", "D"} or mask for kind, mask in zip(layout.types, layout.masks, strict=True))
    if not whole and not (telling and size >= _FEWEST_PARTIAL * width):
        return False
    events = [block[at : at + width] for at in range(0, min(len(block), 100 * width) - width + 1, width)]
    empty = sum(not event.strip(b"\0") for event in events)
    seen = strangeness(source, begin, size // width * width, layout)
    return bool(events) and empty < _MOSTLY * len(events) and seen.total <= _CLEARLY_STRANGE

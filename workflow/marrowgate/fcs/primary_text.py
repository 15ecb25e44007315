"""The bytes of the primary TEXT, where the HEADER gives its ends wrongly.

The TEXT begins and ends with the delimiter, and what lies between it and the DATA is padding. Where more of the TEXT
lies there, the HEADER ends it too early, and the keyword that stands last would be lost.
"""

import re

from marrowgate.fcs.header import HEADER_SIZE, OVERFLOW, Header, Segment
from marrowgate.fcs.model import Note
from marrowgate.fcs.source import Source
from marrowgate.fcs.text import LARGEST_TEXT
from marrowgate.fcs.verdict import refusal, repair

_PADDING = b" \0\t\r\n"
_MOST_BEYOND = 2**20
_BEGIN_KEYWORDS = {name: rb"\$" + name + rb"(.) *0*(\d{1,15}) *\1" for name in (b"BEGINDATA", b"BEGINSTEXT")}
_CHECKSUM = 8
_FEWEST_LETTERS = 0.98  # share of printable bytes of a text


def primary_text(source: Source, base: int, header: Header, repairs: list[Note]) -> bytes:
    """Read the TEXT of the data set that begins at `base`, moving its ends to where the delimiters say they are.

    Parameters
    ----------
    source : Source
        The open file.
    base : int
        First byte of the data set.
    header : Header
        Where the TEXT and the DATA are said to lie.
    repairs : list of Note
        Repairs that were needed are added.

    Returns
    -------
    bytes
        From the first delimiter on.

    Raises
    ------
    RejectedError
        `text_too_large`, or `truncated` when the TEXT is not all there.
    """
    begin, end = header.text.begin, header.text.end
    if end - begin >= LARGEST_TEXT:
        sentence = f"the TEXT has {end - begin + 1} bytes, {LARGEST_TEXT} at most"
        raise refusal(code="text_too_large", sentence=sentence)
    segment = source.read(base + begin, end - begin + 1)
    if len(segment) < end - begin:  # an end that is one byte too far is no loss
        sentence = f"the TEXT ends at byte {end}, the data set has {source.size - base} bytes"
        raise refusal(code="truncated", sentence=sentence)
    before = source.read(base + begin - 1, 1)
    if segment.startswith(b"$") and not before.isalnum() and segment.count(before) > segment.count(b"$"):
        repairs.append(repair("text_begin_off_by_one", f"the TEXT begins at byte {begin - 1}, not {begin}"))
        segment = before + segment
    segment = _without_leading_spaces(segment)
    if header.data and header.data.begin == end:
        repairs.append(repair("text_end_off_by_one", f"TEXT and DATA share byte {end}"))
        return segment[:-1]
    beyond = _beyond_the_end(source, base, header, segment)
    sentence = f"the TEXT ends at byte {end + len(beyond)}, not {end}"
    if len(beyond) == 1:
        repairs.append(repair("text_end_off_by_one", sentence))
    elif beyond:
        repairs.append(repair("text_end_too_early", sentence))
    return segment + beyond


def _beyond_the_end(source: Source, base: int, header: Header, segment: bytes) -> bytes:
    """Return what belongs to the TEXT behind the end that the HEADER gives."""
    delimiter, end = segment[:1], header.text.end
    padding = _PADDING.replace(delimiter, b"")
    closed = segment.rstrip(padding).endswith(delimiter)
    limit = _next_segment(header, segment)
    size = limit - end - 1 if limit > end else 0
    rest = source.read(base + end + 1, size).rstrip(padding) if size <= _MOST_BEYOND else b""
    if _is_text(rest, delimiter) and rest != delimiter:
        return rest
    return delimiter if not closed and source.read(base + end + 1, 1) == delimiter else b""


def beyond_supplemental(source: Source, base: int, header: Header, place: Segment, segment: bytes) -> bytes:
    """Return what belongs to a supplemental TEXT behind its end; nothing where it is whole.

    Parameters
    ----------
    source : Source
        The open file.
    base : int
        First byte of the data set.
    header : Header
        Where the TEXT and the DATA are said to lie.
    place : Segment
        Where the supplemental TEXT is said to lie.
    segment : bytes
        What stands there.
    """
    delimiter = segment[:1]
    padding = _PADDING.replace(delimiter, b"")
    # keywords and values in pairs: the delimiters of a whole TEXT are odd in number
    if segment.rstrip(padding).endswith(delimiter) and segment.count(delimiter) % 2:
        return b""
    begins = [header.text.begin, header.data.begin if header.data else 0, source.size - base]
    limit = min(begin for begin in begins if begin > place.end)
    rest = source.read(base + place.end + 1, min(limit - place.end - 1, _MOST_BEYOND)).rstrip(padding)
    if _is_text(rest, delimiter):
        return rest
    checked = rest[:-_CHECKSUM].rstrip(padding)  # the file may end with its checksum
    return checked if _is_text(checked, delimiter) else b""


def _is_text(rest: bytes, delimiter: bytes) -> bool:
    """Tell whether bytes are the end of a TEXT: printable, and closed by the delimiter."""
    if not rest.strip(_PADDING) or not rest.endswith(delimiter):
        return False
    printable = sum(byte >= 32 or byte in b"\t\r\n" or byte == delimiter[0] for byte in rest)
    return printable >= _FEWEST_LETTERS * len(rest)


def _next_segment(header: Header, segment: bytes) -> int:
    """Return the first byte of what follows the TEXT: the DATA, or a supplemental TEXT; 0 when that is not known."""
    matches = {
        name: re.search(pattern, segment, re.DOTALL | re.IGNORECASE) for name, pattern in _BEGIN_KEYWORDS.items()
    }
    begins = [int(match.group(2)) for match in matches.values() if match]
    if header.data:
        begins.append(header.data.begin)
    behind = [begin for begin in begins if begin > header.text.end and begin != OVERFLOW]
    return min(behind, default=0) if header.text.end > HEADER_SIZE else 0


def _without_leading_spaces(segment: bytes) -> bytes:
    stripped = segment.lstrip(b" ")
    # spaces may be the delimiter themselves: then a keyword follows at once
    return stripped if not stripped[:1].isalnum() and not stripped.startswith(b"$") else segment

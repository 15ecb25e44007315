"""HEADER and TEXT of the data sets of a file."""

from collections.abc import Iterator

from marrowgate.fcs.header import HEADER_SIZE, Header, Segment, is_fcs, parse_header
from marrowgate.fcs.keywords import Keywords, standard
from marrowgate.fcs.model import Note
from marrowgate.fcs.source import Source
from marrowgate.fcs.text import LARGEST_TEXT, parse_text
from marrowgate.fcs.verdict import RejectedError, refusal, repair

MOST_DATA_SETS = 1_000
_PADDING = b" \0\t\r\n"


def read_head(source: Source, base: int, repairs: list[Note]) -> tuple[Header, Keywords]:
    """Read HEADER, TEXT and supplemental TEXT of the data set that begins at `base`.

    Raises
    ------
    RejectedError
        See `parse_header` and `parse_text`; `truncated` when the TEXT is not all there.
    """
    header = parse_header(source.read(base, HEADER_SIZE))
    segment = _primary(source, base, header, repairs)
    found = parse_text(segment, repairs)
    plain = Keywords(found)
    place = Segment(plain.integer("$BEGINSTEXT") or 0, plain.integer("$ENDSTEXT") or 0)
    # some instruments give the primary TEXT once more as the supplemental one
    again = place.begin >= header.text.begin and place.end <= header.text.end + 1
    if header.version > "2.0" and 0 < place.begin < place.end and not again:
        found = {**_supplemental(source, base, place, repairs), **found}
    return header, standard(found, repairs)


def data_set_bases(source: Source) -> Iterator[int]:
    """Return the first byte of each data set; each lies behind the TEXT of the one before, so loops end."""
    base: int | None = 0
    for _ in range(MOST_DATA_SETS):
        if base is None:
            return
        yield base
        base = _follow(source, base)


def _follow(source: Source, base: int) -> int | None:
    try:
        header, keywords = read_head(source, base, [])
    except RejectedError:
        return None
    return next_base(source, base, header, keywords)


def next_base(source: Source, base: int, header: Header, keywords: Keywords) -> int | None:
    """Return the first byte of the next data set by `$NEXTDATA`, or None when there is none."""
    step = keywords.integer("$NEXTDATA") or 0
    # the standard counts from the start of the data set, some instruments from the start of the file
    for candidate in (base + step, step):
        if step > 0 and candidate > base + header.text.end and is_fcs(source.read(candidate, HEADER_SIZE)):
            return candidate
    return None


def _primary(source: Source, base: int, header: Header, repairs: list[Note]) -> bytes:
    """Read the TEXT, moving its ends by one byte where the delimiters say so."""
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
    delimiter = segment[:1]
    closed = segment.rstrip(_PADDING.replace(delimiter, b"")).endswith(delimiter)
    if not closed and source.read(base + end + 1, 1) == delimiter:
        repairs.append(repair("text_end_off_by_one", f"the TEXT ends at byte {end + 1}, not {end}"))
        return segment + delimiter
    return segment


def _without_leading_spaces(segment: bytes) -> bytes:
    stripped = segment.lstrip(b" ")
    # spaces may be the delimiter themselves: then a keyword follows at once
    return stripped if not stripped[:1].isalnum() and not stripped.startswith(b"$") else segment


def _supplemental(source: Source, base: int, place: Segment, repairs: list[Note]) -> dict[str, str]:
    segment = source.read(base + place.begin, place.size) if place.size <= LARGEST_TEXT else b""
    try:
        if len(segment) == place.size and not segment[:1].isalnum():
            return parse_text(segment, repairs)
    except RejectedError:
        pass
    sentence = f"the supplemental TEXT at bytes {place.begin} to {place.end} cannot be read"
    repairs.append(repair("supplemental_text_ignored", sentence))
    return {}

"""HEADER and TEXT of the data sets of a file."""

from collections.abc import Iterator

from marrowgate.fcs.behind_data import unlinked_data_set
from marrowgate.fcs.header import HEADER_SIZE, Header, Segment, is_fcs, parse_header
from marrowgate.fcs.keywords import Keywords, standard
from marrowgate.fcs.model import Note
from marrowgate.fcs.primary_text import beyond_supplemental, primary_text
from marrowgate.fcs.source import Source
from marrowgate.fcs.text import LARGEST_TEXT, parse_text
from marrowgate.fcs.verdict import RejectedError, repair

MOST_DATA_SETS = 1_000


def read_head(source: Source, base: int, repairs: list[Note]) -> tuple[Header, Keywords]:
    """Read HEADER, TEXT and supplemental TEXT of the data set that begins at `base`.

    Raises
    ------
    RejectedError
        See `parse_header` and `parse_text`; `truncated` when the TEXT is not all there.
    """
    header = parse_header(source.read(base, HEADER_SIZE))
    segment = primary_text(source, base, header, repairs)
    pairs = parse_text(segment, repairs)
    plain = Keywords(pairs)
    supplemental = Segment(plain.integer("$BEGINSTEXT") or 0, plain.integer("$ENDSTEXT") or 0)
    # some instruments give the primary TEXT once more as the supplemental one
    again = supplemental.begin >= header.text.begin and supplemental.end <= header.text.end + 1
    if header.version > "2.0" and 0 < supplemental.begin < supplemental.end and not again:
        pairs = {**_supplemental(source, base, header, supplemental, repairs), **pairs}
    return header, standard(pairs, repairs)


def data_set_bases(source: Source) -> Iterator[int]:
    """Return the first byte of each data set; each lies behind the TEXT of the one before, so loops end."""
    base: int | None = 0
    for _ in range(MOST_DATA_SETS):
        if base is None:
            return
        yield base
        base = _follow(source, base)


def data_set_sizes(source: Source) -> Iterator[tuple[int, int]]:
    """Return events and channels of each data set from its HEADER and TEXT alone, nothing of which is checked further.

    Events are what `$TOT` says, and no more than the rest of the file has room for.

    Raises
    ------
    RejectedError
        See `read_head`.
    """
    base: int | None = 0
    for _ in range(MOST_DATA_SETS):
        if base is None:
            return
        header, keywords = read_head(source, base, [])
        channels = keywords.integer("$PAR") or 0
        bits = sum(keywords.integer(f"$P{number}B") or 0 for number in range(1, channels + 1))
        room = 8 * (source.size - base) // bits if bits > 0 else 0
        stated = keywords.integer("$TOT") or room
        yield min(stated, room) if room else stated, channels
        base = next_base(source, base, header, keywords)


def _follow(source: Source, base: int) -> int | None:
    try:
        header, keywords = read_head(source, base, [])
    except RejectedError:
        return None
    return next_base(source, base, header, keywords)


def next_base(source: Source, base: int, header: Header, keywords: Keywords) -> int | None:
    """Return the first byte of the next data set, by `$NEXTDATA` or behind the DATA, or None when there is none."""
    linked = linked_base(source, base, header, keywords)
    return unlinked_data_set(source, base, header, keywords) if linked is None else linked


def linked_base(source: Source, base: int, header: Header, keywords: Keywords) -> int | None:
    """Return the first byte of the data set that `$NEXTDATA` names, or None when there is none."""
    step = keywords.integer("$NEXTDATA") or 0
    # the standard counts from the start of the data set, some instruments from the start of the file
    for candidate in (base + step, step):
        if step > 0 and candidate > base + header.text.end and is_fcs(source.read(candidate, HEADER_SIZE)):
            return candidate
    return None


def _supplemental(
    source: Source, base: int, header: Header, supplemental: Segment, repairs: list[Note]
) -> dict[str, str]:
    segment = source.read(base + supplemental.begin, supplemental.size) if supplemental.size <= LARGEST_TEXT else b""
    try:
        if len(segment) == supplemental.size and not segment[:1].isalnum():
            beyond = beyond_supplemental(source, base, header, supplemental, segment)
            if beyond:
                end = supplemental.end + len(beyond)
                sentence = f"the supplemental TEXT ends at byte {end}, not {supplemental.end}"
                repairs.append(repair("text_end_too_early", sentence))
            return parse_text(segment + beyond, repairs)
    except RejectedError:
        pass
    sentence = f"the supplemental TEXT at bytes {supplemental.begin} to {supplemental.end} cannot be read"
    repairs.append(repair("supplemental_text_ignored", sentence))
    return {}

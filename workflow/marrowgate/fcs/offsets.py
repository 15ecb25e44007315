"""Where the DATA lie, and how many events they hold.

HEADER and TEXT both place the DATA, and instruments write either of them wrongly. Each placement is held
against `$TOT`, the width of an event and the size of the file; where both fit and differ, the bytes decide.
"""

from dataclasses import replace
from typing import Literal

from marrowgate.fcs.header import HEADER_SIZE, OVERFLOW, Header, Segment
from marrowgate.fcs.keywords import Keywords
from marrowgate.fcs.layout import Layout, padded
from marrowgate.fcs.model import Note
from marrowgate.fcs.plausible import SAMPLE, Strangeness, are_floats, strangeness
from marrowgate.fcs.source import Source
from marrowgate.fcs.verdict import RejectedError, refusal, repair
from marrowgate.frozen import Frozen

_PADDING = b" \0\t\r\n"
_CHECKSUM = 8
_MOST_PADDING = 2**20
_MOST_ABSURD = 0.1  # share of values above which the bytes cannot be what they are said to be
_ENOUGH_ABSURD = 10
_CLEARLY = 0.02  # share of implausible values by which one placement must beat the other

Fit = Literal["exact", "near", "from_tot", "unfit"]
_FITS: tuple[Fit, ...] = ("exact", "near", "from_tot", "unfit")


class Extent(Frozen):
    """The DATA: first byte from the start of the file, bytes, events."""

    begin: int
    size: int
    n_events: int


class _Candidate(Frozen):
    """One placement: who says so, first and last byte from the start of the data set, and how it fits."""

    origin: str
    segment: Segment
    fit: Fit = "unfit"


class _DataSet(Frozen):
    """What placements are held against."""

    source: Source
    base: int
    header: Header
    layout: Layout
    tot: int | None

    @property
    def available(self) -> int:
        return self.source.size - self.base

    @property
    def expected(self) -> int | None:
        """Bytes of `$TOT` events; None when it cannot be told."""
        if self.tot is None or not self.layout.event_bits:
            return None
        return -(-self.tot * self.layout.event_bits // 8)


def locate(
    source: Source, base: int, header: Header, keywords: Keywords, layout: Layout, repairs: list[Note]
) -> tuple[Layout, Extent]:
    """Find the DATA of a data set.

    Parameters
    ----------
    source : Source
        The open file.
    base : int
        First byte of the data set.
    header, keywords, layout : Header, Keywords, Layout
        What the file says about it.
    repairs : list of Note
        Repairs that were needed are added.

    Returns
    -------
    tuple of (Layout, Extent)
        The layout, with integers widened to whole bytes where only that fits, and the place.

    Raises
    ------
    RejectedError
        `missing_keyword`, `bad_keyword`, `header_only`, `truncated`, `offsets_past_end`, `tot_mismatch`,
        `offsets_ambiguous` or `implausible_values`.
    """
    tot = keywords.integer("$TOT")
    if tot is not None and tot < 0:
        raise refusal(code="bad_keyword", sentence=f"$TOT is {tot}, below zero")
    data_set = _DataSet(source, base, header, layout, tot)
    candidates = _candidates(header, keywords)
    if not candidates and tot == 0:
        return layout, Extent(base, 0, 0)
    if not candidates:
        sentence = "neither the HEADER nor the TEXT places the DATA"
        raise refusal(code="missing_keyword", sentence=sentence)
    candidate = _choose([_judge(candidate, data_set) for candidate in candidates], data_set, repairs)
    if candidate.fit == "unfit":
        wider = _widened(candidates, data_set)
        if wider is None:
            raise _refusal(candidate.segment, data_set)
        candidate, data_set = wider
        sentence = "integers of fewer bits than $PnB fills fit the DATA only in whole bytes"
        repairs.append(repair("bits_from_data_length", sentence))
    if candidate.origin == "TEXT" and not header.data_readable:
        sentence = f"the HEADER has no place for the DATA; bytes {_shown(candidate)} come from the TEXT"
        repairs.append(repair("offsets_from_text", sentence))
    strange = _strangeness(candidate, data_set)
    if strange.absurd > _MOST_ABSURD and strange.n_absurd >= _ENOUGH_ABSURD:
        sentence = f"{strange.absurd:.0%} of the first floating-point values are absurdly large or small"
        raise refusal(code="implausible_values", sentence=sentence)
    extent = _extent(candidate, data_set, repairs)
    if are_floats(source, extent.begin, extent.size, data_set.layout):
        sentence = "$DATATYPE is I, and the values are floating-point numbers"
        raise refusal(code="implausible_values", sentence=sentence)
    return data_set.layout, extent


def _widened(candidates: list[_Candidate], data_set: _DataSet) -> tuple[_Candidate, _DataSet] | None:
    """Try integers that fill whole bytes, for instruments that write the meaningful bits as `$PnB`."""
    layout = data_set.layout
    if "A" in layout.types or not any(width % 8 for width in layout.bits):
        return None
    wider = replace(data_set, layout=padded(layout))
    judged = sorted(
        (_judge(candidate, wider) for candidate in candidates), key=lambda candidate: _FITS.index(candidate.fit)
    )
    return (judged[0], wider) if judged[0].fit in {"exact", "near"} else None


def _strangeness(candidate: _Candidate, data_set: _DataSet) -> Strangeness:
    expected = data_set.expected
    size = candidate.segment.size if expected is None else expected
    return strangeness(data_set.source, data_set.base + candidate.segment.begin, max(0, size), data_set.layout)


def _candidates(header: Header, keywords: Keywords) -> list[_Candidate]:
    candidates = []
    if header.data:
        candidates.append(_Candidate("HEADER", header.data))
    begin, end = keywords.integer("$BEGINDATA"), keywords.integer("$ENDDATA")
    # FCS 2.0 has no such keywords; where the HEADER fails they are better than nothing
    if begin and begin > 0 and (header.version > "2.0" or not header.data):
        candidates.append(_Candidate("TEXT", Segment(begin, end or 0)))
    return candidates


def _judge(candidate: _Candidate, data_set: _DataSet) -> _Candidate:
    return replace(candidate, fit=_fit(candidate.segment, data_set))


def _fit(segment: Segment, data_set: _DataSet) -> Fit:
    text = data_set.header.text
    inside_text = text.begin <= segment.begin < text.end
    if segment.begin < HEADER_SIZE or inside_text or segment.begin > data_set.available:
        return "unfit"
    expected = data_set.expected
    if expected is None:
        return _fit_without_total(segment, data_set)
    if segment.begin + expected > data_set.available:
        return "unfit"
    if segment.size == expected or (expected == 0 and segment.end <= segment.begin):
        return "exact"
    if segment.end <= segment.begin:
        return "from_tot"
    close = abs(segment.size - expected) < max(data_set.layout.event_bytes, 2)
    return "near" if close or _is_padding(segment, expected, data_set) else "unfit"


def _fit_without_total(segment: Segment, data_set: _DataSet) -> Fit:
    """Judge a segment of a data set that does not say how many events it holds."""
    # an end that is one byte too far is no loss, except where a cut number is still a number
    last = data_set.available - (0 if data_set.layout.event_bits else 1)
    if segment.size < 0 or segment.end > last:
        return "unfit"
    return "near" if segment.size % (data_set.layout.event_bytes or 1) else "exact"


def _is_padding(segment: Segment, expected: int, data_set: _DataSet) -> bool:
    """Tell whether the DATA are followed by nothing but padding up to their end: events are never all zero."""
    extra = segment.size - expected
    if not 0 < extra <= _MOST_PADDING:
        return False
    block = data_set.source.read(data_set.base + segment.begin + expected, extra)
    return len(block) == extra and not block.strip(b" \0")


def _choose(candidates: list[_Candidate], data_set: _DataSet, repairs: list[Note]) -> _Candidate:
    best = min(candidates, key=lambda candidate: _FITS.index(candidate.fit))
    others = [candidate for candidate in candidates if candidate.segment != best.segment]
    if best.fit == "unfit" or not others:
        return best
    other = others[0]
    if other.segment.begin == best.segment.begin and other.segment.end in {0, OVERFLOW}:
        return best
    if other.fit == best.fit and other.segment.begin != best.segment.begin:
        best, other = _decide(best, other, data_set)
    sentence = (
        f"{other.origin} places the DATA at bytes {_shown(other)}, {best.origin} at {_shown(best)}; "
        f"{best.origin} fits and was used"
    )
    repairs.append(repair("data_offset_chosen", sentence))
    return best


def _shown(candidate: _Candidate) -> str:
    return f"{candidate.segment.begin} to {candidate.segment.end}"


def _decide(first: _Candidate, second: _Candidate, data_set: _DataSet) -> tuple[_Candidate, _Candidate]:
    """Tell by the bytes which of two placements is right; the right one comes first."""
    early, late = sorted((first, second), key=lambda candidate: candidate.segment.begin)
    strange_early, strange_late = (_strangeness(candidate, data_set).total for candidate in (early, late))
    if abs(strange_early - strange_late) > _CLEARLY:
        return (early, late) if strange_early < strange_late else (late, early)
    # what lies between TEXT and DATA is padding; anything else there belongs to the DATA
    gap_begin = max(early.segment.begin, data_set.header.text.end + 1)
    gap = data_set.source.read(data_set.base + gap_begin, min(late.segment.begin - gap_begin, SAMPLE))
    if gap.strip(_PADDING):
        return early, late
    ends = {data_set.available - 1, data_set.available - 1 - _CHECKSUM}
    at_end = [candidate.segment.end in ends for candidate in (early, late)]
    if at_end[0] != at_end[1]:
        return (early, late) if at_end[0] else (late, early)
    raise refusal(
        code="offsets_ambiguous",
        sentence=f"{early.origin} places the DATA at bytes {_shown(early)}, {late.origin} at {_shown(late)}; "
        "both fit and the bytes do not tell which is right",
    )


def _refusal(segment: Segment, data_set: _DataSet) -> RejectedError:
    """Say what is wrong with a placement that does not fit."""
    available, expected, text = data_set.available, data_set.expected, data_set.header.text
    begin, end, width = segment.begin, segment.end, data_set.layout.event_bytes
    if begin < HEADER_SIZE or text.begin <= begin < text.end:
        sentence = f"the DATA begin at byte {begin}, inside the HEADER or the TEXT"
        return refusal(code="offsets_overlap", sentence=sentence)
    if begin >= available:
        sentence = f"the DATA begin at byte {begin}, the data set has {available} bytes"
        rest = data_set.source.read(data_set.base + text.end + 1, SAMPLE)
        if available <= text.end + HEADER_SIZE or not rest.strip(_PADDING):
            return refusal(code="header_only", sentence=sentence)
        return refusal(code="offsets_past_end", sentence=sentence)
    consistent = expected is not None and (abs(segment.size - expected) < width or end <= begin)
    if expected is not None and begin + expected > available and consistent:
        sentence = f"$TOT says {data_set.tot} events, the file ends after {(available - begin) // width}"
        return refusal(code="truncated", sentence=sentence)
    if expected is None or end >= available:
        sentence = f"the DATA lie at bytes {begin} to {end}, the data set has {available} bytes"
        return refusal(code="offsets_past_end", sentence=sentence)
    n_events = max(0, segment.size) * 8 // data_set.layout.event_bits
    sentence = f"$TOT says {data_set.tot} events, the bytes hold {n_events}"
    return refusal(code="tot_mismatch", sentence=sentence)


def _extent(candidate: _Candidate, data_set: _DataSet, repairs: list[Note]) -> Extent:
    segment, expected, tot = candidate.segment, data_set.expected, data_set.tot
    begin = data_set.base + segment.begin
    if expected is None or tot is None:
        size = min(segment.size, data_set.available - segment.begin)
        return _extent_by_length(begin, size, data_set, repairs)
    if candidate.fit == "near" and abs(segment.size - expected) == 1:
        sentence = f"the DATA are said to have {segment.size} bytes; {tot} events have {expected}"
        repairs.append(repair("end_offset_off_by_one", sentence))
    elif candidate.fit == "near" and segment.size > expected:
        sentence = f"{segment.size - expected} bytes after {tot} events are padding or less than one event"
        repairs.append(repair("trailing_bytes_ignored", sentence))
    elif candidate.fit != "exact":
        sentence = f"the DATA are said to end at byte {segment.end}; {tot} events from $TOT fit the file"
        repairs.append(repair("data_end_from_tot", sentence))
    return Extent(begin, expected, tot)


def _extent_by_length(begin: int, size: int, data_set: _DataSet, repairs: list[Note]) -> Extent:
    bits = data_set.layout.event_bits
    if not bits:  # numbers between separators: the events are counted when they are read
        return Extent(begin, size, data_set.tot or 0)
    n_events = size * 8 // bits
    used = -(-n_events * bits // 8)
    repairs.append(repair("tot_from_data_length", f"$TOT is missing; the bytes hold {n_events} events"))
    if used != size:
        sentence = f"{size - used} bytes after {n_events} events are less than one event"
        repairs.append(repair("trailing_bytes_ignored", sentence))
    return Extent(begin, used, n_events)

"""The HEADER: version and the places of the segments."""

import re

from marrowgate.fcs.verdict import refusal
from marrowgate.frozen import Frozen

HEADER_SIZE = 58
VERSIONS = ("2.0", "3.0", "3.1", "3.2")
OVERFLOW = 99_999_999  # some writers put this where the offset has more than eight digits
_MAGIC = re.compile(rb"FCS(\d\.\d)")
_FIELD = re.compile(rb"[\s\0]*(\d+)[\s\0]*")


class Segment(Frozen):
    """First and last byte, counted from the start of the data set."""

    begin: int
    end: int

    @property
    def size(self) -> int:
        """Bytes in the segment."""
        return self.end - self.begin + 1


class Header(Frozen):
    """What the first 58 bytes of a data set say.

    Parameters
    ----------
    version : str
        ``2.0`` to ``3.2``.
    text : Segment
        The primary TEXT.
    data : Segment or None
        The DATA; None when the HEADER does not place them.
    data_readable : bool
        False when the fields of the DATA are blank or no numbers, which the standard does not allow.
    """

    version: str
    text: Segment
    data: Segment | None
    data_readable: bool


def is_fcs(block: bytes) -> bool:
    """Tell whether `block` begins as a data set does."""
    return _MAGIC.match(block) is not None


def parse_header(block: bytes) -> Header:
    """Take the HEADER apart.

    Parameters
    ----------
    block : bytes
        The first 58 bytes of the data set.

    Raises
    ------
    RejectedError
        `not_fcs`, `unsupported_version`, `truncated` or `bad_header`.
    """
    match = _MAGIC.match(block)
    if not match:
        begins = "the file is empty" if not block else "the file does not begin with FCS and a version"
        raise refusal(code="not_fcs", sentence=begins)
    version = match.group(1).decode()
    if version not in VERSIONS:
        raise refusal(code="unsupported_version", sentence=f"FCS {version} is not one of {', '.join(VERSIONS)}")
    if len(block) < HEADER_SIZE - 16:  # the ANALYSIS fields at the end may be missing
        raise refusal(code="truncated", sentence=f"the HEADER has {len(block)} of {HEADER_SIZE} bytes")
    text_begin, text_end, data_begin, data_end = (_offset(block[at : at + 8]) for at in (10, 18, 26, 34))
    if not text_begin or not text_end or text_end <= text_begin:
        raise refusal(code="bad_header", sentence="the HEADER does not give the first and last byte of the TEXT")
    data = Segment(data_begin, 0 if data_end in {None, OVERFLOW} else data_end or 0) if data_begin else None
    if data_begin == OVERFLOW:
        data = None
    readable = data_begin is not None and data_end is not None
    return Header(version, Segment(text_begin, text_end), data, readable)


def _offset(field: bytes) -> int | None:
    match = _FIELD.fullmatch(field)
    return int(match.group(1)) if match else None

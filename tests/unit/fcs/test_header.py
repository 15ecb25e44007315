import pytest

from marrowgate.fcs.header import Segment, parse_header
from marrowgate.fcs.verdict import RejectedError


def block(version: bytes = b"FCS3.1", *fields: object) -> bytes:
    return version + b"    " + b"".join(f"{field:>8}".encode() for field in fields or (58, 100, 101, 200, 0, 0))


def test_header__segments_are_read() -> None:
    header = parse_header(block())
    assert (header.version, header.text, header.data) == ("3.1", Segment(58, 100), Segment(101, 200))
    assert header.data_readable


def test_header__leading_zeros_and_left_justified_numbers() -> None:
    header = parse_header(block(b"FCS3.0", "00000058", "100     ", "  00101 ", 200, 0, 0))
    assert (header.text, header.data) == (Segment(58, 100), Segment(101, 200))


def test_header__missing_analysis_fields_are_no_fault() -> None:
    assert parse_header(block()[:42]).data == Segment(101, 200)


@pytest.mark.parametrize("fields", [("", ""), ("********", "********"), (-1, -1)])
def test_header__data_that_cannot_be_read(fields: tuple[object, object]) -> None:
    header = parse_header(block(b"FCS3.0", 58, 100, *fields, 0, 0))
    assert header.data is None
    assert not header.data_readable


def test_header__zeros_say_that_the_text_places_the_data() -> None:
    header = parse_header(block(b"FCS3.0", 58, 100, 0, 0, 0, 0))
    assert header.data is None
    assert header.data_readable


def test_header__overflow_value_of_the_end_is_no_end() -> None:
    header = parse_header(block(b"FCS3.0", 58, 100, 101, 99_999_999, 0, 0))
    assert header.data == Segment(101, 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_fcs"),
        (b"oi21j08cn\n", "not_fcs"),
        (b"\x1f\x8b" + b"\0" * 60, "not_fcs"),
        (block(b"FCS1.0"), "unsupported_version"),
        (block(b"FCS4.0"), "unsupported_version"),
        (b"FCS3.0    ", "truncated"),
        (block(b"FCS3.0", "", "", 101, 200, 0, 0), "bad_header"),
        (block(b"FCS3.0", 100, 58, 101, 200, 0, 0), "bad_header"),
    ],
)
def test_header__what_is_no_header_is_rejected(content: bytes, code: str) -> None:
    with pytest.raises(RejectedError, match=code):
        parse_header(content)

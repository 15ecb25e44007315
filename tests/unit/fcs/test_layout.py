import pytest

from marrowgate.fcs.keywords import Keywords
from marrowgate.fcs.layout import Layout, padded, read_layout
from marrowgate.fcs.model import Note
from marrowgate.fcs.verdict import RejectedError
from unit.fcs.builder import keywords


def layout(**changes: object) -> tuple[Layout, list[str]]:
    repairs: list[Note] = []
    found = read_layout(Keywords(keywords(**changes)), repairs)  # type: ignore[arg-type]
    return found, [note.code for note in repairs]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("1,2,3,4", "little"), ("4,3,2,1", "big"), ("1,2", "little"), ("2,1", "big"),
        (" 4, 3 ,2,1 ", "big"), ("1,2,3,4,5,6,7,8", "little"), ("8,7,6,5,4,3,2,1", "big"),
    ],
)  # fmt: skip
def test_byte_order__standard_spellings(text: str, order: str) -> None:
    # FlowIO 1.4 only warns at '4, 3, 2, 1' and reads the values in the machine's own order
    found, repairs = layout(BYTEORD=text)
    assert found.byte_order == order
    assert repairs == []


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("1234", "little"),
        ("4321", "big"),
        ("4;3;2;1", "big"),
        ("21", "big"),
        ("01,02,03,04", "little"),
        ("02,01", "big"),
    ],
)
def test_byte_order__other_spellings_are_noted(text: str, order: str) -> None:
    found, repairs = layout(BYTEORD=text)
    assert found.byte_order == order
    assert repairs == ["byte_order_spelling"]


@pytest.mark.parametrize("text", ["3,4,1,2", "2,1,4,3", "@", "little", "1,3", "0,1"])
def test_byte_order__anything_else_is_rejected(text: str) -> None:
    with pytest.raises(RejectedError, match="unsupported_byte_order"):
        layout(BYTEORD=text)


def test_byte_order__does_not_matter_for_single_bytes() -> None:
    assert layout(datatype="I", bits=8, BYTEORD="")[0].bits == (8, 8, 8)


@pytest.mark.parametrize("mode", ["C", "c", "U", "u"])
def test_mode__histograms_are_rejected_in_either_case(mode: str) -> None:
    # FlowIO 1.4 compares with 'c' and reads a file with 'C' as a list of events
    with pytest.raises(RejectedError, match="histogram_mode"):
        layout(MODE=mode)


@pytest.mark.parametrize("mode", ["L", "l", None])
def test_mode__list_is_read(mode: str | None) -> None:
    assert layout(MODE=mode)[0].types == ("F", "F", "F")


@pytest.mark.parametrize(
    ("limit", "bits", "mask"),
    [
        ("1024", 16, 0x3FF), ("1024.0", 16, 0x3FF), ("1000", 16, 0x3FF), ("65536", 16, 0), ("1048576", 32, 0xFFFFF),
        ("16777216", 32, 0xFFFFFF), ("4294967296", 32, 0), ("1025", 16, 0x7FF), ("1e30", 32, 0), ("256", 8, 0),
    ],
)  # fmt: skip
def test_masks__bits_above_the_range_do_not_count(limit: str, bits: int, mask: int) -> None:
    found, repairs = layout(datatype="I", bits=bits, P1R=limit)
    assert found.masks[0] == mask
    assert repairs == []


@pytest.mark.parametrize("limit", ["0", "NA", "", None, "-5", "nan", "inf"])
def test_masks__range_that_is_no_number_masks_nothing(limit: str | None) -> None:
    found, repairs = layout(datatype="I", bits=16, P1R=limit)
    assert found.masks[0] == 0
    assert repairs == ["range_unusable"]


def test_masks__range_of_floats_is_not_looked_at() -> None:
    found, repairs = layout(P1R="NA")
    assert found.masks == (0, 0, 0)
    assert repairs == []


def test_types__each_channel_may_have_its_own() -> None:
    found, _ = layout(P3DATATYPE="I", P3R="4294967296", P2DATATYPE="D", P2B="64")
    assert found.types == ("F", "D", "I")
    assert found.bits == (32, 64, 32)
    assert found.event_bytes == 16


def test_bits__width_of_floats_follows_the_type() -> None:
    found, repairs = layout(P1B="16")
    assert found.bits == (32, 32, 32)
    assert repairs == ["bits_from_datatype"]


def test_bits__padded_layout_keeps_the_meaningful_bits() -> None:
    found, _ = layout(datatype="I", bits=10)
    assert found.event_bits == 30
    wide = padded(found)
    assert wide.bits == (16, 16, 16)
    assert wide.masks == (0x3FF, 0x3FF, 0x3FF)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PAR": None}, "missing_keyword"), ({"PAR": "three"}, "bad_keyword"), ({"PAR": "1000000"}, "bad_keyword"),
        ({"PAR": "0"}, "bad_keyword"), ({"PAR": "-1"}, "bad_keyword"), ({"DATATYPE": None}, "missing_keyword"),
        ({"DATATYPE": "X"}, "unsupported_datatype"), ({"MODE": "Q"}, "bad_keyword"),
        ({"BYTEORD": None}, "missing_keyword"), ({"P2DATATYPE": "A"}, "unsupported_datatype"),
        ({"datatype": "I", "P1B": "65"}, "unsupported_bits"),
        ({"datatype": "I", "bits": 4}, "unsupported_bits"), ({"datatype": "I", "P1B": "0"}, "bad_keyword"),
        ({"datatype": "I", "P1B": None}, "missing_keyword"), ({"datatype": "I", "P1B": "sixteen"}, "bad_keyword"),
    ],
)  # fmt: skip
def test_layout__what_cannot_be_read_is_rejected(changes: dict[str, object], code: str) -> None:
    with pytest.raises(RejectedError, match=code):
        layout(**changes)

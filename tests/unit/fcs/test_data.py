"""Decoding, with values worked by hand."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import read_fcs
from unit.fcs.builder import DATA_BEGIN, TWO_EVENTS, fcs_bytes, keywords, write

NO_MASK = {"P1R": "1e30", "P2R": "1e30", "P3R": "1e30"}


def codes(file: FcsFile) -> list[str]:
    return [note.code for note in (*file.verdict.reasons, *file.verdict.repairs)]


def read(folder: Path, entries: dict[str, str], data: bytes | np.ndarray, **how: object) -> FcsFile:
    return read_fcs(write(folder, fcs_bytes(entries, data, **how)))  # type: ignore[arg-type]


def events_of(file: FcsFile) -> np.ndarray:
    assert file.events is not None, file.verdict
    return file.events


def test_floats__little_endian_is_a_view_of_the_file(tmp_path: Path) -> None:
    events = events_of(read(tmp_path, keywords(), TWO_EVENTS))
    assert events.dtype == np.float32
    assert not events.flags.owndata
    assert not events.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        events[0, 0] = 1


def test_floats__view_from_an_odd_byte(tmp_path: Path) -> None:
    events = events_of(read(tmp_path, keywords(), TWO_EVENTS, data_begin=DATA_BEGIN + 1))
    np.testing.assert_array_equal(events, TWO_EVENTS)
    np.testing.assert_array_equal(events.sum(axis=0), TWO_EVENTS.sum(axis=0))


@pytest.mark.parametrize(("datatype", "code"), [("F", "f4"), ("D", "f8")])
@pytest.mark.parametrize(("order", "sign"), [("1,2,3,4", "<"), ("4,3,2,1", ">"), ("2,1", ">")])
def test_floats__both_widths_and_orders(tmp_path: Path, datatype: str, code: str, order: str, sign: str) -> None:
    entries = keywords(datatype=datatype, bits=int(code[1]) * 8, BYTEORD=order)
    events = events_of(read(tmp_path, entries, TWO_EVENTS.astype(sign + code)))
    assert events.dtype == np.dtype(code)
    np.testing.assert_array_equal(events, TWO_EVENTS)


@pytest.mark.parametrize("code", ["u1", "u2", "u4", "u8"])
@pytest.mark.parametrize(("order", "sign"), [("1,2", "<"), ("2,1", ">")])
def test_integers__whole_words(tmp_path: Path, code: str, order: str, sign: str) -> None:
    stored = np.array([[1, 200, 3], [250, 5, 77]], sign + code)
    entries = keywords(datatype="I", bits=8 * int(code[1]), BYTEORD=order, **NO_MASK)
    file = read(tmp_path, entries, stored)
    assert events_of(file).dtype == np.float64
    np.testing.assert_array_equal(events_of(file), stored)


@pytest.mark.parametrize(
    ("order", "data"),
    [
        ("4,3,2,1", b"\x00\x00\x01\x00\x01\x02\x01\x02\x03\xff\xff\xff\x00\x00\x00\x80\x00\x00"),
        ("1,2,3,4", b"\x01\x00\x00\x02\x01\x00\x03\x02\x01\xff\xff\xff\x00\x00\x00\x00\x00\x80"),
    ],
)  # fmt: skip
def test_integers__24_bits_as_cytek_writes(tmp_path: Path, order: str, data: bytes) -> None:
    # FlowIO 1.4 cannot read these: 0x000102 = 258, 0x010203 = 66051, 0xffffff = 16777215, 0x800000 = 8388608
    file = read(tmp_path, keywords(datatype="I", bits=24, BYTEORD=order, **NO_MASK), data)
    np.testing.assert_array_equal(events_of(file), [[1, 258, 66051], [16777215, 0, 8388608]])


def test_integers__10_bits_packed_most_significant_first(tmp_path: Path) -> None:
    # 1, 2, 1023 and 512, 0, 5 in ten bits each
    bits = "000000000100000000101111111111100000000000000000000000000101"
    data = int(bits + "0000", 2).to_bytes(8, "big")
    file = read(tmp_path, keywords(datatype="I", bits=10, BYTEORD="4,3,2,1"), data)
    np.testing.assert_array_equal(events_of(file), [[1, 2, 1023], [512, 0, 5]])
    assert codes(file) == []


def test_integers__10_bits_packed_least_significant_first(tmp_path: Path) -> None:
    data = sum(value << 10 * place for place, value in enumerate([1, 2, 1023, 512, 0, 5])).to_bytes(8, "little")
    file = read(tmp_path, keywords(datatype="I", bits=10), data)
    np.testing.assert_array_equal(events_of(file), [[1, 2, 1023], [512, 0, 5]])


def test_integers__extra_bits_are_masked_and_counted(tmp_path: Path) -> None:
    # Coulter puts the channel's number into the six bits above the value
    stored = np.array([[5, 0x0400 | 7, 0x0800 | 9], [1023, 0x0400, 0x0800 | 1023]], "<u2")
    file = read(tmp_path, keywords(datatype="I", bits=16), stored)
    np.testing.assert_array_equal(events_of(file), [[5, 7, 9], [1023, 0, 1023]])
    assert codes(file) == ["extra_bits_masked"]
    assert file.verdict.repairs[0].sentence == "4 values in 2 channels had bits above $PnR"


def test_integers__above_2_to_the_53_are_rounded_and_counted(tmp_path: Path) -> None:
    stored = np.array([[2**53 + 1, 3, 4], [2**53, 5, 6]], "<u8")
    file = read(tmp_path, keywords(datatype="I", bits=64, **NO_MASK), stored)
    assert events_of(file)[0, 0] == 2.0**53
    assert codes(file) == ["integers_rounded"]
    assert file.verdict.repairs[0].sentence.startswith("1 integers above 2^53")


def test_integers__mixed_widths(tmp_path: Path) -> None:
    # one event: 8 bits, 24 bits, 16 bits
    data = b"\x07\x00\x01\x02\x01\x00\xff\x00\x00\x05\x00\x09"
    entries = keywords(datatype="I", BYTEORD="4,3,2,1", P1B="8", P2B="24", P3B="16", **NO_MASK)
    np.testing.assert_array_equal(events_of(read(tmp_path, entries, data)), [[7, 258, 256], [255, 5, 9]])


def test_types__integer_time_beside_floats_as_3_2_allows(tmp_path: Path) -> None:
    # FlowIO 1.4 reads the integer 1000 as the float 1.4e-42
    dtype = np.dtype([("a", "<f4"), ("b", "<f8"), ("time", "<u4")])
    stored = np.array([(1.5, 2.25, 1000), (3.5, -4.75, 2000)], dtype)
    entries = keywords(P2DATATYPE="D", P2B="64", P3DATATYPE="I", P3R="4294967296")
    file = read(tmp_path, entries, stored.tobytes(), version="3.2")
    np.testing.assert_array_equal(events_of(file), [[1.5, 2.25, 1000], [3.5, -4.75, 2000]])
    assert codes(file) == []


def test_ascii__fixed_width(tmp_path: Path) -> None:
    entries = keywords(datatype="A", P1B="4", P2B="3", P3B="2")
    file = read(tmp_path, entries, b"   1 20991234  0 7")
    np.testing.assert_array_equal(events_of(file), [[1, 20, 99], [1234, 0, 7]])


def test_ascii__between_separators(tmp_path: Path) -> None:
    entries = keywords(datatype="A", P1B="*", P2B="*", P3B="*")
    file = read(tmp_path, entries, b"1, 20\t99\r\n1234 0,7\n")
    np.testing.assert_array_equal(events_of(file), [[1, 20, 99], [1234, 0, 7]])


@pytest.mark.parametrize(
    ("data", "code"), [(b"1 2 x 4 5 6", "bad_ascii_data"), (b"1 2 3 4 5", "tot_mismatch"), (b"", "tot_mismatch")]
)
def test_ascii__what_is_no_number_is_rejected(tmp_path: Path, data: bytes, code: str) -> None:
    entries = keywords(datatype="A", P1B="*", P2B="*", P3B="*")
    place = (DATA_BEGIN, DATA_BEGIN + len(data) - 1)
    file = read(tmp_path, entries, data, header_data=place, text_data=place)
    assert file.events is None
    assert codes(file) == [code]


def test_ascii__letters_in_fixed_fields_are_rejected(tmp_path: Path) -> None:
    entries = keywords(n_events=1, datatype="A", P1B="4", P2B="3", P3B="2")
    assert codes(read(tmp_path, entries, b"   1 2x99")) == ["bad_ascii_data"]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_non_finite__is_rejected_with_the_number(tmp_path: Path, value: float) -> None:
    # FlowKit 1.3.2 turns these into -1.0 on the logicle scale and counts them as negative
    stored = np.ones((500, 3), "<f4")
    stored[[3, 400], 1] = value
    stored[17, 2] = value
    file = read(tmp_path, keywords(n_events=500), stored)
    assert codes(file) == ["non_finite_values"]
    assert file.verdict.reasons[0].sentence == "3 values in 2 channels are not finite"
    assert file.events is None


@settings(max_examples=60, deadline=None)
@given(
    widths=st.lists(st.integers(1, 64), min_size=1, max_size=6).filter(lambda all_: sum(all_) >= 8 * len(all_)),
    n=st.integers(0, 30),
    big=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_integers__any_width_in_either_order(
    tmp_path_factory: pytest.TempPathFactory, widths: list[int], n: int, big: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = [[int(rng.integers(0, 2 ** min(width, 53))) for width in widths] for _ in range(n)]
    flat = [(value, width) for event in values for value, width in zip(event, widths, strict=True)]
    total = sum(width for _, width in flat)
    stream, used = 0, 0
    for value, width in flat:
        stream = (stream << width) | value if big else stream | (value << used)
        used += width
    n_bytes = -(-total // 8)
    data = (stream << (n_bytes * 8 - total)).to_bytes(n_bytes, "big") if big else stream.to_bytes(n_bytes, "little")
    entries = keywords(n, len(widths), "I", BYTEORD="2,1" if big else "1,2")
    entries |= {f"$P{number}B": str(width) for number, width in enumerate(widths, 1)}
    entries |= {f"$P{number}R": "1e30" for number in range(1, len(widths) + 1)}
    place = (DATA_BEGIN, DATA_BEGIN + n_bytes - 1)
    file = read(tmp_path_factory.mktemp("any"), entries, data, header_data=place, text_data=place)
    np.testing.assert_array_equal(events_of(file), np.array(values, np.float64).reshape(n, len(widths)))

"""Placement of the DATA, through `read_fcs`: the right values, or a verdict."""

from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import read_fcs, read_header
from unit.fcs.builder import DATA_BEGIN, TWO_EVENTS, fcs_bytes, keywords, write

LAST = DATA_BEGIN + TWO_EVENTS.nbytes - 1
NUMBERS = np.arange(1, 601, dtype="<f4").reshape(200, 3) * np.float32(1.37)


def codes(file: FcsFile) -> list[str]:
    return [note.code for note in (*file.verdict.reasons, *file.verdict.repairs)]


def sentence(file: FcsFile) -> str:
    return file.verdict.reasons[0].sentence


def check_read(path: Path, events: np.ndarray, repairs: list[str]) -> None:
    file = read_fcs(path)
    assert codes(file) == repairs
    assert file.events is not None
    np.testing.assert_array_equal(file.events, events)
    assert file.n_events == len(events)
    assert codes(read_header(path)) == repairs
    assert read_header(path).n_events == len(events)


def check_rejected(path: Path, code: str, words: str) -> None:
    for file in (read_fcs(path), read_header(path)):
        assert file.verdict.status == "rejected"
        assert file.verdict.reasons[0].code == code
        assert words in sentence(file)
        assert file.events is None


def test_offsets__header_and_text_agree(tmp_path: Path) -> None:
    check_read(write(tmp_path, fcs_bytes()), TWO_EVENTS, [])


def test_offsets__version_2_has_them_in_the_header_only(tmp_path: Path) -> None:
    check_read(write(tmp_path, fcs_bytes(version="2.0")), TWO_EVENTS, [])


def test_offsets__zeros_in_the_header(tmp_path: Path) -> None:
    check_read(write(tmp_path, fcs_bytes(header_data=(0, 0))), TWO_EVENTS, [])


def test_offsets__blank_header(tmp_path: Path) -> None:
    check_read(write(tmp_path, fcs_bytes(header_data=("", ""))), TWO_EVENTS, ["offsets_from_text"])


def test_offsets__begin_in_the_header_and_overflowing_end(tmp_path: Path) -> None:
    check_read(write(tmp_path, fcs_bytes(header_data=(DATA_BEGIN, 0))), TWO_EVENTS, [])
    check_read(write(tmp_path, fcs_bytes(header_data=(DATA_BEGIN, 99_999_999))), TWO_EVENTS, [])


def test_offsets__missing_in_the_text(tmp_path: Path) -> None:
    check_read(write(tmp_path, fcs_bytes(text_data=None)), TWO_EVENTS, [])


@pytest.mark.parametrize("shift", [-1, 1])
@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_offsets__end_off_by_one(tmp_path: Path, shift: int, version: str) -> None:
    place = (DATA_BEGIN, LAST + shift)
    content = fcs_bytes(version=version, header_data=place, text_data=place, tail=b"00000000")
    check_read(write(tmp_path, content), TWO_EVENTS, ["end_offset_off_by_one"])


def test_offsets__end_off_by_one_at_the_end_of_the_file(tmp_path: Path) -> None:
    place = (DATA_BEGIN, LAST + 1)
    check_read(write(tmp_path, fcs_bytes(header_data=place, text_data=place)), TWO_EVENTS, ["end_offset_off_by_one"])


def test_offsets__end_equal_to_begin_as_the_ique_writes(tmp_path: Path) -> None:
    # FlowIO 1.4 reads no events here (FlowIO issue 25)
    place = (DATA_BEGIN, DATA_BEGIN)
    check_read(write(tmp_path, fcs_bytes(header_data=place, text_data=place)), TWO_EVENTS, ["data_end_from_tot"])


def test_offsets__less_than_one_event_behind_the_data(tmp_path: Path) -> None:
    place = (DATA_BEGIN, LAST + 7)
    content = fcs_bytes(header_data=place, text_data=place, tail=b"\0" * 20)
    check_read(write(tmp_path, content), TWO_EVENTS, ["trailing_bytes_ignored"])


@pytest.mark.parametrize("padding", [b"\0" * 24, b"\0" * 500, b" " * 4000])
def test_offsets__padding_behind_the_data_is_no_event(tmp_path: Path, padding: bytes) -> None:
    place = (DATA_BEGIN, LAST + len(padding))
    path = write(tmp_path, fcs_bytes(header_data=place, text_data=place, tail=padding))
    check_read(path, TWO_EVENTS, ["trailing_bytes_ignored"])
    path = write(tmp_path, fcs_bytes(header_data=place, text_data=place, tail=padding[:-1] + b"1"))
    assert read_fcs(path).verdict.reasons[0].code == "tot_mismatch"


def test_offsets__text_is_right_and_header_is_not(tmp_path: Path) -> None:
    content = fcs_bytes(header_data=(500, LAST))
    check_read(write(tmp_path, content), TWO_EVENTS, ["data_offset_chosen"])


def test_offsets__header_end_wrapped_around_eight_digits(tmp_path: Path) -> None:
    content = fcs_bytes(header_data=(DATA_BEGIN, DATA_BEGIN - 1000))
    check_read(write(tmp_path, content), TWO_EVENTS, ["data_offset_chosen"])


@pytest.mark.parametrize("shift", [1, -1, 2, 46])
def test_offsets__both_fit_and_the_floats_tell(tmp_path: Path, shift: int) -> None:
    entries = keywords(n_events=200)
    place = (DATA_BEGIN + shift, DATA_BEGIN + shift + NUMBERS.nbytes - 1)
    for change in ({"header_data": place}, {"text_data": place}):
        content = fcs_bytes(entries, NUMBERS, tail=b"\xff" * 60, gap=b"\0", **change)  # type: ignore[arg-type]
        check_read(write(tmp_path, content), NUMBERS, ["data_offset_chosen"])


def test_offsets__both_fit_and_the_integers_tell(tmp_path: Path) -> None:
    # ten bits in sixteen: from one byte on, the values have bits above $PnR
    events = (np.arange(600, dtype="<u2") * 7 % 1024).reshape(200, 3)
    entries = keywords(n_events=200, datatype="I", bits=16)
    content = fcs_bytes(entries, events, text_data=(DATA_BEGIN + 1, DATA_BEGIN + events.nbytes), tail=b"\0" * 9)
    check_read(write(tmp_path, content), events, ["data_offset_chosen"])


def test_offsets__both_fit_and_the_gap_holds_data(tmp_path: Path) -> None:
    # any sixteen bits are a value; but the later place would leave the first event unused
    events = np.arange(1, 1201, 2, dtype="<u2").reshape(200, 3)
    entries = keywords(n_events=200, datatype="I", bits=16, P1R="65536", P2R="65536", P3R="65536")
    place = (DATA_BEGIN + 6, DATA_BEGIN + 6 + events.nbytes - 1)
    content = fcs_bytes(entries, events, text_data=place, tail=b"\0" * 40)
    check_read(write(tmp_path, content), events, ["data_offset_chosen"])


def test_offsets__both_fit_and_the_end_of_the_file_tells(tmp_path: Path) -> None:
    events = np.zeros((200, 3), "<u2")
    events[5:] = 9
    entries = keywords(n_events=200, datatype="I", bits=16, P1R="65536", P2R="65536", P3R="65536")
    place = (DATA_BEGIN - 6, DATA_BEGIN - 6 + events.nbytes - 1)
    content = fcs_bytes(entries, events, text_data=place, gap=b"\0")
    check_read(write(tmp_path, content), events, ["data_offset_chosen"])


def test_offsets__both_fit_and_nothing_tells(tmp_path: Path) -> None:
    events = np.zeros((200, 3), "<u2")
    entries = keywords(n_events=200, datatype="I", bits=16, P1R="65536", P2R="65536", P3R="65536")
    place = (DATA_BEGIN - 6, DATA_BEGIN - 6 + events.nbytes - 1)
    path = write(tmp_path, fcs_bytes(entries, events, text_data=place, gap=b"\0", tail=b"\0" * 40))
    check_rejected(path, "offsets_ambiguous", "TEXT places the DATA at bytes 2042 to 3241, HEADER at 2048 to 3247")


@pytest.mark.parametrize(("tot", "held"), [("5", 2), ("1", 2), ("0", 2), ("1000000000000", 2)])
def test_tot__that_differs_from_the_bytes_is_rejected(tmp_path: Path, tot: str, held: int) -> None:
    # FlowIO 1.4 and FlowKit 1.3.2 never compare $TOT with the rows
    path = write(tmp_path, fcs_bytes(keywords(TOT=tot)))
    check_rejected(path, "tot_mismatch", f"$TOT says {tot} events, the bytes hold {held}")


@pytest.mark.parametrize("tot", [None, "", "many"])
def test_tot__missing_is_counted_from_the_bytes(tmp_path: Path, tot: str | None) -> None:
    check_read(write(tmp_path, fcs_bytes(keywords(TOT=tot))), TWO_EVENTS, ["tot_from_data_length"])


def test_tot__missing_with_an_end_off_by_one(tmp_path: Path) -> None:
    place = (DATA_BEGIN, LAST + 1)
    path = write(tmp_path, fcs_bytes(keywords(TOT=None), header_data=place, text_data=place))
    check_read(path, TWO_EVENTS, ["tot_from_data_length"])


def test_tot__negative_is_rejected(tmp_path: Path) -> None:
    check_rejected(write(tmp_path, fcs_bytes(keywords(TOT="-2"))), "bad_keyword", "$TOT is -2, below zero")


@pytest.mark.parametrize("place", [(0, 0), (DATA_BEGIN, DATA_BEGIN - 1), (DATA_BEGIN, DATA_BEGIN)])
def test_tot__zero_events_are_no_fault(tmp_path: Path, place: tuple[int, int]) -> None:
    path = write(tmp_path, fcs_bytes(keywords(n_events=0), b"", header_data=place, text_data=place))
    check_read(path, np.zeros((0, 3), "<f4"), [])


def test_offsets__file_short_by_one_byte(tmp_path: Path) -> None:
    check_rejected(write(tmp_path, fcs_bytes()[:-1]), "truncated", "$TOT says 2 events, the file ends after 1")


def test_offsets__file_ends_with_the_text(tmp_path: Path) -> None:
    content = fcs_bytes()
    end = int(content[18:26])
    for cut in (end + 1, end + 3, end + 200):
        check_rejected(write(tmp_path, content[:cut]), "header_only", f"DATA begin at byte {DATA_BEGIN}")


def test_offsets__beyond_the_file(tmp_path: Path) -> None:
    place = (10**9, 10**9 + TWO_EVENTS.nbytes - 1)
    path = write(tmp_path, fcs_bytes(header_data=(0, 0), text_data=place))
    check_rejected(path, "offsets_past_end", "the DATA begin at byte 1000000000, the data set has 2072 bytes")


def test_offsets__inside_the_text(tmp_path: Path) -> None:
    place = (80, 80 + TWO_EVENTS.nbytes - 1)
    check_rejected(write(tmp_path, fcs_bytes(header_data=place, text_data=place)), "offsets_overlap", "byte 80")


def test_offsets__nowhere(tmp_path: Path) -> None:
    path = write(tmp_path, fcs_bytes(header_data=(0, 0), text_data=(0, 0)))
    check_rejected(path, "missing_keyword", "neither the HEADER nor the TEXT places the DATA")


@pytest.mark.parametrize("shift", [1, 2, 3])
def test_offsets__wrong_in_both_places_shows_in_the_floats(tmp_path: Path, shift: int) -> None:
    # flowCore issue 129 and FlowKit issue 136: both places agree and are wrong
    entries = keywords(n_events=200)
    place = (DATA_BEGIN + shift, DATA_BEGIN + shift + NUMBERS.nbytes - 1)
    path = write(tmp_path, fcs_bytes(entries, NUMBERS, header_data=place, text_data=place, tail=b"\0" * 8))
    check_rejected(path, "implausible_values", "absurdly large or small")


def test_byte_order__wrong_shows_in_the_floats(tmp_path: Path) -> None:
    path = write(tmp_path, fcs_bytes(keywords(n_events=200, BYTEORD="4,3,2,1"), NUMBERS))
    check_rejected(path, "implausible_values", "absurdly large or small")


def test_bits__ten_bits_kept_in_sixteen(tmp_path: Path) -> None:
    events = (np.arange(600, dtype="<u2") * 7 % 1024).reshape(200, 3)
    path = write(tmp_path, fcs_bytes(keywords(n_events=200, datatype="I", bits=10), events))
    check_read(path, events, ["bits_from_data_length"])


def test_floats__large_and_small_values_of_one_channel_are_no_fault(tmp_path: Path) -> None:
    # a clock in nanoseconds since 1970, and zeros
    events = NUMBERS.copy()
    events[:, 2] = 1.7e18
    events[:, 1] = 0
    check_read(write(tmp_path, fcs_bytes(keywords(n_events=200), events)), events, [])


def test_offsets__both_fit_and_the_bits_above_the_range_tell(tmp_path: Path) -> None:
    # 24 meaningful bits in 32, as the Accuri writes; the TEXT points 434 bytes too far
    events = (np.arange(600, dtype="<u4") * 27_961 % 2**24).reshape(200, 3)
    entries = keywords(n_events=200, datatype="I", bits=32, P1R="16777216", P2R="16777216", P3R="16777216")
    place = (DATA_BEGIN + 434, DATA_BEGIN + 434 + events.nbytes - 1)
    content = fcs_bytes(entries, events, text_data=place, tail=b"\0" * 434)
    check_read(write(tmp_path, content), events, ["data_offset_chosen"])

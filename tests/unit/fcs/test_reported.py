"""Files made after public bug reports, and files of the same kinds made here."""

from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.read import data_sets, read_fcs, read_header
from unit.fcs.builder import DATA_BEGIN, TWO_EVENTS, fcs_bytes, keywords, text_segment, write

MATRIX = [[1, 0.15], [0.02, 1]]
WORDS = np.random.default_rng(1).integers(1, 1024, (400, 4)).astype("<u2")


def codes(path: Path, data_set: int = 1) -> list[str]:
    verdict = read_fcs(path, data_set).verdict
    return [note.code for note in (*verdict.reasons, *verdict.repairs)]


# long whole numbers


@pytest.mark.parametrize(
    "name", ["all19_header0", "begin18_header0", "par19", "tot19", "tot_space"]
)  # fmt: skip
def test_zero_padded__is_read_without_a_repair(real_data: Path, name: str) -> None:
    file = read_fcs(real_data / "reported" / "zero_padded" / f"{name}.fcs")
    assert (file.n_events, file.verdict.status) == (200, "accepted")


@pytest.mark.parametrize("name", ["tot19_says300", "tot_says300"])
def test_zero_padded__tot_is_still_checked(real_data: Path, name: str) -> None:
    assert codes(real_data / "reported" / "zero_padded" / f"{name}.fcs") == ["tot_mismatch"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"TOT": "0" * 30 + "2", "PAR": "0" * 20 + "3", "P1B": "0" * 20 + "32"}, []),
        ({"TOT": "0" * 30 + "2.0"}, []),
        ({"P1R": "0" * 60 + "1024"}, []),
        ({"TOT": "9" * 25}, ["tot_mismatch"]),
    ],
)
def test_long_whole_numbers__mean_what_they_say(tmp_path: Path, changes: dict[str, str], found: list[str]) -> None:
    assert codes(write(tmp_path, fcs_bytes(keywords(2, **changes)))) == found


# the end of the TEXT


@pytest.mark.parametrize(("name", "found"), [("short_by_00", []), ("short_by_02", ["text_end_too_early"]),
                                             ("short_by_20", ["text_end_too_early"])])  # fmt: skip
def test_text_end__the_matrix_that_stands_last_is_read(real_data: Path, name: str, found: list[str]) -> None:
    path = real_data / "reported" / "text_end_too_early" / f"{name}.fcs"
    file = read_header(path)
    assert codes(path) == found
    assert file.spillover is not None
    np.testing.assert_array_equal(file.spillover.matrix, MATRIX)


def short_text(short: int, **more: str) -> tuple[dict[str, str], tuple[int, int]]:
    last = DATA_BEGIN + TWO_EVENTS.nbytes - 1
    places = {"$BEGINDATA": str(DATA_BEGIN), "$ENDDATA": str(last)}
    entries = keywords(**more) | {"$CYT": "Aurora", "$SPILLOVER": "2,FSC-A,PE-A,1,0.15,0.02,1"}
    return entries, (58, 58 + len(text_segment({**places, **entries})) - 1 - short)


@pytest.mark.parametrize("short", range(1, 60))
def test_text_end__wherever_it_is_cut_nothing_is_lost(tmp_path: Path, short: int) -> None:
    entries, ends = short_text(short)
    file = read_header(write(tmp_path, fcs_bytes(entries, header_text=ends)))
    assert file.spillover is not None
    assert file.cytometer == "Aurora"
    assert [note.code for note in file.verdict.repairs] == [
        "text_end_off_by_one" if short == 1 else "text_end_too_early"
    ]


def test_text_end__without_a_place_of_the_data_in_the_header(tmp_path: Path) -> None:
    entries, ends = short_text(20)
    file = read_header(write(tmp_path, fcs_bytes(entries, header_text=ends, header_data=(0, 0))))
    assert file.spillover is not None


def test_text_end__other_bytes_before_the_data_are_no_text(tmp_path: Path) -> None:
    entries, ends = short_text(0)
    for gap in (b"\0", b"\x01", b"x"):
        file = read_header(write(tmp_path, fcs_bytes(entries, header_text=ends, gap=gap)))
        assert file.verdict.status == "accepted"


def test_text_end__a_supplemental_text_is_not_read_twice(tmp_path: Path) -> None:
    supplement = text_segment({"$P2S": "CD34"})
    entries, _ = short_text(0, BEGINSTEXT="1200", ENDSTEXT=str(1200 + len(supplement) - 1))
    content = fcs_bytes(entries, header_text=None)
    content = content[:1200] + supplement + content[1200 + len(supplement) :]
    file = read_header(write(tmp_path, content))
    assert (file.verdict.status, file.channels[1].label) == ("accepted", "CD34")


@pytest.mark.parametrize("short", [0, 1, 2, 5, 9, 15])
@pytest.mark.parametrize("tail", [b"", b"00000000", b"  "])
def test_supplemental_text__that_ends_too_early_is_read_on(tmp_path: Path, short: int, tail: bytes) -> None:
    supplement = text_segment({"$P2S": "CD34", "$P3S": "CD45"})
    begin = DATA_BEGIN + TWO_EVENTS.nbytes
    entries = keywords(BEGINSTEXT=str(begin), ENDSTEXT=str(begin + len(supplement) - 1 - short))
    file = read_header(write(tmp_path, fcs_bytes(entries, tail=supplement + tail)))
    assert [channel.label for channel in file.channels] == ["", "CD34", "CD45"]
    assert [note.code for note in file.verdict.repairs] == (["text_end_too_early"] if short else [])


def test_supplemental_text__before_the_data_ends_there(tmp_path: Path) -> None:
    supplement = text_segment({"$P2S": "CD34", "$P3S": "CD45"})
    entries = keywords(BEGINSTEXT="1200", ENDSTEXT=str(1200 + len(supplement) - 6))
    content = fcs_bytes(entries)
    file = read_header(write(tmp_path, content[:1200] + supplement + content[1200 + len(supplement) :]))
    assert [channel.label for channel in file.channels] == ["", "CD34", "CD45"]


# bytes behind the DATA


def test_bytes_behind__are_noted(real_data: Path) -> None:
    file = read_header(real_data / "reported" / "bytes_after_data" / "tot_of_first_block.fcs")
    assert [(note.code, note.sentence) for note in file.verdict.repairs] == [
        ("bytes_after_data", "64800 bytes follow the DATA, room for 2700 events; 300 events were read")
    ]


@pytest.mark.parametrize("tail", [b"", b"00000000", b"\0" * 600, b" " * 600, b"log of a day\r\n" * 60, b"\xf3\x99" * 8])
def test_bytes_behind__padding_checksums_and_words_are_no_events(tmp_path: Path, tail: bytes) -> None:
    assert codes(write(tmp_path, fcs_bytes(keywords(), tail=tail))) == []


def test_bytes_behind__events_and_a_checksum(tmp_path: Path) -> None:
    more = np.full((30, 3), 7.5, "<f4").tobytes()
    for tail in (more, more + b"00000000", more + b"xyz"):
        assert codes(write(tmp_path, fcs_bytes(keywords(), tail=tail))) == ["bytes_after_data"]


def test_bytes_behind__a_part_of_an_event_of_integers(tmp_path: Path) -> None:
    entries = keywords(400, 4, "I", 16)
    assert codes(write(tmp_path, fcs_bytes(entries, WORDS, tail=WORDS[:77].tobytes() + b"x"))) == ["bytes_after_data"]
    other = np.random.default_rng(2).integers(0, 256, 617).astype("u1").tobytes()
    assert codes(write(tmp_path, fcs_bytes(entries, WORDS, tail=other))) == []


def test_glued_file__is_a_data_set_more(tmp_path: Path) -> None:
    second = fcs_bytes(keywords(), TWO_EVENTS + 1)
    for between in (b"", b"00000000", b"\r\n", b" " * 300):
        path = write(tmp_path, fcs_bytes(keywords(), tail=between) + second)
        assert [file.n_events for file in data_sets(path)] == [2, 2]
        assert codes(path) == ["data_set_not_linked"]
        np.testing.assert_array_equal(read_fcs(path, 2).events, TWO_EVENTS + 1)  # type: ignore[arg-type]
        assert codes(path, 2) == []


# $PnE of integers


@pytest.mark.parametrize("name", ["right_4,1", "semicolon", "empty_keyword_behind"])
def test_amplification__is_read_where_its_meaning_is_sure(real_data: Path, name: str) -> None:
    path = real_data / "reported" / "pne_unreadable_integers" / f"{name}.fcs"
    file = read_fcs(path)
    assert file.events is not None
    stored = np.fromfile(path, "<u2", offset=path.stat().st_size - 300 * 4 * 2).reshape(300, 4)
    np.testing.assert_allclose(file.events[:, 2:], 10 ** (4 * stored[:, 2:] / 1024), rtol=1e-14)
    assert [channel.amplification for channel in file.channels] == [(0, 0), (0, 0), (4, 1), (4, 1)]


@pytest.mark.parametrize(
    ("text", "pair"),
    [("4;1", (4, 1)), ("4 1", (4, 1)), ("(4,1)", (4, 1)), ("4,1,", (4, 1)), ("4.0;0.1", (4, 0.1)),
     ("4,0;0,1", (4, 0.1)), ("4:1", (4, 1)),
     ("LIN", (0, 0)), ("0", (0, 0)), ("0;0", (0, 0)), ("NA", (0, 0)), ("4;0", (4, 1)),
     ("4;0,1", (4, 0.1)), ("4,5;1", (4.5, 1)), ("0" * 30 + "4," + "0" * 30 + "1", (4, 1)),
     ("4,0000000000;1,0000000000", (4, 1))],
)  # fmt: skip
def test_amplification__other_spellings(tmp_path: Path, text: str, pair: tuple[float, float]) -> None:
    entries = keywords(400, 4, "I", 16, P2E=text)
    assert read_header(write(tmp_path, fcs_bytes(entries, WORDS))).channels[1].amplification == pair


@pytest.mark.parametrize("text", ["4", "4,", "log", "4,1,5", "-1,0", "4.1", "four", "999,1"])
def test_amplification__without_a_sure_meaning_is_rejected_for_integers(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, fcs_bytes(keywords(400, 4, "I", 16, P2E=text), WORDS))
    assert read_fcs(path).verdict.reasons[0].sentence == (
        "$PnE of 1 integer channels is no pair of numbers (channels 2)"
    )
    assert codes(write(tmp_path, fcs_bytes(keywords(400, 4, "I", 16, P3E=text), WORDS))) == ["amplification_unreadable"]
    assert codes(write(tmp_path, fcs_bytes(keywords(P2E=text)))) == ["amplification_unreadable"]


@pytest.mark.parametrize("text", [None, "", "1,024", "0", "many"])
def test_amplification__without_a_range_is_rejected(tmp_path: Path, text: str | None) -> None:
    path = write(tmp_path, fcs_bytes(keywords(400, 4, "I", 16, P2E="4,1", P2R=text), WORDS))
    assert read_fcs(path).verdict.reasons[0].sentence == ("$PnR of 1 logarithmic channels is no number (channels 2)")
    # time needs none, nor do floats
    assert codes(write(tmp_path, fcs_bytes(keywords(400, 4, "I", 16, P3E="4,1", P3R=text), WORDS))) == [
        "range_unusable"
    ]
    assert codes(write(tmp_path, fcs_bytes(keywords(P2E="4,1", P2R=text)))) == ["amplification_ignored"]


def test_empty_keyword__takes_nothing_from_the_number_before_it(tmp_path: Path) -> None:
    text = text_segment({"$BEGINDATA": str(DATA_BEGIN), "$ENDDATA": str(DATA_BEGIN + 23), **keywords(3)})
    path = write(tmp_path, fcs_bytes(text=text.replace(b"$TOT/3/", b"$TOT/3//orphan/")))
    assert codes(path)[0] == "tot_mismatch"


@pytest.mark.parametrize(("order", "text"), [("<", "1,2,3,4"), (">", "4,3,2,1")])
def test_floats_said_to_be_integers__are_rejected(tmp_path: Path, order: str, text: str) -> None:
    values = np.random.default_rng(4).lognormal(6, 1, (100, 3))
    entries = keywords(100, 3, "I", 32, BYTEORD=text)
    path = write(tmp_path, fcs_bytes(entries, values.astype(f"{order}f4")))
    assert [note.sentence for note in read_header(path).verdict.reasons] == [
        "$DATATYPE is I, and the values are floating-point numbers"
    ]
    # integers within their range, and such with extra bits above it, are none
    whole = np.minimum(values, 1023).astype(f"{order}u4")
    assert codes(write(tmp_path, fcs_bytes(entries, whole))) == []
    assert codes(write(tmp_path, fcs_bytes(entries, whole + np.array(3 << 10, f"{order}u4")))) == ["extra_bits_masked"]


# integers of 10 bits in 16


@pytest.mark.parametrize(("extra", "more"), [(0, []), (1, ["end_offset_off_by_one"]), (-1, ["end_offset_off_by_one"]),
                                             (8, ["trailing_bytes_ignored"])])  # fmt: skip
def test_ten_bits_in_words__four_channels(tmp_path: Path, extra: int, more: list[str]) -> None:
    ends = (DATA_BEGIN, DATA_BEGIN + WORDS.nbytes - 1 + extra)
    entries = keywords(400, 4, "I", 10, BYTEORD="1,2")
    path = write(tmp_path, fcs_bytes(entries, WORDS, version="2.0", header_data=ends, tail=b"\0" * 8))
    assert codes(path) == ["bits_from_data_length", *more]
    np.testing.assert_array_equal(read_fcs(path).events, WORDS)  # type: ignore[arg-type]


def test_ten_bits_in_words__not_when_tot_fits_neither(tmp_path: Path) -> None:
    entries = keywords(390, 4, "I", 10, BYTEORD="1,2")
    assert codes(write(tmp_path, fcs_bytes(entries, WORDS, version="2.0"))) == ["tot_mismatch"]


# clocks


@pytest.mark.parametrize(
    ("begin", "end", "seconds"),
    [
        ("09:42:05:509", "09:42:06:009", "0.5"),
        ("09:42:05,5", "09:42:06", "0.5"),
        ("09:42:05:30", "09:42:06:00", "0.5"),
        ("09:42:05:80", "09:42:06:30", "0.5"),
        ("09.42.05", "09.42.30", "25"),
        ("09:42:05:", "09:42:30:", "25"),
        ("11:59:50 AM", "12:00:15 PM", "25"),
        ("12:59:50 pm", "1:00:15 pm", "25"),
        ("11:59:50 PM", "12:00:15 AM", "25"),
        ("09:42:05Z", "09:42:30Z", "25"),
        ("2024-01-02T23:59:50", "2024-01-03T00:00:15", "25"),
    ],
)
def test_clock__spellings(tmp_path: Path, begin: str, end: str, seconds: str) -> None:
    file = read_header(write(tmp_path, fcs_bytes(keywords(BTIM=begin, ETIM=end))))
    assert file.facts["acquisition_s"] == seconds


@pytest.mark.parametrize(
    "changes",
    [
        {"BTIM": "09:42:61", "ETIM": "09:43:00"},
        {"BTIM": "25:00:00", "ETIM": "25:00:25"},
        {"BTIM": "13:00:00 PM", "ETIM": "13:00:25 PM"},
        {"BTIM": "09:42", "ETIM": "09:43"},
        {"BEGINDATETIME": "2024-01-03T00:00:15", "ENDDATETIME": "2024-01-02T23:59:50"},
    ],
)
def test_clock__that_is_none_gives_no_duration(tmp_path: Path, changes: dict[str, str]) -> None:
    assert "acquisition_s" not in read_header(write(tmp_path, fcs_bytes(keywords(**changes)))).facts


# names


def test_names__roles_by_maker(real_data: Path) -> None:
    file = read_header(real_data / "reported" / "names_not_understood" / "names.fcs")
    assert {channel.name: channel.role for channel in file.channels} == {
        "TIME": "time", "FS00-A": "scatter", "FS00-H": "scatter", "SS02-A": "scatter", "FL03-A": "fluorescence",
        "T0": "time", "EV": "ignored", "DOUBLET": "ignored", "405-LALS(Area)": "scatter",
        "SSC (Violet)-A": "scatter", "Forward Scatter (FSC-HLin)": "scatter",
    }  # fmt: skip

"""HEADER and TEXT of the data sets of a file: ends of the TEXT, supplemental TEXT, several data sets."""

from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.read import data_sets, read_fcs, read_header
from unit.fcs.builder import DATA_BEGIN, TEXT_BEGIN, TWO_EVENTS, fcs_bytes, keywords, text_segment, write


def repairs_of(path: Path) -> list[str]:
    file = read_fcs(path)
    assert file.events is not None, file.verdict
    np.testing.assert_array_equal(file.events, TWO_EVENTS)
    assert file.channels[1].label == "CD34"
    return [note.code for note in file.verdict.repairs]


ENTRIES = keywords(P2S="CD34")
SEGMENT = text_segment({"$BEGINDATA": str(DATA_BEGIN), "$ENDDATA": str(DATA_BEGIN + 23), **ENTRIES})
END = TEXT_BEGIN + len(SEGMENT) - 1


@pytest.mark.parametrize(
    ("place", "repairs"),
    [
        ((TEXT_BEGIN, END), []),
        ((TEXT_BEGIN, END + 1), []),  # one blank more
        ((TEXT_BEGIN, END - 1), ["text_end_off_by_one"]),
        ((TEXT_BEGIN + 1, END), ["text_begin_off_by_one"]),
    ],
)
def test_text__ends_that_are_off_by_one(tmp_path: Path, place: tuple[int, int], repairs: list[str]) -> None:
    content = fcs_bytes(ENTRIES, header_text=place)
    assert repairs_of(write(tmp_path, content)) == repairs


def test_text__shares_a_byte_with_the_data(tmp_path: Path) -> None:
    # flowCore issue 251: the TEXT is said to end where the DATA begin
    begin = END + 1
    segment = text_segment({"$BEGINDATA": f"{begin:04}", "$ENDDATA": f"{begin + 23:04}", **ENTRIES})
    content = fcs_bytes(text=segment, data_begin=begin, header_text=(TEXT_BEGIN, begin))
    assert repairs_of(write(tmp_path, content)) == ["text_end_off_by_one"]


def test_text__begins_with_blanks(tmp_path: Path) -> None:
    assert repairs_of(write(tmp_path, fcs_bytes(text=b"   " + SEGMENT))) == []


def test_text__carriage_return_as_delimiter(tmp_path: Path) -> None:
    # BD FACSDiscover files
    assert repairs_of(write(tmp_path, fcs_bytes(ENTRIES, delimiter="\r"))) == []


def test_text__ends_beyond_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, fcs_bytes(header_text=(TEXT_BEGIN, 5000)))
    reason = read_header(path).verdict.reasons[0]
    assert (reason.code, reason.sentence) == ("truncated", "the TEXT ends at byte 5000, the data set has 2072 bytes")


def supplemental(tmp_path: Path, segment: bytes, shift: int = 0) -> Path:
    begin = DATA_BEGIN + TWO_EVENTS.nbytes
    place = {"BEGINSTEXT": str(begin + shift), "ENDSTEXT": str(begin + shift + len(segment) - 1)}
    entries = keywords(**place)
    return write(tmp_path, fcs_bytes(entries, tail=segment))


def test_supplemental_text__holds_labels_and_spillover(tmp_path: Path) -> None:
    # FlowIO 1.4 never reads it, so that the marker is lost
    segment = text_segment({"$P2S": "CD34", "$P1N": "other", "SPILL": "2,FSC-A,PE-A,1,0.1,0,1"})
    path = supplemental(tmp_path, segment)
    assert repairs_of(path) == []
    file = read_header(path)
    assert file.channels[0].name == "FSC-A"  # the primary TEXT comes first
    assert file.spillover is not None
    np.testing.assert_array_equal(file.spillover.matrix, [[1, 0.1], [0, 1]])


def test_supplemental_text__may_have_its_own_delimiter(tmp_path: Path) -> None:
    assert repairs_of(supplemental(tmp_path, text_segment({"$P2S": "CD34"}, "|"))) == []


@pytest.mark.parametrize("shift", [10**6, 3])
def test_supplemental_text__that_cannot_be_read_is_noted(tmp_path: Path, shift: int) -> None:
    file = read_fcs(supplemental(tmp_path, text_segment({"$P2S": "CD34"}), shift))
    assert [note.code for note in file.verdict.repairs] == ["supplemental_text_ignored"]
    assert file.events is not None


def test_supplemental_text__that_is_the_primary_one(tmp_path: Path) -> None:
    # BD Accuri gives the primary TEXT once more
    entries = {**ENTRIES, "$BEGINSTEXT": f"{TEXT_BEGIN:08}", "$ENDSTEXT": f"{TEXT_BEGIN + 200:08}"}
    assert repairs_of(write(tmp_path, fcs_bytes(entries))) == []


def test_keywords__without_dollar(tmp_path: Path) -> None:
    entries = {keyword.removeprefix("$"): value for keyword, value in ENTRIES.items()} | {"$P2S": "CD34"}
    assert repairs_of(write(tmp_path, fcs_bytes(entries))) == ["keywords_without_dollar"]


def test_keywords__own_ones_without_dollar_are_left_alone(tmp_path: Path) -> None:
    assert repairs_of(write(tmp_path, fcs_bytes({"TOT": "7", "P1B": "8", **ENTRIES}))) == []


def several(tmp_path: Path, steps: list[int], sets: int = 3) -> Path:
    size = DATA_BEGIN + TWO_EVENTS.nbytes
    content = b""
    for number, step in zip(range(sets), steps, strict=True):
        content += fcs_bytes(keywords(NEXTDATA=str(step)), TWO_EVENTS + np.float32(number))
    assert len(content) == sets * size
    return write(tmp_path, content)


SIZE = DATA_BEGIN + TWO_EVENTS.nbytes


@pytest.mark.parametrize("steps", [[SIZE, SIZE, 0], [SIZE, 2 * SIZE, 0]])
def test_data_sets__counted_from_the_set_or_from_the_file(tmp_path: Path, steps: list[int]) -> None:
    path = several(tmp_path, steps)
    assert [file.data_set for file in data_sets(path)] == [1, 2, 3]
    assert {file.verdict.status for file in data_sets(path)} == {"accepted"}
    for number in (1, 2, 3):
        np.testing.assert_array_equal(read_fcs(path, number).events, TWO_EVENTS + np.float32(number - 1))  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [0, -1, 4])
def test_data_sets__number_that_is_not_there(tmp_path: Path, number: int) -> None:
    file = read_fcs(several(tmp_path, [SIZE, SIZE, 0]), number)
    reason = file.verdict.reasons[0]
    assert reason.code == "no_such_data_set"
    assert reason.sentence == f"data set {number} was asked for, the file holds 3"


@pytest.mark.parametrize("step", [1, 58, 100, SIZE - 1, 10**12])
def test_data_sets__step_to_nowhere_is_noted(tmp_path: Path, step: int) -> None:
    files = data_sets(write(tmp_path, fcs_bytes(keywords(NEXTDATA=str(step)))))
    assert len(files) == 1
    assert [note.code for note in files[0].verdict.repairs] == ["next_data_ignored"]
    # what lies behind the DATA is found all the same
    files = data_sets(several(tmp_path, [step, 0, 0]))
    assert [[note.code for note in file.verdict.repairs] for file in files] == [["data_set_not_linked"]] * 2 + [[]]


def test_data_sets__loop_ends(tmp_path: Path) -> None:
    # the last one points back to the start of the file, or to itself
    assert len(data_sets(several(tmp_path, [SIZE, SIZE, -2 * SIZE]))) == 3
    path = write(tmp_path, fcs_bytes(keywords(NEXTDATA="0")))
    assert len(data_sets(path)) == 1


def test_data_sets__one_that_is_damaged_does_not_hide_the_others(tmp_path: Path) -> None:
    content = fcs_bytes(keywords(NEXTDATA=str(SIZE), TOT="9")) + fcs_bytes()
    first, second = data_sets(write(tmp_path, content))
    assert first.verdict.reasons[0].code == "tot_mismatch"
    assert second.verdict.status == "accepted"

from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import read_header
from unit.fcs.builder import TWO_EVENTS, fcs_bytes, keywords, write

MATRIX = [[1, 0.25], [0.01, 1]]
VALUES = "1,0.25,0.01,1"


def read(folder: Path, text: str, keyword: str = "SPILL", **changes: str) -> FcsFile:
    entries = keywords(**{"P1N": "FITC-A", "P2N": "PE-A", **changes}) | {keyword: text}
    return read_header(write(folder, fcs_bytes(entries, TWO_EVENTS)))


def check(file: FcsFile, labels: tuple[str, ...] = ("FITC-A", "PE-A")) -> None:
    assert file.verdict.status == "accepted", file.verdict
    assert file.spillover is not None
    assert file.spillover.labels == labels
    np.testing.assert_array_equal(file.spillover.matrix, MATRIX)
    assert not file.spillover.matrix.flags.writeable


@pytest.mark.parametrize("keyword", ["$SPILLOVER", "SPILL", "$SPILL", "SPILLOVER", "Spill", "$COMP"])
def test_spillover__every_spelling_of_the_keyword(tmp_path: Path, keyword: str) -> None:
    check(read(tmp_path, f"2,FITC-A,PE-A,{VALUES}", keyword))


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (f" 2 , FITC-A , PE-A , {VALUES} ", {}),
        (f"2,fitc-a,pe-A,{VALUES}", {}),
        (f"2,CD3,CD34,{VALUES}", {"P1S": "CD3", "P2S": "CD34"}),
        (f"2,1,2,{VALUES}", {}),
        (f"2,FITC -A,PE-A,{VALUES}", {}),
        (f"2,FITC\u2011A,\ufeffPE\u2013A,{VALUES}", {}),
        (f'2,"FITC-A","PE-A",{VALUES}', {}),
        (f"2,FITC-Area,PE-Area,{VALUES}", {}),
        (f"2,FITC-A - CD3,PE-A - CD34,{VALUES}", {"P1S": "CD3", "P2S": "CD34"}),
        (f"2,FITC-A CD3,CD34 PE-A,{VALUES}", {"P1S": "CD3", "P2S": "CD34"}),
        (f"2,CD3 (FITC-A),PE-A (CD34),{VALUES}", {"P1S": "CD3", "P2S": "CD34"}),
        (f"2,CD3-FITC,CD34-PE,{VALUES}", {"P1S": "CD3", "P2S": "CD34"}),
        ("2,FITC-A,PE-A\n1,0.25\n0.01,1", {}),
        ("2,FITC-A,PE-A,\r\n1,0.25,\r\n0.01,1,", {}),
        ("2\tFITC-A\tPE-A\t1\t0.25\t0.01\t1", {}),
        ("2;FITC-A;PE-A\n1;0,25\n0,01;1", {}),
        ("3,FITC-A,PE-A,APC-A,1,0.25,0,0.01,1,0,0,0,1", {}),
    ],
)
def test_spillover__labels_are_matched(tmp_path: Path, text: str, changes: dict[str, str]) -> None:
    check(read(tmp_path, text, **changes))


def test_spillover__dyes_are_matched_with_other_signs(tmp_path: Path) -> None:
    file = read(tmp_path, f"2,FITC-A,PE/Cyanine7-A,{VALUES}", P2N="PE-Cy7-A")
    check(file, ("FITC-A", "PE-Cy7-A"))
    # a sign between digits counts
    assert read(tmp_path, f"2,FITC-A,FL11-A,{VALUES}", P2N="FL1-1-A").spillover is None


def test_spillover__per_cent_with_signs_and_decimals(tmp_path: Path) -> None:
    file = read(tmp_path, "2,FITC-A,PE-A,100.0%,25.0 %,1%,100%")
    assert [note.code for note in file.verdict.repairs] == ["spillover_in_per_cent"]
    assert file.spillover is not None
    np.testing.assert_array_equal(file.spillover.matrix, MATRIX)


def test_spillover__label_with_a_comma(tmp_path: Path) -> None:
    file = read(tmp_path, f"2,FITC,blue,PE-A,{VALUES}", P1N="FITC,blue")
    check(file, ("FITC,blue", "PE-A"))


def test_spillover__without_labels_goes_by_the_fluorescence_channels(tmp_path: Path) -> None:
    check(read(tmp_path, f"2,{VALUES}", "$COMP"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"2,FITC-A,APC-A,{VALUES}", "1 of 2 labels name no channel (labels 2)"),
        (f"2,FITC-A,FITC-A,{VALUES}", "two labels name the same channel"),
        ("2,FITC-A,PE-A,1,0,0", "2 channels need 2 labels and 4 values, it has 5 entries"),
        ("2,FITC-A,PE-A,1,0,NA,1", "its values are not all finite numbers"),
        ("2,FITC-A,PE-A,0,0,0,1", "its diagonal is 0 to 1, it must be 1"),
        ("many,FITC-A", "it does not begin with the number of channels"),
        ("1000000000", "it does not begin with the number of channels"),
        (f"2,FITC-A,PE-A,Time,{VALUES}", "it has more than 2 labels"),
        ("2,FITC-A,PE-A,1,25,1,1", "it has entries up to 25 beside a diagonal of 1"),
        ("2,FITC-A,PE-A,1,-0.25,0.01,1", "its entries are mostly below 0: it is a compensation matrix"),
        ("2,FITC-A,PE-A,1,1.5,1.2,1", "two of its fluorochromes are each brighter in the other's detector"),
        ("2,FITC-A,PE-A,1,2,0.5,1", "it is singular"),
        (f"2,2,3,{VALUES}", "its labels are numbers, and number 3 is time"),
        ("3,FITC-A,PE-A,APC-A,1,0.25,0,0.01,1,0.1,0,0,1", "1 of 3 labels name no channel (labels 3)"),
    ],
)
def test_spillover__that_cannot_be_used_is_reported(tmp_path: Path, text: str, words: str) -> None:
    file = read(tmp_path, text)
    assert file.spillover is None
    assert [note.code for note in file.verdict.repairs] == ["spillover_ignored"]
    assert words in file.verdict.repairs[0].sentence


@pytest.mark.parametrize("text", ["", "0", " ", "0,0"])
def test_spillover__nothing_is_no_fault(tmp_path: Path, text: str) -> None:
    file = read(tmp_path, text)
    assert file.spillover is None
    assert file.verdict.status == "accepted"


def test_spillover__standard_keyword_comes_first(tmp_path: Path) -> None:
    entries = keywords(P1N="FITC-A", P2N="PE-A") | {
        "SPILL": "2,FITC-A,PE-A,1,0.9,0.9,1", "$SPILLOVER": f"2,FITC-A,PE-A,{VALUES}",
    }  # fmt: skip
    file = read_header(write(tmp_path, fcs_bytes(entries, TWO_EVENTS)))
    assert file.spillover is not None
    np.testing.assert_array_equal(file.spillover.matrix, MATRIX)
    # that they differ is said
    assert [(note.code, note.sentence) for note in file.verdict.repairs] == [
        (
            "spillover_several",
            "the file holds 2 spillover matrices that differ ($SPILLOVER, SPILL); $SPILLOVER was used",
        )
    ]


@pytest.mark.parametrize(
    "text", [f"2,FITC-A\0\0,PE-A\0,{VALUES}", f"2\0,FITC-A,PE-A,{VALUES}\0", f"2,FI\x1bTC-A,PE-A,{VALUES}"]
)
def test_spillover__labels_lose_padding_as_other_values_do(tmp_path: Path, text: str) -> None:
    check(read(tmp_path, text))

"""Spillover matrices as CSV."""

import numpy as np
import pytest

from marrowgate.errors import UserError
from marrowgate.fcs.model import Spillover
from marrowgate.signal.spillover.matrix_csv import read_spillover, write_spillover


def faults_of(tmp_path, text):
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_spillover(path)
    return [str(fault).replace(str(tmp_path), "") for fault in caught.value.faults]


def test_write_spillover__is_read_back_the_same(tmp_path):
    given = Spillover(("FITC-A", 'odd, "name"', "PE-A"), np.array([[1, 0.2, 0.013], [-0.001, 1, 0], [0.5, 0, 1.0]]))
    write_spillover(tmp_path / "m.csv", given)
    back = read_spillover(tmp_path / "m.csv")
    assert back.labels == given.labels
    assert np.array_equal(back.matrix, given.matrix)


def test_read_spillover__rows_are_fluorochromes(tmp_path):
    (tmp_path / "m.csv").write_text(",FITC-A,PE-A\nFITC-A,1,0.2\nPE-A,0.03,1\n", encoding="utf-8")
    assert read_spillover(tmp_path / "m.csv").matrix[0, 1] == 0.2


@pytest.mark.parametrize(
    "text",
    [
        "FITC-A,PE-A\n1,0.2\n0.03,1\n",
        ",FITC-A,PE-A\nFITC,1,0.2\nPE,0.03,1\n",
        "﻿,FITC-A :: CD38,PE-A :: CXCR4\nFITC-A :: CD38,1,0.2\nPE-A :: CXCR4,0.03,1\n",
        '"","FITC-A","PE-A"\r\n"FITC-A",1,0.2\r\n"PE-A",0.03,1\r\n\r\n',
        "FITC-A,PE-A\nFITC,1,0.2\nPE,0.03,1\n",
    ],
    ids=["no_names", "fluorochromes", "flowjo", "quoted_crlf", "no_corner"],
)
def test_read_spillover__usual_forms(tmp_path, text):
    (tmp_path / "m.csv").write_text(text, encoding="utf-8", newline="")
    found = read_spillover(tmp_path / "m.csv")
    assert found.labels == ("FITC-A", "PE-A")
    assert found.matrix.tolist() == [[1.0, 0.2], [0.03, 1.0]]


def test_read_spillover__all_faults_at_once(tmp_path):
    cure = "divide the row by it; a compensation matrix (the inverse) is not what is asked for"
    faults = faults_of(tmp_path, ",FITC-A,PE-A,PE-A\nFITC-A,1,x,0.2\nPE-A,0.03,2,nan\nAPC-A,1,2\n")
    assert faults == [
        "/m.csv line 1: detector 'PE-A' stands twice; keep one column and row of it",
        "/m.csv line 2, column PE-A: 'x' is no number; write a number, 0 for none",
        "/m.csv line 3, column PE-A: 'nan' is no number; write a number, 0 for none",
        f"/m.csv line 3, column PE-A: the diagonal is 2, it must be 1; {cure}",
        "/m.csv line 4: the row has 2 values for 3 detectors; complete it",
    ]


def test_read_spillover__rows_in_another_order_are_refused(tmp_path):
    faults = faults_of(tmp_path, ",FITC-A,PE-A\nPE-A,1,0.2\nFITC-A,0.03,1\n")
    assert faults == [
        "/m.csv line 2: the row is 'PE-A' where the column is 'FITC-A'; put the rows in the order of the columns",
        "/m.csv line 3: the row is 'FITC-A' where the column is 'PE-A'; put the rows in the order of the columns",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there is no matrix"),
        ("FITC-A,PE-A\n1,0\n", "there are 1 rows for 2 detectors"),
        (",FITC-A,\nFITC-A,1,0\nPE-A,0,1\n", "column 2 has no name"),
    ],
)
def test_read_spillover__no_square_of_numbers(tmp_path, text, sentence):
    assert any(sentence in fault for fault in faults_of(tmp_path, text))


def test_read_spillover__file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"none\.csv: there is no such file; make it, or correct the path"):
        read_spillover(tmp_path / "none.csv")


@pytest.mark.parametrize("text", [";A;B\nA;1;0,15\nB;0,02;1\n", "A;B\n1;0.15\n0.02;1\n"])
def test_read_spillover__semicolons_and_decimal_commas_are_told_as_what_they_are(tmp_path, text):
    (fault,) = faults_of(tmp_path, text)
    assert fault == (
        "/m.csv: its values are divided by semicolons and have decimal commas, as Excel writes CSV in some countries; "
        "save it with commas between the values and points in the numbers"
    )

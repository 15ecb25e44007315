"""What may be shown of text that others wrote."""

import logging

import pytest

from marrowgate.errors import Fault
from marrowgate.log import set_up
from marrowgate.plain_text import has_unprintable, not_a_formula, one_line, printable
from marrowgate.tables import read_rows, write_table

ESCAPE = "\x1b[31mPE\x00-A\ufffe\u202e"


def test_printable__replaces_what_is_not_to_be_shown_and_nothing_else():
    assert printable(ESCAPE) == "\ufffd[31mPE\ufffd-A\ufffd\ufffd"
    assert printable(ESCAPE, instead="") == "[31mPE-A"
    kept = "\u00b5L \u03b2-2 CD45\u2013 \u65e5\u672c \U0001f9ea\ttab"
    assert printable(kept) == kept
    assert [has_unprintable(text) for text in (ESCAPE, kept)] == [True, False]


def test_one_line__is_one_line():
    assert one_line("a\nb\r\nc\x85d\x1b") == "a b c d\ufffd"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_not_a_formula__a_cell_that_a_spreadsheet_would_calculate_begins_with_an_apostrophe(start):
    assert not_a_formula(f"{start}2+3+cmd|' /C calc'!A0") == f"'{start}2+3+cmd|' /C calc'!A0"
    assert not_a_formula(f"CD34{start}") == f"CD34{start}"


def test_tables__text_is_no_formula_and_the_parquet_holds_it_as_it_is(tmp_path):
    marker = "-2+3+cmd|' /C calc'!A0"
    write_table(tmp_path / "t.tsv", "intensities", [{"sample_id": "a", "marker": marker, "median_fi": -2.5}])
    header, row = ((line.split("\t")) for line in (tmp_path / "t.tsv").read_text(encoding="utf-8").splitlines())
    cells = dict(zip(header, row, strict=True))
    assert (cells["marker"], cells["median_fi"]) == (f"'{marker}", "-2.5")
    assert read_rows(tmp_path / "t.tsv")[0]["marker"] == marker


def test_faults_and_logs__send_no_escapes_to_a_terminal(capsys):
    assert (
        str(Fault(f"{ESCAPE}.fcs", "is wrong", "mend it")) == "\ufffd[31mPE\ufffd-A\ufffd\ufffd.fcs: is wrong; mend it"
    )
    set_up()
    logging.getLogger("marrowgate.test").warning("%s\nnext", ESCAPE)
    assert capsys.readouterr().err == "WARNING \ufffd[31mPE\ufffd-A\ufffd\ufffd next\n"


def test_printable__what_python_calls_printable_holds_nothing_that_is_not_to_be_shown():
    assert not [code for code in range(0x110000) if chr(code).isprintable() and has_unprintable(chr(code))]

"""Sheets as labs have them: names and words in any case, titles, percentages, named sheets, names with other signs."""

from pathlib import Path

import openpyxl
import pytest

from marrowgate.errors import Fault, UserError, told_once
from marrowgate.settings.files.sheet_file import load_sheet, read_sheet
from marrowgate.settings.sheets import Patient, Sample

HEADER = "sample_id\tfcs\tpanel\tbatch"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


def samples(text: str) -> tuple[list[Sample], list[str]]:
    Path("s.tsv").write_text(text, encoding="utf-8")
    rows, faults = load_sheet(Path("s.tsv"), Sample)
    return [row for _, row in rows], [str(fault) for fault in faults]


def test_columns_and_words__in_any_case_are_those_of_the_model():
    (row,), faults = samples(
        "Sample Id\tFCS\tPanel\tBATCH\tControl-Type\tcontrolmarker\tWBC per \u00b5L\n"
        "A\ta.fcs\tp\tb\tSingle Stain\tCD34\t6000\n"
    )
    assert faults == []
    assert (row.sample_id, row.control_type, row.control_marker, row.wbc_per_ul) == ("A", "single_stain", "CD34", 6000)


def test_yes_and_no__in_any_case():
    Path("p.tsv").write_text("Patient ID\tArm\tRecent_GCSF\tSmoker\nP1\tTriplet\tYES\tNo\n", encoding="utf-8")
    sheet = read_sheet(Path("p.tsv"), Patient, {"arm": ("triplet", "doublet")})
    # the column that is the lab's own keeps its name and its words
    assert sheet.columns == ("patient_id", "arm", "recent_gcsf", "Smoker")
    assert dict(sheet.rows[0].cells) == {"patient_id": "P1", "arm": "triplet", "recent_gcsf": "yes", "Smoker": "No"}


@pytest.mark.parametrize("word", ["-", "--", "\u2013", "n.d.", "N.D.", "na", "N/A", "n.a.", "NaN"])
def test_word_for_nothing__is_an_empty_cell(word: str):
    (row,), faults = samples(f"{HEADER}\tday\tlysis\nA\ta.fcs\tp\tb\t{word}\t{word}\n")
    assert (faults, row.day, row.lysis) == ([], None, None)


def test_none__is_a_word_where_it_means_something():
    (row,), _ = samples(f"{HEADER}\tcontrol_type\tlysis\nA\ta.fcs\tp\tb\tNone\tnone\n")
    assert (row.control_type, row.lysis) == ("none", "none")


def test_percentage__counts_where_the_column_is_per_100_and_zero_everywhere():
    (row,), faults = samples(f"{HEADER}\tnrbc_per_100_wbc\tdays_off\nA\ta.fcs\tp\tb\t2.5 %\t0 %\n")
    assert (faults, row.nrbc_per_100_wbc, row.days_off) == ([], 2.5, 0)


def test_percentage__of_another_column_is_told():
    assert samples(f"{HEADER}\tdays_off\nA\ta.fcs\tp\tb\t5%\n")[1] == [
        "s.tsv line 2, column days_off: is a percentage, got '5%'; write the number in the unit of the column"
    ]


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "SEP=;\n"])
def test_separator_line_of_excel__is_no_header_and_lines_keep_their_numbers(first: str):
    rows, faults = samples(f"{first}sample_id;fcs;panel;batch;day\nA;a.fcs;p;b;x\n")
    assert rows == []
    assert faults == ["s.tsv line 3, column day: must be a number, got 'x'; correct the value"]


@pytest.mark.parametrize("title", ["Samples, Hematology, May", "Study;A;B", "x\ty"])
def test_title__may_stand_above_the_names_of_the_columns(title: str):
    (row,), faults = samples(f"{title}\n\n{HEADER}\nA\ta.fcs\tp\tb\n")
    assert (faults, row.sample_id) == ([], "A")


def test_names__with_dash_and_slash_are_made_safe_and_shown():
    Path("s.tsv").write_text(f"{HEADER}\tpatient_id\nP-01 d0\ta.fcs\tp\t2024/run-1\tP-01\n", encoding="utf-8")
    sheet = read_sheet(Path("s.tsv"), Sample)
    assert dict(sheet.rows[0].cells) == {
        "sample_id": "P_01_d0",
        "fcs": "a.fcs",
        "panel": "p",
        "batch": "2024_run_1",
        "patient_id": "P_01",
    }
    assert set(sheet.renamed) == {
        ("sample_id", "P-01 d0", "P_01_d0"),
        ("batch", "2024/run-1", "2024_run_1"),
        ("patient_id", "P-01", "P_01"),
    }


def test_two_names__that_would_become_one_are_told():
    assert samples(f"{HEADER}\nA\ta.fcs\tp\trun/1\nB\tb.fcs\tp\trun_1\n")[1] == [
        "s.tsv line 3, column batch: 'run_1' and 'run/1' would both be called run_1; give one of them another name"
    ]


def workbook(**tabs: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in tabs.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save("w.xlsx")
    return Path("w.xlsx")


def test_workbook__the_sheet_of_that_name_is_read_and_faults_name_it_and_its_row():
    path = workbook(
        Notes=[["x"]], Samples=[["Samples of May"], [*HEADER.split("\t"), "day"], ["A", "a.fcs", "p", "b", "3,5"]]
    )
    sheet = read_sheet(path, Sample, tab="samples")
    assert sheet.tab == "Samples"
    _, faults = load_sheet(path, Sample)
    assert str(faults[0]).startswith("w.xlsx sheet Notes row 1: has one column only, 'x'; give each")
    assert sheet.where(3, "day") == "w.xlsx sheet Samples row 3, column day"


def test_workbook__decimal_comma_is_told_in_the_words_of_workbooks():
    _, faults = load_sheet(workbook(Samples=[[*HEADER.split("\t"), "day"], ["A", "a.fcs", "p", "b", "3,5"]]), Sample)
    cure = "it is text there: format the cell as a number and type it again"
    assert [str(each) for each in faults] == [f"w.xlsx row 2, column day: has a decimal comma, got '3,5'; {cure}"]


def test_workbook__number_shown_as_a_percentage_is_what_is_shown():
    path = workbook(Samples=[[*HEADER.split("\t"), "nrbc_per_100_wbc"], ["A", "a.fcs", "p", "b", 0.025]])
    book = openpyxl.load_workbook(path)
    book.active["E2"].number_format = "0.0%"
    book.save(path)
    rows, faults = load_sheet(path, Sample)
    assert faults == []
    assert rows[0][1].nrbc_per_100_wbc == 2.5


def test_workbook__without_the_sheet_that_the_config_names_is_told():
    with pytest.raises(UserError, match=r"^w.xlsx: has no sheet 'Visit'; did you mean 'Visits'\?$"):
        read_sheet(workbook(Visits=[["a"]], Other=[["b"]]), tab="Visit", must_be_there=True)


def test_misspelt_column__is_still_told():
    assert samples(f"{HEADER}\tcontol_type\tmy_notes\nA\ta.fcs\tp\tb\tfmo\tx\n")[1] == [
        "s.tsv line 1, column contol_type: there is no such column; did you mean 'control_type'?"
    ]


def fault(line: int, what: str = "is empty", word: str = "line") -> Fault:
    return Fault(f"s.tsv {word} {line}, column batch", what, "fill it in")


def test_same_fault_of_many_rows__is_one_line_with_a_count():
    faults = told_once([fault(line) for line in range(2, 32)])
    assert [str(each) for each in faults] == ["s.tsv line 2 to 31 (30 lines), column batch: is empty; fill it in"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((2, 3), ["line 2", "line 3"]),
        ((2, 4, 9), ["line 2, 4 and 9"]),
        ((2, 4, 6, 8, 10, 12, 14), ["line 2, 4, 6, 8, 10 and 2 more"]),
    ],
)
def test_lines_of_the_same_fault__are_named(lines: tuple[int, ...], told: list[str]):
    found = told_once([fault(line) for line in lines])
    assert [each.where for each in found] == [f"s.tsv {words}, column batch" for words in told]


def test_same_fault__of_other_values_is_one_line_with_the_first_value():
    faults = [fault(line, f"is a date, got '2026-03-{line:02d}'") for line in (2, 3, 5, 5)]
    assert [str(each) for each in told_once(faults)] == [
        "s.tsv line 2, 3 and 5, column batch: is a date, got '2026-03-02' and 2 others; fill it in"
    ]
    assert len(told_once([fault(2, "is odd, got 'a'"), fault(3, "is odd, got 'b'"), fault(3, "is odd, got 'c'")])) == 3


def test_other_faults__keep_their_place():
    faults = [fault(2), fault(3), fault(3, "is odd"), fault(4), Fault("a.yaml", "x", "y")]
    assert [str(each).partition(",")[0] for each in told_once(faults)] == [
        "s.tsv line 2 to 4 (3 lines)",
        "s.tsv line 3",
        "a.yaml: x; y",
    ]


def test_rows_of_a_workbook__are_told_as_rows():
    (found,) = told_once([fault(line, word="row") for line in (2, 3, 4)])
    assert found.where == "s.tsv row 2 to 4 (3 rows), column batch"

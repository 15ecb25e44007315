import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given

from marrowgate.errors import UserError
from marrowgate.settings.files.sheet_file import load_sheet, read_sheet
from marrowgate.settings.sheets import Measurement, Patient, Sample, Toxicity
from strategies import saved_sheets

HEADER = "sample_id\tfcs\tpanel\tbatch"
ROW = "A\ta.fcs\tp\tb"
SHEET = f"{HEADER}\n{ROW}\n"
CELLS = {"sample_id": "A", "fcs": "a.fcs", "panel": "p", "batch": "b"}


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def save(content: str | bytes, name: str = "s.tsv") -> Path:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return Path(name)


def rows(content: str | bytes) -> list[tuple[int, dict[str, str]]]:
    sheet = read_sheet(save(content))
    assert sheet.faults == ()
    return [(row.line, dict(row.cells)) for row in sheet.rows]


def faults(content: str | bytes, model=Sample, name: str = "s.tsv") -> list[str]:
    """Return what is wrong with a sheet, whether it can be read or not."""
    try:
        return [str(fault) for fault in load_sheet(save(content, name), model)[1]]
    except UserError as error:
        return [str(fault) for fault in error.faults]


def column(name: str, value: str, model=Sample) -> list[str]:
    """Return what is wrong with one cell of an otherwise good row."""
    return faults(f"{HEADER}\t{name}\n{ROW}\t{value}\n", model)


@pytest.mark.parametrize(
    "content",
    [
        SHEET,
        "\ufeff" + SHEET,
        SHEET.replace("\n", "\r\n"),
        SHEET.replace("\n", "\r"),
        SHEET.replace("\t", ","),
        SHEET.replace("\t", ";"),
        SHEET.encode("utf-16"),
        SHEET.rstrip("\n"),
        SHEET.replace("\t", " \t  "),
        '"' + SHEET.rstrip("\n").replace("\t", '","').replace("\n", '"\n"') + '"\n',
        f"{HEADER}\t\t\t\n{ROW}\t\t\t\n\t\t\t\t\t\t\n\n",
    ],
    ids=[
        *("plain", "bom", "windows", "old_mac", "comma", "semicolon", "utf16", "no_last_line_end"),
        *("blanks_around", "quoted", "empty_columns_and_rows_behind"),
    ],
)
def test_sheet__is_read_as_people_save_it(content):
    assert rows(content) == [(2, CELLS)]


def test_latin_1__is_read():
    assert rows(f"{HEADER}\tlysis\n{ROW}\tLösung B\n".encode("latin-1")) == [(2, {**CELLS, "lysis": "Lösung B"})]


def test_quoted_cell__may_hold_the_separator():
    assert rows('sample_id,fcs\nA,"a, b.fcs"\n') == [(2, {"sample_id": "A", "fcs": "a, b.fcs"})]


def test_quote_mark_inside_a_cell__is_kept():
    assert rows('sample_id\tfcs\nA\ta"b.fcs\n') == [(2, {"sample_id": "A", "fcs": 'a"b.fcs'})]


def test_blank_lines__do_not_shift_line_numbers():
    assert [line for line, _ in rows(f"\n{HEADER}\n\n{ROW}\n")] == [4]


@pytest.mark.parametrize("word", ["NA", "N/A", "n/a", "NaN", "nan", "", "  "])
def test_words_for_not_known__are_an_empty_cell(word):
    assert rows(f"sample_id\tday\nA\t{word}\n") == [(2, {"sample_id": "A"})]


NOT_KNOWN = {"", "-", "--", "\u2013", "\u2014", "na", "n/a", "n.a.", "n.a", "nan", "n.d.", "n.d", "null"}


@given(saved_sheets())
def test_any_table__comes_back_however_it_was_saved(tmp_path_factory, saved):
    header, cells, content = saved
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    sheet = read_sheet(path)
    assert sheet.columns == tuple(header)
    assert sheet.faults == ()
    # a dash and some words stand for an empty cell, and a row of empty cells is none
    known = [
        {name: cell for name, cell in zip(header, row, strict=True) if cell.casefold() not in NOT_KNOWN}
        for row in cells
    ]
    wanted = [row for row in known if row]
    assert [dict(row.cells) for row in sheet.rows] == wanted


# Excel workbooks


def workbook(*lines, name: str = "s.xlsx") -> Path:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    book.create_sheet("legend").append(["not", "read"])
    book.save(name)
    return Path(name)


def test_workbook__first_sheet_is_read_with_numbers_as_excel_shows_them():
    lines = (["sample_id", "day", "wbc_per_ul", None], ["A", 7.0, 0.1 + 0.2, None], [None] * 4, ["B", -1, 5e3])
    sheet = read_sheet(workbook(*lines))
    assert [(row.line, dict(row.cells)) for row in sheet.rows] == [
        (2, {"sample_id": "A", "day": "7", "wbc_per_ul": "0.3"}),
        (4, {"sample_id": "B", "day": "-1", "wbc_per_ul": "5000"}),
    ]


def test_workbook__error_of_a_formula_is_told():
    _, found = load_sheet(workbook(HEADER.split("\t"), ["A", "a.fcs", "p", "#REF!"]), Sample)
    assert [str(fault) for fault in found] == [
        "s.xlsx sheet Sheet row 2, column batch: holds an error of Excel, #REF!; correct the formula",
    ]


NEVER = "holds a formula that was never calculated"
CURE = "open the sheet in a spreadsheet program and save it, or write the value"


def test_workbook__formula_that_was_never_calculated_is_told_with_its_cell():
    header = [*HEADER.split("\t"), "day"]
    lines = [["A", "a.fcs", "p", "=D3", "=2+5"], ["B", "b.fcs", "p", "b1", None]]
    rows, found = load_sheet(workbook(header, *lines), Sample)
    assert [str(fault) for fault in found] == [
        f"s.xlsx sheet Sheet row 2, column batch: cell D2 {NEVER}, '=D3'; {CURE}",
        f"s.xlsx sheet Sheet row 2, column day: cell E2 {NEVER}, '=2+5'; {CURE}",
    ]
    assert [row.sample_id for _, row in rows] == ["B"]


def test_workbook__array_formula_and_formula_as_a_column_name_are_told():
    from openpyxl.worksheet.formula import ArrayFormula

    cell = ArrayFormula("B2:B2", "=SUM(C1:C2*D1:D2)")
    found = read_sheet(workbook(["sample_id", "=B9"], ["A", cell])).faults
    assert [str(fault) for fault in found] == [
        f"s.xlsx sheet Sheet row 1: cell B1 {NEVER}, '=B9'; {CURE}",
        f"s.xlsx sheet Sheet row 2, column =B9: cell B2 {NEVER}, '=SUM(C1:C2*D1:D2)'; {CURE}",
    ]


def test_workbook__column_of_a_formula_has_the_letters_of_excel():
    found = read_sheet(workbook([f"c{n}" for n in range(60)], [1, *[None] * 25, "=A2", *[None] * 32, "=A2"])).faults
    assert [re.search(r"cell (\w+) ", str(fault))[1] for fault in found] == ["AA2", "BH2"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="B2"><f>3+4</f><v>7</v></c>', {"sample_id": "A", "day": "7"}),
        ('<c r="B2" t="str"><f>IF(1,"","x")</f><v></v></c>', {"sample_id": "A"}),
        ('<c r="B2" t="str"><f>"x"</f><v>x</v></c>', {"sample_id": "A", "day": "x"}),
    ],
    ids=["number", "empty_text", "text"],
)
def test_workbook__formula_that_was_calculated_counts_with_its_value(cell, expected):
    path = workbook(["sample_id", "day"], ["A", "=3+4"])
    with zipfile.ZipFile(path) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    before = parts["xl/worksheets/sheet1.xml"].decode()
    parts["xl/worksheets/sheet1.xml"] = re.sub(r'<c r="B2">.*?</c>', cell, before).encode()
    assert parts["xl/worksheets/sheet1.xml"].decode() != before
    with zipfile.ZipFile(path, "w") as changed:
        for name, content in parts.items():
            changed.writestr(name, content)
    sheet = read_sheet(path)
    assert sheet.faults == ()
    assert dict(sheet.rows[0].cells) == expected


def test_text_sheet__formula_is_told():
    Path("s.tsv").write_text(f"{HEADER}\nA\ta.fcs\tp\t=A1\n")
    _, found = load_sheet(Path("s.tsv"), Sample)
    assert [str(fault) for fault in found] == [
        "s.tsv line 2, column batch: holds a formula, '=A1', and not its value; write the value"
    ]


SAVE_ANEW = "save it anew as .xlsx or as tab-separated text"


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        ("a,b", "s.xlsx", f"s.xlsx: is called .xlsx but is no Excel workbook; {SAVE_ANEW}"),
        (b"PK\x03\x04 nothing", "s.xlsx", f"s.xlsx: is a damaged workbook; {SAVE_ANEW}"),
        (b"", "s.xlsx", f"s.xlsx: is a damaged workbook; {SAVE_ANEW}"),
        (b"\xd0\xcf\x11\xe0 old", "s.xls", f"s.xls: is an old Excel file or has a password; {SAVE_ANEW}"),
        (b"\xd0\xcf\x11\xe0 locked", "s.xlsx", f"s.xlsx: is an old Excel file or has a password; {SAVE_ANEW}"),
        (b"PK\x03\x04", "s.tsv", "s.tsv: is a workbook or an archive, not text; call it .xlsx, or save it as text"),
        (b"\x89PNG\r\n\x00\x00", "s.tsv", f"s.tsv: is not text; {SAVE_ANEW}"),
        (b"", "s.tsv", "s.tsv: is empty; write a first line with the column names"),
        (b" \t\n\n", "s.tsv", "s.tsv: is empty; write a first line with the column names"),
    ],
)
def test_no_sheet__is_told(content, name, message):
    assert faults(content, name=name) == [message]


def test_missing_sheet__is_told():
    with pytest.raises(UserError, match=r"^none.tsv: there is no such file; make it, or correct the path$"):
        read_sheet(Path("none.tsv"))


def test_folder__is_told():
    Path("there.tsv").mkdir()
    with pytest.raises(UserError, match=r"^there.tsv: is a folder, not a sheet; name a file in it$"):
        read_sheet(Path("there.tsv"))


# header


def test_own_column__is_left_alone():
    lines = "".join(f"A{number}\ta.fcs\tp\tb\tx\n" for number in range(5))
    assert faults(f"{HEADER}\toperator\n{lines}") == []


def test_misspelt_column__is_one_fault_with_the_name_that_was_meant():
    assert faults(SHEET.replace("batch", "Bathc")) == [
        "s.tsv line 1, column Bathc: there is no such column; did you mean 'batch'?"
    ]


def test_missing_column__is_told_once():
    assert faults("sample_id\tfcs\tpanel\nA\ta.fcs\tp\nB\tb.fcs\tp\n") == [
        "s.tsv line 1: the column 'batch' is missing; add it"
    ]


def test_column_twice__is_told():
    assert faults(f"{HEADER}\tbatch\n{ROW}\tc\n") == ["s.tsv line 1, column batch: this column stands twice; keep one"]


def test_column_without_name__is_told():
    assert faults(f"{HEADER}\t\tday\n{ROW}\t\t3\n") == [
        "s.tsv line 1: column number 5 has no name; name it or remove it"
    ]


def test_other_separator__is_told():
    assert faults("sample_id|fcs|panel|batch\nA|a.fcs|p|b\n") == [
        (
            "s.tsv line 1: has one column only, 'sample_id|fcs|panel|batch'; "
            "separate the columns by tabs, commas or semicolons"
        )
    ]


def test_title_above_the_header__is_passed_over():
    assert faults(f"Samples of 2024\n{SHEET}") == []


def test_patients__other_columns_are_covariates():
    found, wrong = load_sheet(save("patient_id\tarm\tage_years\nP1\ttriplet\t61\n"), Patient)
    assert wrong == []
    assert found[0][1].model_extra == {"age_years": "61"}


def test_patients__almost_the_name_of_a_known_column_is_told():
    assert faults("patient_id\tarm\tOS_month\nP1\ttriplet\t61\n", Patient) == [
        "s.tsv line 1, column OS_month: is all but 'os_months'; correct its name, or change it more"
    ]


# rows


def test_too_many_cells__is_told_and_the_row_still_checked():
    assert faults("sample_id,fcs,panel,batch\nA,a, b.fcs,p,b\n") == [
        (
            "s.tsv line 2: has 5 cells, the header has 4; "
            "remove what is too much; put quotes around a cell that holds the separator"
        ),
        (
            "s.tsv line 2, column panel: may hold only letters, digits and underscore, got 'b.fcs'; "
            "write _ for spaces, dashes and other signs"
        ),
    ]


def test_quote_that_swallows_lines__is_told():
    assert faults(f'{HEADER}\nA\t"a.fcs\tp\tb\nB\tb.fcs"\tp\tb\n') == [
        (
            "s.tsv line 2, column fcs: holds a line break: "
            "'a.fcs\\tp\\tb\\nB\\tb.fcs'; remove it, or a quote mark in the line"
        )
    ]


def test_lone_quote__is_told_with_its_line():
    assert faults(f'{SHEET}B\t"b.fcs\tp\tb\nC\tc.fcs\tp\tb\n') == [
        "s.tsv line 3: a cell begins with a quote mark that does not end with the cell; remove the quote mark"
    ]


def test_empty_required_cell__is_told():
    assert faults(f"{HEADER}\nA\t\tp\tb\n") == ["s.tsv line 2, column fcs: is empty; fill it in"]


@pytest.mark.parametrize("name", ["Ä1", "A\u200b1", "A&1", "A(1)"])
def test_sample_id__that_could_harm_a_file_name_is_told(name):
    assert faults(f"{HEADER}\n{name}\ta.fcs\tp\tb\n") == [
        (
            "s.tsv line 2, column sample_id: may hold only letters, digits and underscore, "
            f"got {name!r}; write _ for spaces, dashes and other signs"
        )
    ]


def test_sample_id__that_is_too_long_is_told():
    (message,) = faults(f"{HEADER}\n{'A' * 101}\ta.fcs\tp\tb\n")
    assert message.startswith("s.tsv line 2, column sample_id: must have at most 100 characters, got 'AAAA")
    assert message.endswith("...; shorten it")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("day", "0,5", "has a decimal comma, got '0,5'; write it with a point"),
        ("nrbc_per_100_wbc", "1,25", "has a decimal comma, got '1,25'; write it with a point"),
        (
            "wbc_per_ul",
            "8,640",
            "has a comma that may stand for decimals or thousands, got '8,640'; write decimals with a point",
        ),
        ("wbc_per_ul", "1.234,5", "must be a number, got '1.234,5'; correct the value"),
        (
            "wbc_per_ul",
            "8.64",
            "8.64 is too low for white cells per microlitre; multiply a count in 10^9/L by 1000",
        ),
        ("wbc_per_ul", "inf", "must be a number, got 'inf'; correct the value"),
        ("day", "seven", "must be a number, got 'seven'; correct the value"),
        ("day", "2024-05-01", "must be a number of days and not a date, got '2024-05-01'; count the days"),
        ("day", "1.5.2024", "must be a number of days and not a date, got '1.5.2024'; count the days"),
        ("data_set", "1.5", "must be a whole number, got '1.5'; correct the value"),
        ("data_set", "0", "must be at least 1, got '0'; correct the value"),
        ("beads_per_tube", "0", "must be above 0, got '0'; correct the value"),
        ("dilution", "0.5", "must be at least 1, got '0.5'; correct the value"),
        ("days_off", "-3", "must be at least 0, got '-3'; correct the value"),
        (
            "control_type",
            "fmoo",
            "must be 'none', 'unstained', 'single_stain', 'fmo', 'isotype' or 'beads', got 'fmoo'; use one of these",
        ),
    ],
)
def test_wrong_cell__is_told_in_plain_words(name, value, message):
    assert column(name, value) == [f"s.tsv line 2, column {name}: {message}"]


def test_every_wrong_cell__is_told():
    lines = "A\ta.fcs\tp\tb\t0,5\nB\tb.fcs\tp\t\tx\nC&1\tc.fcs\tp\tb\t1\n"
    assert [fault.partition(":")[0] for fault in faults(f"{HEADER}\tday\n{lines}")] == [
        "s.tsv line 2, column day",
        "s.tsv line 3, column batch",
        "s.tsv line 3, column day",
        "s.tsv line 4, column sample_id",
    ]


def test_right_rows__are_given_beside_the_faults():
    found, wrong = load_sheet(save(f"{SHEET}B&1\tb.fcs\tp\tb\n"), Sample)
    assert [(line, sample.sample_id) for line, sample in found] == [(2, "A")]
    assert len(wrong) == 1


def test_toxicity__grade_and_words_are_checked():
    text = "patient_id\tterm\tgrade\ttreatment_related_death\nP1\tanaemia\t6\tja\n"
    assert faults(text, Toxicity) == [
        "s.tsv line 2, column grade: must be at most 5, got '6'; correct the value",
        "s.tsv line 2, column treatment_related_death: must be 'yes' or 'no', got 'ja'; use one of these",
    ]


def test_measurement__needs_value_and_unit():
    assert faults("patient_id\tday\tmeasure\tvalue\tunit\nP1\t0\tcfc\t\t\n", Measurement) == [
        "s.tsv line 2, column value: is empty; fill it in",
        "s.tsv line 2, column unit: is empty; fill it in",
    ]


@pytest.mark.parametrize("model", [Sample, Patient, Measurement, Toxicity])
@pytest.mark.parametrize("value", ["", "x y", "-1", "1e999", "0,5", "true", "[]", "2024-05-01", "%s {0}", "a; b"])
def test_no_message__shows_the_machinery(model, value):
    text = "\t".join(model.model_fields) + "\n" + "\t".join([value or "NA"] * len(model.model_fields)) + "\n"
    for message in faults(text, model):
        assert re.fullmatch(r"s\.tsv line \d+(, column \w+)?: .+; .+", message)
        assert not re.search(r"value_error|function-|input_type|pydantic|Input should|type=|\^\[", message)

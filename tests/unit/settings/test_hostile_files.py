"""Sheets and settings that nobody can have meant: one clear line, in bounded time and memory."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from marrowgate.errors import UserError
from marrowgate.settings.files import workbook as workbook_module
from marrowgate.settings.files.given_file import is_there
from marrowgate.settings.files.sheet_file import read_sheet
from marrowgate.settings.files.yaml_file import read_yaml
from marrowgate.settings.project_reader import parse_overrides
from marrowgate.signal.spillover.matrix_csv import read_spillover

WRONG = "look whether it is the right file"


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(read: Callable[[Path], object], path: str) -> str:
    with pytest.raises(UserError) as caught:
        read(Path(path))
    (fault,) = caught.value.faults
    return str(fault)


def changed_sheet(change: Callable[[str], str]) -> Path:
    """Write a workbook whose sheet's XML is changed."""
    book = openpyxl.Workbook()
    for row in (["sample_id", "day"], *([f"S{number}", number] for number in range(1, 28))):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as before, zipfile.ZipFile("s.xlsx", "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = change(content.decode()).encode()
            after.writestr(name, content)
    return Path("s.xlsx")


@pytest.mark.parametrize("dimension", ["A1", "A1:B9", "A1:A28", "A1:XFD1048576"])
def test_workbook__what_it_says_of_its_size_is_not_believed(dimension):
    sheet = read_sheet(changed_sheet(lambda text: text.replace('ref="A1:B28"', f'ref="{dimension}"')))
    assert sheet.columns == ("sample_id", "day")
    assert [row.cells for row in sheet.rows] == [
        {"sample_id": f"S{number}", "day": str(number)} for number in range(1, 28)
    ]


def test_workbook__formatted_to_the_last_row_is_refused_in_one_line(monkeypatch):
    monkeypatch.setattr(workbook_module, "MOST_CELLS", 3000)
    rows = "".join(f'<row r="{number}"><c r="A{number}" s="0"/></row>' for number in range(29, 4000))
    path = changed_sheet(lambda text: text.replace("</sheetData>", f"{rows}</sheetData>"))
    what = "the sheet has more than 3,000 cells; delete the empty rows and columns behind the data, and save it"
    assert told(read_sheet, str(path)) == f"s.xlsx: {what}"


def test_workbook__a_cell_in_the_last_row_costs_no_more_than_its_own(monkeypatch):
    path = changed_sheet(
        lambda text: text.replace("</sheetData>", '<row r="90000"><c r="A90000" t="str"><v>x</v></c></row></sheetData>')
    )
    assert read_sheet(path).rows[-1].line == 90_000


def test_workbook__an_archive_that_unpacks_to_very_much_is_refused(monkeypatch):
    with (
        zipfile.ZipFile("s.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb,
        bomb.open("xl/x.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(201):
            member.write(bytes(1_000_000))
    assert told(read_sheet, "s.xlsx") == f"s.xlsx: is 201 MB when it is unpacked, 200 MB at most; {WRONG}"


def test_workbook__a_broken_link_to_another_workbook_is_no_fault():
    book = openpyxl.Workbook()
    book.active.append(["sample_id"])
    book.active.append(["A"])
    book.save("s.xlsx")
    with zipfile.ZipFile("s.xlsx") as made:
        parts = {name: made.read(name) for name in made.namelist()}
    rels = parts["xl/_rels/workbook.xml.rels"].decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"
    link = f'<Relationship Id="rId99" Type="{kind}" Target="externalLinks/externalLink1.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = rels.replace("</Relationships>", link).encode()
    space = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    references = f'<externalReferences {space}><externalReference r:id="rId99"/></externalReferences>'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].decode().replace("<calcPr", f"{references}<calcPr").encode()
    with zipfile.ZipFile("s.xlsx", "w") as changed:
        for name, content in parts.items():
            changed.writestr(name, content)
    assert [row.cells for row in read_sheet(Path("s.xlsx")).rows] == [{"sample_id": "A"}]


def test_text__of_very_many_columns_is_refused():
    Path("s.tsv").write_text("\t".join("c" * 20_000) + "\n", encoding="utf-8")
    assert told(read_sheet, "s.tsv") == f"s.tsv: has 20,000 columns, 2,000 at most; {WRONG}"


def test_text__a_cell_without_end_is_told_as_what_it_is():
    Path("s.tsv").write_text("sample_id\n" + "x" * 200_000 + "\n", encoding="utf-8")
    assert told(read_sheet, "s.tsv") == f"s.tsv line 2: has 200,000 characters, 100,000 at most; {WRONG}"


def test_yaml__aliases_of_aliases_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    Path("c.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    what = "has more than 100,000 entries, those that aliases repeat counted each time"
    assert told(read_yaml, "c.yaml") == f"c.yaml line 5: {what}; {WRONG}"


def test_yaml__an_alias_inside_its_own_anchor_is_refused():
    Path("c.yaml").write_text("a: &a [*a]\n", encoding="utf-8")
    assert told(read_yaml, "c.yaml") == "c.yaml line 1: the alias *a stands before or inside its anchor; write it out"


def test_yaml__aliases_that_are_few_are_read():
    Path("c.yaml").write_text("a: &a [1, 2]\nb: *a\n", encoding="utf-8")
    assert read_yaml(Path("c.yaml"))[0] == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000 + "x"])
def test_yaml__depth_without_end_is_refused(text):
    Path("c.yaml").write_text(text, encoding="utf-8")
    assert told(read_yaml, "c.yaml") == f"c.yaml line 1: is nested more than 50 deep; {WRONG}"


def test_yaml__a_number_without_end_is_told_as_what_it_is():
    Path("c.yaml").write_text(f"seed: 1\nday: {'9' * 5000}\n", encoding="utf-8")
    assert told(read_yaml, "c.yaml") == "c.yaml line 2: a number has 5,000 digits; correct it"


@pytest.mark.parametrize("text", ['{"a": ' * 100_000, f'{{"seed": {"9" * 5000}}}'])
def test_overrides__without_bound_are_refused(text):
    with pytest.raises(
        UserError, match=r"^--overrides: is nested too deep or holds a number without end; write it like"
    ):
        parse_overrides(text)


READERS = {
    "s.tsv": (read_sheet, "sheet"),
    "s.xlsx": (read_sheet, "sheet"),
    "c.yaml": (read_yaml, "file"),
    "m.csv": (read_spillover, "matrix"),
}


@pytest.mark.parametrize("name", READERS)
def test_every_reader__a_pipe_a_device_and_a_folder_are_told_as_what_they_are(name):
    read, kind = READERS[name]
    os.mkfifo(name)
    assert told(read, name) == f"{name}: is a pipe or a device, not a {kind}; name a file"
    Path(name).unlink()
    Path(name).symlink_to("/dev/zero")
    assert told(read, name) == f"{name}: is a pipe or a device, not a {kind}; name a file"
    Path(name).unlink()
    Path(name).mkdir()
    assert told(read, name) == f"{name}: is a folder, not a {kind}; name a file in it"


@pytest.mark.parametrize(("name", "mb"), [("s.tsv", 50), ("s.xlsx", 50), ("c.yaml", 4), ("m.csv", 10)])
def test_every_reader__a_file_of_any_size_is_read_no_further_than_its_bound(name, mb):
    read, kind = READERS[name]
    with Path(name).open("wb") as file:
        file.truncate(10**12)
    assert told(read, name) == f"{name}: is larger than {mb} MB, which no {kind} of this project is; {WRONG}"


@pytest.mark.parametrize("name", ["x" * 3000, "a\0b"])
def test_is_there__a_path_that_cannot_be_looked_at_is_no_file(name):
    assert not is_there(Path(name))
    Path("x").write_text("x", encoding="utf-8")
    assert is_there(Path("x"))

"""The cells of a sheet as text: tab, comma or semicolon, with or without BOM, any line end, and Excel workbooks."""

import csv
import io
import zipfile
import zlib
from pathlib import Path

from marrowgate.errors import fault

Lines = list[tuple[int, list[str]]]

_WORKBOOK_START = b"PK\x03\x04"
_OLD_EXCEL_START = b"\xd0\xcf\x11\xe0"
_SAVE_ANEW = "save it anew as .xlsx or as tab-separated text"


def sheet_lines(path: Path) -> Lines:
    """Read the lines of a sheet that are not blank.

    Parameters
    ----------
    path : Path
        ``.xlsx`` for a workbook (its first sheet), any other name for text.

    Returns
    -------
    list of (int, list of str)
        Line number in the file, from 1, and its cells without the blanks around them. A formula of a workbook that was
        never calculated is given as it is written, ``=A2+7``.

    Raises
    ------
    UserError
        The file is missing, cannot be read, or is neither text nor a workbook.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
        _must_be_what_it_is_called(path, start)
        lines = _workbook_lines(path) if is_workbook(path) else _text_lines(path)
    except FileNotFoundError:
        raise fault(str(path), "there is no such file", "make it, or correct the path") from None
    except IsADirectoryError:
        raise fault(str(path), "is a folder, not a sheet", "name a file in it") from None
    except OSError as error:
        raise fault(str(path), f"cannot be read ({error.strerror})", "ask for the right to read it") from None
    stripped = ((line, [cell.strip() for cell in cells]) for line, cells in lines)
    return [(line, cells) for line, cells in stripped if any(cells)]


def is_workbook(path: Path) -> bool:
    """Say whether a sheet is a workbook, by its name."""
    return path.suffix.lower() in {".xlsx", ".xlsm"}


def _must_be_what_it_is_called(path: Path, start: bytes) -> None:
    """Refuse a file whose content does not fit its name, which a mere renaming brings about."""
    if start == _OLD_EXCEL_START:
        raise fault(str(path), "is an old Excel file or has a password", _SAVE_ANEW)
    if is_workbook(path) and start and start != _WORKBOOK_START:
        raise fault(str(path), "is called .xlsx but is no Excel workbook", _SAVE_ANEW)
    if not is_workbook(path) and start == _WORKBOOK_START:
        raise fault(str(path), "is a workbook or an archive, not text", "call it .xlsx, or save it as text")


def _text_lines(path: Path) -> Lines:
    text = _decoded(path, path.read_bytes())
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max("\t,;", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines = []
    begin = 1
    try:
        for cells in reader:
            lines.append((begin, cells))
            begin = reader.line_num + 1
    except csv.Error:
        what = "a cell begins with a quote mark that does not end with the cell"
        raise fault(f"{path} line {begin}", what, "remove the quote mark") from None
    return lines


def _decoded(path: Path, content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            # what Excel saves as .csv on a computer of western Europe
            text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise fault(str(path), "is not text", _SAVE_ANEW)
    return text


def _workbook_lines(path: Path) -> Lines:
    from openpyxl.formula.tokenizer import TokenizerError
    from openpyxl.formula.translate import TranslatorError

    try:
        values = _workbook_cells(path, data_only=True)
        formulas = _workbook_cells(path, data_only=False)
    # openpyxl lets every error of the zip and XML layers through (SyntaxError is that of XML)
    except (zipfile.BadZipFile, zlib.error, EOFError, LookupError, TypeError, ValueError, SyntaxError):
        raise fault(str(path), "is a damaged workbook", _SAVE_ANEW) from None
    except (TokenizerError, TranslatorError):
        raise fault(str(path), "has a formula that cannot be read", "write the values in place of formulas") from None
    return [
        (number, [_cell(value, formula) for value, formula in zip(*cells, strict=True)])
        for number, cells in enumerate(zip(values, formulas, strict=True), 1)
    ]


def _workbook_cells(path: Path, *, data_only: bool) -> list[list[tuple[object, str]]]:
    """Return value and type of each cell of the first sheet: as calculated, or with the formulas as written."""
    from openpyxl import load_workbook

    workbook = load_workbook(path, read_only=True, data_only=data_only)
    try:
        return [[(cell.value, cell.data_type) for cell in row] for row in workbook.worksheets[0].iter_rows()]
    finally:
        workbook.close()


def _cell(calculated: tuple[object, str], written: tuple[object, str]) -> str:
    """Return a cell as text; a formula without a value as it is written, since an empty text has the type str."""
    value, kind = calculated
    if value is None and kind != "str" and written[1] == "f":
        # array formulas are objects with their text
        text = str(getattr(written[0], "text", written[0]))
        return text if text.startswith("=") else "=..."
    if value is None:
        return ""
    if isinstance(value, float):
        # what Excel shows: 0.1 + 0.2 is 0.3
        return f"{value:.15g}"
    return str(value)

"""Sheets as people save them: tab, comma or semicolon, with or without BOM, any line end, and Excel workbooks."""

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from marrowgate.errors import Fault, UserError, fault
from marrowgate.settings.messages import sentence

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class SheetRow:
    """One row as text: the line in the file, and the cells by column name; empty cells are left out."""

    line: int
    cells: dict[str, str]


def read_rows(path: Path) -> list[SheetRow]:
    """Read a sheet as text.

    Parameters
    ----------
    path : Path
        ``.xlsx`` for a workbook (its first sheet), any other name for text.

    Returns
    -------
    list of SheetRow
        Rows with at least one cell that is not empty.

    Raises
    ------
    UserError
        The file is missing or unreadable, a column name is missing or stands twice, or a row has too many cells.
    """
    try:
        lines = _workbook_lines(path) if path.suffix.lower() == ".xlsx" else _text_lines(path)
    except FileNotFoundError:
        raise fault(str(path), "there is no such file", "make it, or correct the path") from None
    except (OSError, zipfile.BadZipFile, csv.Error, KeyError) as error:
        raise fault(str(path), f"cannot be read ({type(error).__name__})", "save it anew as .tsv or .xlsx") from None
    if not lines:
        raise fault(str(path), "is empty", "write a header line with the column names")
    header = [cell.strip() for cell in lines[0][1]]
    while header and not header[-1]:
        header.pop()
    faults = _header_faults(path, header)
    rows = []
    for line, cells in lines[1:]:
        if any(cell.strip() for cell in cells[len(header) :]):
            what = f"has {len(cells)} cells, the header has {len(header)}"
            faults.append(Fault(f"{path} line {line}", what, "remove what is beyond the last column"))
        filled = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
        if filled:
            rows.append(SheetRow(line, filled))
    if faults:
        raise UserError(faults)
    return rows


def load_sheet(path: Path, model: type[Model]) -> tuple[list[tuple[int, Model]], list[Fault]]:
    """Read a sheet as one model per row.

    Returns
    -------
    tuple of (list of (int, model), list of Fault)
        The rows that are right, each with its line, and one fault per cell that is wrong.

    Raises
    ------
    UserError
        The sheet as a whole cannot be read.
    """
    rows, faults = [], []
    for row in read_rows(path):
        try:
            rows.append((row.line, model.model_validate(row.cells)))
        except ValidationError as error:
            for entry in error.errors(include_url=False):
                what, cure = sentence(entry)
                column = f", column {entry['loc'][0]}" if entry["loc"] else ""
                faults.append(Fault(f"{path} line {row.line}{column}", what, cure))
    return rows, _unknown_columns_once(path, faults)


def _unknown_columns_once(path: Path, faults: list[Fault]) -> list[Fault]:
    # an unknown column is one fault of the header, not one of every row
    kept: dict[str, Fault] = {}
    for one in faults:
        if one.what == "there is no such entry":
            column = one.where.partition(", ")[2]
            kept.setdefault(column, Fault(f"{path} line 1, {column}", "there is no such column", one.cure))
        else:
            kept[str(one)] = one
    return list(kept.values())


def _header_faults(path: Path, header: list[str]) -> list[Fault]:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    faults = [Fault(f"{path} line 1", f"the column {name!r} stands twice", "keep one of them") for name in twice]
    empty = [str(number) for number, name in enumerate(header, 1) if not name]
    if empty:
        what = f"column {', '.join(empty)} has no name"
        faults.append(Fault(f"{path} line 1", what, "name it or remove it"))
    return faults


def _text_lines(path: Path) -> list[tuple[int, list[str]]]:
    content = path.read_bytes()
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = content.decode("utf-16")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    first = text.lstrip().partition("\n")[0]
    delimiter = max("\t,;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines = [(reader.line_num, cells) for cells in reader]
    return [(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)]


def _workbook_lines(path: Path) -> list[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    workbook = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = workbook.worksheets[0]
        lines = [(number, [_cell(value) for value in cells]) for number, cells in enumerate(sheet.values, 1)]
    finally:
        workbook.close()
    return [(line, cells) for line, cells in lines if any(cells)]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

"""Sheets as tables: the header checked against a model, and one model for each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from marrowgate.errors import Fault, fault
from marrowgate.settings.messages import nearest, sentence, shown
from marrowgate.settings.sheet_lines import is_workbook, sheet_lines

Model = TypeVar("Model", bound=BaseModel)

NOT_KNOWN = frozenset({"NA", "N/A", "n/a", "NaN", "nan"})
"""Words that other programs write for an empty cell."""

_EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


@dataclass(frozen=True)
class SheetRow:
    """One row as text: the line in the file, and the cells by column name.

    Empty cells are left out, and so are those that cannot be read; the columns of these are in `unreadable`.
    """

    line: int
    cells: Mapping[str, str]
    unreadable: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """A sheet as text.

    Parameters
    ----------
    path : Path
        The file.
    header_line : int
        Line of the column names.
    columns : tuple of str
        The column names, in their order.
    rows : tuple of SheetRow
        Rows with at least one cell that is not empty.
    faults : tuple of Fault
        What is wrong with the layout; the rows are as good as they can be.
    """

    path: Path
    header_line: int
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    faults: tuple[Fault, ...]


def read_sheet(path: Path) -> Sheet:
    """Read a sheet as text.

    Raises
    ------
    UserError
        The file is missing, unreadable or empty.
    """
    lines = sheet_lines(path)
    if not lines:
        raise fault(str(path), "is empty", "write a first line with the column names")
    header_line, header = lines[0]
    while header and not header[-1]:
        header.pop()
    faults = _header_faults(path, header_line, header)
    rows = []
    for line, cells in lines[1:]:
        faults += _row_faults(path, line, header, cells)
        # of two columns of one name the first counts
        named = reversed(list(zip(header, cells, strict=False)))
        filled = {name: cell for name, cell in named if name and cell and cell not in NOT_KNOWN}
        unreadable = frozenset(name for name, cell in filled.items() if cell in _EXCEL_ERRORS or _is_formula(cell))
        if filled:
            kept = {name: cell for name, cell in filled.items() if name not in unreadable}
            rows.append(SheetRow(line, kept, unreadable))
    return Sheet(path, header_line, tuple(header), tuple(rows), tuple(faults))


def load_sheet(path: Path, model: type[Model]) -> tuple[list[tuple[int, Model]], list[Fault]]:
    """Read a sheet as one model per row.

    Returns
    -------
    tuple of (list of (int, model), list of Fault)
        The rows that are right, each with its line, and one fault per column or cell that is wrong.

    Raises
    ------
    UserError
        The sheet as a whole cannot be read.
    """
    return models_of(read_sheet(path), model)


def models_of(sheet: Sheet, model: type[Model]) -> tuple[list[tuple[int, Model]], list[Fault]]:
    """Make one model of each row of a sheet; see `load_sheet`."""
    rows: list[tuple[int, Model]] = []
    faults = [*sheet.faults, *_column_faults(sheet, model)]
    known = set(model.model_fields)
    # a column that is missing or unknown is one fault of the header, not one of every row
    unknown = known - set(sheet.columns)
    unknown |= set(sheet.columns) - known if _is_closed(model) else set()
    for row in sheet.rows:
        try:
            rows.append((row.line, model.model_validate(row.cells)))
        except ValidationError as error:
            entries = error.errors(include_url=False)
            already = unknown | row.unreadable
            faults += [
                _cell_fault(sheet.path, row.line, entry) for entry in entries if not already.intersection(entry["loc"])
            ]
    return rows, faults


def _is_closed(model: type[BaseModel]) -> bool:
    return model.model_config.get("extra") == "forbid"


def _cell_fault(path: Path, line: int, entry: Mapping[str, Any]) -> Fault:
    column = f", column {entry['loc'][0]}" if entry["loc"] else ""
    what, cure = ("is empty", "fill it in") if entry["type"] == "missing" else sentence(entry)
    return Fault(f"{path} line {line}{column}", what, cure)


def _column_faults(sheet: Sheet, model: type[BaseModel]) -> list[Fault]:
    where = f"{sheet.path} line {sheet.header_line}"
    known = tuple(model.model_fields)
    if len(sheet.columns) == 1 and sheet.columns[0] not in known:
        what = f"has one column only, {shown(sheet.columns[0])}"
        return [Fault(where, what, "separate the columns by tabs, commas or semicolons")]
    absent = [name for name in known if name not in sheet.columns]
    unknown = [name for name in dict.fromkeys(sheet.columns) if name and name not in known]
    # other columns of an open sheet are covariates, unless they are all but a known name
    kept = model.model_config.get("extra") == "allow"
    meant = {name: nearest(name, absent, 0.9 if kept else 0.75) for name in unknown}
    faults = []
    for name, near in meant.items():
        here = f"{where}, column {name}"
        if kept and near:
            faults.append(Fault(here, f"is all but {near!r}", "correct its name, or change it more"))
        elif near or _is_closed(model):
            cure = f"did you mean {near!r}?" if near else "correct its name or remove it"
            faults.append(Fault(here, "there is no such column", cure))
    faults += [
        Fault(where, f"the column {name!r} is missing", "add it")
        for name in absent
        if model.model_fields[name].is_required() and name not in meant.values()
    ]
    return faults


def _header_faults(path: Path, line: int, header: Sequence[str]) -> list[Fault]:
    twice = dict.fromkeys(name for name in header if name and header.count(name) > 1)
    faults = [Fault(f"{path} line {line}, column {name}", "this column stands twice", "keep one") for name in twice]
    nameless = [str(number) for number, name in enumerate(header, 1) if not name]
    if nameless:
        what = f"column number {', '.join(nameless)} has no name"
        faults.append(Fault(f"{path} line {line}", what, "name it or remove it"))
    faults += [_formula_fault(path, line, number, name) for number, name in enumerate(header) if _is_formula(name)]
    return faults


def _row_faults(path: Path, line: int, header: Sequence[str], cells: Sequence[str]) -> list[Fault]:
    faults = []
    if len(header) > 1 and any(cells[len(header) :]):
        what = f"has {len(cells)} cells, the header has {len(header)}"
        cure = "remove what is too much; put quotes around a cell that holds the separator"
        faults.append(Fault(f"{path} line {line}", what, cure))
    for number, (name, cell) in enumerate(zip(header, cells, strict=False)):
        where = f"{path} line {line}, column {name}"
        if len(cell.splitlines()) > 1:
            faults.append(Fault(where, f"holds a line break: {shown(cell)}", "remove it, or a quote mark in the line"))
        elif cell in _EXCEL_ERRORS:
            faults.append(Fault(where, f"holds an error of Excel, {cell}", "correct the formula"))
        elif _is_formula(cell):
            faults.append(_formula_fault(path, line, number, cell, name))
    return faults


def _is_formula(cell: str) -> bool:
    return cell.startswith("=")


def _formula_fault(path: Path, line: int, number: int, formula: str, column: str = "") -> Fault:
    """Tell a formula in place of a value; column `number`, from 0, is named as spreadsheet programs do."""
    where = f"{path} line {line}, column {column}" if column else f"{path} line {line}"
    if not is_workbook(path):
        return Fault(where, f"holds a formula, {shown(formula)}, and not its value", "write the value")
    what = f"cell {_letters(number)}{line} holds a formula that was never calculated, {shown(formula)}"
    return Fault(where, what, "open the sheet in a spreadsheet program and save it, or write the value")


def _letters(number: int) -> str:
    higher, last = divmod(number, 26)
    return (_letters(higher - 1) if higher else "") + chr(ord("A") + last)

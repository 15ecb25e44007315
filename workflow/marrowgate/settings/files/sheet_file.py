"""Sheets as tables: the header checked against a model, and one model for each row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from marrowgate.errors import Fault, fault
from marrowgate.settings.files.sheet_lines import FIRST_LINES, is_workbook, sheet_text
from marrowgate.settings.files.sheet_words import IDS, SheetWords, safe_name, words_of
from marrowgate.settings.files.workbook import Lines
from marrowgate.settings.messages import nearest, sentence, shown

Model = TypeVar("Model", bound=BaseModel)

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
        The column names, in their order, those of the model as it writes them.
    rows : tuple of SheetRow
        Rows with at least one cell that is not empty.
    faults : tuple of Fault
        What is wrong with the layout; the rows are as good as they can be.
    tab : str
        Name of the workbook's sheet where it has several.
    renamed : tuple of (str, str, str)
        Column, name as written and as it is used, where a name could not stand in a file name.
    """

    path: Path
    header_line: int
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    faults: tuple[Fault, ...]
    tab: str = ""
    renamed: tuple[tuple[str, str, str], ...] = ()

    @property
    def line_word(self) -> str:
        """Return what a line of the sheet is called: workbooks have rows."""
        return "row" if is_workbook(self.path) else "line"

    def where(self, line: int, column: str = "") -> str:
        """Say where a cell or a line is."""
        of_tab = f" sheet {self.tab}" if self.tab else ""
        return f"{self.path}{of_tab} {self.line_word} {line}" + (f", column {column}" if column else "")


def read_sheet(
    path: Path,
    model: type[BaseModel] | None = None,
    more: Mapping[str, Sequence[str]] | None = None,
    *,
    tab: str = "",
    must_be_there: bool = False,
) -> Sheet:
    """Read a sheet as text.

    Parameters
    ----------
    path : Path
        The file.
    model : type, optional
        The rows' model: its columns and words are known in any case, with blanks or dashes, and a title may stand above
        them.
    more : mapping of str to sequence of str, optional
        Words of further columns.
    tab, must_be_there : str, bool
        Which sheet of a workbook; see `marrowgate.settings.files.sheet_lines.sheet_text`.

    Raises
    ------
    UserError
        The file is missing, unreadable or empty.
    """
    words = words_of(model, more)
    text = sheet_text(path, tab, must_be_there=must_be_there, words=words)
    lines = text.lines
    if not lines:
        raise fault(str(path), "is empty", "write a first line with the column names")
    first = _header_place(lines, words)
    header_line, header = lines[first]
    while header and not header[-1]:
        header.pop()
    header = [words.column(name) for name in header]
    sheet = Sheet(path, header_line, tuple(header), (), (), text.tab)
    faults = _header_faults(sheet)
    rows: list[SheetRow] = []
    names = _Names(sheet)
    for line, cells in lines[first + 1 :]:
        faults += _row_faults(sheet, line, cells)
        # of two columns of one name the first counts
        named = reversed(list(zip(header, cells, strict=False)))
        filled = {name: known for name, cell in named if name and cell and (known := words.cell(name, cell))}
        unreadable = frozenset(name for name, cell in filled.items() if cell in _EXCEL_ERRORS or _is_formula(cell))
        if filled:
            kept = {name: cell for name, cell in filled.items() if name not in unreadable}
            rows.append(SheetRow(line, names.made_safe(line, kept) if model else kept, unreadable))
    return replace(sheet, rows=tuple(rows), faults=(*faults, *names.faults), renamed=tuple(names.renamed))


@dataclass
class _Names:
    """Names that may stand in file names, and how the sheet writes them."""

    sheet: Sheet
    written: dict[tuple[str, str], str] = field(default_factory=dict)
    renamed: dict[tuple[str, str, str], None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def made_safe(self, line: int, cells: Mapping[str, str]) -> dict[str, str]:
        """Return the cells with safe names; two names that would become the same are a fault."""
        safe = dict(cells)
        for column in IDS & cells.keys():
            name, used = cells[column], safe_name(cells[column])
            earlier = self.written.setdefault((column, used), name)
            if earlier != name:
                what = f"{name!r} and {earlier!r} would both be called {used}"
                self.faults.append(Fault(self.sheet.where(line, column), what, "give one of them another name"))
            if used != name:
                self.renamed[column, name, used] = None
            safe[column] = used
        return safe


def _header_place(lines: Lines, words: SheetWords) -> int:
    """Return the place of the line with the column names: the first, unless a title stands above it."""
    first = lines[:FIRST_LINES]
    if words.n_known(first[0][1]):
        return 0
    return next((index for index, (_, cells) in enumerate(first) if words.n_known(cells) > 1), 0)


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
    return models_of(read_sheet(path, model), model)


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
                _cell_fault(sheet, row.line, entry) for entry in entries if not already.intersection(entry["loc"])
            ]
    return rows, faults


def _is_closed(model: type[BaseModel]) -> bool:
    return model.model_config.get("extra") == "forbid"


def _cell_fault(sheet: Sheet, line: int, entry: Mapping[str, Any]) -> Fault:
    column = str(entry["loc"][0]) if entry["loc"] else ""
    what, cure = ("is empty", "fill it in") if entry["type"] == "missing" else sentence(entry)
    if is_workbook(sheet.path) and what.startswith("has a decimal comma"):
        cure = "it is text there: format the cell as a number and type it again"
    return Fault(sheet.where(line, column), what, cure)


def _column_faults(sheet: Sheet, model: type[BaseModel]) -> list[Fault]:
    where = sheet.where(sheet.header_line)
    known = tuple(model.model_fields)
    if len(sheet.columns) == 1 and sheet.columns[0] not in known:
        what = f"has one column only, {shown(sheet.columns[0])}"
        cure = "separate the columns by tabs, commas or semicolons"
        return [Fault(where, what, "give each column of the sheet a name" if is_workbook(sheet.path) else cure)]
    absent = [name for name in known if name not in sheet.columns]
    unknown = [name for name in dict.fromkeys(sheet.columns) if name and name not in known]
    # other columns of an open sheet are covariates, unless they are all but a known name
    kept = model.model_config.get("extra") == "allow"
    meant = {name: nearest(name, absent, 0.9 if kept else 0.75) for name in unknown}
    missing = [name for name in absent if model.model_fields[name].is_required() and name not in meant.values()]
    return [
        *_unknown_columns(where, meant, is_kept=kept, is_closed=_is_closed(model)),
        *(Fault(where, f"the column {name!r} is missing", "add it") for name in missing),
    ]


def _unknown_columns(where: str, meant: Mapping[str, str | None], *, is_kept: bool, is_closed: bool) -> Iterator[Fault]:
    """Tell which columns the sheet does not know, each with the name that may be meant."""
    for name, near in meant.items():
        here = f"{where}, column {name}"
        if is_kept and near:
            yield Fault(here, f"is all but {near!r}", "correct its name, or change it more")
        elif near or is_closed:
            cure = f"did you mean {near!r}?" if near else "correct its name or remove it"
            yield Fault(here, "there is no such column", cure)


def _header_faults(sheet: Sheet) -> list[Fault]:
    header, line = sheet.columns, sheet.header_line
    twice = dict.fromkeys(name for name in header if name and header.count(name) > 1)
    faults = [Fault(sheet.where(line, name), "this column stands twice", "keep one") for name in twice]
    nameless = [str(number) for number, name in enumerate(header, 1) if not name]
    if nameless:
        what = f"column number {', '.join(nameless)} has no name"
        faults.append(Fault(sheet.where(line), what, "name it or remove it"))
    faults += [_formula_fault(sheet, line, number, name) for number, name in enumerate(header) if _is_formula(name)]
    return faults


def _row_faults(sheet: Sheet, line: int, cells: Sequence[str]) -> list[Fault]:
    faults, header = [], sheet.columns
    if len(header) > 1 and any(cells[len(header) :]):
        what = f"has {len(cells)} cells, the header has {len(header)}"
        cure = "remove what is too much; put quotes around a cell that holds the separator"
        cure = "remove what is too much, or name its column" if is_workbook(sheet.path) else cure
        faults.append(Fault(sheet.where(line), what, cure))
    for number, (name, cell) in enumerate(zip(header, cells, strict=False)):
        where = sheet.where(line, name) if name else f"{sheet.where(line)}, column "
        if len(cell.splitlines()) > 1:
            cure = "remove it" if is_workbook(sheet.path) else "remove it, or a quote mark in the line"
            faults.append(Fault(where, f"holds a line break: {shown(cell)}", cure))
        elif cell in _EXCEL_ERRORS:
            faults.append(Fault(where, f"holds an error of Excel, {cell}", "correct the formula"))
        elif _is_formula(cell):
            faults.append(_formula_fault(sheet, line, number, cell, name))
    return faults


def _is_formula(cell: str) -> bool:
    return cell.startswith("=")


def _formula_fault(sheet: Sheet, line: int, number: int, formula: str, column: str = "") -> Fault:
    """Tell a formula in place of a value; column `number`, from 0, is named as spreadsheet programs do."""
    where = sheet.where(line, column)
    if not is_workbook(sheet.path):
        return Fault(where, f"holds a formula, {shown(formula)}, and not its value", "write the value")
    what = f"cell {_letters(number)}{line} holds a formula that was never calculated, {shown(formula)}"
    return Fault(where, what, "open the sheet in a spreadsheet program and save it, or write the value")


def _letters(number: int) -> str:
    higher, last = divmod(number, 26)
    return (_letters(higher - 1) if higher else "") + chr(ord("A") + last)

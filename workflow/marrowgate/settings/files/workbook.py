"""A sheet of an Excel workbook as text, within bounds: a workbook is an archive that may hold anything."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from marrowgate.errors import UserError, fault
from marrowgate.settings.messages import correct_to

Lines = list[tuple[int, list[str]]]

MOST_COLUMNS = 2_000
MOST_CELLS = 2_000_000
MOST_UNPACKED = 200_000_000
_NOTHING: tuple[object, str] = (None, "n")
SAVE_ANEW = "save it anew as .xlsx or as tab-separated text"


def workbook_lines(path: Path, content: bytes, tab: str = "", *, must_be_there: bool = False) -> tuple[Lines, str]:
    """Return the lines of one sheet of a workbook that hold something, and its name where there are several sheets.

    The sheet called `tab`, in any case, or else the first; see `marrowgate.settings.files.sheet_lines`.

    Raises
    ------
    UserError
        It is damaged, holds a formula that cannot be read, or is larger than any sheet of a study.
    """
    from openpyxl.formula.tokenizer import TokenizerError
    from openpyxl.formula.translate import TranslatorError

    try:
        _refuse_large_archive(path, content)
        index, name = _place_of(path, content, tab, must_be_there=must_be_there)
        values = dict(_filled_rows(path, content, index, data_only=True))
        formulas = dict(_filled_rows(path, content, index, data_only=False))
        numbers = sorted(values.keys() | formulas.keys())
        return [(number, _texts(values.get(number, []), formulas.get(number, []))) for number in numbers], name
    except (UserError, OSError, MemoryError):
        raise
    except (TokenizerError, TranslatorError):
        raise fault(str(path), "has a formula that cannot be read", "write the values in place of formulas") from None
    except Exception:  # noqa: BLE001 - openpyxl lets every error of the zip and XML layers through, and its own
        raise fault(str(path), "is a damaged workbook", SAVE_ANEW) from None


def _refuse_large_archive(path: Path, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > MOST_UNPACKED:
        what = f"is {unpacked / 1e6:,.0f} MB when it is unpacked, {MOST_UNPACKED / 1e6:,.0f} MB at most"
        raise fault(str(path), what, "look whether it is the right file")


def _place_of(path: Path, content: bytes, tab: str, *, must_be_there: bool) -> tuple[int, str]:
    """Return the place of the sheet of that name, or of the first, and its name where there are several."""
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        names = [sheet.title for sheet in workbook.worksheets]
    finally:
        workbook.close()
    wanted = [index for index, name in enumerate(names) if name.strip().casefold() == tab.strip().casefold()]
    if not wanted and must_be_there:
        raise fault(str(path), f"has no sheet {tab!r}", correct_to(tab, names, f"it has {', '.join(names)}"))
    index = wanted[0] if wanted else 0
    return index, names[index] if len(names) > 1 else ""


def _filled_rows(
    path: Path, content: bytes, index: int, *, data_only: bool
) -> list[tuple[int, list[tuple[object, str]]]]:
    """Return number, values and types of the rows that are not blank: as calculated, or with formulas as written."""
    from openpyxl import load_workbook

    # links to other workbooks are not followed, so a broken one is no fault
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    try:
        sheet = workbook.worksheets[index]
        # what the file says of its size may be less than it holds
        sheet.reset_dimensions()
        return list(_bounded(path, sheet.iter_rows()))
    finally:
        workbook.close()


def _bounded(path: Path, rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[int, list[tuple[object, str]]]]:
    n_cells = 0
    for number, row in enumerate(rows, start=1):
        n_cells += max(len(row), 1)
        if n_cells > MOST_CELLS:
            what = f"the sheet has more than {MOST_CELLS:,} cells"
            raise fault(str(path), what, "delete the empty rows and columns behind the data, and save it")
        cells = [_value_and_type(cell) for cell in row]
        while cells and cells[-1] == _NOTHING:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            what = f"has {len(cells):,} columns, {MOST_COLUMNS:,} at most"
            raise fault(f"{path} row {number}", what, "look whether it is the right file")
        if cells:
            yield number, cells


def _value_and_type(cell: Any) -> tuple[object, str]:
    """Return value and type of a cell; a number that is shown as a percentage as it is shown."""
    value = cell.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and "%" in (getattr(cell, "number_format", "") or ""):
        return f"{100 * value:.12g} %", "s"
    return value, cell.data_type


def _texts(values: list[tuple[object, str]], formulas: list[tuple[object, str]]) -> list[str]:
    longest = max(len(values), len(formulas))
    padded = ([*cells, *[_NOTHING] * (longest - len(cells))] for cells in (values, formulas))
    return [_cell(value, formula) for value, formula in zip(*padded, strict=True)]


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

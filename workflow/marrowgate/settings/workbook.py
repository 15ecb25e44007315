"""The first sheet of an Excel workbook as text, within bounds: a workbook is an archive that may hold anything."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from marrowgate.errors import UserError, fault

Lines = list[tuple[int, list[str]]]

MOST_COLUMNS = 2_000
MOST_CELLS = 2_000_000
MOST_UNPACKED = 200_000_000
_NOTHING: tuple[object, str] = (None, "n")
SAVE_ANEW = "save it anew as .xlsx or as tab-separated text"


def workbook_lines(path: Path, content: bytes) -> Lines:
    """Return the lines of a workbook's first sheet that hold something; see `marrowgate.settings.sheet_lines`.

    Raises
    ------
    UserError
        It is damaged, holds a formula that cannot be read, or is larger than any sheet of a study.
    """
    from openpyxl.formula.tokenizer import TokenizerError
    from openpyxl.formula.translate import TranslatorError

    try:
        _refuse_large_archive(path, content)
        values = dict(_filled_rows(path, content, data_only=True))
        formulas = dict(_filled_rows(path, content, data_only=False))
        numbers = sorted(values.keys() | formulas.keys())
        return [(number, _texts(values.get(number, []), formulas.get(number, []))) for number in numbers]
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


def _filled_rows(path: Path, content: bytes, *, data_only: bool) -> list[tuple[int, list[tuple[object, str]]]]:
    """Return number, values and types of the rows that are not blank: as calculated, or with formulas as written."""
    from openpyxl import load_workbook

    # links to other workbooks are not followed, so a broken one is no fault
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    try:
        sheet = workbook.worksheets[0]
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
            what = f"its first sheet has more than {MOST_CELLS:,} cells"
            raise fault(str(path), what, "delete the empty rows and columns behind the data, and save it")
        cells = [(cell.value, cell.data_type) for cell in row]  # type: ignore[attr-defined]
        while cells and cells[-1] == _NOTHING:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            what = f"has {len(cells):,} columns, {MOST_COLUMNS:,} at most"
            raise fault(f"{path} line {number}", what, "look whether it is the right file")
        if cells:
            yield number, cells


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

"""The cells of a sheet as text: tab, comma or semicolon, with or without BOM, any line end, and Excel workbooks."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from marrowgate.errors import fault
from marrowgate.settings.files.given_file import given_bytes
from marrowgate.settings.files.sheet_words import SheetWords
from marrowgate.settings.files.workbook import MOST_COLUMNS, SAVE_ANEW, Lines, workbook_lines

_WORKBOOK_START = b"PK\x03\x04"
_OLD_EXCEL_START = b"\xd0\xcf\x11\xe0"
FIRST_LINES = 10
"""Lines in which the names of the columns are sought: a title may stand above them."""

NO_WORDS = SheetWords()
_SEPARATOR = re.compile(r'"?sep=([\t,;])"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)
_LARGEST = 50_000_000
_LONGEST_LINE = 100_000


@dataclass(frozen=True)
class SheetText:
    """The cells of a sheet as text.

    Parameters
    ----------
    lines : list of (int, list of str)
        Number of each line that is not blank, from 1, and its cells without the blanks around them. A formula of a
        workbook that was never calculated is given as it is written, ``=A2+7``.
    tab : str
        Name of the workbook's sheet where it has several; else empty.
    """

    lines: Lines
    tab: str = ""


def sheet_text(path: Path, tab: str = "", *, must_be_there: bool = False, words: SheetWords = NO_WORDS) -> SheetText:
    """Read the lines of a sheet that are not blank.

    Parameters
    ----------
    path : Path
        ``.xlsx`` for a workbook, any other name for text.
    tab : str
        Name of the workbook's sheet, in any case; where there is none of that name the first one is read.
    must_be_there : bool
        Whether a workbook without a sheet of that name is refused.
    words : SheetWords
        Names of columns: the separator of text is the one by which a line holds most of them.

    Raises
    ------
    UserError
        The file is missing, cannot be read, or is neither text nor a workbook.
    """
    content = given_bytes(path, _LARGEST, "sheet")
    _must_be_what_it_is_called(path, content[:4])
    if is_workbook(path):
        lines, name = workbook_lines(path, content, tab, must_be_there=must_be_there)
    else:
        lines, name = _text_lines(path, content, words), ""
    stripped = ((line, [cell.strip() for cell in cells]) for line, cells in lines)
    return SheetText([(line, cells) for line, cells in stripped if any(cells)], name)


def is_workbook(path: Path) -> bool:
    """Say whether a sheet is a workbook, by its name."""
    return path.suffix.lower() in {".xlsx", ".xlsm"}


def _must_be_what_it_is_called(path: Path, start: bytes) -> None:
    """Refuse a file whose content does not fit its name, which a mere renaming brings about."""
    if start == _OLD_EXCEL_START:
        raise fault(str(path), "is an old Excel file or has a password", SAVE_ANEW)
    if is_workbook(path) and start and start != _WORKBOOK_START:
        raise fault(str(path), "is called .xlsx but is no Excel workbook", SAVE_ANEW)
    if not is_workbook(path) and start == _WORKBOOK_START:
        raise fault(str(path), "is a workbook or an archive, not text", "call it .xlsx, or save it as text")


def _text_lines(path: Path, content: bytes, words: SheetWords) -> Lines:
    text = _decoded(path, content)
    _refuse_long_lines(path, text)
    named = _SEPARATOR.match(text)
    begin = 1
    if named:
        # the line that Excel writes for itself
        text, begin = text[named.end() :], 2
    delimiter = named[1] if named else _delimiter(text, words)
    header = next((line for line in text.splitlines() if line.strip()), "")
    if header.count(delimiter) >= MOST_COLUMNS:
        what = f"has {header.count(delimiter) + 1:,} columns, {MOST_COLUMNS:,} at most"
        raise fault(str(path), what, "look whether it is the right file")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines, before = [], begin - 1
    try:
        for cells in reader:
            lines.append((begin, cells))
            begin = before + reader.line_num + 1
    except csv.Error:
        what = "a cell begins with a quote mark that does not end with the cell"
        raise fault(f"{path} line {begin}", what, "remove the quote mark") from None
    return lines


def _delimiter(text: str, words: SheetWords) -> str:
    """Return the separator by which one of the first lines holds most names of columns, else that of the first line."""
    first = [line for line in text.splitlines() if line.strip()][:FIRST_LINES]
    known = {sign: max((words.n_known(line.split(sign)) for line in first), default=0) for sign in "\t,;"}
    best = max(known, key=lambda separator: known[separator])
    if known[best] > 1:
        return best
    header = first[0] if first else ""
    return max("\t,;", key=header.count)


def _refuse_long_lines(path: Path, text: str) -> None:
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > _LONGEST_LINE:
            what = f"has {len(line):,} characters, {_LONGEST_LINE:,} at most"
            raise fault(f"{path} line {number}", what, "look whether it is the right file")


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
        raise fault(str(path), "is not text", SAVE_ANEW)
    return text

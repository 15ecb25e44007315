"""Text from files and sheets as it may stand in tables, messages and on a terminal."""

import re

# control characters, marks that turn the direction of writing, and code points that are no characters
_UNPRINTABLE = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
_FORMULA = ("=", "+", "-", "@")
REPLACEMENT = "\ufffd"


def has_unprintable(text: str) -> bool:
    """Say whether a text holds characters that are not to be shown; tabs and line ends do not count."""
    return re.search(_UNPRINTABLE, text) is not None


def printable(text: str, instead: str = REPLACEMENT) -> str:
    """Return a text with another character in place of each that is not to be shown."""
    # what Python calls printable holds none of them, and nearly every text is
    return text if text.isprintable() else re.sub(_UNPRINTABLE, instead, text)


def one_line(text: str) -> str:
    """Return a text in one line for logs and terminals, without characters that are not to be shown."""
    return printable(" ".join(text.splitlines()))


def not_a_formula(cell: str) -> str:
    """Return a cell with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as ``1 batch`` and ``1,200 batches``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun}{'es' if noun.endswith(('s', 'x', 'ch', 'sh')) else 's'}"

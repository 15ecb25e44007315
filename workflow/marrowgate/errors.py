"""What went wrong, told apart by whose fault it is.

A `UserError` holds faults of the input: the command line prints one line for each and ends with 2.
A `NotEstimableError` says that the data allow no estimate: it ends as a row without numbers and with its reason.
Any other exception is a defect of the program and ends with 1 and a traceback.
"""

import re
from collections.abc import Iterable

from marrowgate.frozen import Frozen
from marrowgate.plain_text import counted, one_line

_LINE = r"(?s)(?P<file>.+?) (?P<word>line|row) (?P<line>\d+)(?P<place>, .*)?"
_MANY = 3
"""Lines with the same fault from which on it is told once."""
_LISTED = 5
_GOT = ", got "
"""Stands in what is wrong before the value that was found."""


class Fault(Frozen):
    """One thing that the user can mend.

    Parameters
    ----------
    where : str
        File, line and column or field, for example ``samples.tsv line 4, column batch``.
    what : str
        What is wrong there, with the value that was found.
    cure : str
        What to do about it.
    """

    where: str
    what: str
    cure: str

    def __str__(self) -> str:
        # one line for one fault, whatever a path or a cell holds
        return one_line(f"{self.where}: {self.what}; {self.cure}")


class UserError(Exception):
    """All faults found in the user's input, reported together, each once; those of a file in the order of its lines."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = told_once(in_order(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class NotEstimableError(Exception):
    """The data allow no estimate; the message says why, for the row that stands in its place.

    Raised on purpose alone. It is no `ValueError`, so that a defect (a wrong shape, say) can never end as such a row.
    """


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Put the faults of each file together and in the order of its lines; files stay in the order of their first fault.

    What is said of a file as a whole comes before its lines; a fault that is given twice is told once.
    """
    distinct = tuple(dict.fromkeys(faults))
    lines = {fault: _file_and_line(fault.where) for fault in distinct}
    files = list(dict.fromkeys(file for file, _ in lines.values()))
    return tuple(sorted(distinct, key=lambda fault: (files.index(lines[fault][0]), lines[fault][1])))


def told_once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Put the same fault of many lines of a file into one, where the first of them stands; the order stays.

    What was got may differ from line to line: the first is shown, and how many others there were.
    """
    given = tuple(faults)
    lines: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for given_fault in given:
        if named := re.fullmatch(_LINE, given_fault.where):
            lines.setdefault(_same(given_fault, named), []).append((int(named["line"]), given_fault.what))
    kept: dict[Fault, None] = {}
    for given_fault in given:
        named = re.fullmatch(_LINE, given_fault.where)
        alike = lines[_same(given_fault, named)] if named else []
        numbers = list(dict.fromkeys(number for number, _ in alike))
        if named and len(numbers) >= _MANY:
            where = f"{named['file']} {_lines(named['word'], numbers)}{named['place'] or ''}"
            sayings = list(dict.fromkeys(what for _, what in alike))
            others = f" and {counted(len(sayings) - 1, 'other')}" if len(sayings) > 1 else ""
            kept[Fault(where, f"{sayings[0]}{others}", given_fault.cure)] = None
        else:
            kept[given_fault] = None
    return tuple(kept)


def _same(given_fault: Fault, named: re.Match[str]) -> tuple[str, ...]:
    return (named["file"], named["word"], named["place"] or "", given_fault.what.partition(_GOT)[0], given_fault.cure)


def _lines(word: str, numbers: list[int]) -> str:
    """Name lines: from the first to the last where none is left out between them, else the first few."""
    n = len(numbers)
    if numbers[-1] - numbers[0] == n - 1:
        return f"{word} {numbers[0]} to {numbers[-1]} ({n} {word}s)"
    if n <= _LISTED:
        return f"{word} {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
    return f"{word} {', '.join(map(str, numbers[:_LISTED]))} and {n - _LISTED} more"


def _file_and_line(where: str) -> tuple[str, int]:
    named = re.match(_LINE, where)
    return (named["file"], int(named["line"])) if named else (where, 0)


def fault(where: str, what: str, cure: str) -> UserError:
    """Make the `UserError` for a single fault."""
    return UserError([Fault(where, what, cure)])

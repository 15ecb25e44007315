"""Typed access to the keywords of a data set."""

import re
from collections.abc import Mapping

from marrowgate.fcs.model import Note
from marrowgate.fcs.verdict import refusal, repair
from marrowgate.frozen import Frozen
from marrowgate.plain_text import has_unprintable, printable

_PADDING = " \t\r\n\0"
_INTEGER = re.compile(r"([+-]?)0*([0-9]{1,40})(?:\.0*)?")  # Diva 9 pads with zeros to 19 digits and more
_NUMBER = re.compile(r"[+-]?0*(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_NAMES = re.compile(r"\$P\d+[NS]")
_STRUCTURAL = re.compile(r"PAR|TOT|MODE|DATATYPE|BYTEORD|BEGINDATA|ENDDATA|NEXTDATA|P\d+[BENR]")


class Keywords(Frozen):
    """Keywords in capitals to values as written.

    A missing keyword, an empty value and a value that is no number are all None: the caller says which
    of them may be missing.
    """

    values: Mapping[str, str]

    def text(self, keyword: str) -> str:
        """Return the value without padding and control characters; empty when the keyword is missing."""
        return printable(self.values.get(keyword, ""), instead="").strip(_PADDING)

    def integer(self, keyword: str) -> int | None:
        """Return the value as a whole number."""
        return to_integer(self.text(keyword))

    def number(self, keyword: str) -> float | None:
        """Return the value as a finite number."""
        return to_number(self.text(keyword))

    def needed_integer(self, keyword: str, lowest: int, highest: int) -> int:
        """Return a whole number between two bounds.

        Raises
        ------
        RejectedError
            `missing_keyword` or `bad_keyword`.
        """
        if not self.text(keyword):
            raise refusal(code="missing_keyword", sentence=f"{keyword} is missing")
        value = self.integer(keyword)
        if value is None:
            raise refusal(code="bad_keyword", sentence=f"{keyword} is not a whole number")
        if not lowest <= value <= highest:
            raise refusal(code="bad_keyword", sentence=f"{keyword} is {value}, not between {lowest} and {highest}")
        return value


def note_unprintable(keywords: Keywords, repairs: list[Note]) -> None:
    """Note names and labels of channels that hold control characters, which are left out wherever they are used."""
    unprintable = [
        keyword
        for keyword, value in keywords.values.items()
        if _NAMES.fullmatch(keyword) and has_unprintable(value.strip(_PADDING))
    ]
    if unprintable:
        sentence = f"control characters in the names or labels of {len(unprintable)} channels were left out"
        repairs.append(repair("control_characters_left_out", sentence))


def to_integer(text: str) -> int | None:
    """Read a whole number, also one written as 262144.0; None when it is none."""
    match = _INTEGER.fullmatch(text)
    return int(match.group(1) + match.group(2)) if match else None


def to_number(text: str) -> float | None:
    """Read a finite number; None when it is none."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) != float("inf") else None


def standard(pairs: Mapping[str, str], repairs: list[Note]) -> Keywords:
    """Make the keywords of a data set, reading structural ones without $ where the one with $ is missing."""
    bare = {
        f"${keyword}": value
        for keyword, value in pairs.items()
        if _STRUCTURAL.fullmatch(keyword) and f"${keyword}" not in pairs
    }
    # a file that has $PAR may well hold its own PAR or P1N; only one without it leaves the $ out
    if "$PAR" in pairs or "$PAR" not in bare:
        return Keywords(pairs)
    repairs.append(repair("keywords_without_dollar", f"{len(bare)} standard keywords stand without $"))
    return Keywords({**pairs, **bare})

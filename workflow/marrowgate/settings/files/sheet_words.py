"""Names and words of sheets as labs write them, brought to those that the models know."""

import re
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

IDS = frozenset({"sample_id", "patient_id", "batch", "control_for"})
"""Columns whose names stand in file names: signs that may not stand there become an underscore."""

PER_100 = frozenset({"nrbc_per_100_wbc"})
"""Columns that count per 100, in which a percentage is the number itself."""

_NOT_KNOWN = frozenset({"na", "n/a", "n.a.", "n.a", "nan", "n.d.", "n.d", "-", "--", "\u2013", "\u2014", "null"})
_UNSAFE = re.compile(r"[\s\-/\\.:+]+")
_AT_THE_ENDS = re.compile(r"^[\s\-/\\.:+]+|[\s\-/\\.:+]+$")
_MICRO = {0xB5: "u", 0x3BC: "u"}
_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True)
class SheetWords:
    """What a sheet's columns and cells may be called.

    Parameters
    ----------
    columns : mapping of str to str
        Letters and digits of a column's name to the name.
    words : mapping of str to mapping
        For columns of few words: letters and digits of each word to the word.
    numbers : frozenset of str
        Columns of numbers.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()

    def column(self, name: str) -> str:
        """Return the name of a column as it is known, `Sample Id` as `sample_id`; one that is not known as it is."""
        return self.columns.get(plain(name), name)

    def n_known(self, names: Sequence[str]) -> int:
        """Return how many of the names are those of columns."""
        return sum(plain(name) in self.columns for name in names)

    def cell(self, column: str, text: str) -> str:
        """Return a cell as the model wants it; nothing for a word that stands for an empty cell."""
        known = self.words.get(column, {}).get(plain(text))
        if known is not None:
            return known
        if text.casefold() in _NOT_KNOWN:
            return ""
        share = _PERCENT.fullmatch(text) if column in self.numbers else None
        if share and (column in PER_100 or float(share[1]) == 0):
            return share[1]
        return text


def words_of(model: type[BaseModel] | None, more: Mapping[str, Sequence[str]] | None = None) -> SheetWords:
    """Return the names and words of a model of rows; `more` gives the words of columns that the config names."""
    if model is None:
        return SheetWords()
    kinds = {name: tuple(_parts(entry.annotation)) for name, entry in model.model_fields.items()}
    literals = {name: [part for part in parts if isinstance(part, str)] for name, parts in kinds.items()}
    words = {name: allowed for name, allowed in {**literals, **(more or {})}.items() if allowed}
    return SheetWords(
        {plain(name): name for name in kinds},
        {name: {plain(word): word for word in allowed} for name, allowed in words.items()},
        frozenset(name for name, parts in kinds.items() if {int, float} & set(parts)),
    )


def plain(name: str) -> str:
    """Return the letters and digits of a name, in small letters."""
    letters = name.casefold().translate(_MICRO)
    return "".join(letter for letter in letters if letter.isalnum())


def safe_name(name: str) -> str:
    """Return a name with an underscore in place of spaces, dashes, slashes and points."""
    return _UNSAFE.sub("_", _AT_THE_ENDS.sub("", name)) or name


def _parts(annotation: object) -> typing.Iterator[object]:
    """Return the types and the words that an annotation is made of."""
    inner = typing.get_args(annotation)
    if not inner:
        yield annotation
        return
    for argument in inner:
        if isinstance(argument, str):
            yield argument
        else:
            yield from _parts(argument)

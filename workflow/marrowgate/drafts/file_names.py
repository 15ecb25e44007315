"""Patient, visit and tube from the names of files, by a pattern that the user confirms."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from marrowgate.drafts.controls import says_control
from marrowgate.drafts.visits import is_visit
from marrowgate.errors import fault
from marrowgate.fcs.acquisition import read_day

FIELDS = ("patient", "visit", "date", "tube")
ANY = "any"
_FIELD = re.compile(r"\{([^{}]*)\}")
_DATE = re.compile(r"(?<!\d)(?:\d{4}[-_.]\d{2}[-_.]\d{2}|\d{8}|\d{1,2}[-_. ]?[A-Za-z]{3}[-_. ]?(?:\d{4}|\d{2}))(?!\d)")
_SEPARATOR = re.compile(r"[\s_\-.,;]+")
_WHERE = "option --pattern"


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return what a pattern such as ``{patient}_{visit}_{tube}`` stands for; the whole name without its ending fits.

    Raises
    ------
    UserError
        A field is not known or stands twice, two fields have nothing between them, or there is no field.
    """
    parts = re.split(r"(\{[^{}]*\})", pattern)
    form = f"write it like '{{patient}}_{{visit}}_{{tube}}'; {{{ANY}}} is anything"
    names = _FIELD.findall(pattern)
    if not names:
        raise fault(_WHERE, "names no field", form)
    for name in names:
        if name not in {*FIELDS, ANY}:
            raise fault(_WHERE, f"there is no field {{{name}}}, only {', '.join((*FIELDS, ANY))}", form)
        if name != ANY and names.count(name) > 1:
            raise fault(_WHERE, f"{{{name}}} stands twice", form)
    if "}{" in pattern:
        raise fault(_WHERE, "two fields have nothing between them", form)
    if "{" in "".join(parts[::2]) or "}" in "".join(parts[::2]):
        raise fault(_WHERE, "a brace has no partner", form)
    text = "".join(_part(part) for part in parts)
    return re.compile(text, re.IGNORECASE)


def fields_of(stem: str, pattern: re.Pattern[str]) -> dict[str, str]:
    """Return the fields of a file's name without its ending; none when it does not fit."""
    match = pattern.fullmatch(stem)
    return {name: value for name, value in (match.groupdict() if match else {}).items() if value}


def propose_pattern(stems: Sequence[str]) -> str:
    """Propose the pattern that most of the names have; empty when they have no common one.

    Words that are the same in all names stay as they are. Of the others a word for a visit, a date or a control is
    known by itself; the first of the rest is taken for the patient, the next for the tube.
    """
    taken_apart = [_words(stem) for stem in stems]
    if len(taken_apart) < 2:
        return ""
    shape, n = Counter(separators for _, separators in taken_apart).most_common(1)[0]
    alike = [words for words, separators in taken_apart if separators == shape]
    if 2 * n <= len(stems):
        return ""
    fields = _columns([tuple(column) for column in zip(*alike, strict=True)])
    if not any(_FIELD.fullmatch(field) for field in fields):
        return ""
    return "".join(part for pair in zip(fields, (*shape, ""), strict=True) for part in pair)


def read_date(text: str) -> date | None:
    """Read a date in a file's name; None when it is none, or when day and month may be exchanged."""
    spread = re.sub(r"(?<=\d)(?=[A-Za-z]{3})|(?<=[A-Za-z]{3})(?=\d)", "-", text)
    return read_day(spread) or read_day(text)


def _part(part: str) -> str:
    named = _FIELD.fullmatch(part)
    if not named:
        return re.escape(part)
    return ".+?" if named[1] == ANY else f"(?P<{named[1]}>.+?)"


def _words(stem: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of a name and what stands between them; a date is one word."""
    whole = _DATE.search(stem)
    if whole and read_date(whole.group()):
        before, after = stem[: whole.start()], stem[whole.end() :]
        words, between = _words_without_date(f"{before}\0{after}")
        return tuple(whole.group() if word == "\0" else word for word in words), between
    return _words_without_date(stem)


def _words_without_date(stem: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(_SEPARATOR.split(stem)), tuple(_SEPARATOR.findall(stem))


def _columns(columns: Sequence[tuple[str, ...]]) -> list[str]:
    fields: list[str] = []
    for column in columns:
        if len(set(column)) == 1:
            fields.append(column[0].replace("{", "").replace("}", ""))
            continue
        free = [name for name in ("patient", "tube") if f"{{{name}}}" not in fields]
        fields.append(f"{{{_kind(column, fields) or next(iter(free), ANY)}}}")
    return fields


def _kind(column: Sequence[str], before: Sequence[str]) -> str:
    """Return what the words of a column stand for, where they say it themselves."""
    for kind, holds in (
        ("date", lambda word: read_date(word) is not None),
        ("visit", is_visit),
        ("tube", says_control),
    ):
        n = sum(map(holds, column))
        enough = n > 0 if kind == "tube" else 2 * n > len(column)
        if enough and f"{{{kind}}}" not in before:
            return kind
    return ""


def safe_id(words: Sequence[str]) -> str:
    """Return words as a name that may stand in a file name: letters, digits and underscore."""
    return re.sub(r"[^A-Za-z0-9]+", "_", "_".join(words)).strip("_")[:80]


def filled(fields: Mapping[str, str], day: int | None) -> tuple[str, ...]:
    """Return the words of a sample_id: patient, visit or treatment day, tube; never a date."""
    visit = fields.get("visit") or (f"d{day}".replace("-", "m") if "date" in fields and day is not None else "")
    return tuple(word for word in (fields.get("patient", ""), visit, fields.get("tube", "")) if word)

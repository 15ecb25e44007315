"""Plain words for what pydantic finds: one sentence pattern for every kind of fault."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marrowgate.settings.marker_names import canonical, is_another_marker, is_known_marker

NAME_PATTERN = r"^[A-Za-z0-9_]+$"
POPULATION_PATTERN = r"^[a-z][a-z0-9_]*$"

_LONGEST = 60
_PATTERNS = {
    NAME_PATTERN: ("may hold only letters, digits and underscore", "write _ for spaces, dashes and other signs"),
    POPULATION_PATTERN: (
        "must begin with a small letter and hold only small letters, digits and underscore",
        "write it like cd34_pos",
    ),
}
_KINDS = {
    "missing": ("this entry is missing", "add it"),
    "string_type": ("must be text, got {value}", "write it in quotes"),
    "string_too_short": ("is empty", "fill it in"),
    "string_too_long": ("must have at most {max_length} characters, got {value}", "shorten it"),
    "list_type": ("must be a list, got {value}", "write it as [first, second]"),
    "tuple_type": ("must be a list, got {value}", "write it as [first, second]"),
    "dict_type": ("must hold key: value entries, got {value}", "see config/README.md for its layout"),
    "dataclass_type": ("must hold key: value entries, got {value}", "see config/README.md for its layout"),
    "model_type": ("must hold key: value entries, got {value}", "see config/README.md for its layout"),
    "too_short": ("has too few entries: at least {min_length} needed, {actual_length} found", "add what is missing"),
    "too_long": ("has too many entries: at most {max_length} allowed", "remove what is too much"),
    "invalid_key": ("names of entries must be text", "write the name in quotes"),
    "bool_type": ("must be true or false, got {value}", "use one of these"),
    "bool_parsing": ("must be true or false, got {value}", "use one of these"),
}
_WHOLE = {"int_parsing", "int_type", "int_from_float", "int_parsing_size"}
_NUMBER = {"float_parsing", "float_type", "finite_number"}
_BOUNDS = {
    "greater_than": "above {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "below {lt:g}",
    "less_than_equal": "at most {le:g}",
}


def shown(value: Any) -> str:
    """Show a value in a message, shortened."""
    text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def nearest(name: str, known: Sequence[str], likeness: float = 0.75) -> str | None:
    """Return the known name that `name` is probably a slip of, or None; `likeness` 1 asks for the same letters.

    Another name of the same marker is meant (CD184 for CXCR4); a name of another marker never is (CD14 for CD184).
    """
    if is_known_marker(name) and (same := [word for word in known if canonical(word) == canonical(name)]):
        return same[0]
    folded = {_folded(word): word for word in known if not is_another_marker(name, word)}
    import difflib

    matches = difflib.get_close_matches(_folded(name), folded, n=1, cutoff=likeness)
    return folded[matches[0]] if matches else None


def correct_to(name: str, known: Sequence[str], otherwise: str) -> str:
    """Return the cure for a name that is not known: the nearest one, or what else to do."""
    near = nearest(name, known)
    return f"did you mean {near!r}?" if near else otherwise


def sentence(entry: Mapping[str, Any], known: Sequence[str] = ()) -> tuple[str, str]:
    """Turn one pydantic error into (what is wrong, what to do).

    Parameters
    ----------
    entry : mapping
        One of ``ValidationError.errors()``.
    known : sequence of str
        Names that an entry at this place may have, to guess what a misspelt one was meant to be.
    """
    kind, context, value = entry["type"], entry.get("ctx", {}), shown(entry["input"])
    if kind in {"extra_forbidden", "unexpected_keyword_argument"}:
        return "there is no such entry", correct_to(str(entry["loc"][-1]), known, "correct its name or remove it")
    if kind == "value_error":
        what, _, cure = str(context["error"]).partition("; ")
        return what, cure or "correct it"
    if entry["input"] is None:
        return "is empty", "fill it in, or remove the entry"
    if kind in {"literal_error", "enum"}:
        return f"must be {context['expected']}, got {value}", "use one of these"
    if kind == "string_pattern_mismatch":
        what, cure = _PATTERNS[context["pattern"]]
        return f"{what}, got {value}", cure
    if kind in _KINDS:
        what, cure = _KINDS[kind]
        return what.format(value=value, **context), cure
    return _number_sentence(kind, context, entry["input"])


def _number_sentence(kind: str, context: Mapping[str, Any], value: Any) -> tuple[str, str]:
    got = f"got {shown(value)}"
    if kind in _BOUNDS:
        return f"must be {_BOUNDS[kind].format(**context)}, {got}", "correct the value"
    if kind not in _WHOLE | _NUMBER:
        return f"cannot be used here, {got}", "see config/README.md for what it may be"
    if isinstance(value, str) and re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", value):
        return f"has a comma that may stand for decimals or thousands, {got}", "write decimals with a point"
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d*,\d+", value):
        return f"has a decimal comma, {got}", "write it with a point"
    if isinstance(value, str) and re.match(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b", value):
        return f"must be a number of days and not a date, {got}", "count the days"
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d+(?:\.\d+)?\s*%", value):
        return f"is a percentage, {got}", "write the number in the unit of the column"
    wanted = "a whole number" if kind in _WHOLE else "a number"
    return f"must be {wanted}, {got}", "correct the value"


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.strip().casefold())

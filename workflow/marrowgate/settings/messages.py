"""Plain words for what pydantic finds: one sentence pattern for every kind of fault."""

from collections.abc import Mapping
from typing import Any

_LONGEST = 60


def shown(value: Any) -> str:
    """Show a value in a message, shortened."""
    text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def sentence(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Turn one pydantic error into (what is wrong, what to do)."""
    kind, context, value = entry["type"], entry.get("ctx", {}), shown(entry["input"])
    if kind == "missing":
        return "this entry is missing", "add it"
    if kind == "extra_forbidden":
        return "there is no such entry", "correct its name or remove it"
    if kind in {"literal_error", "enum"}:
        return f"must be {context['expected']}, got {value}", "use one of these"
    if kind == "value_error":
        what, _, cure = str(context["error"]).partition("; ")
        return what, cure or "correct it"
    if kind == "string_pattern_mismatch":
        return f"must match {context['pattern']}, got {value}", "use only the characters that this allows"
    number = _number_sentence(kind, context, value)
    if number:
        return number
    return f"{entry['msg'][0].lower()}{entry['msg'][1:]}, got {value}", "correct the value"


def _number_sentence(kind: str, context: Mapping[str, Any], value: str) -> tuple[str, str] | None:
    if kind in {"float_parsing", "float_type", "int_parsing", "int_type", "int_from_float", "finite_number"}:
        if "," in value and "." not in value:
            return f"has a decimal comma, got {value}", "write it with a point"
        wanted = "a whole number" if kind.startswith("int") else "a number"
        return f"must be {wanted}, got {value}", "correct the value"
    bounds = {
        "greater_than": ("above", "gt"),
        "greater_than_equal": ("at least", "ge"),
        "less_than": ("below", "lt"),
        "less_than_equal": ("at most", "le"),
    }
    if kind in bounds:
        word, key = bounds[kind]
        return f"must be {word} {context[key]}, got {value}", "correct the value"
    return None

"""The tables of `config/README.md`: every option and every sheet column, from the models themselves.

``python -m marrowgate.settings.documents.manual config/README.md docs/columns.md`` brings both files up to date.
"""

import datetime as dt
import re
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from marrowgate.columns import markdown
from marrowgate.files import write_text
from marrowgate.settings.checking import described_fields, fields_of
from marrowgate.settings.config import Config
from marrowgate.settings.messages import NAME_PATTERN, POPULATION_PATTERN
from marrowgate.settings.panel import Panel
from marrowgate.settings.section import Limit, Section
from marrowgate.settings.sheets import Measurement, Patient, Sample, Toxicity
from marrowgate.settings.strategies.strategy import Strategy

Model = type[BaseModel | Section]

SHEETS: dict[str, type[BaseModel]] = {
    "samples": Sample,
    "patients": Patient,
    "measurements": Measurement,
    "toxicity": Toxicity,
}
SETTINGS: dict[str, Model] = {"config": Config, "panel": Panel, "strategy": Strategy}

_PLAIN = {
    dt.date: "date",
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Any: "any value",
}
_PATTERNS = {
    NAME_PATTERN: "name of letters, digits and _",
    POPULATION_PATTERN: "name of small letters, digits and _",
}


def filled(text: str) -> str:
    """Return a text with the tables between its markers made anew.

    A table named ``samples`` stands between ``<!-- table: samples -->`` and ``<!-- end of table -->``.

    Raises
    ------
    KeyError
        A marker names a table that there is not.
    """

    def _table(match: re.Match[str]) -> str:
        return f"{match[1]}\n{table(match[2])}\n{match[3]}"

    return re.sub(r"(<!-- table: (\w+) -->)\n.*?(<!-- end of table -->)", _table, text, flags=re.DOTALL)


def table(name: str) -> str:
    """Return the Markdown table of a sheet (`SHEETS`) or of a settings file (`SETTINGS`).

    Raises
    ------
    KeyError
        There is no such table.
    """
    if name in SHEETS:
        return _markdown("column", "when the cell is empty", _flat(SHEETS[name], "", {}), sheet=True)
    return _markdown("entry", "when not given", _flat(SETTINGS[name], "", {}), sheet=False)


def type_words(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """Say in plain words what a value of this type is, with its bounds."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return type_words(inner, (*more, *metadata))
    if origin in {Union, types.UnionType}:
        words = [type_words(part, metadata) for part in get_args(annotation) if part is not type(None)]
        return " or ".join(words)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if origin is tuple:
        first, *rest = get_args(annotation)
        return f"list: {type_words(first)}" if rest == [...] else f"list of {1 + len(rest)}: {type_words(first)}"
    if origin is dict:
        key, value = get_args(annotation)
        return f"for each {type_words(key)}: {type_words(value)}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel | Section):
        return "entries: see below"
    limits = list(_unfolded(metadata))
    patterns = [
        constraint.pattern for constraint in limits if isinstance(constraint, StringConstraints) and constraint.pattern
    ]
    if patterns:
        return _PATTERNS[str(patterns[0])]
    return ", ".join((_PLAIN[annotation], *_bounds(limits)))


def _unfolded(metadata: Iterable[Any]) -> Iterator[Any]:
    for constraint in metadata:
        if isinstance(constraint, FieldInfo):
            # pydantic keeps the bounds of a type inside the FieldInfo that it was declared with
            yield from _unfolded(constraint.metadata)
        elif isinstance(constraint, Limit):
            yield from constraint
        else:
            yield constraint


def _bounds(limits: Iterable[Any]) -> Iterator[str]:
    for constraint in limits:
        if isinstance(constraint, annotated_types.Ge):
            yield f"at least {constraint.ge}"
        elif isinstance(constraint, annotated_types.Gt):
            yield f"above {constraint.gt}"
        elif isinstance(constraint, annotated_types.Le):
            yield f"at most {constraint.le}"
        elif isinstance(constraint, annotated_types.Lt):
            yield f"below {constraint.lt}"


def _flat(model: Model, prefix: str, words_of_models: dict[Model, str]) -> Iterator[tuple[str, FieldInfo, str]]:
    """Return every entry under its dotted name, its field and what it holds; those of a section follow it once."""
    for name, field in described_fields(model).items():
        section = _section(field.annotation)
        words = type_words(field.annotation, field.metadata)
        if section in words_of_models:
            words = words.replace("see below", f"those of `{words_of_models[section]}`")
        yield f"{prefix}{name}", field, words
        if section is not None and section not in words_of_models:
            words_of_models[section] = f"{prefix}{name}"
            yield from _flat(section, f"{prefix}{name}.", words_of_models)


def _section(annotation: Any) -> Model | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel | Section):
        return annotation
    return next((model for part in get_args(annotation) if (model := _section(part))), None)


def _default(field: FieldInfo, *, sheet: bool) -> str:
    if field.is_required():
        return "must be given"
    default = field.get_default(call_default_factory=True)
    if default is None:
        return "not known" if sheet else "`null`"
    if isinstance(default, BaseModel | Section):
        given = _given(default)
        return f"`{given}`".replace("'", "") if given else "the entries below"
    if default in ((), {}, ""):
        return "none"
    value = list(default) if isinstance(default, tuple) else default
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _given(entries: BaseModel | Section) -> dict[str, Any]:
    """Return the entries whose values are not those of their class."""
    known = fields_of(type(entries))
    return {
        name: getattr(entries, name)
        for name, field in known.items()
        if field.is_required() or getattr(entries, name) != field.get_default(call_default_factory=True)
    }


def _markdown(first: str, empty: str, fields: Iterable[tuple[str, FieldInfo, str]], *, sheet: bool) -> str:
    lines = [f"| {first} | what it holds | {empty} | meaning |", "|---|---|---|---|"]
    for name, field, words in fields:
        cells = (f"`{name}`", words, _default(field, sheet=sheet), field.description or "")
        lines.append("| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def main(readme: Path, columns: Path) -> None:
    """Bring the tables in the manual and the page of columns up to date."""
    write_text(readme, filled(readme.read_text(encoding="utf-8")))
    write_text(columns, markdown())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""What pydantic knows of the light entries: the checker of a class, and the fields with their docstrings."""

import copy
import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from marrowgate.settings.section import Section

checker: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
"""Return what checks the words of a user for a class of entries."""


def fields_of(kind: Any) -> dict[str, FieldInfo]:
    """Return the fields of entries, or of a row of a sheet, by name, without their docstrings."""
    return dict(kind.model_fields) if issubclass(kind, BaseModel) else dict(_section_fields(kind))


def described_fields(kind: Any) -> dict[str, FieldInfo]:
    """Return the fields by name; the description of each is its docstring."""
    if issubclass(kind, BaseModel):
        return dict(kind.model_fields)
    docstrings: dict[str, str] = {}
    # pydantic gives an entry's docstring for the class that declares it only
    for base in reversed(kind.__mro__):
        if issubclass(base, Section) and base is not Section:
            docstrings |= _docstrings(base)
    fields: dict[str, FieldInfo] = {}
    for name, entry in fields_of(kind).items():
        fields[name] = copy.copy(entry)
        fields[name].description = docstrings[name]
    return fields


def _docstrings(kind: Any) -> dict[str, str]:
    schema = checker(kind).json_schema()
    docstrings: dict[str, str] = {}
    for name, entry in schema.get("properties", {}).items():
        # a docstring that is that of the entry's own class stands there alone
        of_class = schema.get("$defs", {}).get(entry.get("$ref", "").rpartition("/")[2], {})
        text = entry.get("description") or of_class.get("description")
        docstrings |= {name: text} if text else {}
    return docstrings


def _section_fields(kind: Any) -> dict[str, FieldInfo]:
    hints = get_type_hints(kind, include_extras=True)
    fields: dict[str, FieldInfo] = {}
    for entry in dataclasses.fields(kind):
        made = FieldInfo.from_annotation(hints[entry.name])
        if entry.default is not dataclasses.MISSING:
            made.default = entry.default
        elif entry.default_factory is not dataclasses.MISSING:
            made.default_factory = entry.default_factory
        fields[entry.name] = made
    return fields

"""Frozen entries of a settings file, light enough for a sample's step; pydantic checks them where a user wrote them.

A class of entries is a plain dataclass. `Section.model_validate` imports pydantic and checks the words of a user;
`Section.from_checked` takes plain data that were checked before, as `marrowgate prepare` writes them.
"""

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, fields, replace
from functools import cache
from typing import Any, ClassVar, Literal, Self, Union, dataclass_transform, get_args, get_origin, get_type_hints

from marrowgate.frozen import Frozen, SharedMethods, usual_value


class Limit(Frozen):
    """Bounds of a value, in an annotation; pydantic, and the manual, unfold them to its own."""

    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    strip: bool | None = None
    before: Callable[[Any], Any] | None = None
    """Called with what the user wrote."""
    after: Callable[[Any], Any] | None = None
    """Called with the value when all else holds."""

    __is_annotated_types_grouped_metadata__: ClassVar[Literal[True]] = True

    def __iter__(self) -> Iterator[Any]:
        """Return the same limits as annotations of pydantic."""
        import annotated_types as at
        from pydantic import AfterValidator, BeforeValidator, StringConstraints

        bounds = {at.Gt: self.gt, at.Ge: self.ge, at.Lt: self.lt, at.Le: self.le}
        yield from (kind(bound) for kind, bound in bounds.items() if bound is not None)
        if self.pattern is not None or self.strip is not None:
            yield StringConstraints(
                strip_whitespace=self.strip,
                pattern=self.pattern,
                min_length=self.min_length,
                max_length=self.max_length,
            )
        else:
            lengths = {at.MinLen: self.min_length, at.MaxLen: self.max_length}
            yield from (kind(length) for kind, length in lengths.items() if length is not None)
        if self.before is not None:
            yield BeforeValidator(self.before)
        if self.after is not None:
            yield AfterValidator(self.after)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Section(SharedMethods):
    """Base of entries: every class below it is a frozen dataclass with keywords alone."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}

    def __init_subclass__(cls) -> None:
        """Make the class a dataclass."""
        super().__init_subclass__()
        cls.make_dataclass(kw_only=True)

    @classmethod
    def model_validate(cls, content: Any) -> Self:
        """Return entries made of what a user wrote.

        Raises
        ------
        pydantic.ValidationError
            An entry is wrong, missing or not known.
        """
        from marrowgate.settings.checking import checker

        checked: Self = checker(cls).validate_python(content)
        return checked

    @classmethod
    def from_checked(cls, plain: Mapping[str, Any]) -> Self:
        """Return entries made of plain data that were checked before: lists become tuples, mappings sections.

        Raises
        ------
        TypeError
            An entry is missing or not known.
        """
        known = _types_of(cls)
        return cls(**{name: _typed(known[name], value) if name in known else value for name, value in plain.items()})

    @classmethod
    def unchecked(cls, values: Mapping[str, Any]) -> Self:
        """Return entries that hold any values whatever, for what else is wrong with them; defaults for the others."""
        made = object.__new__(cls)
        for entry in fields(cls):
            object.__setattr__(made, entry.name, values.get(entry.name, usual_value(entry)))
        return made

    def given(self) -> dict[str, Any]:
        """Return the entries that are not what they are when a file does not give them."""
        values = {entry: getattr(self, entry.name) for entry in fields(self)}
        return {entry.name: value for entry, value in values.items() if value != usual_value(entry)}

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """Return a copy with some entries changed."""
        # not the type of a subclass only: the fields are those of this very class
        return replace(self, **update)


def _field_types(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {entry.name: hints[entry.name] for entry in fields(cls)}


_types_of: Callable[[Any], dict[str, Any]] = cache(_field_types)


def _typed(annotation: Any, value: Any) -> Any:
    """Return a checked value as its annotation has it."""
    if value is None or isinstance(value, str):
        return value
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return _typed(_chosen(inner, value), value)
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return value if isinstance(value, annotation) else annotation.from_checked(value)
    if origin is tuple:
        kinds = (inner[0],) * len(value) if inner[1:] == (...,) else inner
        return tuple(_typed(kind, part) for kind, part in zip(kinds, value, strict=True))
    if origin is dict:
        return {key: _typed(inner[1], part) for key, part in value.items()}
    return float(value) if annotation is float else value


def _chosen(kinds: tuple[Any, ...], value: Any) -> Any:
    """Return the part of a union that a checked value belongs to; the value is given and no text."""
    sections = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)]
    if isinstance(value, Mapping):
        return next((kind for kind in sections if value.keys() <= _types_of(kind).keys()), dict)
    if isinstance(value, list | tuple):
        return next(kind for kind in kinds if get_origin(kind) is tuple)
    if isinstance(value, bool):
        return bool
    return float if float in kinds else type(value)

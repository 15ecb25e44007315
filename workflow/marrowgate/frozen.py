"""Frozen dataclasses whose methods are shared.

`@dataclass(frozen=True)` writes and compiles six methods for each class whenever a program starts: half a millisecond a
class, and a sample's step has a hundred of them. Classes below `Frozen` have all of them from here.
"""

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, ClassVar, dataclass_transform


class SharedMethods:
    """What `dataclasses` would write for each class: values are taken, compared and shown, and never changed."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    __match_args__: ClassVar[tuple[str, ...]]
    _entries: ClassVar[tuple[Field[Any], ...]]

    def __init__(self, *given: Any, **named: Any) -> None:
        """Take the values of the fields; those not given have their usual ones.

        Raises
        ------
        TypeError
            A field is missing, given twice or not known.
        """
        cls = type(self)
        order = cls.__match_args__
        if len(given) > len(order) or not named.keys().isdisjoint(order[: len(given)]):
            msg = f"{cls.__name__} was given a value twice, or more values than it has"
            raise TypeError(msg)
        named.update(zip(order, given, strict=False))
        made = {
            entry.name: named.pop(entry.name) if entry.name in named else usual_value(entry) for entry in cls._entries
        }
        missing = [name for name, value in made.items() if value is MISSING]
        if named or missing:
            what = f"lacks {', '.join(missing)}" if missing else f"has no {', '.join(named)}"
            msg = f"{cls.__name__} {what}"
            raise TypeError(msg)
        self.__dict__.update(made)
        self.__post_init__()

    @classmethod
    def make_dataclass(cls, *, kw_only: bool = False) -> None:
        """Make a class below this one a dataclass, without the methods that it has from here."""
        dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
        cls._entries = fields(cls)

    def __post_init__(self) -> None:
        """Accept the values; classes that refuse some take its place."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse it.

        Raises
        ------
        FrozenInstanceError
            Always.
        """
        msg = f"cannot assign to field {name!r}"
        raise FrozenInstanceError(msg)

    def __delattr__(self, name: str) -> None:
        """Refuse it.

        Raises
        ------
        FrozenInstanceError
            Always.
        """
        msg = f"cannot delete field {name!r}"
        raise FrozenInstanceError(msg)

    def __eq__(self, other: object) -> bool:
        """Return whether the other is of the same class and holds equal values."""
        if other is self:
            return True
        return self._compared() == other._compared() if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        """Return a hash of the values."""
        return hash(self._compared())

    def __repr__(self) -> str:
        """Return the class with its fields, as dataclasses show themselves."""
        shown = (f"{entry.name}={getattr(self, entry.name)!r}" for entry in self._entries if entry.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def _compared(self) -> tuple[Any, ...]:
        values = self.__dict__
        return tuple([values[entry.name] for entry in self._entries if entry.compare])


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Frozen(SharedMethods):
    """Base of frozen dataclasses; with ``eq=False`` in a class's head each of its objects equals only itself."""

    def __init_subclass__(cls, *, eq: bool = True) -> None:
        """Make the class a dataclass."""
        super().__init_subclass__()
        cls.make_dataclass()
        if not eq:
            cls.__eq__ = object.__eq__  # type: ignore[method-assign]
            cls.__hash__ = object.__hash__  # type: ignore[method-assign]


def usual_value(entry: "Field[Any]") -> Any:
    """Return the value of a field that is not given; MISSING where it must be."""
    return entry.default if entry.default_factory is MISSING else entry.default_factory()

"""Frozen classes behave as `@dataclass(frozen=True)` makes them, and compile nothing."""

import copy
import dataclasses
from dataclasses import field

import pytest

from marrowgate.frozen import Frozen, SharedMethods


class Point(Frozen):
    """A point."""

    x: float
    y: float = 2.0
    tags: dict[str, int] = field(default_factory=dict)
    note: str = field(default="", repr=False, compare=False)


class Named(Frozen, eq=False):
    """Equals only itself."""

    name: str


class Positive(Frozen):
    """Refuses a value."""

    value: int

    def __post_init__(self) -> None:
        if self.value <= 0:
            raise ValueError("value")


@dataclasses.dataclass(frozen=True)
class Usual:
    """What dataclasses make of the same fields."""

    x: float
    y: float = 2.0
    tags: dict[str, int] = field(default_factory=dict)
    note: str = field(default="", repr=False, compare=False)


def test_frozen__takes_values_in_order_and_by_name():
    assert dataclasses.astuple(Point(1.0, 3.0)) == dataclasses.astuple(Usual(1.0, 3.0)) == (1.0, 3.0, {}, "")
    assert dataclasses.asdict(Point(1.0, tags={"a": 1})) == {"x": 1.0, "y": 2.0, "tags": {"a": 1}, "note": ""}
    assert Point(1.0).tags is not Point(1.0).tags
    assert list(vars(Point(1.0, note="n", y=1.0))) == ["x", "y", "tags", "note"]


@pytest.mark.parametrize(
    ("given", "named"), [((), {}), ((1.0,), {"x": 2.0}), ((1.0, 2.0, {}, "", 5), {}), ((1.0,), {"z": 1.0})]
)
def test_frozen__refuses_what_dataclasses_refuse(given, named):
    for kind in (Point, Usual):
        with pytest.raises(TypeError, match=f"{kind.__name__}"):
            kind(*given, **named)


def test_frozen__cannot_be_changed():
    made = Point(1.0)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'x'"):
        made.x = 2.0
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'x'"):
        del made.x
    assert dataclasses.replace(made, y=5.0) == Point(1.0, 5.0)


def test_frozen__is_equal_hashed_and_shown_as_dataclasses_are():
    assert Point(1.0, note="a") == Point(1.0, note="b")
    assert Point(1.0) != Point(2.0)
    assert Point(1.0) != Usual(1.0)
    assert hash(Positive(3)) == hash(Positive(3)) == hash((3,))
    assert repr(Point(1.0, note="a")) == repr(Usual(1.0, note="a")).replace("Usual", "Point")


def test_frozen__without_eq_each_equals_only_itself():
    made = Named("a")
    assert made != Named("a")
    assert len({made, made, Named("a")}) == 2


def test_frozen__may_refuse_its_values():
    with pytest.raises(ValueError, match="value"):
        Positive(0)


def test_frozen__can_be_copied_and_matched():
    made = Point(1.0, tags={"a": 1})
    assert copy.copy(made) == copy.deepcopy(made) == made
    match made:
        case Point(x, y):
            assert (x, y) == (1.0, 2.0)


def test_frozen__compiles_no_method_of_its_own():
    own = {"__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__"} & vars(Point).keys()
    assert not own
    assert Point.__init__ is SharedMethods.__init__

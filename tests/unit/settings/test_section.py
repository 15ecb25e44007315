"""Light entries behave as frozen dataclasses do, whose methods they share."""

import dataclasses

import pytest

from marrowgate.settings.section import Section


class Entry(Section):
    name: str
    low: float = 1.0
    tags: tuple[str, ...] = ()


class Narrower(Entry):
    pass


class Checked(Section):
    low: float = 1.0

    def __post_init__(self) -> None:
        if self.low < 0:
            raise ValueError("low")


class Other(Section):
    name: str


def test_section__takes_values_by_name_and_defaults_for_the_rest():
    made = Entry(name="a", tags=("x",))
    assert (made.name, made.low, made.tags) == ("a", 1.0, ("x",))
    assert [entry.name for entry in dataclasses.fields(Entry)] == ["name", "low", "tags"]
    assert dataclasses.asdict(made) == {"name": "a", "low": 1.0, "tags": ("x",)}


@pytest.mark.parametrize(("values", "told"), [({}, "Entry lacks name"), ({"name": "a", "hi": 1}, "Entry has no hi")])
def test_section__refuses_missing_and_unknown_fields(values, told):
    with pytest.raises(TypeError, match=told):
        Entry(**values)


def test_section__cannot_be_changed():
    made = Entry(name="a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.low = 2.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        del made.low
    assert made.low == 1.0
    assert dataclasses.replace(made, low=2.0) == Entry(name="a", low=2.0)


def test_section__is_equal_by_class_and_values_and_hashed_by_them():
    assert Entry(name="a") == Entry(name="a", low=1.0)
    assert Entry(name="a") != Entry(name="b")
    assert Entry(name="a") != Entry(name="a", low=2.0)
    assert Entry(name="a") != Other(name="a")
    assert Entry(name="a") != Narrower(name="a")
    assert len({Entry(name="a"), Entry(name="a"), Entry(name="b")}) == 2


def test_section__shows_itself_as_dataclasses_do():
    assert repr(Entry(name="a")) == "Entry(name='a', low=1.0, tags=())"


def test_section__a_class_may_refuse_its_values():
    assert Checked().low == 1.0
    with pytest.raises(ValueError, match="low"):
        Checked(low=-1.0)

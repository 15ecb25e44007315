"""The arms of the cohort: their names, their order, and which of them are compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from marrowgate.endpoint_names import DEFAULT_ARMS
from marrowgate.settings.panel import Label

EVERYBODY = "all"
"""Name of the whole series in the tables; no arm may have it."""
BETWEEN = " - "
"""Stands between the names of two arms that are compared."""


def _is_usable(name: str) -> str:
    if name == EVERYBODY:
        msg = f"an arm may not be called {EVERYBODY!r}, which stands for the whole series; choose another name"
        raise ValueError(msg)
    if BETWEEN in name:
        msg = f"the arm {name!r} holds {BETWEEN!r}, which stands between two arms; write it without"
        raise ValueError(msg)
    return name


ArmName = Annotated[Label, AfterValidator(_is_usable)]


@dataclass(frozen=True)
class ArmPair:
    """Two arms that are compared; a difference is that of the first arm less that of the second."""

    first: str
    second: str

    @property
    def contrast(self) -> str:
        """Name of the comparison in the tables."""
        return f"{self.first}{BETWEEN}{self.second}"

    def __iter__(self) -> Iterator[str]:
        return iter((self.first, self.second))


class Arms(BaseModel):
    """The arms that the patient sheet names."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    names: Annotated[tuple[ArmName, ...], Field(min_length=1)] = DEFAULT_ARMS
    """Words of the column `arm` of the patient sheet, in the order of tables and figures. One arm is compared
    with its own baseline."""
    pairs: tuple[tuple[Label, Label], ...] | None = None
    """Which arms are compared, as `[first, second]`: the difference is the first less the second. Two arms are compared
    without it. With more arms it must be given; p-values of an endpoint are then adjusted for all pairs. `[]`: none."""

    @model_validator(mode="after")
    def _pairs_are_of_the_names(self) -> "Arms":
        again = next((name for name in self.names if self.names.count(name) > 1), None)
        if again is not None:
            msg = f"the arm {again!r} stands twice in names; keep one of them"
            raise ValueError(msg)
        if self.pairs is None and len(self.names) > 2:
            msg = f"{len(self.names)} arms need pairs: say which are compared, as [[{self.names[0]}, {self.names[1]}]]"
            raise ValueError(msg)
        for first, second in self.pairs or ():
            stranger = next((name for name in (first, second) if name not in self.names), None)
            if stranger is not None:
                msg = f"pairs name the arm {stranger!r}, which is not in names; add it there, or correct it"
                raise ValueError(msg)
            if first == second:
                msg = f"a pair compares the arm {first!r} with itself; name two arms"
                raise ValueError(msg)
        if self.pairs and len({frozenset(pair) for pair in self.pairs}) < len(self.pairs):
            msg = "the same two arms stand in pairs twice; keep one of them"
            raise ValueError(msg)
        return self

    @property
    def compared(self) -> tuple[ArmPair, ...]:
        """Return the pairs that are compared; none with one arm."""
        if self.pairs is not None:
            return tuple(ArmPair(*pair) for pair in self.pairs)
        return (ArmPair(self.names[0], self.names[1]),) if len(self.names) > 1 else ()

"""Populations made of other populations."""

from typing import Annotated, Literal

from marrowgate.gating.boundary_error import NO_ERROR
from marrowgate.gating.geometry.gates import Boolean
from marrowgate.gating.methods import Arguments, FittedGate, Method, Needs, View, fitted_gate
from marrowgate.settings.section import Limit


class BooleanArguments(Arguments):
    """An operator and the populations it joins."""

    operator: Literal["and", "or", "not"]
    """`not` takes one operand."""
    operands: Annotated[tuple[str, ...], Limit(min_length=1)]
    """Populations that stand before this one."""

    def __post_init__(self) -> None:
        """Refuse entries that do not go together."""
        if self.operator == "not" and len(self.operands) != 1:
            msg = f"not takes one operand, got {len(self.operands)}; name one population"
            raise ValueError(msg)


def find(view: View, arguments: BooleanArguments) -> FittedGate:  # noqa: ARG001 - every method has this shape
    """Return the Boolean gate as the strategy says it."""
    return fitted_gate(Boolean(arguments.operator, arguments.operands), NO_ERROR)


def needs(arguments: BooleanArguments) -> Needs:
    """Declare the populations that are joined."""
    return Needs(operands=tuple(arguments.operands), operator=arguments.operator)


METHOD = Method(BooleanArguments, (0,), "Gating-ML 2.0, section 5.5", find, needs=needs)

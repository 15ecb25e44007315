"""The same gate on another population: how one sees that a gate keeps what it should."""

from marrowgate.gating.geometry.gates import Boolean
from marrowgate.gating.methods import Arguments, FittedGate, Method, Needs, View, fitted_gate, no_gate
from marrowgate.gating.reasons import because


class CopyArguments(Arguments):
    """Whose gate is copied."""

    of: str
    """A population that stands before this one, whose gate has the same dimensions."""


def find(view: View, arguments: CopyArguments) -> FittedGate:
    """Return the other population's gate, to be applied to this one's parent."""
    known = view.gate(arguments.of)
    if known is None or isinstance(known[0], Boolean) or known[0].dimensions != view.dimensions:
        return no_gate("no_gate_to_copy", f"{arguments.of} has no gate in {', '.join(view.dimensions)}")
    gate, error = known
    return fitted_gate(gate, error, notes=(because("copied", f"copy of {arguments.of}"),))


def needs(arguments: CopyArguments) -> Needs:
    """Declare whose gate is taken over."""
    return Needs(gates=(arguments.of,), placed_by=(arguments.of,))


METHOD = Method(
    CopyArguments,
    (1, 2),
    "ISHAGE: the progenitors' scatter gate copied onto the lymphocytes (Sutherland et al. 1996, J Hematother 5:213)",
    find,
    needs=needs,
)

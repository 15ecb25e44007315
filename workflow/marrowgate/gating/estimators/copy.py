"""The same gate on another population: how one sees that a gate keeps what it should."""

from marrowgate.gating.gates import Boolean
from marrowgate.gating.methods import Arguments, Found, Method, View


class CopyArguments(Arguments):
    """Whose gate is copied."""

    of: str
    """A population that stands before this one, whose gate has the same dimensions."""


def find(view: View, arguments: CopyArguments) -> Found:
    """Return the other population's gate, to be applied to this one's parent."""
    gate = view.gate(arguments.of)
    if gate is None or isinstance(gate, Boolean) or gate.dimensions != view.dimensions:
        return Found(None, "failed", f"{arguments.of} has no gate in {', '.join(view.dimensions)}")
    return Found(gate, "ok", f"copy of {arguments.of}")


METHOD = Method(
    CopyArguments,
    (1, 2),
    "ISHAGE: the progenitors' scatter gate copied onto the lymphocytes (Sutherland et al. 1996, J Hematother 5:213)",
    find,
)

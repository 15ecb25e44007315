"""What went wrong, told apart by whose fault it is.

A `UserError` holds faults of the input: the command line prints one line for each and ends with 2.
Any other exception is a defect of the program and ends with 1 and a traceback.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that the user can mend.

    Parameters
    ----------
    where : str
        File, line and column or field, for example ``samples.tsv line 4, column batch``.
    what : str
        What is wrong there, with the value that was found.
    cure : str
        What to do about it.
    """

    where: str
    what: str
    cure: str

    def __str__(self) -> str:
        # one line for one fault, whatever a path or a cell holds
        return " ".join(f"{self.where}: {self.what}; {self.cure}".splitlines())


class UserError(Exception):
    """All faults found in the user's input, reported together."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def fault(where: str, what: str, cure: str) -> UserError:
    """Make the `UserError` for a single fault."""
    return UserError([Fault(where, what, cure)])

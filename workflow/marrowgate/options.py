"""Options of the command line: numbers as they take them, and what is wrong with one in the words of other faults."""

import argparse
import math
import re
from collections.abc import Callable, Sequence

from marrowgate.errors import Fault
from marrowgate.settings.messages import correct_to, shown

_CHOICE = r"(?s)invalid choice: (?P<value>.*) \(choose from (?P<choices>.*)\)"
_REQUIRED = "the following arguments are required: "
_NOT_KNOWN = "unrecognized arguments: "
_AMBIGUOUS = r"(?s)ambiguous option: (?P<name>\S+) could match (?P<meant>.*)"


def whole_number(least: int) -> Callable[[str], int]:
    """Return the type of an option that takes a whole number of at least `least`."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            msg = f"must be a whole number, got {shown(text)}; correct the value"
            raise argparse.ArgumentTypeError(msg) from None
        if value < least:
            msg = f"must be at least {least}, got {shown(text)}; correct the value"
            raise argparse.ArgumentTypeError(msg)
        return value

    return read


def positive_number(text: str) -> float:
    """Read the value of an option that takes a finite number above 0.

    Raises
    ------
    argparse.ArgumentTypeError
        The text is something else.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        msg = f"must be a number, got {shown(text)}; correct the value"
        raise argparse.ArgumentTypeError(msg)
    if value <= 0:
        msg = f"must be above 0, got {shown(text)}; correct the value"
        raise argparse.ArgumentTypeError(msg)
    return value


def option_fault(command: str, message: str, known: Sequence[str], name: str | None = None) -> Fault:
    """Say where an option is wrong, what is wrong and what to do.

    Parameters
    ----------
    command : str
        The command with its sub-command.
    message : str
        What argparse says.
    known : sequence of str
        The options of the sub-command.
    name : str, optional
        The option or argument that argparse speaks of, if of one.
    """
    see = f"see {command} --help"
    if name:
        kind = "option" if name.startswith("-") else "argument"
        return Fault(f"{kind} {name}", *_of_one_option(message, see))
    if message.startswith(_REQUIRED):
        names = message.removeprefix(_REQUIRED)
        several = "," in names
        return Fault(
            command, f"{names} {'are' if several else 'is'} missing", f"add {'them' if several else 'it'}; {see}"
        )
    if message.startswith(_NOT_KNOWN):
        first = message.removeprefix(_NOT_KNOWN).split()[0]
        if not first.startswith("-"):
            return Fault(command, f"there is one word too many, {shown(first)}", f"remove it; {see}")
        option = first.partition("=")[0]
        return Fault(command, f"there is no option {shown(option)}", correct_to(option, known, see))
    if named := re.fullmatch(_AMBIGUOUS, message):
        what = f"may stand for {named['meant'].replace(', ', ' or ')}"
        return Fault(f"option {named['name']}", what, "write it in full")
    return Fault(command, message, see)


def _of_one_option(rest: str, see: str) -> tuple[str, str]:
    if chosen := re.fullmatch(_CHOICE, rest):
        choices = chosen["choices"].replace("'", "")
        return f"must be one of {choices}, got {chosen['value']}", "use one of these"
    if rest.startswith("expected "):
        return "has no value", "write it behind the option"
    if rest.startswith("ignored explicit argument "):
        return f"takes no value, got {rest.removeprefix('ignored explicit argument ')}", "write the option alone"
    what, _, cure = rest.partition("; ")
    return what, cure or see

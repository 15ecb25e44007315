"""Functions of the rules that Snakemake calls for each job."""

import inspect
from collections.abc import Callable
from typing import TypeVar

Function = TypeVar("Function", bound=Callable[..., object])


def with_signature(function: Function) -> Function:
    """Return a function that says its signature by itself.

    Snakemake looks at the signature of a function three times for each job, to know what it takes beside the wildcards.
    Python puts it together anew each time, unless the function has it.
    """
    function.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return function

"""Progress on a terminal, and nothing where standard error is a file or a pipe."""

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def with_progress(items: Sequence[Item], what: str, every: int = 50) -> Iterator[Item]:
    """Pass the items on; on a terminal say from time to time how many are done.

    Parameters
    ----------
    items : sequence
        What is worked on.
    what : str
        Their name in the plural, for example ``files``.
    every : int
        Items between two words on the terminal; fewer items than that pass in silence.
    """
    shown = sys.stderr.isatty() and len(items) > every
    for number, item in enumerate(items):
        if shown and number % every == 0:
            sys.stderr.write(f"\r{number} of {len(items)} {what}")
            sys.stderr.flush()
        yield item
    if shown:
        sys.stderr.write(f"\r{len(items)} of {len(items)} {what}\n")

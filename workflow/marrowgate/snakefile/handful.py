"""A few samples that another engine gates too."""

import random
from collections.abc import Iterable

SIZE = 3
"""So few are enough to see that two engines read a gate alike; each takes a second of another program."""


def random_handful(sample_ids: Iterable[str], seed: int) -> list[str]:
    """Draw a few samples by the seed; the order in which they are given makes no difference.

    Parameters
    ----------
    sample_ids : iterable of str
        All samples that are gated.
    seed : int
        The project's.

    Returns
    -------
    list of str
        At most `SIZE`, sorted.
    """
    names = sorted(sample_ids)
    return sorted(random.Random(seed).sample(names, min(SIZE, len(names))))  # noqa: S311 - no secret

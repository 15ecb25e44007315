"""Random number streams that depend on names alone, so that no sample's numbers depend on another's."""

import hashlib

import numpy as np


def stream(*parts: str | int) -> np.random.Generator:
    """Return the random stream of a name.

    Parameters
    ----------
    *parts : str or int
        What the stream is for, for example the scenario, the seed and the sample_id.

    Returns
    -------
    numpy.random.Generator
        The same numbers for the same parts, in whatever order and process it is asked for.
    """
    name = "\x1f".join(str(part) for part in parts)
    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.SFC64(int.from_bytes(digest, "little")))

"""How many events lie where in a plot: counts by cell for many events, single events for few."""

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen

N_CELLS = 64
"""Cells along each axis of a plot of two dimensions."""
N_BARS = 128
"""Bars of a histogram."""
FEW = 500
"""Up to so many events are kept one by one."""
FINE = 1023
"""The upper end of the axis in the coordinates of single events; the lower end is 0."""
_STEPS = 4

Codes = NDArray[np.uint8]


class Density(Frozen):
    """The events of a plot.

    Parameters
    ----------
    codes : ndarray of uint8, shape (N_CELLS, N_CELLS) or (N_BARS,)
        Counts by cell, the second dimension first, as `coded`; all 0 where every event is kept by itself.
    owners : ndarray of uint8, same shape
        Which of the picture's colours most events of a cell have; 0: none of them.
    dots : ndarray of uint16, shape (n, 3)
        Single events: place across and upwards from 0 to `FINE`, and owner. Events beyond an axis lie on its end.
    """

    codes: Codes
    owners: Codes
    dots: NDArray[np.uint16]

    @property
    def is_histogram(self) -> bool:
        """Whether there is one dimension only."""
        return self.codes.ndim == 1


def coded(counts: NDArray[np.integer]) -> Codes:
    """Return counts as codes: ``round(4 log2(1 + n))``, so within 9 % of the count, and 0 for nothing.

    Parameters
    ----------
    counts : ndarray of int
        Not negative, below 2**63.
    """
    return np.asarray(np.rint(_STEPS * np.log2(1.0 + counts)), dtype=np.uint8)


def decoded(codes: Codes) -> NDArray[np.float64]:
    """Return about how many events a code stands for."""
    return np.asarray(np.exp2(codes / _STEPS) - 1.0)


def density_to_plain(density: Density) -> dict[str, Any]:
    """Return a density as compressed text, for JSON."""
    whole = density.codes.tobytes() + density.owners.tobytes()
    return {
        "shape": list(density.codes.shape),
        "cells": _packed(whole) if density.codes.any() else "",
        "dots": _packed(density.dots.astype("<u2").tobytes()) if density.dots.size else "",
    }


def density_from_plain(plain: Mapping[str, Any]) -> Density:
    """Make the density that `density_to_plain` gave."""
    shape = tuple(plain["shape"])
    if plain["cells"]:
        both = np.frombuffer(_unpacked(plain["cells"]), dtype=np.uint8).reshape(2, *shape)
    else:
        both = np.zeros((2, *shape), dtype=np.uint8)
    dots = np.frombuffer(_unpacked(plain["dots"]) if plain["dots"] else b"", dtype="<u2").reshape(-1, 3)
    return Density(both[0], both[1], dots.astype(np.uint16))


def _packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 6)).decode("ascii")


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))

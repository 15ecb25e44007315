"""Whether bytes can be the values that they are said to be.

Floats read from the wrong place or in the wrong byte order have random exponents, and integers read from the
wrong place have bits above `$PnR`. A look at the first events tells.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.layout import Layout
from marrowgate.fcs.source import Source
from marrowgate.frozen import Frozen

SAMPLE = 2**16
_LARGEST = 1e20  # nanoseconds since 1970 are below
_SMALLEST = 1e-20
_FLOAT_BITS = 32
_ENOUGH_VALUES = 100
_NEARLY_ALL = 0.9
_NO_TINY = 0.1


class Strangeness(Frozen):
    """Counts among the first values: absurdly large or small, not finite, above `$PnR`."""

    n_values: int = 1
    n_absurd: int = 0
    n_non_finite: int = 0
    n_above_range: int = 0

    @property
    def absurd(self) -> float:
        """Share of values that are absurdly large or small."""
        return self.n_absurd / self.n_values

    @property
    def total(self) -> float:
        """Share of values that no instrument would write."""
        return (self.n_absurd + self.n_non_finite + self.n_above_range) / self.n_values


def strangeness(source: Source, begin: int, size: int, layout: Layout) -> Strangeness:
    """Look at the first events of DATA that are said to begin at a byte.

    Parameters
    ----------
    source : Source
        The open file.
    begin, size : int
        First byte, from the start of the file, and bytes.
    layout : Layout
        How an event is stored.
    """
    if not layout.event_bits or layout.types[0] == "A" or any(width % 8 for width in layout.bits):
        return Strangeness()
    n_bytes = max(1, min(SAMPLE, size) // layout.event_bytes) * layout.event_bytes
    block = np.frombuffer(source.read(begin, n_bytes), np.uint8)
    rows = block[: len(block) // layout.event_bytes * layout.event_bytes].reshape(-1, layout.event_bytes)
    if not rows.size:
        return Strangeness()
    n_values = len(rows) * len(layout.types)
    if set(layout.types) in ({"F"}, {"D"}):  # all of one width, as each type has one
        values = rows.reshape(n_values, -1)
        values = values if layout.byte_order == "little" else np.ascontiguousarray(values[:, ::-1])
        return Strangeness(n_values, *(int(count) for count in _floats(values)))
    counts = np.zeros(3, np.int64)
    first_byte = 0
    for kind, width, mask in zip(layout.types, layout.bits, layout.masks, strict=True):
        column = np.ascontiguousarray(rows[:, first_byte : first_byte + width // 8])
        first_byte += width // 8
        if layout.byte_order == "big":
            column = np.ascontiguousarray(column[:, ::-1])
        counts += _floats(column) if kind in {"F", "D"} else _integers(column, mask)
    return Strangeness(n_values, *(int(count) for count in counts))


def are_floats(source: Source, begin: int, size: int, layout: Layout) -> bool:
    """Tell whether DATA that are said to be integers of 32 bits are floats.

    Read as integers nearly all lie above `$PnR`; read as floats none is absurd, and the middle one is no tiny number.
    """
    if set(layout.types) != {"I"} or set(layout.bits) != {_FLOAT_BITS} or not all(layout.masks):
        return False
    as_integers = strangeness(source, begin, size, layout)
    if as_integers.n_values < _ENOUGH_VALUES or as_integers.n_above_range < _NEARLY_ALL * as_integers.n_values:
        return False
    floats = replace(layout, types=("F",) * len(layout.types), masks=(0,) * len(layout.masks))
    block = np.frombuffer(
        source.read(begin, min(SAMPLE, size) // 4 * 4), f"{'<' if layout.byte_order == 'little' else '>'}f4"
    )
    return not strangeness(source, begin, size, floats).total and bool(np.median(np.abs(block)) > _NO_TINY)


def _floats(column: NDArray[np.uint8]) -> NDArray[np.int64]:
    values = np.abs(column.view(f"<f{column.shape[1]}").ravel())
    finite = np.isfinite(values)
    absurd = finite & (values != 0) & ((values > _LARGEST) | (values < _SMALLEST))
    return np.array([absurd.sum(), (~finite).sum(), 0], np.int64)


def _integers(column: NDArray[np.uint8], mask: int) -> NDArray[np.int64]:
    if not mask:
        return np.zeros(3, np.int64)
    values = np.zeros(len(column), np.uint64)
    for byte in range(column.shape[1] - 1, -1, -1):
        values = (values << np.uint64(8)) | column[:, byte].astype(np.uint64)
    return np.array([0, 0, (values > np.uint64(mask)).sum()], np.int64)

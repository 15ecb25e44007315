"""The DATA: stored values as an array, in one vectorised pass over the mapped file.

Little-endian floats are not copied at all: the array is a read-only view of the file. Everything else is
decoded in blocks of events straight into the result, so that no second copy of the data ever exists.
"""

import mmap
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.ascii import decode_ascii
from marrowgate.fcs.layout import Layout
from marrowgate.fcs.model import Note
from marrowgate.fcs.offsets import Extent
from marrowgate.fcs.verdict import repair

_BLOCK_BYTES = 2**18
_EXACT = 2**53  # float64 holds every integer up to here
_WORDS = {8, 16, 32, 64}

Events = NDArray[np.float32] | NDArray[np.float64]


def decode(mapped: mmap.mmap, extent: Extent, layout: Layout, repairs: list[Note]) -> Events:
    """Read the stored values.

    Parameters
    ----------
    mapped : mmap
        The whole file.
    extent : Extent
        Where the DATA lie; inside the file.
    layout : Layout
        How an event is stored.
    repairs : list of Note
        Repairs that were needed are added.

    Returns
    -------
    ndarray, shape (n_events, n_channels)
        float32 for `$DATATYPE` F, float64 for everything else. A view of the file where that is possible.

    Raises
    ------
    RejectedError
        `bad_ascii_data` or `tot_mismatch` (ASCII between separators).
    """
    if layout.types[0] == "A":
        return decode_ascii(mapped, extent, layout)
    shape = (extent.n_events, len(layout.types))
    sign = "<" if layout.byte_order == "little" else ">"
    if set(layout.types) in ({"F"}, {"D"}):
        dtype = np.dtype(f"{sign}f{layout.bits[0] // 8}")
        stored: Events = np.ndarray(shape, dtype, mapped, extent.begin) if extent.n_events else np.zeros(shape, dtype)
        return stored.astype(dtype.newbyteorder("="), copy=False)
    events = np.empty(shape, np.float64)
    tally = _Tally(shape[1])
    for begin, end in _blocks(extent, layout):
        _fill(events[begin:end], mapped, extent, begin, layout, tally)
    tally.report(repairs)
    return events


class _Tally:
    """Counts what was changed in the integers of each channel."""

    def __init__(self, n_channels: int):
        self.masked = np.zeros(n_channels, np.int64)
        self.rounded = np.zeros(n_channels, np.int64)

    def report(self, repairs: list[Note]) -> None:
        """Add a repair for each kind of change."""
        if self.masked.any():
            sentence = f"{self.masked.sum()} values in {(self.masked > 0).sum()} channels had bits above $PnR"
            repairs.append(repair("extra_bits_masked", sentence))
        if self.rounded.any():
            sentence = f"{self.rounded.sum()} integers above 2^53 were rounded to the nearest float64"
            repairs.append(repair("integers_rounded", sentence))


def _blocks(extent: Extent, layout: Layout) -> Iterator[tuple[int, int]]:
    """Ranges of events; each begins on a whole byte because it begins on a multiple of 8 events."""
    step = max(8, _BLOCK_BYTES // layout.event_bytes // 8 * 8)
    for begin in range(0, extent.n_events, step):
        yield begin, min(begin + step, extent.n_events)


def _fill(
    target: NDArray[np.float64],
    mapped: mmap.mmap,
    extent: Extent,
    begin: int,
    layout: Layout,
    tally: _Tally,
) -> None:
    n = len(target)
    first = extent.begin + begin * layout.event_bits // 8
    if any(width % 8 for width in layout.bits):
        size = -(-n * layout.event_bits // 8)
        raw = np.ndarray(size, np.uint8, mapped, first)
        columns = _packed_columns(raw, n, layout)
    else:
        columns = _byte_columns(mapped, first, n, layout)
    for channel, column in enumerate(columns):
        if layout.types[channel] == "I":
            _put_integers(target[:, channel], column, channel, layout.masks[channel], tally)
        else:
            target[:, channel] = column


def _put_integers(
    target: NDArray[np.float64], column: NDArray[np.unsignedinteger], channel: int, mask: int, tally: _Tally
) -> None:
    if mask and (above := int((column > mask).sum())):
        tally.masked[channel] += above
        column = column & column.dtype.type(mask)
    target[:] = column
    if column.dtype.itemsize == 8:
        tally.rounded[channel] += int((column > _EXACT).sum())


def _byte_columns(mapped: mmap.mmap, first: int, n: int, layout: Layout) -> Iterator[np.ndarray]:
    """Columns of values that fill whole bytes, each with the type it is stored in."""
    sign = "<" if layout.byte_order == "little" else ">"
    offset = first
    for kind, width in zip(layout.types, layout.bits, strict=True):
        size = width // 8
        strides = (layout.event_bytes,)
        if kind in {"F", "D"} or width in _WORDS:
            code = "f" if kind in {"F", "D"} else "u"
            yield np.ndarray((n,), np.dtype(f"{sign}{code}{size}"), mapped, offset, strides)
        else:
            raw = np.ndarray((n, size), np.uint8, mapped, offset, (layout.event_bytes, 1))
            yield _odd_bytes(raw if layout.byte_order == "big" else raw[:, ::-1])
        offset += size


def _odd_bytes(raw: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Integers of 3, 5, 6 or 7 bytes, most significant byte first."""
    values = np.zeros(len(raw), np.uint64)
    for byte in range(raw.shape[1]):
        values <<= np.uint64(8)
        values |= raw[:, byte]
    return values


def _packed_columns(raw: NDArray[np.uint8], n: int, layout: Layout) -> Iterator[np.ndarray]:
    """Columns of values packed bit by bit.

    A stream of most significant bits first is what descending byte order means for whole bytes, and one of
    least significant bits first what ascending order means; both are carried on to single bits.
    """
    stream = np.unpackbits(raw, bitorder=layout.byte_order, count=n * layout.event_bits)
    bits = stream.reshape(n, layout.event_bits)
    begin = 0
    for width in layout.bits:
        column = bits[:, begin : begin + width]
        values = np.zeros(n, np.uint64)
        for byte in range(width) if layout.byte_order == "big" else range(width - 1, -1, -1):
            values <<= np.uint64(1)
            values |= column[:, byte]
        yield values
        begin += width


def count_non_finite(events: Events) -> NDArray[np.int64]:
    """Count the values in each channel that are not finite, without copying the events."""
    counts = np.zeros(events.shape[1], np.int64)
    step = max(1, _BLOCK_BYTES // max(1, events.shape[1]))
    for begin in range(0, len(events), step):
        finite = np.isfinite(events[begin : begin + step])
        if not finite.all():
            counts += (~finite).sum(axis=0)
    return counts

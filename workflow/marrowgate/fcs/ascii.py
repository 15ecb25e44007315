"""DATA written as text, `$DATATYPE` A: fields of fixed width, or numbers between separators."""

import mmap
import re

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.layout import Layout
from marrowgate.fcs.offsets import Extent
from marrowgate.fcs.verdict import refusal

_BLOCK = 2**20
_SEPARATORS = b" \t,\r\n"
_TO_SPACES = bytes.maketrans(_SEPARATORS, b" " * len(_SEPARATORS))
_NOT_NUMBERS = re.compile(rb"[^0-9 ]")
_LONGEST_NUMBER = 64


def decode_ascii(mapped: mmap.mmap, extent: Extent, layout: Layout) -> NDArray[np.float64]:
    """Read numbers that are written as text.

    Returns
    -------
    ndarray of float64, shape (n_events, n_channels)

    Raises
    ------
    RejectedError
        `bad_ascii_data`, or `tot_mismatch` when the numbers are not `$TOT` events.
    """
    if layout.event_bits:
        return _fixed(mapped, extent, layout)
    return _separated(mapped, extent, len(layout.types))


def _fixed(mapped: mmap.mmap, extent: Extent, layout: Layout) -> NDArray[np.float64]:
    events = np.zeros((extent.n_events, len(layout.types)), np.float64)
    step = max(1, _BLOCK // layout.event_bytes)
    for begin in range(0, extent.n_events, step):
        n = min(step, extent.n_events - begin)
        offset = extent.begin + begin * layout.event_bytes
        for channel, bits in enumerate(layout.bits):
            width = bits // 8
            raw = np.ndarray((n, width), np.uint8, mapped, offset, (layout.event_bytes, 1))
            events[begin : begin + n, channel] = _from_digits(raw)
            offset += width
    return events


def _from_digits(raw: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Numbers of digits padded with spaces on the left, one per row."""
    values = np.zeros(len(raw), np.float64)
    padding = np.isin(raw, np.frombuffer(b" \0", np.uint8))
    digits = (raw >= ord("0")) & (raw <= ord("9"))
    if not (padding | digits).all() or not digits.any(axis=1).all():
        raise refusal(code="bad_ascii_data", sentence="the data hold characters that are not digits")
    for column in range(raw.shape[1]):
        digit = raw[:, column].astype(np.float64) - ord("0")
        values = np.where(digits[:, column], values * 10 + digit, values)
    return values


def _separated(mapped: mmap.mmap, extent: Extent, n_channels: int) -> NDArray[np.float64]:
    numbers = []
    rest = b""
    for begin in range(extent.begin, extent.begin + extent.size, _BLOCK):
        block = rest + mapped[begin : min(begin + _BLOCK, extent.begin + extent.size)].translate(_TO_SPACES)
        head, space, rest = block.rpartition(b" ")
        if len(rest) > _LONGEST_NUMBER or _NOT_NUMBERS.search(block):
            raise refusal(code="bad_ascii_data", sentence="the data hold more than digits and separators")
        numbers.append(_numbers(head + space))
    numbers.append(_numbers(rest))
    values = np.concatenate(numbers) if numbers else np.zeros(0)
    if values.size != extent.n_events * n_channels:
        sentence = f"$TOT says {extent.n_events} events of {n_channels} values, the data hold {values.size} values"
        raise refusal(code="tot_mismatch", sentence=sentence)
    return values.reshape(extent.n_events, n_channels)


def _numbers(text: bytes) -> NDArray[np.float64]:
    return np.fromstring(text.decode("ascii"), np.float64, sep=" ") if text.strip() else np.zeros(0)

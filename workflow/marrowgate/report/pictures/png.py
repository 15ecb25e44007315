"""A small PNG writer: a palette, no date, nothing but the cells.

Source: PNG specification, third edition (W3C 2025), sections 5 and 11: signature, IHDR, PLTE, tRNS, IDAT, IEND.
"""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE_TYPE = 3


def palette_png(pixels: NDArray[np.uint8], palette: tuple[str, ...]) -> bytes:
    """Return a PNG file.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, columns)
        Index into the palette, the uppermost row first.
    palette : tuple of str
        Colours as ``#rrggbb``, at most 256; the first is transparent, whatever it is.
    """
    rows, columns = pixels.shape
    depth = 4 if len(palette) <= 16 else 8
    colours = b"".join(bytes.fromhex(colour[1:] or "ffffff") for colour in palette)
    packed = pixels if depth == 8 else _in_halves(pixels)
    # every row begins with its filter: 0, none
    lines = np.hstack([np.zeros((rows, 1), dtype=np.uint8), packed]).tobytes()
    header = struct.pack(">IIBBBBB", columns, rows, depth, _PALETTE_TYPE, 0, 0, 0)
    body = zlib.compress(lines, 9)
    chunks = {b"IHDR": header, b"PLTE": colours, b"tRNS": b"\x00", b"IDAT": body, b"IEND": b""}
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks.items())


def _in_halves(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put two pixels into a byte, the left one into its upper half."""
    even = np.pad(pixels, ((0, 0), (0, pixels.shape[1] % 2)))
    return np.asarray(even[:, 0::2] * 16 + even[:, 1::2], dtype=np.uint8)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

"""Arrow arrays from plain values, made from their buffers.

`pyarrow.array` imports pandas to see whether it was given any of its objects, which costs 0.4 s in every job.
"""

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ARROW_TYPES = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}


def array_of(values: Sequence[Any], dtype: str) -> pa.Array:
    """Make an array of one of the registry's dtypes; None is missing.

    Parameters
    ----------
    values : sequence
        Python or numpy values, or None.
    dtype : str
        string, int64, float64 or bool.

    Raises
    ------
    TypeError
        A value is not of the dtype; for int64 also a number that is not whole.
    """
    wrong = [value for value in values if value is not None and not _FITS[dtype](value)]
    if wrong:
        msg = f"{wrong[0]!r} is no {dtype}"
        raise TypeError(msg)
    valid = np.array([value is not None for value in values], dtype=np.bool_)
    if dtype == "string":
        return _strings(["" if value is None else value for value in values], valid)
    if dtype == "bool":
        return boolean_array(np.array([bool(value) for value in values], dtype=np.bool_), valid)
    filled = np.array([0 if value is None else value for value in values], dtype=dtype)
    return pa.Array.from_buffers(ARROW_TYPES[dtype], len(values), [_bits(valid), pa.py_buffer(filled)])


def boolean_array(mask: NDArray[np.bool_], valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """Make a Boolean array from a mask; where `valid` is False the value is missing."""
    return pa.Array.from_buffers(pa.bool_(), mask.size, [None if valid is None else _bits(valid), _bits(mask)])


def named_array(
    positions: NDArray[np.integer], names: Sequence[str], valid: NDArray[np.bool_] | None = None
) -> pa.Array:
    """Make an array of names from their places in a list; where `valid` is False the value is missing."""
    indices = positions.astype(np.int32) if valid is None else np.where(valid, positions, 0).astype(np.int32)
    bits = None if valid is None else _bits(valid)
    codes = pa.Array.from_buffers(pa.int32(), positions.size, [bits, pa.py_buffer(indices)])
    return pa.DictionaryArray.from_arrays(codes, array_of(list(names), "string"))


def _strings(texts: Sequence[str], valid: NDArray[np.bool_]) -> pa.Array:
    encoded = [text.encode("utf-8") for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [_bits(valid), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)


def _bits(mask: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(mask, bitorder="little"))


def _is_whole(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and (isinstance(value, Integral) or value % 1 == 0)


_FITS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "int64": _is_whole,
    "float64": lambda value: isinstance(value, Real) and not isinstance(value, bool),
    "bool": lambda value: isinstance(value, bool | np.bool_),
}

"""The text of a spillover matrix: number of channels, labels, values, in the spellings that tools write."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.keywords import to_integer, to_number
from marrowgate.frozen import Frozen

LARGEST = 200
_MOST_PARTS = (LARGEST + 2) ** 2
_UNIT = 1e-3
_PER_CENT = 100.0
_BRIGHTEST = 10.0
"""No fluorochrome shines this many times brighter beside its detector than in it."""
_MOST_BELOW_0 = -0.05
"""Errors of single stains reach no further."""
_MOST_CONDITION = 1e6


class MatrixText(Frozen, eq=False):
    """A matrix as written.

    Parameters
    ----------
    labels : tuple of str
        Empty when the matrix has none.
    matrix : ndarray of float64, shape (k, k)
        With a diagonal of 1.
    in_per_cent : bool
        The values were written in per cent, and are divided by 100 here.
    """

    labels: tuple[str, ...]
    matrix: NDArray[np.float64]
    in_per_cent: bool


def parse_matrix(text: str, is_name: Callable[[str], bool]) -> MatrixText | str:
    """Take the text of a matrix apart.

    Parameters
    ----------
    text : str
        For example ``2,FITC-A,PE-A,1,0.25,0.01,1``.
    is_name : callable
        Tells whether a channel has a name; names that hold a comma are put together by it.

    Returns
    -------
    MatrixText or str
        What is wrong with it when its values cannot be used.
    """
    if text.count(",") + text.count(";") > _MOST_PARTS:
        return f"it has more than {LARGEST} channels"
    parts = _parts(text)
    size = to_integer(parts[0])
    if size is None or not 1 <= size <= LARGEST:
        return "it does not begin with the number of channels"
    if len(parts) == 1 + size * size:  # $COMP of 3.0 has no labels
        labels: list[str] | None = []
    elif len(parts) < 1 + size + size * size:
        return f"{size} channels need {size} labels and {size * size} values, it has {len(parts) - 1} entries"
    else:
        labels = _labels(parts[1 : len(parts) - size * size], size, is_name)
    if labels is None:
        return f"it has more than {size} labels"
    values = [to_number(part.rstrip("% ")) for part in parts[len(parts) - size * size :]]
    if None in values:
        return "its values are not all finite numbers"
    return _with_unit_diagonal(tuple(labels), np.array(values, np.float64).reshape(size, size))


def _with_unit_diagonal(labels: tuple[str, ...], matrix: NDArray[np.float64]) -> MatrixText | str:
    diagonal = np.diag(matrix)
    in_per_cent = bool(np.allclose(diagonal, _PER_CENT, rtol=_UNIT, atol=0))
    if in_per_cent:
        matrix = matrix / _PER_CENT
    elif not np.allclose(diagonal, 1.0, rtol=0, atol=_UNIT):
        return f"its diagonal is {diagonal.min():g} to {diagonal.max():g}, it must be 1"
    if fault := no_spillover(matrix):
        return fault
    matrix.setflags(write=False)
    return MatrixText(labels, matrix, in_per_cent)


def no_spillover(matrix: NDArray[np.float64]) -> str:
    """Say why a matrix with a diagonal of 1 can be no spillover matrix; nothing where it can.

    Parameters
    ----------
    matrix : ndarray of float64, shape (k, k)
        Rows are fluorochromes, columns are detectors.
    """
    beside = matrix - np.diag(np.diag(matrix))
    if beside.min() < _MOST_BELOW_0 and beside.sum() < 0:
        return "its entries are mostly below 0: it is a compensation matrix"
    if np.abs(beside).max() >= _BRIGHTEST:
        return f"it has entries up to {np.abs(beside).max():g} beside a diagonal of 1"
    if (np.minimum(beside, beside.T) > 1).any():
        return "two of its fluorochromes are each brighter in the other's detector"
    if not np.linalg.cond(matrix) < _MOST_CONDITION:
        return "it is singular"
    return ""


def _parts(text: str) -> list[str]:
    """Divide the text at commas, at semicolons where the commas are those of decimals, or at blanks.

    A row of the matrix may stand in a line of its own.
    """
    text = text.strip().strip(",;").strip()
    semicolons = ";" in text and to_integer(text.partition(";")[0].strip()) is not None
    mark = ";" if semicolons else ","
    if mark not in text:
        return text.split(None, _MOST_PARTS)
    lines = (line.strip(f" \t{mark}") for line in text.splitlines())
    parts = [part.strip() for part in mark.join(line for line in lines if line).split(mark)]
    return [_decimal(part) for part in parts] if semicolons else parts


def _decimal(part: str) -> str:
    point = part.replace(",", ".")
    return point if to_number(point) is not None else part


def _labels(parts: Sequence[str], size: int, is_name: Callable[[str], bool]) -> list[str] | None:
    """Return the labels; names that hold a comma are put together again."""
    if len(parts) == size:
        return list(parts)
    surplus = len(parts) - size
    labels: list[str] = []
    at = 0
    while at < len(parts):
        n = next((n for n in range(surplus + 1, 1, -1) if is_name(",".join(parts[at : at + n]))), 1)
        labels.append(",".join(parts[at : at + n]))
        at += n
    return labels if len(labels) == size else None

"""How much memory a step needs for a file, from the file's header: what a cluster is asked for."""

from functools import cache
from pathlib import Path

from marrowgate.fcs.head import data_set_sizes
from marrowgate.fcs.source import open_source

_STEP_MB = 250.0
"""The interpreter with its libraries, the slowest of them included."""
_COPIES = 2
"""Copies of every value as float64: decoded from integers, and compensated."""
_PER_EVENT = 64
"""Bytes of event numbers, masks and columns in work."""


def megabytes_needed(path: Path) -> int:
    """Return the memory that `fit`, `gate` or `calibrate` needs for a file.

    The file itself is mapped, its largest data set may be decoded to float64, and its fluorescence is compensated as
    float64. `tests/cli/test_memory.py` measures that it is enough.

    Parameters
    ----------
    path : Path
        An FCS file; one that cannot be read needs no more than a step by itself.

    Returns
    -------
    int
        Megabytes (10^6 bytes).
    """
    try:
        status = path.stat()
    except OSError:
        return round(_STEP_MB)
    # several rules ask for the same file
    return _needed(path, status.st_size, status.st_mtime_ns)


def events_of(path: Path) -> int:
    """Return the events of a file's largest data set; 0 for one that cannot be read."""
    try:
        status = path.stat()
    except OSError:
        return 0
    return max((events for events, _ in _sizes(path, status.st_size, status.st_mtime_ns)), default=0)


def _needed(path: Path, size: int, changed_ns: int) -> int:
    sizes = _sizes(path, size, changed_ns)
    held = max((events * (8 * _COPIES * channels + _PER_EVENT) for events, channels in sizes), default=0)
    return round(_STEP_MB + (held + size) / 1e6)


@cache
def _sizes(path: Path, size: int, changed_ns: int) -> tuple[tuple[int, int], ...]:  # noqa: ARG001 - a changed file
    # has another size or time, and is looked at again
    try:
        with open_source(path) as source:
            return tuple(data_set_sizes(source))
    except Exception:  # noqa: BLE001 - no job has begun; the file's own steps tell of the defect
        return ()

"""How much memory a step needs for a file, from the file's header: what a cluster is asked for."""

from pathlib import Path

from marrowgate.fcs.read import data_sets

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
        events = max(
            data_set.n_events * (8 * _COPIES * len(data_set.channels) + _PER_EVENT) for data_set in data_sets(path)
        )
    except Exception:  # noqa: BLE001 - no job has begun; the file's own steps tell of the defect
        events = 0
    size = path.stat().st_size if path.exists() else 0
    return round(_STEP_MB + (events + size) / 1e6)

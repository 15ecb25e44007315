"""What a run will leave on the disk, and whether it fits, said before the first job."""

from collections.abc import Iterable
from pathlib import Path

from marrowgate.snakefile.memory import events_of

BYTES_A_SAMPLE = 400_000
"""Fit, gates, record, pictures, its part of tables and pages, Snakemake's notes; docs/scale.md has the parts."""
BYTES_AN_EVENT = 2
"""Membership of an event in every population, compressed."""
SIMULATED_BYTES = 4_000_000
"""A simulated sample with its truth: the mean of those of the shipped study, 40,000 and 100,000 events."""


def bytes_needed(files: Iterable[Path], n_simulated: int) -> int:
    """Return the bytes that the results of a run will need, roughly.

    Parameters
    ----------
    files : iterable of Path
        The files that will be gated.
    n_simulated : int
        Samples that the workflow simulates, whose size is not known yet.
    """
    given = sum(BYTES_A_SAMPLE + BYTES_AN_EVENT * events_of(path) for path in files)
    return given + n_simulated * (BYTES_A_SAMPLE + SIMULATED_BYTES)


def bytes_there(folders: Iterable[Path]) -> int:
    """Return the bytes of all files in folders."""
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def disk_line(needed: int, there: int, free: int) -> str:
    """Say what a run needs of the disk: one line, a warning when it will not fit.

    Parameters
    ----------
    needed : int
        Bytes that the results need.
    there : int
        Bytes that already lie there from an earlier run.
    free : int
        Bytes that are free.
    """
    further = max(needed - there, 0)
    if further > free:
        return (
            f"warning: the run needs about {_gb(further)} more on this disk, and {_gb(free)} are free; make room first"
        )
    return f"disk: about {_gb(further)} more are needed, {_gb(free)} are free"


def storage_line(needed: int, provider: str) -> str:
    """Say what a run needs of object storage, whose free room is not known; see `disk_line`."""
    here = "and here the files of jobs while they run"
    return f"disk: about {_gb(needed)} are needed in the storage ({provider}), {here}"


def _gb(number: int) -> str:
    """Return bytes in GB (10^9 bytes) with two digits."""
    return f"{number / 1e9:.2g} GB" if number < 1e11 else f"{number / 1e9:,.0f} GB"

"""What binds a result to the bytes that it was made from: digests of files, taken before and after they are read."""

import hashlib
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from marrowgate.no_result import NoResult, NoResultError

CHANGED = "changed_while_read"
FOLDERS = frozenset(
    {
        "calibration",
        "consensus",
        "events",
        "fits",
        "gates",
        "pictures",
        "records",
        "scales",
        "spillover",
        "stability",
        "tables",
    }
)
"""Folders of the results that hold files which others are made from."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def named_digests(paths: Iterable[Path | None]) -> dict[str, str]:
    """Return the digest of each file by its place in the results, which holds no more than the name of a sample."""
    return {place_in_results(path): sha256_of(path) for path in paths if path is not None}


def place_in_results(path: Path) -> str:
    """Return a path from the results folder on, whatever that folder is called."""
    return f"{path.parent.name}/{path.name}" if path.parent.name in FOLDERS else path.name


@contextmanager
def unchanged(path: Path) -> Iterator[str]:
    """Return the digest of a file's bytes, and at the end look whether they are the same.

    The events of a file may be a view of it, so numbers made while it changes are of no file at all.

    Parameters
    ----------
    path : Path
        A file that is read inside the block.

    Yields
    ------
    str
        SHA-256; empty when there is no regular file that can be read, which its reader tells of.

    Raises
    ------
    NoResultError
        Size, time of the last change or bytes are others than at the beginning.
    """
    before = _content(path)
    yield before[0] if before else ""
    if _content(path) != before:
        raise NoResultError(NoResult("rejected", f"{CHANGED}: the file changed while it was read; run again"))


def _content(path: Path) -> tuple[str, int, int] | None:
    try:
        status = path.stat()
        # a named pipe would block when opened
        return (sha256_of(path), status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None
    except OSError:
        return None

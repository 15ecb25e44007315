"""Files that are written whole or not at all."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marrowgate.errors import UserError, fault

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says when nothing more can be written."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Return a temporary path beside `path` that takes its place when the block ends without an error.

    Parameters
    ----------
    path : Path
        The file to make; its folder is made when missing.

    Yields
    ------
    Path
        Where to write. It is removed when the block raises.

    Raises
    ------
    UserError
        The folder cannot be written to, or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # as tempfile does it, which imports three archive formats
        part = path.parent / f".{path.name}.{os.urandom(4).hex()}.part"
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise _cannot_be_written(path, error) from None
    try:
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except OSError as error:
        if error.errno not in FULL and error.filename2 != str(path):
            raise
        raise _cannot_be_written(path, error) from None
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends, whole or not at all."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def _cannot_be_written(path: Path, error: OSError) -> UserError:
    # pyarrow wraps the system's words in its own
    why = os.strerror(error.errno) if error.errno in FULL else error.strerror
    return fault(str(path), f"cannot be written ({why})", "check the folder, its rights and the free space")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

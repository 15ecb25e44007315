"""Bytes of a file that the user names: a regular file, of a size that somebody can have written."""

import stat
from pathlib import Path

from marrowgate.errors import fault

_MB = 1_000_000


def given_bytes(path: Path, largest: int, kind: str = "file") -> bytes:
    """Read a whole file.

    Parameters
    ----------
    path : Path
        The file.
    largest : int
        Most bytes that are read.
    kind : str
        What it should be, for messages.

    Raises
    ------
    UserError
        It is missing, a folder, a pipe or a device, too large, or may not be read.
    """
    try:
        refuse_what_is_no_file(path, kind)
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except FileNotFoundError:
        raise fault(str(path), "there is no such file", "make it, or correct the path") from None
    except OSError as error:
        raise fault(str(path), f"cannot be read ({error.strerror})", "ask for the right to read it") from None
    if len(content) > largest:
        what = f"is larger than {largest / _MB:g} MB, which no {kind} of this project is"
        raise fault(str(path), what, "look whether it is the right file")
    return content


def refuse_what_is_no_file(path: Path, kind: str) -> None:
    """Refuse a folder, a pipe and a device; a pipe would block when opened, a device may never end.

    Raises
    ------
    UserError
        It is one of these.
    OSError
        It cannot be looked at.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise fault(str(path), f"is a folder, not a {kind}", "name a file in it")
    if not stat.S_ISREG(mode):
        raise fault(str(path), f"is a pipe or a device, not a {kind}", "name a file")


def is_there(path: Path) -> bool:
    """Say whether a path is a file; one that cannot be looked at (a name too long, a closed folder) is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_something(path: Path) -> bool:
    """Say whether there is a file, folder or device; what cannot be looked at is none."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def names_in(folder: Path, ending: str) -> tuple[str, ...]:
    """Return the names, without the ending, of a folder's files, sorted; none where it cannot be looked at."""
    try:
        return tuple(sorted(path.stem for path in folder.iterdir() if path.suffix == ending))
    except (OSError, ValueError):
        return ()

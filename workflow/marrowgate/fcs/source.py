"""Bounded access to the bytes of a file."""

import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from marrowgate.fcs.verdict import refusal
from marrowgate.frozen import Frozen


class Source(Frozen):
    """An open file and its size in bytes."""

    file: BinaryIO
    size: int

    def read(self, begin: int, length: int) -> bytes:
        """Read up to `length` bytes from `begin`; fewer where the file ends."""
        if begin < 0 or length <= 0 or begin >= self.size:
            return b""
        self.file.seek(begin)
        return self.file.read(min(length, self.size - begin))

    def map(self) -> mmap.mmap:
        """Map the whole file for reading; the map outlives the open file."""
        return mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ)


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a regular file.

    Raises
    ------
    RejectedError
        `missing_file` or `unreadable_file`.
    """
    try:
        # a named pipe would block when opened, so look before opening
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
            raise refusal(code="unreadable_file", sentence=f"this is {what}, not a file")
        file = path.open("rb")
    except FileNotFoundError:
        raise refusal(code="missing_file", sentence="there is no such file") from None
    except (OSError, ValueError) as error:
        sentence = f"the file cannot be opened ({type(error).__name__})"
        raise refusal(code="unreadable_file", sentence=sentence) from None
    with file:
        yield Source(file, os.fstat(file.fileno()).st_size)

"""The tables of a run as they are on disk, carried inside the page for download."""

import base64
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 3_000_000
"""Tables that are longer than this when compressed are left to the folder, so that the page stays under 15 MB."""


@dataclass(frozen=True)
class Download:
    """One file of the run.

    Parameters
    ----------
    name : str
        Name of the file.
    n_bytes : int
        Its length on disk.
    packed : str
        Its bytes, compressed by gzip, as base64; empty where it is too long for the page.
    """

    name: str
    n_bytes: int
    packed: str


def downloads(paths: Iterable[Path]) -> list[Download]:
    """Return the files, compressed: the page gives back the same bytes.

    Parameters
    ----------
    paths : iterable of Path
        The tables, as text.
    """
    kept = []
    for path in paths:
        content = path.read_bytes()
        # without a time in its head, so that the same table gives the same page
        packed = base64.b64encode(gzip.compress(content, 9, mtime=0)).decode("ascii")
        kept.append(Download(path.name, len(content), packed if len(packed) <= MOST_BYTES else ""))
    return kept

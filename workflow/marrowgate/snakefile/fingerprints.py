"""Content of a rule's inputs as a parameter: a file replaced by one with an older time is noticed, too."""

import hashlib
import stat
from collections.abc import Iterable
from pathlib import Path

_SMALL = 2**20


def fingerprint(paths: Iterable[str], made: Iterable[str]) -> str:
    """Return a short digest of what files the user gave a rule.

    Snakemake runs a rule again when an input is newer than its outputs. A file put in its place that is older it does
    not notice by itself; a changed parameter it does.

    Parameters
    ----------
    paths : iterable of str
        Inputs of a rule.
    made : iterable of str
        Folders of files that the workflow makes itself, whose own rules have parameters.

    Returns
    -------
    str
        Sixteen hexadecimal digits, from the bytes of small files and from size and time of large ones. Files that are
        not there yet do not count.
    """
    folders = tuple(f"{folder.rstrip('/')}/" for folder in made)
    digest = hashlib.sha256()
    for name in paths:
        path = Path(name)
        if name.startswith(folders):
            continue
        try:
            status = path.stat()
        except OSError:
            continue
        if not stat.S_ISREG(status.st_mode):
            continue
        known = f"{status.st_size} {status.st_mtime_ns}".encode()
        content = path.read_bytes() if status.st_size <= _SMALL and path.suffix.lower() != ".fcs" else known
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]

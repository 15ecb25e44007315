"""Files of many samples on a command line: a folder stands for those of all gated samples.

A command that named each of them would be too long for the system with some thousand samples.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marrowgate.settings.project import Project


def sample_files(given: Sequence[Path], project: "Project", suffix: str) -> list[Path]:
    """Return the given files; where folders are given, the files in them that belong to the gated samples.

    Parameters
    ----------
    given : sequence of Path
        Files, or folders with a file ``<sample_id><suffix>`` for each gated sample.
    project : Project
        The sheet.
    suffix : str
        How the files end.
    """
    from marrowgate.settings.sample_links import gated

    files: list[Path] = []
    for path in given:
        is_file = path.suffix == suffix
        files += [path] if is_file else [path / f"{sample.sample_id}{suffix}" for sample in gated(project)]
    return files

"""Panels and strategies that come with marrowgate: a project without a file of such a name uses them where they lie."""

from pathlib import Path

from marrowgate.settings.files.given_file import is_there

_PACKAGE = Path(__file__).parent.parent.parent
FOLDERS = (_PACKAGE / "project" / "config", _PACKAGE.parent.parent / "config")
"""Where they may lie: in the installed package, or in the repository."""


def own_or_shipped(path: Path, kind: str) -> Path:
    """Return the project's own file; where it is not there, the shipped one of the same name.

    Parameters
    ----------
    path : Path
        The file as the project has it.
    kind : str
        ``panels`` or ``strategies``.

    Returns
    -------
    Path
        The project's own path also where there is no such file at all.
    """
    if is_there(path):
        return path
    return next((folder / kind / path.name for folder in FOLDERS if is_there(folder / kind / path.name)), path)

"""Paths that stand in the settings."""

from typing import Annotated

from pydantic import AfterValidator

from marrowgate.settings.panel import Label


def without_braces(path: str) -> str:
    """Return the path, or refuse one that the workflow would take for a pattern."""
    if "{" in path or "}" in path:
        msg = (
            f"there are braces in the path {path!r}, which the workflow takes for wildcards; rename the file or folder"
        )
        raise ValueError(msg)
    return path


PathText = Annotated[Label, AfterValidator(without_braces)]

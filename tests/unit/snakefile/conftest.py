"""Fixtures of the tests of what the Snakefile asks."""

from unit.settings.conftest import folder

__all__ = ["folder"]

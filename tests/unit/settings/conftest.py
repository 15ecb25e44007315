"""Fixtures of the settings' tests."""

from pathlib import Path

import pytest

from unit.settings.projects import Folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Return a small project without faults; the working directory is its folder."""
    return Folder(tmp_path, monkeypatch)

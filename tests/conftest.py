"""Fixtures that every kind of test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# a first call may import what later ones find there, so a test case has no time limit of its own
settings.register_profile("marrowgate", deadline=None)
settings.load_profile("marrowgate")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real cytometry files; where it is missing the test is skipped, but never in CI."""
    folder = Path(os.environ.get("MARROWGATE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = f"real data folder {folder} is missing; set MARROWGATE_REAL_DATA"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder

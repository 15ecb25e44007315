from pathlib import Path
from types import SimpleNamespace

import pytest

from marrowgate.settings import sample_links
from marrowgate.steps.sample_files import sample_files


@pytest.fixture(autouse=True)
def _two_gated_samples(monkeypatch):
    samples = (SimpleNamespace(sample_id="A1"), SimpleNamespace(sample_id="B.2"))
    monkeypatch.setattr(sample_links, "gated", lambda _: samples)


def test_sample_files__a_folder_stands_for_the_files_of_the_gated_samples():
    folder = Path("results/records")
    assert sample_files([folder], SimpleNamespace(), ".json") == [folder / "A1.json", folder / "B.2.json"]


def test_sample_files__files_are_taken_as_they_are():
    given = [Path("x/C3.json"), Path("y/A1.json")]
    assert sample_files(given, SimpleNamespace(), ".json") == given

"""A real disk that is full: one line, exit code 2, nothing half written under its name, and room makes it go on."""

from pathlib import Path

import pytest

from fuzz.gate_tries import FULL, WRITTEN, gate_words, on_disk, try_disk


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("full")


@pytest.fixture(scope="module")
def words(folder: Path, real_data: Path) -> list[str]:
    """Return the command that gates a real sample onto a disk in the folder."""
    return gate_words(real_data / "timecourse" / "D0.fcs", folder)


@pytest.mark.parametrize("size", ["4k", "16k", "24k"])
def test_gate__full_disk_is_one_line_and_leaves_no_record(folder: Path, words: list[str], size: str) -> None:
    done = on_disk(folder / "disk", size, words)
    assert done.returncode == 2
    assert FULL.fullmatch(done.stderr), done.stderr
    left = done.stdout.split()
    assert "r.json" not in left
    assert not [name for name in left if name.endswith(".part")]


def test_gate__with_room_on_the_disk_it_writes_all(folder: Path, words: list[str]) -> None:
    done = on_disk(folder / "disk", "20m", words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == WRITTEN


def test_try_disk__tells_a_full_disk_from_one_with_room_and_refuses_what_is_neither(
    folder: Path, words: list[str]
) -> None:
    assert try_disk(words, folder, 1, 4) == "full"
    assert try_disk(words, folder, 1, 100_000) == "finished"
    with pytest.raises(AssertionError, match="exit code 2"):
        try_disk([*words[:-1], str(folder / "nowhere" / "r.json"), "--nonsense"], folder, 1, 100_000)

"""The dialogue of docs/first-ten-minutes.md, command by command, as it stands there."""

import time
from pathlib import Path

import pytest

from first_ten_minutes import PAGE, PICTURE, commands, printed

SECONDS = 120
"""What a new user may wait for all commands of the page together."""


def test_first_ten_minutes__prints_what_the_page_says(real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("raw").symlink_to(real_data)
    dialogue = list(commands(PAGE.read_text(encoding="utf-8")))
    assert len(dialogue) >= 6
    begun = time.process_time()
    for command, lines in dialogue:
        assert printed(command) == lines, f"{command}: write the page anew with `make first-ten-minutes`"
    assert time.process_time() - begun < SECONDS


def test_first_ten_minutes__shows_its_picture():
    assert f"(pictures/{PICTURE.name})" in PAGE.read_text(encoding="utf-8")
    assert PICTURE.is_file()

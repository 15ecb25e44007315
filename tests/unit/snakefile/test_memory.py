from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.head import data_set_sizes
from marrowgate.fcs.source import open_source
from marrowgate.snakefile import memory
from marrowgate.snakefile.memory import megabytes_needed
from unit.fcs.builder import fcs_bytes, keywords, write


def sizes(path: Path) -> list[tuple[int, int]]:
    with open_source(path) as source:
        return list(data_set_sizes(source))


@pytest.mark.parametrize("stated", ["2", "0", "4000000000"])
def test_sizes__are_those_of_the_reader_and_never_more_than_the_file_has_room_for(stated, tmp_path):
    path = write(tmp_path, fcs_bytes(keywords(TOT=stated)))
    ((events, channels),) = sizes(path)
    assert channels == 3
    assert 2 <= events <= path.stat().st_size // (3 * 4)
    assert events == 2 or stated != "2"


def test_sizes__are_given_for_every_data_set(tmp_path):
    first = fcs_bytes(keywords(NEXTDATA=str(len(fcs_bytes()))))
    path = write(tmp_path, first + fcs_bytes(keywords(n_events=1, n_channels=6), np.zeros((1, 6), "<f4")))
    assert sizes(path) == [(2, 3), (1, 6)]


def test_memory__is_looked_up_once_for_a_file_and_again_when_it_changed(tmp_path, monkeypatch):
    path = write(tmp_path, fcs_bytes())
    calls = []
    true = memory.data_set_sizes
    monkeypatch.setattr(memory, "data_set_sizes", lambda source: calls.append(1) or true(source))
    assert megabytes_needed(path) == megabytes_needed(path) == 250
    assert len(calls) == 1
    path.write_bytes(path.read_bytes() + bytes(30_000_000))
    assert megabytes_needed(path) == 280
    assert len(calls) == 2


@pytest.mark.parametrize("content", [b"", b"no FCS file", None])
def test_memory__of_a_file_that_cannot_be_read_is_that_of_a_step(content, tmp_path):
    if content is not None:
        (tmp_path / "a.fcs").write_bytes(content)
    assert megabytes_needed(tmp_path / "a.fcs") == 250

"""Faults of the file are verdicts; sentences hold nothing private."""

import os
from pathlib import Path

import numpy as np
import pytest

from marrowgate.fcs.read import data_sets, file_sha256, read_fcs, read_header
from marrowgate.fcs.verdict import REJECTIONS, REPAIRS
from unit.fcs.builder import TWO_EVENTS, fcs_bytes, keywords, write


def test_read__missing_file(tmp_path: Path) -> None:
    for file in (read_fcs(tmp_path / "none.fcs"), read_header(tmp_path / "none.fcs"), *data_sets(tmp_path / "none")):
        assert file.verdict.reasons[0].code == "missing_file"


def test_read__folder_and_device_are_refused(tmp_path: Path) -> None:
    assert read_fcs(tmp_path).verdict.reasons[0].code == "unreadable_file"
    pipe = tmp_path / "pipe.fcs"
    os.mkfifo(pipe)
    assert read_fcs(pipe).verdict.reasons[0].code == "unreadable_file"  # and does not wait for a writer


def test_read__file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, fcs_bytes())

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    # the superuser, as which tests often run, may read everything
    monkeypatch.setattr(Path, "open", refuse)
    assert read_fcs(path).verdict.reasons[0].code == "unreadable_file"


@pytest.mark.parametrize("name", ["file.FCS", "file.LMD", "file.001", "no_extension", "täst file.fcs"])
def test_read__name_of_the_file_does_not_matter(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, fcs_bytes(), name)
    assert read_fcs(path).verdict.status == "accepted"


def test_read__header_has_no_events(tmp_path: Path) -> None:
    file = read_header(write(tmp_path, fcs_bytes()))
    assert file.events is None
    assert (file.n_events, len(file.channels), file.version) == (2, 3, "3.0")


def test_read__events_outlive_the_open_file_and_its_name(tmp_path: Path) -> None:
    path = write(tmp_path, fcs_bytes())
    events = read_fcs(path).events
    path.unlink()
    np.testing.assert_array_equal(events, TWO_EVENTS)  # type: ignore[arg-type]


def test_read__rejected_file_still_says_what_it_is(tmp_path: Path) -> None:
    file = read_fcs(write(tmp_path, fcs_bytes(keywords(TOT="9", CYT="LSRII", VOL="1000", P2S="CD34"))))
    assert file.verdict.status == "rejected"
    assert (file.version, file.cytometer, dict(file.facts)) == ("3.0", "LSRII", {"$VOL": "1000"})
    assert [channel.marker for channel in file.channels] == ["", "CD34", ""]


def test_read__duplicate_channels_are_rejected_by_number(tmp_path: Path) -> None:
    # FlowKit 1.3.2 silently takes the first
    file = read_fcs(write(tmp_path, fcs_bytes(keywords(P2N="FSC-A"))))
    reason = file.verdict.reasons[0]
    assert (reason.code, reason.sentence) == ("duplicate_channels", "channels 1, 2 share a $PnN")


def test_read__channel_without_a_name(tmp_path: Path) -> None:
    file = read_fcs(write(tmp_path, fcs_bytes(keywords(P2N=None))))
    assert file.channels[1].name == "P2"
    assert [note.code for note in file.verdict.repairs] == ["channel_named_by_number"]


def test_read__two_files_with_the_same_fil_are_two_files(tmp_path: Path) -> None:
    # FlowKit 1.3.2 takes $FIL for the identity of a sample and drops the second
    first = read_fcs(write(tmp_path, fcs_bytes(keywords(FIL="a.fcs")), "one.fcs"))
    second = read_fcs(write(tmp_path, fcs_bytes(keywords(FIL="a.fcs"), TWO_EVENTS + 1), "two.fcs"))
    assert first.events is not None
    assert second.events is not None
    assert not np.array_equal(first.events, second.events)


def test_read__digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, b"abc")
    assert file_sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_verdict__codes_are_words_and_sentences() -> None:
    assert not set(REJECTIONS) & set(REPAIRS)
    for code, meaning in {**REJECTIONS, **REPAIRS}.items():
        assert code.replace("_", "").isalnum()
        assert code.islower()
        assert meaning.endswith(".")


def test_verdict__every_code_is_used_and_every_used_code_is_listed(repository: Path) -> None:
    import re

    source = "".join(path.read_text() for path in (repository / "workflow/marrowgate/fcs").glob("*.py"))
    used = set(re.findall(r'code="([a-z0-9_]+)"', source)) | set(re.findall(r'repair\(\s*"([a-z0-9_]+)"', source))
    assert used == set(REJECTIONS) | set(REPAIRS)

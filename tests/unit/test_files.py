import errno
import os
import stat

import pytest

from marrowgate.errors import UserError
from marrowgate.files import whole_file, write_text

CURE = "check the folder, its rights and the free space"


def test_whole_file__appears_only_when_the_block_has_ended(tmp_path):
    path = tmp_path / "new" / "a.txt"
    with whole_file(path) as part:
        part.write_text("half")
        assert not path.exists()
        assert part.parent == path.parent
    assert path.read_text() == "half"
    assert [each.name for each in path.parent.iterdir()] == ["a.txt"]


def fail_half_way(path):
    with whole_file(path) as part:
        part.write_text("half")
        raise RuntimeError


def test_whole_file__leaves_the_old_file_when_the_block_raises(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError):
        fail_half_way(path)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_whole_file__has_the_rights_of_any_new_file(tmp_path):
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "a.txt", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


def test_write_text__is_utf8_with_unix_line_ends(tmp_path):
    write_text(tmp_path / "a.txt", "ä\nb\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa4\nb\n"


def test_folder_that_is_a_file__is_the_user_s_fault(tmp_path):
    (tmp_path / "results").write_text("")
    with pytest.raises(UserError) as caught:
        write_text(tmp_path / "results" / "a.txt", "x")
    (found,) = caught.value.faults
    assert found.what.startswith("cannot be written (")
    assert found.cure == CURE


def test_target_that_is_a_folder__is_the_user_s_fault(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(UserError) as caught:
        write_text(tmp_path / "a.txt", "x")
    assert str(caught.value) == f"{tmp_path}/a.txt: cannot be written (Is a directory); {CURE}"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def raise_in_block(path, error):
    with whole_file(path):
        raise error


def test_full_disk__is_the_user_s_fault(tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        raise_in_block(tmp_path / "a.txt", OSError(errno.ENOSPC, "No space left on device"))


def test_other_errors_of_the_block__are_not_taken_for_faults_of_the_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        raise_in_block(tmp_path / "a.txt", FileNotFoundError(errno.ENOENT, "No such file", "other.txt"))

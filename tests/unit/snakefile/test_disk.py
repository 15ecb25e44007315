from pathlib import Path

from marrowgate.snakefile.disk import BYTES_A_SAMPLE, bytes_needed, bytes_there, disk_line, storage_line


def test_bytes_needed__grow_with_events_and_a_file_that_cannot_be_read_has_none(real_data: Path, tmp_path: Path):
    (tmp_path / "none.fcs").write_bytes(b"no FCS file")
    assert bytes_needed([tmp_path / "none.fcs", tmp_path / "lost.fcs"], 0) == 2 * BYTES_A_SAMPLE
    # 3,732 events
    assert bytes_needed([real_data / "timecourse" / "D0.fcs"], 0) == BYTES_A_SAMPLE + 2 * 3732


def test_bytes_needed__a_simulated_sample_needs_room_for_its_file_too():
    assert bytes_needed([], 2) == 2 * 4_400_000


def test_bytes_there__are_those_of_all_files(tmp_path: Path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "one").write_bytes(b"12345")
    (tmp_path / "a" / "two").write_bytes(b"123")
    assert bytes_there([tmp_path / "a", tmp_path / "lost"]) == 8


def test_disk_line__says_what_is_needed_and_free():
    assert disk_line(3_200_000_000, 200_000_000, 56_000_000_000) == "disk: about 3 GB more are needed, 56 GB are free"
    assert disk_line(1, 5, 10**9) == "disk: about 0 GB more are needed, 1 GB are free"


def test_disk_line__warns_when_it_will_not_fit():
    told = "warning: the run needs about 3 GB more on this disk, and 2.9 GB are free; make room first"
    assert disk_line(3_000_000_000, 0, 2_900_000_000) == told
    assert disk_line(3_000_000_000, 100_000_000, 2_900_000_000).startswith("disk: ")


def test_storage_line__says_nothing_of_the_room_on_this_disk():
    told = "disk: about 2.4 GB are needed in the storage (s3), and here the files of jobs while they run"
    assert storage_line(2_400_000_000, "s3") == told

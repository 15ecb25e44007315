"""Files of samples that somebody removed."""

from pathlib import Path

import pytest

from marrowgate.snakefile.lost_files import lost_files

OF_SAMPLE = [
    *("fits/{}.json", "stability/{}.json", "gates/{}.xml", "gates/{}.tsv", "gates/{}.parquet"),
    *("events/{}.parquet", "pictures/{}.json", "records/{}.json"),
]


def files_of(name: str) -> list[str]:
    return [f"results/{path.format(name)}" for path in OF_SAMPLE]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Return results of two gated samples in a run that has not ended."""
    for path in [*files_of("A"), *files_of("B")]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path / "results"


def test_lost_files__there_are_none_where_nothing_was_made_or_nothing_was_removed(results, tmp_path):
    assert lost_files(["A", "B"], tmp_path / "elsewhere") == []
    assert lost_files(["A", "B"], results) == []
    (results / "manifest.tsv").touch()
    assert lost_files(["B", "A"], results) == []


@pytest.mark.parametrize("path", files_of("A")[:-1])
def test_lost_files__every_file_of_a_gated_sample_is_missed(results, tmp_path, path):
    (tmp_path / path).unlink()
    assert lost_files(["B", "A"], results) == [path]


def test_lost_files__a_sample_that_is_still_to_be_gated_is_asked_for_by_its_record_alone(results, tmp_path):
    (tmp_path / "results/records/A.json").unlink()
    (tmp_path / "results/gates/A.xml").unlink()
    assert lost_files(["A", "B", "C"], results) == []


def test_lost_files__after_a_whole_run_all_files_of_a_sample_are_missed(results, tmp_path):
    (results / "manifest.tsv").touch()
    for path in files_of("A"):
        (tmp_path / path).unlink()
    assert lost_files(["A", "B"], results) == files_of("A")


def test_lost_files__files_of_other_samples_do_not_count(results):
    (results / "gates" / "A.xml").rename(results / "gates" / "AA.xml")
    assert lost_files(["A"], results) == ["results/gates/A.xml"]

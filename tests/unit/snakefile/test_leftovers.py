"""What a killed or failed run leaves is not taken for results."""

from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq

from marrowgate.files import whole_file
from marrowgate.snakefile.leftovers import (
    failed_samples,
    makes_report,
    other_project,
    remove_stale_report,
    set_aside_report,
    sweep,
)


def test_sweep__removes_half_written_files_and_nothing_else(tmp_path):
    kept = [tmp_path / "results" / "fits" / "a.json", tmp_path / "results" / "my.part", tmp_path / ".a.part"]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    with whole_file(tmp_path / "results" / "fits" / "b.json") as part:
        assert part.is_file()
        assert sweep([tmp_path / "results", tmp_path / "not_there"]) == 1
        assert not part.exists()
        part.write_text("made anew")
    assert sweep([tmp_path / "results"]) == 0
    assert all(path.is_file() for path in kept)


def test_report__of_an_earlier_run_is_set_aside(tmp_path):
    page = tmp_path / "report.html"
    assert set_aside_report(page) is None
    page.write_text("old")
    stale = set_aside_report(page)
    assert stale == tmp_path / "report_of_an_earlier_run.html"
    assert stale.read_text() == "old"
    assert not page.exists()
    assert set_aside_report(page) == stale
    remove_stale_report(page)
    assert stale.is_file()
    page.write_text("new")
    remove_stale_report(page)
    assert page.read_text() == "new"
    assert not stale.exists()


def test_report__is_made_by_one_of_the_jobs_or_by_none(tmp_path):
    collect, report = (SimpleNamespace(output=[f"results/{name}", "results/x"]) for name in ("a.tsv", "report.html"))
    assert makes_report([collect, report])
    assert not makes_report([collect])
    assert not makes_report([])


def test_failed_samples__are_named(tmp_path):
    assert failed_samples(tmp_path / "none.parquet") == []
    rows = [{"sample_id": "a", "verdict": "accepted"}, {"sample_id": "b", "verdict": "failed"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "m.parquet")
    assert failed_samples(Path(tmp_path / "m.parquet")) == ["b"]


def test_other_project__results_of_other_samples_are_told(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").touch()
    (fault,) = other_project({"c"}, tmp_path)
    assert str(fault) == (
        "results: holds results of 2 samples, such as a, none of which is in the sample sheet; "
        "move them away, or work in a folder of your own (--directory)"
    )


def test_other_project__own_or_no_results_are_no_fault(tmp_path):
    assert other_project({"c"}, tmp_path / "none") == []
    assert other_project({"c"}, tmp_path) == []
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").touch()
    assert other_project({"c", "b"}, tmp_path) == []

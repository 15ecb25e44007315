"""Published rows that differ from the last run: which, by how much, and why."""

import json

import pytest

from marrowgate.measure.changes import Change, change_rows, intensity_change_rows
from marrowgate.settings.sheets import Sample
from marrowgate.snakefile.last_run import changes_line, keep_last_run
from marrowgate.tables import write_table


def sample(name, **cells):
    return Sample.model_validate({"sample_id": name, "fcs": f"{name}.fcs", "panel": "p", "batch": "B1", **cells})


SAMPLES = {name: sample(name) for name in ("a", "b", "new")}
RUN = {
    "files_sha256": {"a": "1", "b": "2"},
    "inputs_sha256": {"panel p": "3", "strategy s": "4", "samples": "5"},
    "batches_sha256": {"consensus/p_B1.yaml": "6", "scales/p_B1.yaml": "7"},
    "code_digests": {"fit": "8", "gate": "9", "report": "10"},
    "settings_sha256": "11",
}


def row(name, population, n, **cells):
    own = {"sample_id": name, "patient_id": None, "panel": "p", "batch": "B1", "population": population}
    numbers = {"n_events": n, "n_parent": 1000, "pct_of_parent": None if n is None else n / 10, "gate_status": "ok"}
    return {**own, **numbers, "per_100_cd45": None, "cells_per_ul": None, "detection": "quantifiable", **cells}


def changed(part, **digests):
    return {**RUN, part: {**RUN[part], **{name.replace("__", " "): value for name, value in digests.items()}}}


def changes(before, now, run=RUN):
    return change_rows(before, now, Change(RUN, run, SAMPLES, {"p": "s"}))


def test_changes__are_rows_of_both_runs_that_moved_and_by_how_much():
    before = [row("a", "x", 100), row("a", "y", 50), row("b", "x", 7), row("gone", "x", 1)]
    now = [row("a", "x", 90), row("a", "y", 50), row("b", "x", 7, gate_status="shifted"), row("new", "x", 3)]
    first, second = changes(before, now)
    assert (first["sample_id"], first["population"], first["changed"]) == ("a", "x", "n_events, pct_of_parent")
    assert (first["last_n_events"], first["n_events"], first["change_pct"]) == (100, 90, pytest.approx(-10.0))
    assert (first["last_pct_of_parent"], first["pct_of_parent"]) == (10.0, 9.0)
    assert (second["sample_id"], second["changed"], second["last_gate_status"]) == ("b", "gate_status", "ok")


def intensity(name, marker, median, **cells):
    """Return a row of intensities.tsv; what the test does not name is null."""
    own = {"sample_id": name, "patient_id": "P", "population": "x", "marker": marker, "n_events": 40}
    rest = dict.fromkeys(("delta_fi", "ratio_fi", "abc", "pct_above_control", "control_type"))
    return {**own, **rest, "median_fi": median, "status": "ok", "gate_status": "ok", **cells}


def test_changes__of_intensities_are_rows_by_marker_with_both_medians():
    before = [intensity("a", "CXCR4", 100.0), intensity("a", "CD38", 50.0), intensity("b", "CXCR4", 7.0)]
    now = [intensity("a", "CXCR4", 90.0), intensity("a", "CD38", 50.0), intensity("b", "CXCR4", 7.0, ratio_fi=2.0)]
    first, second = intensity_change_rows(before, now, Change(RUN, RUN, SAMPLES, {"p": "s"}))
    assert (first["sample_id"], first["marker"], first["changed"]) == ("a", "CXCR4", "median_fi")
    assert (first["last_median_fi"], first["median_fi"], first["median_change_pct"]) == (100.0, 90.0, -10.0)
    assert (first["panel"], first["batch"], first["change_pct"]) == ("p", "B1", 0.0)
    assert (second["sample_id"], second["changed"], second["median_change_pct"]) == ("b", "ratio_fi", 0.0)


@pytest.mark.parametrize(("before", "now"), [(None, 4), (4, None), (0, 4)])
def test_changes__from_or_to_no_count_have_no_per_cent(before, now):
    (moved,) = changes([row("a", "x", before)], [row("a", "x", now)])
    assert moved["change_pct"] is None


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (RUN, ""),
        (changed("files_sha256", a="x"), "the file is another one"),
        (changed("files_sha256", b="x"), ""),
        (changed("inputs_sha256", override__a="x"), "a person's gates were given, changed or taken back"),
        (changed("inputs_sha256", strategy__s="x"), "the strategy was changed"),
        (changed("code_digests", gate="x", report="x"), "other code of gate"),
        ({**RUN, "settings_sha256": "x"}, "other settings"),
        (
            {
                **RUN,
                "files_sha256": {**RUN["files_sha256"], "new": "x"},
                "batches_sha256": {**RUN["batches_sha256"], "consensus/p_B1.yaml": "x"},
            },
            "the consensus of p in B1 is another one, with one sample more",
        ),
        (
            {**RUN, "batches_sha256": {"consensus/p_B1.yaml": "x", "scales/p_B1.yaml": "x"}},
            "the scales of p in B1 are others",
        ),
    ],
)
def test_changes__say_why_where_it_is_known(run, reason):
    (moved,) = changes([row("a", "x", 1)], [row("a", "x", 2)], run)
    assert moved["reason"] == reason


def test_last_run__is_kept_whole_and_the_line_counts_what_moved(tmp_path):
    keep_last_run(tmp_path)
    assert not (tmp_path / "last_run").exists()
    for name in ("populations", "intensities"):
        write_table(tmp_path / "tables" / f"{name}.tsv", name, [])
    (tmp_path / "provenance.json").write_text(json.dumps(RUN), encoding="utf-8")
    keep_last_run(tmp_path)
    assert {path.name for path in (tmp_path / "last_run").iterdir()} == {
        *("populations.parquet", "intensities.parquet", "provenance.json")
    }
    path = tmp_path / "tables" / "changes.tsv"
    assert changes_line(path.with_suffix(".parquet")) == ""
    write_table(path, "changes", changes([row("a", "x", 100), row("b", "x", 9)], [row("a", "x", 88), row("b", "x", 9)]))
    assert changes_line(path.with_suffix(".parquet")) == (
        f"1 published row of 1 sample differs from the last run, counts by up to 12 %; see {path}"
    )
    change = Change(RUN, RUN, SAMPLES, {"p": "s"})
    moved = intensity_change_rows([intensity("b", "CXCR4", 100.0)], [intensity("b", "CXCR4", 125.0)], change)
    write_table(path, "changes", moved)
    assert changes_line(path.with_suffix(".parquet")) == (
        f"1 published row of 1 sample differs from the last run, counts by up to 0 %, median intensities by up to "
        f"25 %; see {path}"
    )
    write_table(path, "changes", [])
    assert changes_line(path.with_suffix(".parquet")) == ""

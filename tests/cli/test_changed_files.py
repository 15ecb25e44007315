"""A file that changes under a run: no number is made of it, and `verify` tells what is no longer what it was."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from marrowgate.cli import main
from marrowgate.code_digest import code_digests
from marrowgate.content import place_in_results, sha256_of, unchanged
from marrowgate.measure.record import read_record
from marrowgate.no_result import NoResultError, read_no_result
from marrowgate.snakefile.fingerprints import fingerprint
from marrowgate.tables import read_rows
from unit.fcs.builder import fcs_bytes, keywords, write

TEMPLATE = Path(__file__).parent.parent / "workflow" / "timecourse"
SHARED = ["--panel", "config/panels/culture.yaml", "--strategy", "config/strategies/culture.yaml"]


@pytest.fixture
def folder(real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(TEMPLATE, tmp_path / "config")
    shutil.copy(real_data / "timecourse" / "D0.fcs", tmp_path / "a.fcs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fit() -> int:
    out = ["--out", "results/fits/a.json", "--stability", "results/stability/a.json"]
    return main(["fit", "--sample-id", "a", "--fcs", "a.fcs", *SHARED, *out])


def gate() -> int:
    fits = ["--fits", "results/fits/a.json", "--out", "results/consensus/culture_b.yaml"]
    assert main(["consensus", "--panel-name", "culture", "--batch", "b", *fits]) == 0
    words = ["gate", "--sample-id", "a", "--fcs", "a.fcs", *SHARED, "--consensus", "results/consensus/culture_b.yaml"]
    words += ["--fit", "results/fits/a.json", "--stability", "results/stability/a.json", "--measure", "viable:CD34"]
    words += [
        "--gates-xml",
        "results/gates/a.xml",
        "--gates-tsv",
        "results/gates/a.tsv",
        "--pictures",
        "results/pictures/a.json",
    ]
    return main([*words, "--events", "results/events/a.parquet", "--record", "results/records/a.json"])


def overwrite_during(monkeypatch: pytest.MonkeyPatch, target: str, change: Callable[[Path], None]) -> None:
    """Change the file after it was opened, while the step works."""
    import importlib

    module, _, name = target.rpartition(".")
    true = getattr(importlib.import_module(module), name)

    def changing(*args: Any, **kwargs: Any) -> Any:
        change(Path("a.fcs"))
        return true(*args, **kwargs)

    monkeypatch.setattr(target, changing)


def other_values(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-4000, 2)
        file.write(b"\x3f" * 4000)


def only_touched(path: Path) -> None:
    path.touch()


REASON = "changed_while_read: the file changed while it was read; run again"


@pytest.mark.parametrize("change", [other_values, only_touched])
def test_fit__a_file_overwritten_while_it_is_read_gives_no_gates(folder, monkeypatch, change):
    overwrite_during(monkeypatch, "marrowgate.gating.fit.fit_sample", change)
    assert fit() == 0
    for path in ("results/fits/a.json", "results/stability/a.json"):
        no_result = read_no_result(Path(path))
        assert no_result is not None
        assert (no_result.verdict, no_result.reasons) == ("rejected", REASON)


def test_gate__a_file_overwritten_while_it_is_read_gives_no_numbers(folder, monkeypatch):
    assert fit() == 0
    overwrite_during(monkeypatch, "marrowgate.steps.sample_outputs.write_membership", other_values)
    assert gate() == 0
    record = read_record(Path("results/records/a.json"))
    assert (record.manifest["verdict"], record.manifest["reasons"], record.counts) == ("rejected", REASON, ())
    assert {row["status"] for row in read_rows(Path("results/gates/a.tsv"))} == {"not_gated"}


def test_gate__takes_gates_of_the_same_bytes_only(folder):
    assert fit() == 0
    other_values(Path("a.fcs"))
    assert gate() == 0
    record = read_record(Path("results/records/a.json"))
    reason = "changed_since_fit: the file is not the one that its gates were found in; run again"
    assert (record.manifest["verdict"], record.manifest["reasons"], record.counts) == ("rejected", reason, ())


def test_record__comes_last_and_names_the_others(folder):
    assert fit() == 0
    assert gate() == 0
    record = read_record(Path("results/records/a.json"))
    assert record.manifest["sha256"] == sha256_of(Path("a.fcs"))
    assert set(record.digests) == {
        *("fits/a.json", "stability/a.json", "consensus/culture_b.yaml"),
        *("gates/a.xml", "gates/a.tsv", "gates/a.parquet", "events/a.parquet", "pictures/a.json"),
    }
    for name, digest in record.digests.items():
        assert sha256_of(Path("results") / name) == digest
    times = [(Path("results") / name).stat().st_mtime_ns for name in record.digests]
    assert Path("results/records/a.json").stat().st_mtime_ns >= max(times)


@pytest.fixture
def finished(folder: Path) -> Path:
    rows = "sample_id\tfcs\tpanel\tbatch\na\ta.fcs\tculture\tb\n"
    (folder / "config" / "samples.tsv").write_text(rows, encoding="utf-8")
    assert fit() == 0
    assert gate() == 0
    config = ["--config", "config/config.yaml"]
    tables = [f"results/tables/{name}.tsv" for name in ("populations", "intensities", "quality")]
    made = [word for path in tables for word in (f"--{Path(path).stem}", path)]
    given = ["--corrections", "results/tables/corrections.tsv"]
    top = ["--manifest", "results/manifest.tsv", "--provenance", "results/provenance.json"]
    assert main(["collect", *config, "--records", "results/records/a.json", *made, *top, *given]) == 0
    cohort = [f"results/tables/{name}.tsv" for name in ("visits", "endpoints", "contrasts", "design", "summary")]
    assert main(["compare", *config, *made, *(w for path in cohort for w in (f"--{Path(path).stem}", path))]) == 0
    assert main(["outcomes", *config, "--outcomes", "results/tables/outcomes.tsv"]) == 0
    assert main(["check", "config/config.yaml", "--out", "results/check.txt"]) == 0
    words = ["report", *config, "--check", "results/check.txt", *top, "--page", "results/report.html", "--figures"]
    assert main([*words, "--tables", *tables, *cohort, "results/tables/outcomes.tsv"]) == 0
    return folder


def verify(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    capsys.readouterr()
    code = main(["verify", "results", *words])
    return code, capsys.readouterr().out.splitlines()


def test_verify__a_run_that_nobody_touched_is_right_and_says_what_belongs_to_what(finished, capsys):
    exit_code, lines = verify(capsys, "--config", "config/config.yaml")
    assert exit_code == 0
    digest = sha256_of(Path("a.fcs"))[:12]
    code = code_digests(["gate"])["gate"]
    assert f"ok: events/a.parquet: sample a, input {digest}, marrowgate 0.1.0, code {code}" in lines
    assert "ok: file of sample a: provenance.json" in lines
    assert "ok: tables/contrasts.parquet: report.html" in lines
    assert lines[-1] == f"{len(lines) - 1} of {len(lines) - 1} as they were when they were made"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("results/fits/a.json", "differs: fits/a.json: sample a, "),
        ("results/stability/a.json", "differs: stability/a.json: sample a, "),
        ("results/gates/a.xml", "differs: gates/a.xml: sample a, "),
        ("results/events/a.parquet", "differs: events/a.parquet: sample a, "),
        ("results/records/a.json", "differs: record of sample a: provenance.json, "),
        ("results/manifest.tsv", "differs: manifest.tsv: all records, "),
        ("results/tables/populations.parquet", "differs: tables/populations.parquet: report.html"),
        ("results/tables/contrasts.parquet", "differs: tables/contrasts.parquet: report.html"),
        ("results/provenance.json", "differs: provenance.json: report.html"),
        ("a.fcs", "differs: file of sample a: provenance.json"),
        ("config/samples.tsv", "differs: samples: provenance.json"),
        ("config/strategies/culture.yaml", "differs: strategy culture: provenance.json"),
    ],
)
def test_verify__a_changed_file_is_named(finished, capsys, path, line):
    with Path(path).open("ab") as file:
        file.write(b"\n")
    code, lines = verify(capsys, "--config", "config/config.yaml")
    assert code == 3
    assert any(one.startswith(line) for one in lines), lines


def test_verify__a_missing_file_is_named(finished, capsys):
    Path("results/events/a.parquet").unlink()
    code, lines = verify(capsys)
    assert code == 3
    assert any(line.startswith("missing: events/a.parquet: sample a, ") for line in lines)


def test_verify__the_results_may_have_been_moved(finished, capsys):
    Path("results").rename("archived_2031")
    capsys.readouterr()
    assert main(["verify", "archived_2031"]) == 0


def test_verify__a_folder_that_is_no_run_is_told(tmp_path, capsys):
    assert main(["verify", str(tmp_path)]) == 2
    what = "there is no provenance.json in it; name the folder of a finished run"
    assert capsys.readouterr().err == f"error: {tmp_path}: {what}\n"


def test_place__holds_no_more_than_the_name_of_a_sample():
    assert place_in_results(Path("/home/jane_doe/results/fits/a.json")) == "fits/a.json"
    assert place_in_results(Path("/home/jane_doe/manifest.tsv")) == "manifest.tsv"


def test_unchanged__what_is_no_file_is_left_to_its_reader(tmp_path):
    for path in (tmp_path, tmp_path / "none.fcs", Path("/dev/zero")):
        with unchanged(path) as digest:
            assert digest == ""


def test_unchanged__a_file_that_comes_or_goes_has_changed(tmp_path):
    path = tmp_path / "a.fcs"
    path.write_bytes(b"x")
    with pytest.raises(NoResultError), unchanged(path):
        path.unlink()


def test_fingerprint__a_file_in_its_place_is_noticed_also_when_it_is_older(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.fcs", "p.yaml"):
        Path(name).write_bytes(b"one")
    names = ["a.fcs", "p.yaml", "not_there.fcs", "results/made.json"]
    before = fingerprint(names, ["results"])
    assert fingerprint(names, ["results"]) == before
    Path("results").mkdir()
    Path("results/made.json").write_text("{}")
    assert fingerprint(names, ["results"]) == before
    Path("p.yaml").write_bytes(b"two")
    os.utime("p.yaml", (1, 1))
    changed = fingerprint(names, ["results"])
    assert changed != before
    Path("a.fcs").write_bytes(b"two")
    os.utime("a.fcs", (1, 1))
    assert fingerprint(names, ["results"]) not in {before, changed}
    assert json.dumps(before)


def test_fit__a_file_cut_short_while_it_is_mapped_leaves_a_word_in_the_log(folder):
    values = np.random.default_rng(1).normal(1000, 100, (50_000, 3)).astype("<f4")
    write(folder, fcs_bytes(keywords(n_events=50_000), values), "a.fcs")
    Path("p.yaml").write_text("channels:\n  - {channel: FSC-A, scatter: FSC-A}\n", encoding="utf-8")
    gate = "{name: cells, parent: root, dimensions: [FSC-A], method: fixed, arguments: {low: [0]}}"
    Path("s.yaml").write_text(f"populations:\n  - {gate}\n", encoding="utf-8")
    code = """
import os, sys
import marrowgate.gating.fit as module
from marrowgate.cli import main
from marrowgate.code_digest import code_digests
def cut(sample, strategy):
    os.truncate("a.fcs", 4096)
    return sample.sample_events.file.events.sum()
module.fit_sample = cut
sys.exit(main())
"""
    words = [sys.executable, "-c", code, "fit", "--sample-id", "a", "--fcs", "a.fcs", "--panel", "p.yaml"]
    words += ["--strategy", "s.yaml", "--out", "f.json", "--stability", "s.json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == -signal.SIGBUS
    assert "Fatal Python error: Bus error" in done.stderr
    assert not Path("f.json").exists()

"""A culture over four days: three of them make a release, and the fourth is gated against it."""

import shutil
from pathlib import Path

import pytest

from marrowgate.cli import main
from marrowgate.measure.record import read_record
from marrowgate.tables import read_rows

TEMPLATE = Path(__file__).parent.parent / "workflow" / "timecourse"
SETTINGS = ["--panel", "config/panels/culture.yaml", "--strategy", "config/strategies/culture.yaml"]
RELEASED, ADDED = ("D0", "D4", "D10"), "D8"


def run(*words: object) -> None:
    assert main(list(map(str, words))) == 0


def fit(name: str, files: Path) -> None:
    role = ["--control-type", "baseline"] if name == "D0" else ["--control-fits", "results/fits/D0.json"]
    out = ["--out", f"results/fits/{name}.json", "--stability", f"results/stability/{name}.json"]
    run("fit", "--sample-id", name, "--fcs", files / f"{name}.fcs", *SETTINGS, *role, *out)


def gate(name: str, files: Path, batch: str, out: Path) -> tuple[dict[str, int | None], dict[str, dict[str, str]]]:
    made = ["--fit", f"results/fits/{name}.json", "--stability", f"results/stability/{name}.json"]
    made += ["--consensus", f"results/consensus/culture_{batch}.yaml"]
    written = ["--gates-xml", out / "g.xml", "--gates-tsv", out / "g.tsv", "--events", out / "e.parquet"]
    written += ["--pictures", out / "p.json", "--record", out / "records" / f"{name}.json"]
    run("gate", "--sample-id", name, "--fcs", files / f"{name}.fcs", *SETTINGS, *made, *written)
    record = read_record(out / "records" / f"{name}.json")
    checks = {check.check: check.verdict for check in record.checks}
    gates = {row["population"]: row for row in read_rows(out / "g.tsv")}
    return {count.population: count.n_events for count in record.counts}, {**gates, "checks": checks}


def consensus(batch: str, *words: object) -> None:
    run("consensus", "--panel-name", "culture", "--batch", batch, *words,
        "--out", f"results/consensus/culture_{batch}.yaml")  # fmt: skip


def collect() -> None:
    words = ["--records", *(f"results/records/{name}.json" for name in RELEASED), "--manifest", "results/manifest.tsv"]
    for table in ("populations", "intensities", "quality", "corrections"):
        words += [f"--{table}", f"results/{table}.tsv"]
    run("collect", "--config", "config/config.yaml", *words, "--provenance", "results/provenance.json")


def fits(*names: str) -> list[str]:
    return ["--fits", *(f"results/fits/{name}.json" for name in names)]


@pytest.fixture
def release(real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return the folder of the files, and the release of the first, second and last day."""
    files = real_data / "timecourse"
    shutil.copytree(TEMPLATE, tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    rows = [f"{name}\t{files / name}.fcs\tculture\tb" for name in RELEASED]
    Path("config/samples.tsv").write_text("\n".join(["sample_id\tfcs\tpanel\tbatch", *rows, ""]), encoding="utf-8")
    for name in RELEASED:
        fit(name, files)
    consensus("b", *fits(*RELEASED))
    for name in RELEASED:
        gate(name, files, "b", tmp_path / "results")
    collect()
    run("release", "tc")
    return files, Path("config/strategies/released/tc.yaml")


def test_day_8__gated_against_the_release_is_as_gated_with_all_days(release, tmp_path):
    files, path = release
    fit(ADDED, files)
    consensus("new", "--reference", path)
    consensus("all", *fits(*RELEASED, ADDED))
    counts, against = gate(ADDED, files, "new", tmp_path / "against")
    together, _ = gate(ADDED, files, "all", tmp_path / "together")
    assert counts == together
    assert counts["cd34_pos"] > 5000
    assert {name for name, row in against.items() if row.get("status") == "shifted"} == set()
    assert against["checks"]["detector_settings_reference_pct"] == "ok"


def test_day_8__without_its_baseline_borrows_the_gate_of_the_release(release, tmp_path):
    """Without its baseline day 8 finds no CD34 boundary of its own; the release lends the one of the other days."""
    files, path = release
    out = ["--out", f"results/fits/{ADDED}.json", "--stability", f"results/stability/{ADDED}.json"]
    run("fit", "--sample-id", ADDED, "--fcs", files / f"{ADDED}.fcs", *SETTINGS, *out)
    consensus("new", "--reference", path)
    counts, against = gate(ADDED, files, "new", tmp_path / "against")
    assert (against["cd34_pos"]["status"], against["cd34_pos"]["reason_code"].split("; ")[0]) == (
        "borrowed",
        "from_batch",
    )
    assert "release tc" in against["cd34_pos"]["reason"]
    assert counts["cd34_pos"] > 5000

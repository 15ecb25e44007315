"""One sample in whose step a defect shows: it has a record that says so, and the other samples have their numbers."""

import importlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from marrowgate.cli import main
from marrowgate.tables import read_rows

TEMPLATE = Path(__file__).parent.parent / "workflow" / "timecourse"
SAMPLES = ("D0", "D4", "D8", "D10")
BAD = "D4"
TABLES = ("populations", "intensities", "quality", "visits", "endpoints", "contrasts", "design", "summary", "outcomes")


class PlantedError(RuntimeError):
    """Nothing in the program foresees it."""


@pytest.fixture(scope="module")
def finished(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    shutil.copytree(TEMPLATE, folder / "config")
    lines = ["sample_id\tpatient_id\tfcs\tpanel\tbatch\tday"]
    lines += [f"{name}\tline1\t{real_data / 'timecourse' / name}.fcs\tculture\trun1\t{name[1:]}" for name in SAMPLES]
    (folder / "config" / "samples.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run_all(real_data)
    return folder


@pytest.fixture
def project(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run that is finished, to do again with a defect in it."""
    shutil.copytree(finished, tmp_path / "run")
    monkeypatch.chdir(tmp_path / "run")
    return tmp_path / "run"


def plant(monkeypatch: pytest.MonkeyPatch, target: str, is_meant: Callable[..., bool]) -> None:
    """Let a function fail where its arguments say so, and do its work otherwise."""
    module, _, name = target.rpartition(".")
    holder = importlib.import_module(module)
    true = getattr(holder, name)

    def planted(*args: Any, **kwargs: Any) -> Any:
        if is_meant(*args, **kwargs):
            raise PlantedError
        return true(*args, **kwargs)

    monkeypatch.setattr(holder, name, planted)


def run_all(real_data: Path, names: Sequence[str] = SAMPLES) -> None:
    """Call every step as the workflow does, those for one sample for some samples only."""
    config = "config/config.yaml"
    files = {name: str(real_data / "timecourse" / f"{name}.fcs") for name in names}
    shared = ["--panel", "config/panels/culture.yaml", "--strategy", "config/strategies/culture.yaml"]
    for name, fcs in files.items():
        out = ["--stability", f"stability/{name}.json", "--out", f"fits/{name}.json"]
        assert main(["fit", "--sample-id", name, "--fcs", fcs, *shared, *out]) == 0
    fits = [f"fits/{name}.json" for name in SAMPLES]
    assert main(["consensus", "--panel-name", "culture", "--batch", "run1", "--fits", *fits, "--out", "c.yaml"]) == 0
    for name, fcs in files.items():
        given = ["--fit", f"fits/{name}.json", "--stability", f"stability/{name}.json", "--consensus", "c.yaml"]
        gates = [
            "--gates-xml",
            f"gates/{name}.xml",
            "--gates-tsv",
            f"gates/{name}.tsv",
            "--pictures",
            f"pictures/{name}.json",
        ]
        out = ["--events", f"events/{name}.parquet", "--record", f"records/{name}.json", "--measure", "viable:CD34"]
        assert main(["gate", "--sample-id", name, "--fcs", fcs, *shared, *given, *gates, *out]) == 0
    records = [f"records/{name}.json" for name in SAMPLES]
    tables = [word for name in TABLES[:3] for word in (f"--{name}", f"tables/{name}.tsv")]
    rest = ["--manifest", "manifest.tsv", "--provenance", "provenance.json"]
    rest += ["--corrections", "tables/corrections.tsv"]
    assert main(["collect", "--config", config, "--records", *records, *tables, *rest]) == 0
    cohort = [word for name in TABLES[3:8] for word in (f"--{name}", f"tables/{name}.tsv")]
    assert main(["compare", "--config", config, *tables, *cohort]) == 0
    assert main(["outcomes", "--config", config, "--outcomes", "tables/outcomes.tsv"]) == 0
    assert main(["check", config, "--out", "check.txt"]) == 0
    report = ["--config", config, "--check", "check.txt", "--manifest", "manifest.tsv", "--figures"]
    report += ["--provenance", "provenance.json", "--page", "report.html"]
    assert main(["report", *report, "--tables", *(f"tables/{name}.tsv" for name in TABLES)]) == 0


def is_bad_file(path: Path, *_: Any, **__: Any) -> bool:
    return Path(path).stem == BAD


DEFECTS = {
    "reader": ("marrowgate.gating.open_sample.read_fcs", is_bad_file, "fit"),
    "estimator": ("marrowgate.gating.fit.fit_sample", lambda sample, _: sample.sample_id == BAD, "fit"),
    "stability": (
        "marrowgate.signal.stability.unstable_stretches.find_unstable",
        lambda file, _: file.n_events == 9363,
        "fit",
    ),
    "writer of fits": ("marrowgate.gating.records.write_fit", is_bad_file, "fit"),
    "reader of fits": (
        "marrowgate.gating.final_gates.settle",
        lambda fit, *_: fit.sample_id == BAD,
        "gate",
    ),
    "gates": (
        "marrowgate.steps.sample_outputs.apply_gates",
        lambda sample_events, *_: sample_events.file.n_events == 9363,
        "gate",
    ),
    "writer of gates": ("marrowgate.steps.sample_outputs.write_gatingml", is_bad_file, "gate"),
    "writer of tables": (
        "marrowgate.steps.sample_outputs.write_table",
        is_bad_file,
        "gate",
    ),
    "writer of membership": ("marrowgate.steps.sample_outputs.write_membership", is_bad_file, "gate"),
    "counts": (
        "marrowgate.measure.gated_sample.quality_checks",
        lambda sample_events, *_: sample_events.file.n_events == 9363,
        "gate",
    ),
    "writer of records": (
        "marrowgate.measure.record.write_record",
        lambda path, record: path.stem == BAD and record.manifest["verdict"] != "failed",
        "gate",
    ),
    "reader of records": ("marrowgate.measure.record.read_record", is_bad_file, "collect"),
    "populations": (
        "marrowgate.measure.collect.population_rows",
        lambda record, *_: record.sample_id == BAD and record.manifest["verdict"] != "failed",
        "collect",
    ),
    "intensities": (
        "marrowgate.measure.collect.intensity_rows",
        lambda record, *_: record.sample_id == BAD and record.manifest["verdict"] != "failed",
        "collect",
    ),
    "quality": (
        "marrowgate.measure.collect.setting_checks",
        lambda settings, batch, *_: len(batch) == 3 and settings != {} and _is_bad_settings(settings),
        "collect",
    ),
}


def _is_bad_settings(settings: Any) -> bool:
    # asked once for each sample in the order of the sheet; the second one is meant
    _is_bad_settings.asked = getattr(_is_bad_settings, "asked", 0) + 1
    return _is_bad_settings.asked == 2


@pytest.mark.parametrize("defect", DEFECTS)
def test_defect_in_one_sample__is_its_record_and_the_others_are_told_as_ever(
    defect, project, real_data, monkeypatch, capsys
):
    target, is_meant, step = DEFECTS[defect]
    plant(monkeypatch, target, is_meant)
    run_all(real_data, [BAD])
    manifest = {row["sample_id"]: row for row in read_rows(Path("manifest.tsv"))}
    assert {name: row["verdict"] for name, row in manifest.items()} == {
        **dict.fromkeys(SAMPLES, "accepted"),
        BAD: "failed",
    }
    reason = f"step_failed: {step} ended with PlantedError, a defect of marrowgate; see the log of this step"
    assert manifest[BAD]["reasons"] == reason
    rows = read_rows(Path("tables/populations.tsv"))
    told = {(row["n_events"], row["gate_status"], row["gate_reason"]) for row in rows if row["sample_id"] == BAD}
    assert told == {(None, "not_gated", reason)}
    counted = {row["sample_id"] for row in rows if row["n_events"] is not None}
    assert counted == set(SAMPLES) - {BAD}
    intensities = {row["sample_id"] for row in read_rows(Path("tables/intensities.tsv"))}
    assert intensities == set(SAMPLES) - {BAD}
    said = capsys.readouterr().err
    assert "PlantedError" in said
    assert "Traceback" in said
    assert f"1 samples have no numbers because of a defect of marrowgate: {BAD}" in said
    page = Path("report.html").read_text(encoding="utf-8")
    assert f"<b>{BAD}</b> has no numbers: {reason}" in page
    assert ">failed<" in page


def test_defect_in_one_sample__with_strict_the_step_ends_with_1(project, real_data, monkeypatch):
    plant(monkeypatch, "marrowgate.gating.fit.fit_sample", lambda *_: True)
    words = ["fit", "--sample-id", "D0", "--fcs", str(real_data / "timecourse" / "D0.fcs"), "--strict"]
    words += ["--panel", "config/panels/culture.yaml", "--strategy", "config/strategies/culture.yaml"]
    assert main([*words, "--stability", "s.json", "--out", "f.json"]) == 1
    assert set(json.loads(Path("f.json").read_text(encoding="utf-8"))) == {"marrowgate_no_result"}


def test_defect_in_the_consensus__leaves_no_sample_of_the_batch_with_numbers(project, real_data, monkeypatch):
    plant(monkeypatch, "marrowgate.gating.consensus.agree", lambda *_: True)
    run_all(real_data)
    rows = read_rows(Path("manifest.tsv"))
    assert {(row["verdict"], row["reasons"].split(",")[0]) for row in rows} == {
        ("failed", "step_failed: consensus ended with PlantedError")
    }


def test_defect_in_the_survey_of_one_file__is_a_finding(project, monkeypatch, capsys):
    plant(monkeypatch, "marrowgate.fcs.survey.read_header", is_bad_file)
    assert main(["check", "config/config.yaml"]) == 0
    told = capsys.readouterr().out
    what = "file rejected, step_failed: reading ended with PlantedError, a defect of marrowgate"
    assert f"finding: sample {BAD}: {what}" in told
    assert "finding: sample D0" not in told


def test_disk_full__is_no_record_of_a_sample(project, real_data, monkeypatch, capsys):
    """What the user can mend is to be run again, not written down."""

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("marrowgate.gating.records.write_fit", full)
    words = ["fit", "--sample-id", "D0", "--fcs", str(real_data / "timecourse" / "D0.fcs")]
    words += ["--panel", "config/panels/culture.yaml", "--strategy", "config/strategies/culture.yaml"]
    assert main([*words, "--stability", "s.json", "--out", "f.json"]) == 2
    assert not Path("f.json").exists()
    told = capsys.readouterr().err
    assert told == "error: the disk: cannot be written (No space left on device); free space, run again\n"

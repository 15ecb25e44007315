"""What people who know Snakemake expect of a workflow: modules, folders of their own, reports, plain messages."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from workflow.runs import REPOSITORY, snakemake

TEMPLATE = Path(__file__).parent / "timecourse"
SHEET = "sample_id\tfcs\tpanel\tbatch\na\ta.fcs\t{panel}\tb\n"


def study(folder: Path, panel: str = "culture") -> Path:
    """Write a study of one sample whose file is rejected, so that a whole run takes seconds."""
    (folder / "config").mkdir(parents=True)
    (folder / "a.fcs").write_bytes(b"no FCS file")
    (folder / "config" / "samples.tsv").write_text(SHEET.format(panel=panel), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def as_module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose own workflow takes marrowgate as a module with a prefix, after a run and a report."""
    folder = study(tmp_path_factory.mktemp("as_module"))
    shutil.copytree(TEMPLATE, folder / "config", dirs_exist_ok=True)
    own = f"""
module marrowgate:
    snakefile: "{REPOSITORY / "Snakefile"}"
    prefix: "flow"
use rule * from marrowgate as flow_*
rule mine:
    default_target: True
    input: "flow/results/report.html", "flow/results/manifest.tsv"
    output: "mine.txt"
    shell: "wc -l {{input}} > {{output}}"
"""
    (folder / "Snakefile").write_text(own, encoding="utf-8")
    snakemake(folder, "--snakefile", "Snakefile")
    snakemake(folder, "--snakefile", "Snakefile", "--report", "of_the_run.zip")
    return folder


def test_module__with_a_prefix_puts_results_there_and_finds_the_users_files(as_module: Path):
    assert (as_module / "mine.txt").is_file()
    assert (as_module / "flow" / "results" / "records" / "a.json").is_file()
    assert not (as_module / "results").exists()
    assert not (as_module / "flow" / "config").exists()


def test_module__with_a_prefix_makes_nothing_again(as_module: Path):
    again = snakemake(as_module, "--snakefile", "Snakefile", "--dry-run")
    assert "Nothing to be done" in again.stdout + again.stderr


def test_report_of_snakemake__holds_page_and_tables_by_category_with_captions(as_module: Path):
    with zipfile.ZipFile(as_module / "of_the_run.zip") as report:
        text = "\n".join(report.read(name).decode("utf-8", "replace") for name in report.namelist())
    for words in ("Comparison", "Samples", "Outcomes", "The verdict on every sample", "report.html", "contrasts.tsv"):
        assert words in text, words


def test_own_folder__uses_shipped_panels_and_strategies(tmp_path: Path):
    folder = study(tmp_path / "mine", "hspc")
    settings = "samples: config/samples.tsv\npatients: null\nstrategy_of_panel: {hspc: blood_hspc}\n"
    (folder / "config" / "config.yaml").write_text(settings, encoding="utf-8")
    done = snakemake(tmp_path, "--directory", "mine", "--dry-run")
    for shipped in ("panels/hspc.yaml", "strategies/blood_hspc.yaml"):
        assert str(REPOSITORY / "config" / shipped) in done.stdout


def test_own_folder__its_own_file_goes_before_the_shipped_one(tmp_path: Path):
    folder = study(tmp_path / "mine", "hspc")
    settings = "samples: config/samples.tsv\npatients: null\nstrategy_of_panel: {hspc: blood_hspc}\n"
    (folder / "config" / "config.yaml").write_text(settings, encoding="utf-8")
    (folder / "config" / "panels").mkdir()
    shutil.copyfile(REPOSITORY / "config" / "panels" / "hspc.yaml", folder / "config" / "panels" / "hspc.yaml")
    done = snakemake(tmp_path, "--directory", "mine", "--dry-run")
    assert str(REPOSITORY / "config" / "panels") not in done.stdout
    assert "config/panels/hspc.yaml" in done.stdout


def test_mistyped_directory__is_said_to_be_empty(tmp_path: Path):
    done = snakemake(tmp_path, "--directory", "tipo", "--dry-run", check=False)
    assert done.returncode == 2
    what = "holds nothing; a --directory that was not there is made by Snakemake"
    told = f"error: the working folder: {what}; correct its name, or put config/config.yaml into it"
    assert done.stderr.splitlines()[-1] == told


def test_snakemake_without_marrowgate__is_told_in_one_line(tmp_path: Path):
    package = tmp_path / "elsewhere" / "marrowgate"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    words = ["--snakefile", str(REPOSITORY / "Snakefile"), "--profile", "none", "--sdm", "conda", "--dry-run"]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *words],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    why = "marrowgate is not installed where snakemake is, which reads the settings with it, also with --sdm conda"
    told = f"error: {why}; run: {sys.executable} -m pip install {REPOSITORY}"
    assert done.stderr.splitlines()[-1] == told

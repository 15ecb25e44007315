"""Names with braces are names: the workflow takes what `check` takes."""

import re
import shutil
from pathlib import Path

import pytest

from marrowgate.cli import main
from workflow.runs import snakemake

TEMPLATE = Path(__file__).parent / "timecourse"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TEMPLATE, tmp_path / "config")
    for path in (tmp_path / "config").rglob("*.yaml"):
        text = re.sub(r"\bCD34\b(?=[],}])", '"CD{34}"', path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
    (tmp_path / "raw {x}").mkdir()
    (tmp_path / "raw {x}" / "a{b}.fcs").write_bytes(b"")
    rows = "sample_id\tfcs\tpanel\tbatch\na\traw {x}/a{b}.fcs\tculture\tb\n"
    (tmp_path / "config" / "samples.tsv").write_text(rows, encoding="utf-8")
    return tmp_path


def test_dry_run__braces_in_markers_and_in_paths_of_files_are_no_wildcards(folder):
    done = snakemake(folder, "--dry-run", "--printshellcmds")
    assert "'viable:CD{34}'" in done.stdout


def test_settings__a_path_with_braces_is_refused_by_check_and_by_the_workflow(folder, monkeypatch, capsys):
    (folder / "config" / "panels").rename(folder / "config" / "pan{els}")
    config = folder / "config" / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("config/panels", "'config/pan{els}'")
    config.write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    assert main(["check"]) == 2
    what = "there are braces in the path 'config/pan{els}', which the workflow takes for wildcards"
    assert f"panels: {what}; rename the file or folder\n" in capsys.readouterr().err
    config.rename(folder / "con{fig}.yaml")
    done = snakemake(folder, "--configfile", "con{fig}.yaml", "--dry-run", check=False)
    assert (
        "con{fig}.yaml: there are braces in its path, which the workflow takes for wildcards; rename it" in done.stderr
    )

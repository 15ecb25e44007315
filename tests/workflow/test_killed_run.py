"""A run that is killed leaves no report that could be taken for its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from workflow.runs import REPOSITORY, snakemake

TEMPLATE = Path(__file__).parent / "timecourse"


def run_and_kill_at_report(folder: Path) -> int:
    """Run Snakemake with a `marrowgate` that kills the whole run, itself too, as soon as the report is asked for."""
    programs = folder / "programs"
    programs.mkdir()
    killer = programs / "marrowgate"
    killer.write_text("#!/bin/sh\nkill -9 0\n", encoding="utf-8")
    killer.chmod(0o755)
    path = f"{programs}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile"), "--cores", "1"]
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY / "workflow")}
    killed = subprocess.run(
        [*command, "--forcerun", "report"],
        cwd=folder,
        env=environment,
        capture_output=True,
        start_new_session=True,
        timeout=550,
        check=False,
    )
    return killed.returncode


def test_killed_run__the_report_of_an_earlier_run_is_called_so(tmp_path: Path):
    shutil.copytree(TEMPLATE, tmp_path / "config")
    (tmp_path / "a.fcs").write_bytes(b"no FCS file")
    rows = "sample_id\tfcs\tpanel\tbatch\na\ta.fcs\tculture\tb\n"
    (tmp_path / "config" / "samples.tsv").write_text(rows, encoding="utf-8")
    snakemake(tmp_path)
    page, stale = tmp_path / "results" / "report.html", tmp_path / "results" / "report_of_an_earlier_run.html"
    of_first_run = page.read_bytes()

    assert run_and_kill_at_report(tmp_path) == -9
    assert not page.exists()
    assert stale.read_bytes() == of_first_run

    snakemake(tmp_path, "--unlock")
    snakemake(tmp_path, "--touch")
    assert not page.exists()
    snakemake(tmp_path)
    assert page.is_file()
    assert not stale.exists()

"""Two runs in one folder at once: the second is refused in plain words, and the first does not notice."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from workflow.runs import REPOSITORY

TEMPLATE = Path(__file__).parent / "timecourse"
WAITING = '#!/bin/sh\ntouch begun\nuntil [ -e go_on ]; do sleep 0.05; done\nexec "{program}" "$@"\n'
"""A `marrowgate` that lets every job wait until it may go on."""


def run(folder: Path, log: Path) -> subprocess.Popen:
    programs = f"{folder / 'programs'}{os.pathsep}{Path(sys.executable).parent}"
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile"), "--cores", "1"]
    command += ["results/check.txt"]
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(REPOSITORY / "workflow"),
    }
    with log.open("w", encoding="utf-8") as stream:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT)


def test_two_runs__the_second_is_refused_and_the_first_ends_as_if_it_were_alone(tmp_path: Path):
    shutil.copytree(TEMPLATE, tmp_path / "config")
    (tmp_path / "a.fcs").write_bytes(b"no FCS file")
    rows = "sample_id\tfcs\tpanel\tbatch\na\ta.fcs\tculture\tb\n"
    (tmp_path / "config" / "samples.tsv").write_text(rows, encoding="utf-8")
    program = tmp_path / "programs" / "marrowgate"
    program.parent.mkdir()
    program.write_text(WAITING.format(program=Path(sys.executable).parent / "marrowgate"), encoding="utf-8")
    program.chmod(0o755)

    first = run(tmp_path, tmp_path / "first.log")
    try:
        while not (tmp_path / "begun").exists():
            assert first.poll() is None, (tmp_path / "first.log").read_text(encoding="utf-8")
            time.sleep(0.05)
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "results").rglob("*")}
        assert run(tmp_path, tmp_path / "second.log").wait() == 1
        assert {path: path.stat().st_mtime_ns for path in (tmp_path / "results").rglob("*")} == before
    finally:
        (tmp_path / "go_on").touch()
        ended = first.wait()
    assert ended == 0, (tmp_path / "first.log").read_text(encoding="utf-8")
    assert (tmp_path / "results" / "check.txt").is_file()
    said = (tmp_path / "second.log").read_text(encoding="utf-8")
    assert "Error: Directory cannot be locked. Please make sure that no other Snakemake process" in said
    assert "Traceback" not in said

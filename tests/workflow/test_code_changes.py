"""A change in a step's code runs that step and what follows again, and nothing else."""

import os
import re
import shutil
from pathlib import Path

import pytest

from workflow.runs import REPOSITORY, project_from, snakemake, write_sheet
from workflow.test_privacy import planted_file

TEMPLATE = Path(__file__).parent / "timecourse"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a copy of the code and a folder in which it has run to the end."""
    code = tmp_path_factory.mktemp("code")
    for name in ("workflow", "profiles"):
        shutil.copytree(REPOSITORY / name, code / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Snakefile", "environment.yaml"):
        shutil.copy(REPOSITORY / name, code / name)
    folder = project_from(TEMPLATE, tmp_path_factory.mktemp("run"))
    rows = []
    for number in range(2):
        planted_file(folder / "raw" / f"{number}.fcs", number)
        row = {
            "sample_id": f"V{number}",
            "fcs": f"raw/{number}.fcs",
            "panel": "culture",
            "batch": "b",
            "day": str(number),
        }
        rows.append({**row, "patient_id": "P1"})
    write_sheet(folder / "config" / "samples.tsv", rows)
    snakemake(folder, code=code)
    return code, folder


def rules_to_run(code: Path, folder: Path) -> set[str]:
    text = snakemake(folder, "--dry-run", code=code).stdout
    return set(re.findall(r"^(?:local)?rule (\w+):", text, flags=re.MULTILINE)) - {"all"}


def append(path: Path) -> str:
    before = path.read_text(encoding="utf-8")
    path.write_text(before + "\n# changed\n", encoding="utf-8")
    return before


AFTER_COLLECT = {"collect", "compare", "pictures", "report"}
AFTER_GATE = {"gate", "concordance", *AFTER_COLLECT}
READ_STRATEGIES = {"check", "outcomes"}


@pytest.mark.parametrize(
    ("module", "rules"),
    [
        ("report/page.py", {"report"}),
        ("cohort/__init__.py", {"compare", "outcomes", "report"}),
        ("stats/intervals.py", {"outcomes", *AFTER_COLLECT}),
        ("measure/intensity/sketch.py", AFTER_GATE),
        # check tells of releases that other code made, and so knows what makes one
        ("gating/consensus.py", {"check", "consensus", *AFTER_GATE}),
        ("gating/estimators/valley.py", {"prepare", "fit", "consensus", *AFTER_GATE, *READ_STRATEGIES}),
        ("simulate/__init__.py", {"report"}),
    ],
)
def test_code_change__runs_the_step_and_what_follows(finished: tuple[Path, Path], module: str, rules: set[str]):
    code, folder = finished
    path = code / "workflow" / "marrowgate" / module
    before = append(path)
    try:
        assert rules_to_run(code, folder) == rules
    finally:
        path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "added", "rules"),
    [
        ("raw/0.fcs", b"\n", {"check", "fit", "consensus", *AFTER_GATE}),
        (
            "config/panels/culture.yaml",
            b"  - {channel: Nobody-A, marker: CD999, marker_class: type}\n",
            {"check", "outcomes", "prepare", "fit", "consensus", *AFTER_GATE},
        ),
        # what the panel says is the same
        ("config/panels/culture.yaml", b"\n# a note\n", set()),
    ],
)
def test_file_change__a_file_replaced_by_an_older_one_runs_what_reads_it(finished, file, added, rules):
    code, folder = finished
    path = folder / file
    before, status = path.read_bytes(), path.stat()
    try:
        path.write_bytes(before + added)
        os.utime(path, (1, 1))
        assert rules_to_run(code, folder) == rules
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_changes__that_are_taken_back_run_nothing(finished: tuple[Path, Path]):
    """Hold what all tests above left: code and files with new times and the contents of the finished run."""
    assert rules_to_run(*finished) == set()

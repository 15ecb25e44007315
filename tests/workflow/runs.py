"""Run the real workflow in a folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def snakemake(folder: Path, *words: str, check: bool = True, code: Path = REPOSITORY) -> subprocess.CompletedProcess:
    """Call snakemake with a checkout's Snakefile, with `folder` as the place of config, data and results."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(code / "Snakefile"), "--cores", "2"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*command, *words],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(code / "workflow")},
        capture_output=True,
        text=True,
        timeout=550,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done


def project_from(template: Path, folder: Path) -> Path:
    """Copy a template's config into a folder that the workflow can run in."""
    shutil.copytree(template, folder / "config")
    return folder


def write_sheet(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as a tab-separated sheet with the columns of the first row."""
    header = list(rows[0])
    lines = ["\t".join(header), *("\t".join(row.get(name, "") for name in header) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

"""`marrowgate plan`: say what a run would make again, and why, before it does."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from marrowgate.errors import fault

_PACKAGE = Path(__file__).parent.parent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("config", nargs="?", type=Path, help="config file, if another than config/config.yaml")
    parser.add_argument("--snakefile", type=Path, help="the workflow's Snakefile, if another than marrowgate's own")


def run(args: argparse.Namespace) -> int:
    """Print the jobs of a dry run, grouped by what they make and why."""
    from marrowgate.snakefile.planned import plan_lines
    from marrowgate.snakefile.rules import STEPS

    snakefile = args.snakefile or _snakefile()
    words = [str(snakefile.absolute()), *([str(args.config)] if args.config else [])]
    command = [sys.executable, "-m", "marrowgate.snakefile.dry_run", *words]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path})
    if done.returncode:
        # what the Snakefile says of a wrong sheet, or Snakemake of a folder that is locked
        sys.stderr.write(done.stderr)
        return done.returncode
    print("\n".join(plan_lines(json.loads(done.stdout.splitlines()[-1]), STEPS)))
    return 0


def _snakefile() -> Path:
    for folder in (_PACKAGE / "project", _PACKAGE.parent.parent, Path()):
        if (folder / "Snakefile").is_file():
            return folder / "Snakefile"
    raise fault("marrowgate plan", "there is no Snakefile", "name it with --snakefile")

"""Damaged sheets, settings, panels, strategies and overrides: a project, or faults in one line each."""

import os
import random
import shutil
from pathlib import Path

from fuzz.damage import damaged
from marrowgate.errors import UserError
from marrowgate.gating.method_checks import method_faults
from marrowgate.settings.project_reader import load_project, parse_overrides
from marrowgate.signal.beads.lot_files import lot_faults
from marrowgate.signal.spillover.matrix_files import matrix_faults

REPOSITORY = Path(__file__).resolve().parents[2]
OVERRIDES = (b'{"seed": 3}', b'{"signal": {"spillover": "none"}}', b'{"measure": {"few_events": 10}}', b"{}")


def prepare(folder: Path) -> list[Path]:
    """Copy the demo's settings into a folder; give the files that can be damaged."""
    shutil.copytree(REPOSITORY / "config", folder / "config")
    return sorted(path for path in (folder / "config").rglob("*") if path.suffix in {".yaml", ".tsv"})


def try_settings(folder: Path, files: list[Path], seed: int) -> str:
    """Damage one file, or the overrides, read the project in `folder`, and mend the file again.

    Returns
    -------
    str
        ``read`` or ``refused``. Any other exception than faults of the user leaves the function.
    """
    draw = random.Random(seed)
    path = draw.choice(files)
    before, words = path.read_bytes(), draw.choice(OVERRIDES)
    here = Path.cwd()
    os.chdir(folder)
    try:
        if draw.random() < 0.1:
            words = damaged(words, draw)
        else:
            path.write_bytes(damaged(before, draw))
        return read_settings(words)
    finally:
        path.write_bytes(before)
        os.chdir(here)


def read_settings(words: bytes) -> str:
    """Read the project of the working folder with overrides as JSON: `read`, or `refused` with plain lines."""
    try:
        overrides = parse_overrides(words.decode("utf-8", errors="replace"))
        config = Path("config/config.yaml")
        project = load_project(config, method_faults, overrides)
        faults = [*matrix_faults(project, config, overrides), *lot_faults(project)]
    except UserError as error:
        faults = list(error.faults)
        if not faults:
            raise AssertionError from error
    for fault in faults:
        told = str(fault)
        if len(told.splitlines()) != 1 or "\x1b" in told or "\x00" in told:
            msg = f"no plain line: {told!r}"
            raise AssertionError(msg)
    return "refused" if faults else "read"

"""A small project in a folder of its own, to be broken one piece at a time."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from marrowgate.errors import UserError
from marrowgate.gating.method_checks import method_faults
from marrowgate.settings.project import Project
from marrowgate.settings.project_reader import load_project

CONFIG = "strategy_of_panel: {blood: tree}\nseed: 1\n"
PANEL = """\
channels:
  - {channel: FSC-A, scatter: FSC-A}
  - {channel: FSC-H, scatter: FSC-H}
  - {channel: FITC-A, marker: CD45, fluorochrome: FITC}
  - {channel: PE-A, marker: CXCR4, fluorochrome: PE}
"""
STRATEGY = """\
populations:
  - name: singlets
    parent: root
    dimensions: [FSC-A, FSC-H]
    method: singlets
  - name: cd45_pos
    parent: singlets
    dimensions: [CD45]
    method: fixed
    arguments: {low: [1000]}
"""
SAMPLES: tuple[Mapping[str, str], ...] = (
    {"sample_id": "A1", "patient_id": "P1", "fcs": "raw/a1.fcs", "panel": "blood", "batch": "B1", "day": "0"},
    {
        "sample_id": "A2",
        "patient_id": "P1",
        "fcs": "raw/a2.fcs",
        "panel": "blood",
        "batch": "B1",
        "day": "0",
        "control_type": "fmo",
        "control_marker": "CXCR4",
        "control_for": "A1",
    },
    {"sample_id": "A3", "patient_id": "P2", "fcs": "raw/a3.fcs", "panel": "blood", "batch": "B1", "day": "7"},
)
PATIENTS: tuple[Mapping[str, str], ...] = (
    {"patient_id": "P1", "arm": "triplet"},
    {"patient_id": "P2", "arm": "doublet"},
)


def sheet(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows as a tab-separated sheet with every column that any row has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["\t".join(columns), *("\t".join(row.get(name, "") for name in columns) for row in rows)]
    return "\n".join(lines) + "\n"


def changed(index: int, **cells: str) -> list[Mapping[str, str]]:
    """Return the sample rows with some cells of one row changed."""
    rows = list(SAMPLES)
    rows[index] = {**rows[index], **cells}
    return rows


class Folder:
    """A project's folder, which is the working directory of the test."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch):
        self.path = path
        monkeypatch.chdir(path)
        self.write("config/config.yaml", CONFIG)
        self.write("config/panels/blood.yaml", PANEL)
        self.write("config/strategies/tree.yaml", STRATEGY)
        self.write("config/samples.tsv", sheet(SAMPLES))
        self.write("config/patients.tsv", sheet(PATIENTS))
        for row in SAMPLES:
            self.write(row["fcs"], "FCS3.1")

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def load(self, overrides: Mapping[str, Any] | None = None) -> Project:
        """Load the project."""
        return load_project(Path("config/config.yaml"), method_faults, overrides)

    def faults(self, overrides: Mapping[str, Any] | None = None) -> list[str]:
        """Return what is wrong with the project, as it is printed."""
        with pytest.raises(UserError) as caught:
            self.load(overrides)
        return [str(fault) for fault in caught.value.faults]

"""The floors of the house: which room may import which, held against the source of every module."""

import ast
from pathlib import Path

import pytest

import marrowgate

ROOT = Path(marrowgate.__file__).parent
BELOW_ALL = {
    "stats",
    "settings",
    "columns",
    "errors",
    "files",
    "tables",
    "arrow_arrays",
    "endpoint_names",
    "content",
    "frozen",
    "no_result",
    "plain_text",
    "plain_yaml",
    "progress",
}
FLOORS = ("fcs", "signal", "gating", "measure", "cohort", "report")
"""From the lowest to the highest; a room imports its own floor and those below it."""
MAY_IMPORT = {
    "stats": {"stats", "errors", "frozen"},
    "settings": {"settings", "errors", "frozen", "columns", "endpoint_names", "files", "plain_text"},
    **{room: {*BELOW_ALL, "provenance", "code_digest", *FLOORS[: height + 1]} for height, room in enumerate(FLOORS)},
    "drafts": {*BELOW_ALL, "drafts", "gating", "signal", "fcs"},
    "simulate": {*BELOW_ALL, "simulate", "measure", "gating", "signal", "fcs", "provenance", "code_digest"},
    "snakefile": {*BELOW_ALL, "snakefile", "provenance", "code_digest", "launch", *FLOORS},
    "steps": {
        *BELOW_ALL,
        "steps",
        "drafts",
        "simulate",
        "snakefile",
        "provenance",
        "code_digest",
        "log",
        "options",
        "verification",
        *FLOORS,
    },
}


def imports(path: Path) -> set[str]:
    """Return the rooms and modules at the top of the package that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "marrowgate":
            names |= {f"marrowgate.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[1] for name in names if name.startswith("marrowgate.")} - {"__version__"}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_room__imports_only_what_lies_below(room):
    upwards = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / room).rglob("*.py")
        for name in imports(path) - MAY_IMPORT[room]
    }
    assert not upwards


def test_every_room__has_its_floor():
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == MAY_IMPORT.keys()

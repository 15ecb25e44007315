"""`gate` starts light: what it imports from first line to last."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "flowkit",
    "bokeh",
    "sklearn",
    "statsmodels",
    "matplotlib",
    "pandas",
    "scipy",
    "lifelines",
    "ruptures",
    "statistics",
)
CHECKING = ("pydantic", "annotated_types", "yaml", "marrowgate.settings.sheets", "marrowgate.settings.config")
"""What checks the words of a user; a sample's own steps read what `prepare` checked."""
OF_PYTHON = ("tempfile", "random", "difflib", "csv", "multiprocessing", "xml.dom")
"""What is slow to import and not needed where all goes well."""
OF_NUMPY = ("numpy.ma", "numpy.random", "numpy.polynomial", "numpy.fft", "numpy.testing")
"""Parts that numpy imports at their first use; its own median, quantile and unique use the first."""


def words(command: str, folder: Path, repository: Path) -> list[str]:
    own = ["--sample-id", "T01_v4_hspc", "--fcs", str(folder / "x.fcs")]
    panel = ["--panel", str(repository / "config/panels/hspc.yaml")]
    strategy = ["--strategy", str(repository / "config/strategies/blood_hspc.yaml")]
    if command == "simulate":
        return [
            "simulate",
            "--scenario",
            "demo",
            "--seed",
            "1",
            *own,
            *panel,
            "--truth",
            str(folder / "t.parquet"),
            "--events",
            "5000",
        ]
    prepared = ["--prepared", str(folder / "settings.json")]
    if command == "prepare":
        return ["prepare", *panel, *strategy, "--out", str(folder / "settings.json")]
    scales = ["--scales", str(folder / "scales.yaml")]
    if command == "scales":
        batch = ["scales", "--panel-name", "hspc", "--batch", "B1", *own[2:], *panel, *strategy]
        return [*batch, "--out", str(folder / "scales.yaml")]
    if command == "fit":
        out = [*prepared, *scales, "--out", str(folder / "fit.json"), "--stability", str(folder / "stability.json")]
        return ["fit", *own, *out]
    if command == "consensus":
        out = ["--out", str(folder / "c.yaml")]
        return ["consensus", "--panel-name", "hspc", "--batch", "B1", "--fits", str(folder / "fit.json"), *out]
    outputs = {
        "--gates-xml": "g.xml",
        "--gates-tsv": "g.tsv",
        "--events": "e.parquet",
        "--pictures": "p.json",
        "--record": "r.json",
    }
    stability = ["--stability", str(folder / "stability.json")]
    inputs = [
        "--fit",
        str(folder / "fit.json"),
        *stability,
        "--consensus",
        str(folder / "c.yaml"),
        "--measure",
        "cd34_hspc:CXCR4",
    ]
    return [
        "gate",
        *own,
        *prepared,
        *scales,
        *inputs,
        *(w for option, name in outputs.items() for w in (option, str(folder / name))),
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("imports")


STARTED = """
import sys
from marrowgate.cli import main
code = main(sys.argv[2:])
modules = [module for name, module in sys.modules.items() if name.startswith("marrowgate")]
kinds = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type)}
own = {kind for kind in kinds if kind.__module__.startswith("marrowgate") and "__dataclass_fields__" in vars(kind)}
print(code)
print([name for name in sys.argv[1].split() if name in sys.modules])
print(sorted(kind.__name__ for kind in own if "__init__" in vars(kind)))
"""
"""Prints the exit code, forbidden modules that were imported, and dataclasses that have methods of their own."""
COMPILED = {
    "fit": ["CachedSample", "Walk"],
    "gate": ["Crossing", "GateCv", "PopulationCount"],
}
"""These can be changed, or have slots since a study has hundreds of thousands of them."""


@pytest.mark.parametrize("command", ["simulate", "scales", "prepare", "fit", "consensus", "gate"])
def test_step__imports_nothing_heavy_and_compiles_no_frozen_class(command: str, folder: Path, repository: Path):
    forbidden = (*HEAVY, *(CHECKING if command in {"fit", "consensus", "gate"} else ()))
    forbidden += (*OF_PYTHON, *OF_NUMPY) if command == "gate" else ()
    done = subprocess.run(
        [sys.executable, "-c", STARTED, " ".join(forbidden), *words(command, folder, repository)],
        capture_output=True,
        text=True,
        check=True,
    )
    code, imported, compiled = done.stdout.splitlines()[-3:]
    assert (code, imported) == ("0", "[]"), done.stderr
    assert command not in COMPILED or compiled == str(COMPILED[command])

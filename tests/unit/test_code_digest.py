"""Which changes change the digest of a step's code."""

import ast
import shutil
import sys
from pathlib import Path

import pytest

import marrowgate
from marrowgate import code_digest as module
from marrowgate.code_digest import DISTRIBUTIONS, code_digest, code_digests, imported_names
from marrowgate.snakefile.rules import STEPS

PACKAGE = Path(marrowgate.__file__).parent


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """Return a copy of the package that tests may edit."""
    folder = tmp_path_factory.mktemp("code") / "marrowgate"
    return Path(shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__")))


def digest_after_change(copied, step, name):
    path = copied / name
    before = path.read_bytes()
    path.write_bytes(before + b"\n# changed\n")
    try:
        return code_digest(step, copied)
    finally:
        path.write_bytes(before)


def test_digest__does_not_depend_on_the_folder(copied):
    assert code_digest("fit", copied) == code_digest("fit")
    assert len(code_digest("fit")) == 16


@pytest.mark.parametrize(
    "name",
    [
        "steps/fit.py",
        "__init__.py",
        "gating/__init__.py",
        "errors.py",
        "settings/panel.py",
        "fcs/read.py",
        "gating/estimators/valley.py",
    ],
    ids=["itself", "package", "room", "helper", "settings", "shared", "registered_by_name"],
)
def test_digest__changes_with_every_module_that_the_step_reaches(copied, name):
    assert digest_after_change(copied, "fit", name) != code_digest("fit", copied)


@pytest.mark.parametrize("name", ["simulate/cells.py", "steps/gate.py", "report/page.py", "cli.py"])
def test_digest__does_not_change_with_an_unrelated_module(copied, name):
    assert digest_after_change(copied, "fit", name) == code_digest("fit", copied)


def test_digest__changes_with_a_template_of_a_room_that_the_step_reaches(copied):
    before = code_digest("report", copied), code_digest("fit", copied)
    (copied / "report" / "texts").mkdir()
    (copied / "report" / "texts" / "words.txt").write_text("hello")
    after = code_digest("report", copied), code_digest("fit", copied)
    shutil.rmtree(copied / "report" / "texts")
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_digest__does_not_change_with_compiled_files(copied):
    before = code_digest("fit", copied)
    (copied / "gating" / "__pycache__").mkdir()
    (copied / "gating" / "__pycache__" / "fit.pyc").write_bytes(b"x")
    assert code_digest("fit", copied) == before


def imported_by_ast(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("marrowgate."):
            names.add(node.value)
    return names


def test_imported_names__none_that_python_sees_is_missed():
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        names = {name for name in imported_by_ast(source) if all(part.isidentifier() for part in name.split("."))}
        assert names <= imported_names(source), path


def test_imported_names__every_way_to_write_it():
    source = """
import marrowgate.a, marrowgate.b as b  # marrowgate.not_this
from marrowgate.c import (
    d,  # a word, not a name
    e as other,
)
def f():
    from marrowgate import g
METHOD = "marrowgate.h.i"
"""
    wanted = {"marrowgate.a", "marrowgate.b", "marrowgate.c", "marrowgate.c.d", "marrowgate.c.e", "marrowgate.g"}
    assert wanted | {"marrowgate.h.i"} <= imported_names(source)
    assert not {"marrowgate.not_this", "marrowgate.c.word"} & imported_names(source)


def test_libraries__all_that_the_package_imports_are_known():
    tops = {
        name.split(".")[0]
        for path in PACKAGE.rglob("*.py")
        for name in imported_by_ast(path.read_text(encoding="utf-8"))
        if not name.startswith("marrowgate")
    }
    # `plan` asks Snakemake itself; it sets no number
    assert tops - set(sys.stdlib_module_names) <= DISTRIBUTIONS.keys() | {"snakemake"}


@pytest.mark.parametrize(
    ("library", "steps_that_run_again"),
    [("lifelines", {"outcomes"}), ("flowkit", {"concordance"}), ("flowio", {"concordance"}), ("numpy", set(STEPS))],
)
def test_digest__changes_with_the_version_of_a_library_that_the_step_reaches(
    monkeypatch, library, steps_that_run_again
):
    before = code_digests(STEPS)
    version = module.metadata.version
    monkeypatch.setattr(module.metadata, "version", lambda name: version(name) + (".post1" if name == library else ""))
    after = code_digests(STEPS)
    changed = {step for step in STEPS if before[step] != after[step]}
    assert steps_that_run_again <= changed
    if library == "lifelines":
        assert not changed & {"fit", "gate", "collect"}


def test_digests__each_module_is_read_once_for_all_steps(monkeypatch):
    parsed, read = [], []
    names, read_bytes = module.imported_names, Path.read_bytes
    monkeypatch.setattr(module, "imported_names", lambda source: parsed.append(source) or names(source))
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or read_bytes(path))
    code_digests(STEPS)
    assert len(read) == len(set(read))
    assert len(parsed) <= len(list(PACKAGE.rglob("*.py")))

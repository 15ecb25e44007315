"""Reasons are data: each has a code of the registry, and the page of statuses lists them all."""

import ast
from pathlib import Path

import pytest

import marrowgate
from marrowgate.gating.reasons import CODES, because
from marrowgate.measure.intensity import intensities

ROOT = Path(marrowgate.__file__).parent
STATUSES = (Path(__file__).parents[3] / "docs" / "statuses.md").read_text(encoding="utf-8")


def codes_in(path, functions):
    """Return the first arguments of the calls of some functions in a module."""
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    named = (call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in functions)
    return {call.args[0].value for call in named if isinstance(call.args[0], ast.Constant)}


def test_codes__those_in_use_are_those_of_the_registry():
    modules = [*(ROOT / "gating").rglob("*.py"), *(ROOT / "steps").rglob("*.py")]
    used = {code for path in modules for code in codes_in(path, {"because", "no_gate"})}
    assert used == CODES.keys()


def test_codes_of_intensities__those_in_use_are_those_of_the_registry():
    used = codes_in(Path(intensities.__file__), {"because", "Note"})
    assert used == intensities.CODES.keys()


@pytest.mark.parametrize(("code", "meaning"), [*CODES.items(), *intensities.CODES.items()])
def test_statuses_page__explains_every_code(code, meaning):
    assert f"| {code} | {meaning} |" in STATUSES


def test_because__refuses_a_code_that_nobody_explained():
    with pytest.raises(KeyError):
        because("no_idea", "something")

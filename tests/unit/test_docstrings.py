"""Docstrings: what stands under Parameters is what the function takes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[2] / "workflow" / "marrowgate"
_SECTION = re.compile(r"^( *)Parameters\n\1-+\n(.*?)(?=^\1\w[^\n]*\n\1-+\n|\Z)", re.DOTALL | re.MULTILINE)


def described(docstring: str) -> list[str]:
    """Return the names under Parameters, in their order."""
    section = _SECTION.search(docstring)
    if section is None:
        return []
    lines = re.findall(rf"^{section[1]}(\S[^:\n]*?) *(?::|$)", section[2], re.MULTILINE)
    return [name.lstrip("*") for line in lines for name in re.split(r", *", line)]


def functions(text: str) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Yield every function with its docstring, not indented."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and (docstring := ast.get_docstring(node)):
            yield node, docstring


def unknown(text: str) -> list[str]:
    """Return the described parameters that their function does not take."""
    wrong = []
    for node, docstring in functions(text):
        taken = {entry.arg for entry in ast.walk(node.args) if isinstance(entry, ast.arg)}
        wrong += [f"{node.name}: {name}" for name in described(docstring) if name not in taken]
    return wrong


def test_docstrings__name_parameters_that_the_function_takes() -> None:
    wrong = {path.name: unknown(path.read_text(encoding="utf-8")) for path in LIBRARY.rglob("*.py")}
    assert {name: parameters for name, parameters in wrong.items() if parameters} == {}


def test_docstring__parameter_of_another_name_is_seen() -> None:
    section = "Parameters\n    ----------\n    a, c : int\n        Two.\n    b\n        One.\n"
    returned = "Returns\n    -------\n    d : int\n        It.\n"
    assert unknown(f'def f(a, b):\n    """Do.\n\n    {section}\n    {returned}    """\n') == ["f: c"]

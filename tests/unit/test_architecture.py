"""docs/architecture.md names what there is."""

import re
from pathlib import Path

import pytest

import marrowgate
from marrowgate.snakefile.rules import STEPS

LIBRARY = Path(marrowgate.__file__).parent


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rooms(page: str) -> str:
    return re.search(r"## Rooms\n\n```\n(.*?)```", page, re.DOTALL)[1]


def test_page__every_module_that_it_names_is_there(page: str, repository: Path):
    names = set(re.findall(r"[\w/]+\.py\b", page))
    assert len(names) > 20
    there = [
        path.relative_to(repository).as_posix() for path in (*LIBRARY.rglob("*.py"), *repository.glob("tests/**/*.py"))
    ]
    assert not [name for name in names if not any(f"/{path}".endswith(f"/{name}") for path in there)]


def test_rooms__each_is_named(rooms: str):
    folders = [path.parent for path in LIBRARY.rglob("__init__.py") if path.parent != LIBRARY]
    assert not [folder.name for folder in folders if f"{folder.name}/" not in rooms]


def test_rooms__each_module_beside_them_is_named(rooms: str):
    modules = [path.name for path in LIBRARY.glob("*.py") if not path.name.startswith("__")]
    assert not [name for name in modules if name not in rooms]


def test_rooms__none_is_named_that_is_not_there(rooms: str):
    library = rooms[rooms.index("workflow/marrowgate/") : rooms.index("\ndata/")]
    named = set(re.findall(r"(\w+)/(?=[\s,)])", library)) - {"marrowgate", "templates"}
    there = {path.parent.name for path in LIBRARY.rglob("__init__.py")}
    assert named <= there


def test_rooms__kinds_of_tests_are_named(rooms: str, repository: Path):
    kinds = {path.name for path in (repository / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    line = next(line for line in rooms.splitlines() if line.startswith("tests/"))
    assert not [kind for kind in kinds if kind not in line]


def test_way_of_the_data__every_step_of_the_rules_is_named(page: str):
    named = set(re.findall(r"^\| (\w+) \|", page, re.MULTILINE))
    assert set(STEPS) <= named

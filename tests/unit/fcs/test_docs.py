"""The list of codes and the table in docs/fcs.md say what the program does."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

from marrowgate.fcs.verdict import REJECTIONS, REPAIRS


def section(repository: Path, title: str) -> str:
    text = (repository / "docs" / "fcs.md").read_text(encoding="utf-8")
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_docs__every_code_is_listed_with_its_meaning(repository: Path) -> None:
    for title, codes in (("Reasons", REJECTIONS), ("Repairs", REPAIRS)):
        listed = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section(repository, title), re.MULTILINE))
        assert listed == dict(codes)


def test_docs__marrowgate_is_right_in_every_row_of_the_table(repository: Path) -> None:
    rows = [
        line for line in section(repository, "Kinds of files in three readers").splitlines() if line.startswith("| ")
    ]
    assert len(rows) > 50
    for row in rows[1:]:
        _, _, wanted, found, *_ = re.split(r"(?<!\\)\|", row)
        assert found.strip().startswith("refuses: `" if wanted.strip() == "refuse" else "right"), row


def benchmark(repository: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, repository / "tests" / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_docs__table_is_what_is_measured(repository: Path) -> None:
    rows = benchmark(repository, "fcs_table").rows()
    assert "\n".join(rows) in (repository / "docs" / "fcs.md").read_text(encoding="utf-8")


def test_docs__matrices_and_names_are_what_is_measured_and_right(repository: Path) -> None:
    text = (repository / "docs" / "fcs.md").read_text(encoding="utf-8")
    for rows in benchmark(repository, "fcs_meaning").tables().values():
        assert "\n".join(rows) in text
        assert len(rows) > 10
        for row in rows[2:]:
            _, _, wanted, found, *_ = re.split(r"(?<!\\)\|", row)
            right = {"applied": "right", "not applied again": "right", "refuse": "refuses (SpilloverError)"}
            assert found.strip() == right.get(wanted.strip(), wanted.strip()), row

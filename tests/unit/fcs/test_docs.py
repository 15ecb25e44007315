"""The list of codes and the table in docs/fcs.md say what the program does."""

import re
from pathlib import Path

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


def test_docs__table_is_what_is_measured(repository: Path) -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("fcs_table", repository / "tests" / "benchmarks" / "fcs_table.py")
    assert spec is not None
    assert spec.loader is not None
    import sys

    module = importlib.util.module_from_spec(spec)
    sys.modules["fcs_table"] = module
    spec.loader.exec_module(module)
    assert "\n".join(module.rows()) in (repository / "docs" / "fcs.md").read_text(encoding="utf-8")

import re
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from marrowgate import columns
from marrowgate.settings.documents import manual
from marrowgate.settings.documents.manual import SETTINGS, SHEETS, filled, table, type_words
from marrowgate.settings.panel import load_panel
from marrowgate.settings.project_reader import load_config
from marrowgate.settings.sheets import SampleId


class Section(BaseModel):
    entry: int = 1


@pytest.fixture(scope="module")
def readme(repository):
    return (repository / "config" / "README.md").read_text(encoding="utf-8")


def test_readme__is_up_to_date(readme):
    assert filled(readme) == readme, "config/README.md is out of date; run `make docs`"


def test_page_of_columns__is_up_to_date(repository):
    text = (repository / "docs" / "columns.md").read_text(encoding="utf-8")
    assert text == columns.markdown(), "docs/columns.md is out of date; run `make docs`"


@pytest.mark.parametrize("name", [*SHEETS, *SETTINGS])
def test_readme__has_every_table(readme, name):
    assert f"<!-- table: {name} -->\n{table(name)}\n<!-- end of table -->" in readme


@pytest.mark.parametrize("name", SHEETS)
def test_every_column__has_a_row_with_a_meaning(name):
    rows = [line.split(" | ") for line in table(name).splitlines()[2:]]
    assert [row[0] for row in rows] == [f"| `{column}`" for column in SHEETS[name].model_fields]
    assert all(row[-1].removesuffix("|").strip() for row in rows)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_entry__has_a_meaning(name):
    for line in table(name).splitlines()[2:]:
        assert re.fullmatch(r"\| `[\w.]+` \| .+ \| .+ \| .+ \|", line)


def test_entries_of_sections__have_dotted_names():
    assert "| `measure.few_events` | whole number, at least 5 | `20` | " in table("config")
    assert "| `measure.intensities.marker` | text | must be given | " in table("config")


def test_section_that_is_used_twice__is_told_once():
    assert "| `scales.scatter` | entries: those of `scales.fluorescence` | `{kind: linear}` |" in table("strategy")
    assert "scales.scatter.kind" not in table("strategy")


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (str, "text"),
        (SampleId, "name of letters, digits and _"),
        (Annotated[int, Field(ge=1)], "whole number, at least 1"),
        (Annotated[float, Field(gt=0, lt=1)] | None, "number, above 0, below 1"),
        (bool, "true or false"),
        (Literal["a", "b"], "`a`, `b`"),
        (tuple[str, ...], "list: text"),
        (tuple[float, float], "list of 2: number"),
        (dict[str, int], "for each text: whole number"),
        (Section, "entries: see below"),
        (tuple[Section, ...], "list: entries: see below"),
    ],
)
def test_types__have_plain_words(annotation, words):
    assert type_words(annotation) == words


def test_filled__replaces_what_stands_between_the_markers_only():
    text = "before\n<!-- table: toxicity -->\nold\n<!-- end of table -->\nafter\n"
    assert filled(text) == f"before\n<!-- table: toxicity -->\n{table('toxicity')}\n<!-- end of table -->\nafter\n"


def test_unknown_table__is_a_defect():
    with pytest.raises(KeyError):
        filled("<!-- table: plots -->\n<!-- end of table -->")


def test_main__brings_both_files_up_to_date(tmp_path):
    (tmp_path / "README.md").write_text("<!-- table: panel -->\n<!-- end of table -->\n", encoding="utf-8")
    manual.main(tmp_path / "README.md", tmp_path / "columns.md")
    assert table("panel") in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert (tmp_path / "columns.md").read_text(encoding="utf-8") == columns.markdown()


def test_examples_of_the_readme__can_be_used(readme, tmp_path):
    panel, config = re.findall(r"```yaml\n(.*?)```", readme, flags=re.DOTALL)
    (tmp_path / "panel.yaml").write_text(panel, encoding="utf-8")
    (tmp_path / "config.yaml").write_text(config, encoding="utf-8")
    assert load_panel(tmp_path / "panel.yaml").dimensions >= {"CD34", "CD45", "CXCR4", "FSC-A"}
    assert load_config(tmp_path / "config.yaml").strategy_of_panel == {"mytube": "blood_hspc"}

"""`marrowgate report` from the tables to the page and its figures."""

import json
from pathlib import Path

import pytest

from marrowgate.cli import main
from marrowgate.tables import write_table

TABLES = (
    "populations",
    "intensities",
    "quality",
    "endpoints",
    "design",
    "contrasts",
    "summary",
    "outcomes",
    "concordance",
)
FIGURES = (
    *("gate_status", "immature_per_100_cd45_over_time", "cd34_hspc_per_ul_over_time"),
    *("cd34_hspc_CXCR4_abc_over_time", "overall_survival", "disease_free_survival"),
)


def words_in(folder: Path, figures: tuple[str, ...]) -> list[str]:
    """Write empty tables and give the words of the call."""
    for name in ("manifest", *TABLES):
        write_table(folder / f"{name}.tsv", name, [])
    (folder / "check.txt").write_text("finding: a finding\n")
    provenance = {"marrowgate": "0", "seed": 1, "settings_sha256": "a" * 64, "python": "3"}
    (folder / "provenance.json").write_text(json.dumps(provenance | {"libraries": {}, "inputs_sha256": {}}))
    words = ["--config", "config/config.yaml", "--check", str(folder / "check.txt")]
    words += ["--manifest", str(folder / "manifest.tsv"), "--provenance", str(folder / "provenance.json")]
    words += ["--tables", *(str(folder / f"{name}.tsv") for name in TABLES)]
    words += ["--figures", *(str(folder / "figures" / f"{name}.svg") for name in figures)]
    return [*words, "--page", str(folder / "report.html")]


@pytest.fixture
def page(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the demo's page with outcomes and no measured sample."""
    monkeypatch.chdir(repository)
    words = words_in(tmp_path, FIGURES)
    assert main(["outcomes", "--config", "config/config.yaml", "--outcomes", str(tmp_path / "outcomes.tsv")]) == 0
    assert main(["report", *words]) == 0
    return (tmp_path / "report.html").read_text()


def test_report__every_figure_is_a_file_of_its_own(page: str, tmp_path: Path) -> None:
    for name in FIGURES:
        drawn = (tmp_path / "figures" / f"{name}.svg").read_text()
        assert drawn.startswith("<?xml")
    survival = (tmp_path / "figures" / "overall_survival.svg").read_text()
    assert "at risk" in survival
    assert "months from the start of treatment" in survival
    assert "months from remission" in (tmp_path / "figures" / "disease_free_survival.svg").read_text()


def test_report__demo_is_said_to_be_simulated(page: str) -> None:
    assert "The files in data/study are simulated (scenario study). Its patients do not exist" in page


def test_report__outcomes_of_both_arms_stand_in_the_page(page: str) -> None:
    for title in ("Response", "Overall survival", "Disease-free survival", "Recovery", "Toxicity"):
        assert f"<h3>{title}" in page


def test_report__figures_without_a_value_are_not_in_the_page_but_named(page: str) -> None:
    assert "<li>CXCR4 on CD34+ progenitors, molecules per cell less control, over time: " in page
    assert "<li>Populations: there is no stained sample.</li>" in page


def test_report__a_figure_that_the_settings_do_not_hold_is_refused(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository)
    assert main(["report", *words_in(tmp_path, ("gate_status", "blasts_over_time"))]) == 2
    assert capsys.readouterr().err == (
        f"error: --figures: the report has no figure 'blasts_over_time'; name some of {', '.join(FIGURES)}\n"
    )

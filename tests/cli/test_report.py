"""`marrowgate report` from the tables to the page and its figures."""

import json
from pathlib import Path

import pytest

from marrowgate.cli import main
from marrowgate.tables import write_table

TABLES = ("populations", "intensities", "quality", "endpoints", "contrasts", "outcomes", "concordance")
FIGURES = (
    *("gate_status", "immature_over_time", "cd34_over_time", "cxcr4_over_time"),
    *("overall_survival", "disease_free_survival"),
)


@pytest.fixture
def page(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the demo's page with outcomes and no measured tube."""
    monkeypatch.chdir(repository)
    for name in ("manifest", *TABLES):
        write_table(tmp_path / f"{name}.tsv", name, [])
    assert main(["outcomes", "--config", "config/config.yaml", "--outcomes", str(tmp_path / "outcomes.tsv")]) == 0
    (tmp_path / "check.txt").write_text("finding: a finding\n")
    provenance = {"marrowgate": "0", "seed": 1, "settings_sha256": "a" * 64, "python": "3"}
    (tmp_path / "provenance.json").write_text(json.dumps(provenance | {"libraries": {}, "inputs_sha256": {}}))
    words = ["--config", "config/config.yaml", "--check", str(tmp_path / "check.txt")]
    words += ["--manifest", str(tmp_path / "manifest.tsv"), "--provenance", str(tmp_path / "provenance.json")]
    words += ["--tables", *(str(tmp_path / f"{name}.tsv") for name in TABLES)]
    words += ["--figures", *(str(tmp_path / "figures" / f"{name}.svg") for name in FIGURES)]
    assert main(["report", *words, "--page", str(tmp_path / "report.html")]) == 0
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
    assert "The files in data/demo are simulated (scenario demo). Its patients do not exist" in page


def test_report__outcomes_of_both_arms_stand_in_the_page(page: str) -> None:
    for title in ("Response", "Overall survival", "Disease-free survival", "Recovery", "Toxicity"):
        assert f"<h3>{title}" in page
    assert page.count("<svg") == len(FIGURES)

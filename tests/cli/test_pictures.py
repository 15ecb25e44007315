"""`marrowgate pictures` from what `gate` left to contact sheets, pages and figures, and the page that `try` writes."""

import re
from pathlib import Path

import pytest
from lxml import html

from marrowgate.cli import main
from marrowgate.gating.geometry.gates import threshold
from marrowgate.measure.pictures.model import DrawnGate, SamplePictures, read_pictures, write_pictures
from marrowgate.tables import write_table

SHEETS = ("gates_culture", "protocol_culture")
STRATEGY = """
protocol:
  title: Our protocol
  colours: [cells]
  plots:
    - {title: "1. All", of: root, dimensions: [CD34, CD45], gates: [cells]}
populations:
  - {name: cells, parent: root, dimensions: [CD34], method: fixed, arguments: {low: [100]}, plot: CD45}
"""
PANEL = """
channels:
  - {channel: "Blue B 710_50-A", marker: CD45}
  - {channel: "Blue D 575_26-A", marker: CD34}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of two samples in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("panels", "strategies"):
        (tmp_path / "config" / name).mkdir(parents=True)
    (tmp_path / "config/panels/culture.yaml").write_text(PANEL)
    (tmp_path / "config/strategies/culture.yaml").write_text(STRATEGY)
    config = "samples: config/samples.tsv\npatients: null\nmeasurements: null\ntoxicity: null\n"
    (tmp_path / "config/config.yaml").write_text(f"{config}strategy_of_panel: {{culture: culture}}\n")
    rows = ["sample_id\tfcs\tpanel\tbatch", *(f"{name}\t{name}.fcs\tculture\tb" for name in ("a", "b"))]
    (tmp_path / "config/samples.tsv").write_text("\n".join(rows) + "\n")
    for name in ("a", "b"):
        (tmp_path / f"{name}.fcs").write_bytes(b"only headers are of interest here")
        gate = DrawnGate("cells", "root", "fixed", threshold("CD34", 0.5, "above"), "ok")
        write_pictures(tmp_path / f"pictures/{name}.json", SamplePictures(name, {}, {"cells": gate}))
    manifest = [
        {"sample_id": "a", "verdict": "accepted"},
        {"sample_id": "b", "verdict": "rejected", "reasons": "short"},
    ]
    write_table(tmp_path / "manifest.tsv", "manifest", manifest)
    write_table(tmp_path / "populations.tsv", "populations", [])
    return tmp_path


def words(*sheets: str) -> list[str]:
    given = ["pictures", "--config", "config/config.yaml", "--manifest", "manifest.tsv"]
    given += ["--populations", "populations.tsv", "--pictures", "pictures/a.json", "pictures/b.json"]
    given += ["--sheets", *(f"sheets/{name}.html" for name in sheets)]
    return given


def test_pictures__writes_a_sheet_for_gates_and_protocol_and_a_page_for_each_sample(folder):
    samples = ["--samples", "sheets/samples/a.html", "sheets/samples/b.html"]
    figures = ["--figures", *(f"figures/{name}.{end}" for name in SHEETS for end in ("svg", "pdf", "png"))]
    assert main([*words(*SHEETS), *samples, *figures]) == 0
    tree = html.parse(folder / "sheets/gates_culture.html")
    assert [row.get("data-sample") for row in tree.iterfind(".//tbody/tr")] == ["b", "a"]
    assert "rejected: short" in tree.getroot().text_content()
    links = {a.get("href") for a in tree.iterfind(".//a")}
    assert links == {"protocol_culture.html", "samples/a.html", "samples/b.html"}
    back = {a.get("href") for a in html.parse(folder / "sheets/samples/a.html").iterfind(".//a")}
    assert back == {"../gates_culture.html", "../protocol_culture.html"}
    assert len(list((folder / "figures").iterdir())) == 6


def test_pictures__a_sheet_that_the_project_does_not_have_is_refused(folder, capsys):
    assert main(words("gates_other")) == 2
    assert capsys.readouterr().err == (
        "error: --sheets: the project has no 'gates_other'; name some of gates_culture, protocol_culture\n"
    )


def test_protocol__a_population_that_is_not_there_is_a_fault(folder, capsys):
    path = folder / "config/strategies/culture.yaml"
    path.write_text(STRATEGY.replace("colours: [cells]", "colours: [cell]"))
    assert main(words(*SHEETS)) == 2
    assert "the protocol names 'cell', which is no population of this file; did you mean 'cells'?" in (
        capsys.readouterr().err
    )


def test_try__draws_every_gate_of_every_file(real_data, tmp_path):
    panel, strategy = tmp_path / "panel.yaml", tmp_path / "strategy.yaml"
    panel.write_text(PANEL)
    strategy.write_text(STRATEGY)
    files = [str(real_data / "timecourse" / f"{name}.fcs") for name in ("D0", "D10")]
    given = ["--panel", str(panel), "--strategy", str(strategy), "--out", str(tmp_path / "out")]
    assert main(["try", *given, *files]) == 0
    page = (tmp_path / "out" / "pictures.html").read_text()
    tree = html.fromstring(page.encode())
    titles = [svg.get("aria-label") for svg in tree.iterfind(".//svg")]
    assert len(titles) == 4
    for name in ("D0", "D10"):
        gate = read_pictures(tmp_path / "out" / "pictures" / f"{name}.json").gates["cells"]
        assert f"cells. {gate.n_events:,} of {gate.n_parent:,} all events" in " ".join(titles)
    assert str(real_data) not in page
    assert not re.search(r"https?://(?!www\.w3\.org)", page)

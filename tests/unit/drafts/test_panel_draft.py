from pathlib import Path

import pytest

from marrowgate.drafts.panel_draft import draft_panel, panel_text
from marrowgate.fcs.model import Channel
from marrowgate.fcs.read import read_header
from marrowgate.settings.panel import load_panel


def channel(name: str, marker: str = "", role: str = "fluorescence", scatter: str = "") -> Channel:
    return Channel(0, name, marker, marker, "", role, scatter, 16, 1024.0, (0.0, 0.0), None, None)  # type: ignore[arg-type]


def test_marker__is_called_as_the_strategies_write_it():
    (draft,) = draft_panel([channel("PE-A", "CD184")], {"CXCR4"}).channels
    assert (draft.entry.marker, draft.entry.marker_class, draft.remark) == ("CXCR4", "state", "labelled CD184")


@pytest.mark.parametrize("label", ["PI", "Viability", "Live/ Dead", "Zombie NIR", "7AAD"])
def test_viability_dye__is_called_7_aad(label: str):
    assert draft_panel([channel("FL4-A", label)]).panel.dimensions == {"7-AAD"}


def test_channel_that_says_nothing__stays_empty_and_is_marked():
    draft = draft_panel([channel("APC-A", "CD34"), channel("PE-A")])
    assert draft.unknown == ("PE-A",)
    assert draft.panel.dimensions == {"CD34"}
    assert panel_text(draft, "d").splitlines()[-1] == (
        "  - {channel: PE-A, marker: }  # TODO: nothing says what is stained here: write the marker, or remove the line"
    )


@pytest.mark.parametrize("label", ["IgG1", "IgG2a", "Isotype", "mouse IgG1k"])
def test_isotype__is_no_marker(label: str):
    draft = draft_panel([channel("PE-A", label)])
    assert draft.unknown == ("PE-A",)
    assert "isotype" in draft.channels[0].remark


def test_igm__is_a_marker():
    assert draft_panel([channel("PE-A", "IgM")]).panel.dimensions == {"IgM"}


def test_second_channel_of_a_marker__is_marked_and_the_first_is_used():
    draft = draft_panel([channel("Cd110Di", "CD3"), channel("Cd111Di", "CD3")])
    assert [each.entry.marker for each in draft.channels] == ["CD3", None]
    assert draft.channels[1].remark == "a second channel of CD3; one is used"


def test_height_and_width_beside_an_area__are_left_out():
    drafted = draft_panel([channel("FL1-A"), channel("FL1-H"), channel("FL1-W"), channel("FL2-H")])
    assert [each.entry.channel for each in drafted.channels] == ["FL1-A", "FL2-H"]


@pytest.mark.parametrize("name", ["no", "Pacific Blue-A", "FL1: x", "7-AAD-A", "a # b", "{PE}", 'say "PE"', "SSC, log"])
def test_text__is_read_back_as_the_same_panel(tmp_path: Path, name: str):
    draft = draft_panel(
        [channel(name, "CD34"), channel("SSC-A", role="scatter", scatter="SSC-A"), channel("T", role="time")]
    )
    file = tmp_path / "p.yaml"
    file.write_text(panel_text(draft, 'of 3 files: "new" # 1'), encoding="utf-8")
    panel = load_panel(file)
    assert panel.channels == draft.panel.channels
    assert panel.description == 'of 3 files: "new" # 1'


@pytest.mark.parametrize(
    "file", ["cd34/diva_cd45_cd34_marrow.fcs", "aml/aml.sample_tube.set_1.fcs", "vendors/Stratedigm - S1400.fcs"]
)
def test_draft_of_a_real_file__is_a_panel(real_data: Path, tmp_path: Path, file: str):
    draft = draft_panel(read_header(real_data / file).channels)
    path = tmp_path / "p.yaml"
    path.write_text(panel_text(draft, "d"), encoding="utf-8")
    assert load_panel(path).dimensions == draft.panel.dimensions

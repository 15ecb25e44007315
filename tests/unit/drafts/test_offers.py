"""Which populations a panel allows: held against what fitting does with the same panel."""

from pathlib import Path

import pytest

from marrowgate.drafts.offers import lacks, offer
from marrowgate.drafts.proposal import Library, load_library, offers_for, propose
from marrowgate.fcs.read import read_header
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.open_sample import open_sample, start_rows
from marrowgate.gating.reasons import has_code
from marrowgate.gating.records import ControlRole
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.settings.panel import Panel
from marrowgate.settings.strategies.strategy import Strategy


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def strategy_of(*populations: dict[str, object]) -> Strategy:
    return Strategy.model_validate({"populations": populations})


def fixed(name: str, parent: str, dimension: str, **more: object) -> dict[str, object]:
    return {
        "name": name,
        "parent": parent,
        "dimensions": [dimension],
        "method": "fixed",
        "arguments": {"low": [1]},
    } | more


def test_children_of_an_optional_population__hang_on_its_parent():
    strategy = strategy_of(
        fixed("viable", "root", "7-AAD", optional=True),
        fixed("cd45_pos", "viable", "CD45"),
        fixed("t", "cd45_pos", "CD3"),
    )
    found = offer("s", strategy, {"CD45"})
    assert found.had == ("cd45_pos",)
    assert found.lacking == {("7-AAD",): ("viable",), ("CD3",): ("t",)}


def test_child_of_an_optional_population_in_one_that_is_not_had__is_not_had():
    strategy = strategy_of(
        fixed("cd45_pos", "root", "CD45"),
        fixed("viable", "cd45_pos", "7-AAD", optional=True),
        fixed("t", "viable", "CD3"),
    )
    assert offer("s", strategy, {"CD3"}).had == ()


def test_fallback_with_dimensions_of_its_own__stands_in():
    fallback = {"dimensions": ["CD10"], "method": "fixed", "arguments": {"low": [1]}}
    strategy = strategy_of(fixed("b", "root", "CD19", fallback=fallback))
    assert offer("s", strategy, {"CD10"}).had == ("b",)
    assert offer("s", strategy, {"CD20"}).lacking == {("CD19",): ("b",)}


def test_population_under_another_name__is_had():
    assert offer("s", strategy_of(fixed("stem", "root", "CXCR4")), {"CD184"}).had == ("stem",)


def test_height__stands_in_for_an_area_but_not_beside_itself():
    assert lacks(["SSC-A"], {"SSC-H"}) == ()
    assert lacks(["FSC-A", "FSC-H"], {"FSC-H"}) == ("FSC-A",)


@pytest.mark.parametrize("absent", ["CD38", "7-AAD", "CD34", "CD14", "CD235a", "CD45", "FSC-H"])
def test_offer__agrees_with_fitting(library: Library, real_data: Path, absent: str):
    file = real_data / "reported" / "vol_in_microlitres" / "right_nL_2700ev.fcs"
    header = read_header(file)
    full = propose(header, library).panel
    kept = tuple(entry for entry in full.channels if absent not in {entry.marker, entry.scatter})
    panel = Panel(channels=kept)
    strategy = library.strategies["blood_hspc"].model_copy(update={"home": None})
    hidden = [{"channel": each.channel, "role": "ignored"} for each in full.channels if each not in kept]
    # a channel that the panel does not name would be read by its label
    hide = Panel.model_validate({"channels": [*(each.given() for each in kept), *hidden]})
    _, events = open_sample(file, 1, hide, strategy, gain="ignore", spillover="none")
    assert events is not None
    fit = fit_sample(SampleToFit("s", events, start_rows(events), ControlRole(), {}, 1), strategy)
    found = offer("blood_hspc", strategy, panel.dimensions)
    lacking = {name for names in found.lacking.values() for name in names}
    by_fit = {record.population for record in fit.gates if has_code(record.reasons, "marker_absent")}
    gated = {record.population for record in fit.gates if record.gate is not None}
    assert lacking
    assert by_fit <= lacking
    assert not gated & lacking


def test_file_with_cd34__is_offered_progenitors_first(library: Library, real_data: Path):
    proposal = propose(read_header(real_data / "cd34" / "diva_cd45_cd34_marrow.fcs"), library)
    assert proposal.best is not None
    assert proposal.best.strategy == "blood_hspc"
    assert "cd34_hspc" in proposal.best.had
    assert [each.strategy for each in proposal.offers] == ["blood_hspc", "blood_immature"]


@pytest.mark.parametrize(
    ("file", "panel", "strategy"),
    [
        ("euroflow/euroflow_01.fcs", "lst_display", "blood_lst"),
        ("cd34/marrow_cytof_basal1.fcs", "marrow_cytof", "marrow_cytof"),
        ("aml/sample1.fcs", "", "blood_hspc"),
    ],
)
def test_shipped_panel__is_taken_where_the_files_own_names_confirm_it(
    library: Library, real_data: Path, file: str, panel: str, strategy: str
):
    proposal = propose(read_header(real_data / file), library)
    assert proposal.shipped_panel == panel
    assert proposal.best is not None
    assert proposal.best.strategy == strategy


def test_detectors_without_labels__confirm_no_panel_and_get_no_strategy(library: Library, real_data: Path):
    proposal = propose(read_header(real_data / "vendors" / "Data002.fcs"), library)
    assert (proposal.shipped_panel, proposal.best) == ("", None)


def test_panel_without_leucocytes__gets_no_strategy(library: Library):
    panel = Panel.model_validate(
        {"channels": [{"channel": "a", "marker": "CD19"}, {"channel": "b", "scatter": "SSC-A"}]}
    )
    assert offers_for(panel, library)[1] is None

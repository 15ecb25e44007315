"""Contact sheets and pages of pictures: worst first, filterable, names as text, small enough, nothing asked for."""

import base64
import hashlib
import re
from dataclasses import replace

import numpy as np
import pytest
from lxml import html

from marrowgate.gating.boundary_error import error_of
from marrowgate.gating.geometry.gates import threshold
from marrowgate.measure.pictures.density import N_BARS, N_CELLS, Density, coded
from marrowgate.measure.pictures.model import (
    MEASURED,
    PROTOCOL,
    STEP,
    DrawnGate,
    Picture,
    PictureAxis,
    SamplePictures,
)
from marrowgate.report.pictures.against_control import ControlPictures, against_controls, along
from marrowgate.report.pictures.grid import GAP, grid_of
from marrowgate.report.pictures.pages import contact_sheet, pictures_page
from marrowgate.report.pictures.plan import MOST_ON_ONE_PAGE, planned_sample_pages, planned_sheets
from marrowgate.report.pictures.sample_figure import figure_of_surest
from marrowgate.report.pictures.scene import Raster, Shape, Words
from marrowgate.report.pictures.sheet_rows import SheetSample, sheet_rows
from marrowgate.report.pictures.sheet_samples import serving
from marrowgate.report.pictures.table_statuses import rows_of_samples, with_table_statuses
from marrowgate.settings.strategies.strategy import Protocol, ProtocolPlot
from marrowgate.signal.transforms import Transform
from unit.report.projects import project
from unit.report.projects import sample as of_sheet

LINEAR = Transform("linear", t=1000.0)
AXES = {name: PictureAxis(name, "PE", LINEAR, 0.0, 1.0) for name in ("CD34", "SSC-A", "CXCR4")}
NO_DOTS = np.zeros((0, 3), dtype=np.uint16)


def density(seed: int, n: int = 20_000) -> Density:
    """Return a density as full of odd counts as real ones are."""
    generator = np.random.default_rng(seed)
    places = np.clip(generator.normal([0.4, 0.3], [0.12, 0.1], (n, 2)), 0, 0.999)
    cells = (places * N_CELLS).astype(int)
    counts = np.bincount(cells[:, 1] * N_CELLS + cells[:, 0], minlength=N_CELLS**2).reshape(N_CELLS, N_CELLS)
    owners = np.broadcast_to(np.arange(N_CELLS) > 32, counts.shape) & (counts > 0)
    return Density(coded(counts), owners.astype(np.uint8), NO_DOTS)


def pictures(name, *statuses, seed=1):
    gates = {
        f"gate_{i}": DrawnGate(
            f"gate_{i}", "root", "valley", threshold("CD34", 0.5, "above"), status, "", error_of(0.01), 10, 100
        )
        for i, status in enumerate(statuses)
    }
    steps = [
        Picture(STEP, "", "root", ("CD34", "SSC-A"), (n,), (n,), 100, density(seed + i)) for i, n in enumerate(gates)
    ]
    bars = Density(coded(np.arange(N_BARS)), np.zeros(N_BARS, dtype=np.uint8), NO_DOTS)
    measured = Picture(MEASURED, "", "gate_0", ("CXCR4",), (), (), 10, bars)
    plot = Picture(PROTOCOL, "1. Leucocytes", "root", ("CD34", "SSC-A"), ("gate_0",), ("gate_0",), 100, density(seed))
    return SamplePictures(name, AXES, gates, (*steps, plot, measured), "ISHAGE")


def sheet_sample(name, *statuses, **more):
    made = more.pop("pictures", pictures(name, *statuses))
    given = {"panel": "hspc", "batch": "B1", "patient_id": "P1", "day": "0", "control": "none", "trouble": "", **more}
    return SheetSample(name, pictures=made, **given)


def names_of(page: str) -> list[str]:
    return [row.get("data-sample") for row in html.fromstring(page.encode()).iterfind(".//tbody/tr")]


SAMPLES = [
    sheet_sample("fine", "ok", "ok"),
    sheet_sample("one_doubt", "doubtful", "ok", batch="B2", patient_id="P2"),
    sheet_sample("two_doubts", "doubtful", "doubtful"),
    sheet_sample("lost", "no_valley", "ok"),
    sheet_sample("rejected", pictures=SamplePictures("rejected"), trouble="rejected: too_short"),
]


def test_sheet__has_the_worst_first():
    assert names_of(contact_sheet("t", SAMPLES)) == ["rejected", "lost", "two_doubts", "one_doubt", "fine"]


def test_sheet__a_sound_gate_below_a_weak_one_counts_as_weak():
    gates = SAMPLES[0].pictures.gates
    weak = replace(SAMPLES[0].pictures, gates={n: replace(g, of_number="failed") for n, g in gates.items()})
    page = contact_sheet("t", [*SAMPLES[1:4], sheet_sample("fine", pictures=weak)])
    assert names_of(page)[0] == "fine"


def test_sheet__filters_name_what_there_is():
    tree = html.fromstring(contact_sheet("t", SAMPLES).encode())
    found = {
        select.get("data-name"): [option.get("value") for option in select.iterfind("option")]
        for select in tree.iterfind(".//select[@class='filter']")
    }
    assert found["status"] == ["", "ok", "doubtful", "no_valley"]
    assert found["batch"] == ["", "B1", "B2"]
    assert found["patient"] == ["", "P1", "P2"]
    rows = {row.get("data-sample"): row for row in tree.iterfind(".//tbody/tr")}
    assert rows["one_doubt"].get("data-status") == "doubtful ok"
    assert rows["rejected"].text_content().strip().endswith("rejected: too_short")


def test_sheet__every_gate_has_a_picture_that_can_be_enlarged():
    tree = html.fromstring(contact_sheet("t", SAMPLES[:1]).encode())
    cells = tree.findall(".//button[@class='cell']")
    assert len(cells) == 3
    for cell in cells:
        assert cell.find("svg").get("data-full") == "0 0 248 282"
        assert cell.find("svg").get("aria-label")


def test_sheet__with_pages_leads_there_and_needs_less_room():
    pages = {sample.sample_id: f"samples/{sample.sample_id}.html" for sample in SAMPLES}
    page = contact_sheet("t", SAMPLES[:1], pages=pages)
    assert {a.get("href") for a in html.fromstring(page.encode()).iterfind(".//a")} == {"samples/fine.html"}
    assert "data-full" not in page.partition("<script>")[0]
    assert len(page) < len(contact_sheet("t", SAMPLES[:1]))


def test_sheet__only_its_own_script_may_run():
    page = contact_sheet("t", SAMPLES)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; script-src 'sha256-{digest}'" in page
    for text in (page, pictures_page("t", SAMPLES)):
        assert not re.search(r"(?:src|href)=\"?(?:https?:|//)|url\(|@import| on\w+=", text)


HOSTILE = "<script>alert(1)</script>\"'&amp; \u202e🧪"


@pytest.mark.parametrize("page", [contact_sheet, pictures_page])
def test_names__stand_as_text(page):
    sample = sheet_sample(HOSTILE, "ok", batch=HOSTILE, patient_id=HOSTILE, pictures=pictures(HOSTILE, "ok"))
    strange = replace(sample.pictures.gates["gate_0"], population=HOSTILE, reason=HOSTILE)
    odd = replace(sample.pictures, gates={"gate_0": strange}, protocol=HOSTILE)
    tree = html.fromstring(page(HOSTILE, [replace(sample, pictures=odd)]).encode())
    assert len(tree.findall(".//script")) == (page is contact_sheet)
    assert HOSTILE in tree.text_content()
    assert tree.findtext(".//title") == HOSTILE


def test_pages__are_the_same_again():
    assert contact_sheet("t", SAMPLES) == contact_sheet("t", SAMPLES)
    assert pictures_page("t", SAMPLES) == pictures_page("t", SAMPLES)


def test_page__says_what_is_not_drawn_instead_of_drawing_nothing():
    made = SAMPLES[0].pictures
    empty = replace(made.pictures[1], n_parent=None, density=None)
    page = pictures_page("t", [sheet_sample("fine", pictures=replace(made, pictures=(made.pictures[0], empty)))])
    assert "Not drawn, since what they lie in has no gate: gate 1." in page
    assert page.count("<figure>") == 1
    sheet = contact_sheet("t", [sheet_sample("fine", pictures=replace(made, pictures=(made.pictures[0], empty)))])
    assert sheet.count('<button type="button" class="cell">') == 1


def test_protocol__has_its_title_and_says_whose_colours_they_are():
    page = contact_sheet("t", SAMPLES, PROTOCOL)
    assert ">ISHAGE<" in page
    assert "1. Leucocytes" in page
    assert "Yellow rings: gate 0" in page


def test_protocol__the_number_below_a_plot_is_that_of_the_population_it_is_for():
    made = pictures("S", "ok", "ok")
    rare = replace(made.gates["gate_1"], n_events=7)
    plot = next(one for one in made.pictures if one.kind == PROTOCOL)
    both = replace(plot, gates=("gate_0", "gate_1"))
    sample = sheet_sample("S", pictures=replace(made, gates={**made.gates, "gate_1": rare}, pictures=(both,)))
    (row,) = sheet_rows([sample], PROTOCOL, is_lean=False)
    assert row.cells["1. Leucocytes"].caption == "7"


def test_sizes__two_hundred_samples_on_one_page_and_three_hundred_that_lead_on_stay_below_15_mb():
    """Cost of one row, times the rows: 20 gates and 2 markers a sample."""
    statuses = ["ok"] * 20
    rows = [sheet_sample(f"S{i}", pictures=pictures(f"S{i}", *statuses, seed=i)) for i in (1, 2)]
    for pages, n in ((None, MOST_ON_ONE_PAGE), ({"S1": "S1.html", "S2": "S2.html"}, 300)):
        one, two = (len(contact_sheet("t", rows[:k], pages=pages)) for k in (1, 2))
        assert one + (n - 1) * (two - one) < 15e6


def test_controls__lie_over_the_marker_they_lack():
    fmo = ControlPictures("fmo", "CXCR4", pictures("F1", "ok"))
    (found,) = against_controls(pictures("S1", "ok"), [fmo])
    picture, scene, names = found
    assert (picture.kind, picture.dimensions, names) == (MEASURED, ("CXCR4",), "fmo F1")
    assert any(isinstance(mark, Shape) and mark.look == "control" for mark in scene.marks)


def test_controls__lie_over_the_gates_of_their_marker():
    isotype = ControlPictures("isotype", "CD34", pictures("I1", "ok"))
    drawn = [(p.kind, p.dimensions, names) for p, _, names in against_controls(pictures("S1", "ok"), [isotype])]
    assert drawn == [(MEASURED, ("CXCR4",), ""), (STEP, ("CD34",), "isotype I1")]


def test_controls__a_marker_that_the_gate_is_not_on_is_not_compared():
    fmo = ControlPictures("fmo", "SSC-A", pictures("F1", "ok"))
    assert [p.kind for p, _, _ in against_controls(pictures("S1", "ok"), [fmo])] == [MEASURED]


def test_along__adds_the_cells_up():
    picture = pictures("S1", "ok").pictures[0]
    for axis, name in ((0, "CD34"), (1, "SSC-A")):
        histogram = along(picture, name)
        expected = np.histogram(
            np.random.default_rng(1).normal([0.4, 0.3], [0.12, 0.1], (20_000, 2))[:, axis], 64, (0, 1)
        )
        shown = np.exp2(histogram.density.codes / 4.0) - 1
        assert np.argmax(shown) == pytest.approx(np.argmax(expected[0]), abs=3)
        assert shown.sum() == pytest.approx(20_000, rel=0.05)


def test_statuses__of_the_table_win_where_they_are_weaker():
    made = pictures("S1", "ok", "doubtful", "borrowed")
    table = [
        {"sample_id": "S1", "population": "gate_0", "gate_status": "doubtful", "gate_reason": "not_compensated: x"},
        {"sample_id": "S1", "population": "gate_1", "gate_status": "borrowed", "gate_reason": "y"},
        {"sample_id": "S2", "population": "gate_2", "gate_status": "failed", "gate_reason": "z"},
    ]
    gates = with_table_statuses(made, rows_of_samples(table)["S1"]).gates
    assert [gate.shown_status for gate in gates.values()] == ["doubtful", "doubtful", "borrowed"]
    assert gates["gate_0"].reason == "not_compensated: x"
    assert (gates["gate_0"].status, gates["gate_1"].of_number) == ("ok", "")
    lost = replace(made, gates={"gate_0": replace(made.gates["gate_0"], status="no_valley", n_events=None)})
    table[0]["gate_status"] = "not_gated"
    assert with_table_statuses(lost, table[:1]).gates["gate_0"].shown_status == "no_valley"


def test_figure__is_of_the_surest_stained_sample():
    samples = [*SAMPLES, sheet_sample("control", "ok", "ok", control="fmo")]
    scene = figure_of_surest(samples[::-1], STEP)
    assert "Gates of fine" in [mark.text for mark in scene.marks if isinstance(mark, Words)]
    assert len([mark for mark in scene.marks if isinstance(mark, Raster)]) == 2
    nothing = figure_of_surest([SAMPLES[-1]], STEP)
    assert [mark.text for mark in nothing.marks if isinstance(mark, Words)] == ["no sample was gated"]


def test_grid__moves_every_mark_to_its_place():
    one = figure_of_surest(SAMPLES[:1], STEP)
    grid = grid_of([one, one, one], "t", columns=2)
    rasters = [mark for mark in grid.marks if isinstance(mark, Raster)]
    first = [mark for mark in one.marks if isinstance(mark, Raster)]
    assert rasters[2].x - first[0].x == one.width + GAP
    assert rasters[4].y - rasters[0].y == one.height + GAP


def test_plan__one_sheet_a_panel_and_pages_of_samples_only_for_many():
    few = project({"p": {"cells": "root"}}, [of_sheet("S1", 0)])
    assert (planned_sheets(few), planned_sample_pages(few)) == (("gates_p",), ())
    many = project({"p": {"cells": "root"}}, [of_sheet(f"S{i}", 0) for i in range(MOST_ON_ONE_PAGE + 1)])
    assert len(planned_sample_pages(many)) == MOST_ON_ONE_PAGE + 1


def test_plan__a_protocol_has_a_sheet_of_its_own():
    made = project({"p": {"cells": "root"}}, [of_sheet("S1", 0)])
    plot = ProtocolPlot(title="1", of="root", dimensions=("A", "B"))
    old = made.strategies["p"]
    new = type(old)(populations=old.populations, protocol=Protocol(title="P", plots=(plot,)))
    assert planned_sheets(replace(made, strategies={"p": new})) == ("gates_p", "protocol_p")


def test_serving__own_controls_come_before_those_of_the_batch():
    samples = [
        of_sheet("S1", 0),
        of_sheet("S2", 0),
        of_sheet("own", None, control_type="fmo", control_marker="CXCR4", control_for="S1"),
        of_sheet("batch", None, control_type="fmo", control_marker="CXCR4"),
        of_sheet("cd34", None, control_type="isotype", control_marker="CD34"),
        of_sheet("other", None, control_type="fmo", control_marker="CXCR4", batch="b2"),
    ]
    made = project({"p": {"cells": "root"}}, samples)
    assert [sample.sample_id for sample in serving(made, samples[0])] == ["own", "cd34"]
    assert [sample.sample_id for sample in serving(made, samples[1])] == ["batch", "cd34"]
    assert serving(made, samples[2]) == []


def test_rows__measured_markers_and_gates_are_columns():
    (row,) = sheet_rows(SAMPLES[:1], STEP, is_lean=False)
    assert list(row.cells) == ["gate 0", "gate 1", "CXCR4 of gate 0 and control"]

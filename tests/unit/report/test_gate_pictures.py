"""Gates drawn: outlines at the right places, words as text, the same bytes again."""

import base64
import re
import zlib
from dataclasses import replace

import numpy as np
import pytest
from lxml import etree

from marrowgate.gating.boundary_error import NO_ERROR, UNKNOWN, BoundaryError, error_of
from marrowgate.gating.geometry.gates import Ellipsoid, Polygon, Rectangle, beside_line, threshold
from marrowgate.measure.pictures.density import FINE, N_CELLS, Density, coded
from marrowgate.measure.pictures.model import MEASURED, STEP, DrawnGate, Picture, PictureAxis, SamplePictures
from marrowgate.report.pictures.area import PlotArea
from marrowgate.report.pictures.draw import LEFT, SIDE, TOP, draw_picture
from marrowgate.report.pictures.figure import save_figure
from marrowgate.report.pictures.histogram import Control
from marrowgate.report.pictures.looks import LOOKS, RAMPS, STATUS_MARKS
from marrowgate.report.pictures.outline import WIDE, band_of, borders_of, lines_of
from marrowgate.report.pictures.png import palette_png
from marrowgate.report.pictures.scene import Raster, Shape, Words
from marrowgate.report.pictures.svg import page_css, svg_text, written
from marrowgate.report.pictures.ticks import ticks_of
from marrowgate.report.wording import GATE_STATUSES
from marrowgate.signal.transforms import Transform

LINEAR = Transform("linear", t=1000.0)
X = PictureAxis("CD34", "PE-Cy7", LINEAR, 0.0, 1.0)
Y = PictureAxis("SSC-A", "", LINEAR, 0.0, 0.5)
AREA = PlotArea(LEFT, TOP, SIDE, X, Y)
NO_DOTS = np.zeros((0, 3), dtype=np.uint16)


def density(**changes):
    counts = np.zeros((N_CELLS, N_CELLS), dtype=np.int64)
    counts[3, 60] = 500
    counts[50, 10] = 2
    owners = (counts == 500).astype(np.uint8)
    return Density(**{"codes": coded(counts), "owners": owners, "dots": NO_DOTS, **changes})


def pictures(gate, error=NO_ERROR, status="ok", events=None, **changes):
    drawn = {"n_events": 500, "n_parent": 502, "parent": "cd45_pos", "method": "valley", **changes}
    name = drawn.pop("population", "cd34_pos")
    picture = Picture(STEP, "", drawn["parent"], ("CD34", "SSC-A"), (name,), (name,), 502, events or density())
    gates = {name: DrawnGate(name, gate=gate, status=status, error=error, **drawn)}
    return SamplePictures("S1", {"CD34": X, "SSC-A": Y}, gates, (picture,))


def scene(*args, **changes):
    made = pictures(*args, **changes)
    return draw_picture(made, made.pictures[0])


def shapes(drawn, look):
    return [mark for mark in drawn.marks if isinstance(mark, Shape) and mark.look == look]


def words(drawn):
    return [mark.text for mark in drawn.marks if isinstance(mark, Words)]


def test_outline__of_a_threshold_is_a_line_through_the_whole_plot_at_its_value():
    (shape,) = shapes(scene(threshold("CD34", 0.25, "above")), "gate")
    x = LEFT + 0.25 * SIDE
    assert shape.parts == (((x, TOP + SIDE), (x, TOP)),)
    (shape,) = shapes(scene(threshold("SSC-A", 0.1, "below")), "gate")
    y = TOP + SIDE - 0.1 / 0.5 * SIDE
    assert np.array(shape.parts) == pytest.approx(np.array([[[LEFT, y], [LEFT + SIDE, y]]]))


def test_outline__of_a_rectangle_ends_at_its_corners_and_is_open_where_it_has_no_bound():
    gate = Rectangle(("CD34", "SSC-A"), (0.5, None), (None, 0.25))
    (shape,) = shapes(scene(gate), "gate")
    x, y = LEFT + 0.5 * SIDE, TOP + 0.5 * SIDE
    assert shape.parts == (((x, TOP + SIDE), (x, y)), ((x, y), (LEFT + SIDE, y)))


def test_outline__of_a_line_is_cut_at_the_plot_and_follows_the_order_of_the_dimensions():
    # SSC-A as a function of CD34: 0.1 + 0.2 x, and the same gate with its dimensions the other way round
    gate = beside_line(("CD34", "SSC-A"), (0.1 - 0.2, 0.1 + 0.3), "above")
    turned = Polygon(("SSC-A", "CD34"), tuple((y, x) for x, y in gate.vertices))
    for one in (gate, turned):
        (shape,) = shapes(scene(one), "gate")
        (line,) = shape.parts
        wanted = [(LEFT, TOP + SIDE - 0.1 / 0.5 * SIDE), (LEFT + SIDE, TOP + SIDE - 0.3 / 0.5 * SIDE)]
        assert np.array(sorted(line)) == pytest.approx(np.array(wanted))


def test_outline__of_an_ellipse_lies_at_its_distance_from_the_middle():
    covariance = ((0.01, 0.002), (0.002, 0.0025))
    gate = Ellipsoid(("CD34", "SSC-A"), (0.5, 0.25), covariance, 2.0)
    (border,) = borders_of(gate, NO_ERROR, AREA)
    places = (border.points - [LEFT, TOP + SIDE]) / [SIDE, -SIDE] * [1.0, 0.5] - [0.5, 0.25]
    distances = np.einsum("ki,ij,kj->k", places, np.linalg.inv(covariance), places)
    assert distances == pytest.approx(2.0)


def test_outline__of_an_ellipsoid_in_three_dimensions_is_its_shadow():
    covariance = np.array([[0.04, 0.0, 0.004], [0.0, 0.0025, 0.0], [0.004, 0.0, 0.01]])
    gate = Ellipsoid(("CD45", "SSC-A", "CD34"), (0.4, 0.25, 0.5), tuple(map(tuple, covariance)), 1.0)
    (border,) = borders_of(gate, NO_ERROR, AREA)
    assert border.points[:, 0].max() == pytest.approx(LEFT + 0.6 * SIDE, abs=0.2)


def test_outline__outside_the_plot_is_not_drawn():
    assert not shapes(scene(threshold("CD34", 1.2, "above")), "gate")
    assert not shapes(scene(Polygon(("CD34", "CD45"), ((0, 0), (1, 0), (1, 1)))), "gate")


def test_band__reaches_two_standard_deviations_to_either_side():
    (shape,) = shapes(scene(threshold("CD34", 0.5, "above"), error_of(0.02)), "band")
    across = sorted({round(x, 6) for x, _ in shape.parts[0]})
    assert across == pytest.approx([LEFT + (0.5 - WIDE * 0.02) * SIDE, LEFT + (0.5 + WIDE * 0.02) * SIDE])


def test_band__of_a_line_that_turns_is_wide_at_its_ends_and_narrow_where_it_turns():
    gate = beside_line(("CD34", "SSC-A"), (0.25, 0.25), "above")
    # the ends at -1 and 1.5 move against each other: the line turns about 0.25
    turning = (0.0, -0.1, 0.0, 0.1, 0.0, 0.0, 0.0, 0.0)
    error = BoundaryError(True, tuple(map(abs, turning)), (turning,))
    (border,) = borders_of(gate, error, AREA)
    at = (border.points[:, 0] - LEFT) / SIDE
    assert border.sds == pytest.approx(np.abs(at - 0.25) * 0.2 / 2.5 / 0.5 * SIDE, abs=0.01)


def test_band__movements_of_one_number_add_as_independent_ones():
    gate = beside_line(("CD34", "SSC-A"), (0.25, 0.25), "above")
    first, second = (0.0, 0.03, 0.0, 0.03, 0.0, 0.0, 0.0, 0.0), (0.0, 0.04, 0.0, 0.04, 0.0, 0.0, 0.0, 0.0)
    (border,) = borders_of(gate, BoundaryError(True, tuple(np.hypot(first, second)), (first, second)), AREA)
    assert border.sds == pytest.approx(0.05 / 0.5 * SIDE)


def test_band__stays_in_the_plot():
    (border,) = borders_of(threshold("CD34", 0.99, "above"), error_of(0.1), AREA)
    assert max(x for x, _ in band_of(border, AREA)) == pytest.approx(LEFT + SIDE)


def test_error__that_is_unknown_has_no_band_but_a_broken_line_and_words():
    drawn = scene(threshold("CD34", 0.5, "above"), UNKNOWN)
    assert not shapes(drawn, "band")
    assert shapes(drawn, "unsure")
    assert any("uncertainty unknown" in text for text in words(drawn))


def test_lines__straight_ones_have_two_points():
    (border,) = borders_of(beside_line(("CD34", "SSC-A"), (0.1, 0.2), "above"), NO_ERROR, AREA)
    assert [len(line) for line in lines_of(border, AREA)] == [2]


def test_raster__few_events_below_and_bright_ones_to_the_right():
    (raster,) = [mark for mark in scene(None).marks if isinstance(mark, Raster)]
    filled = np.argwhere(raster.pixels)
    assert filled.tolist() == [[N_CELLS - 1 - 50, 10], [N_CELLS - 1 - 3, 60]]
    few, many = (raster.palette[raster.pixels[row, column]] for row, column in filled)
    assert (few, many) == (RAMPS[0][0], RAMPS[1][1])


def test_dots__few_events_lie_at_their_places():
    own = np.array([[0, 0, 0], [FINE, FINE, 1]], dtype=np.uint16)
    none = np.zeros((N_CELLS, N_CELLS), dtype=np.uint8)
    svg = svg_text(written(scene(None, events=Density(none, none, own))))
    # each by its step from the one before, and no looks of one for another
    assert f'd="m{LEFT:g} {TOP + SIDE:g}h0"' in svg
    assert f'd="m{LEFT + SIDE:g} {TOP:g}h0"' in svg
    three = np.array([[0, 0, 0], [FINE, 0, 0], [FINE, FINE, 0]], dtype=np.uint16)
    svg = svg_text(written(scene(None, events=Density(none, none, three))))
    assert f'd="m{LEFT:g} {TOP + SIDE:g}h0m{SIDE:g} -{SIDE:g}h0m0 {SIDE:g}h0"' in svg


def test_words__counts_status_and_axes():
    drawn = scene(threshold("CD34", 0.5, "above"), status="doubtful")
    assert words(drawn)[-3:] == ["cd34 pos", "500 of 502 cd45 pos (99.6 %)", "▲ doubtful"]
    assert {"CD34 (PE-Cy7)", "SSC-A", "500", "1k"} <= set(words(drawn))
    assert drawn.title == "cd34 pos. 500 of 502 cd45 pos (99.6 %). ▲ doubtful"


def test_words__nothing_gated_is_no_zero():
    drawn = scene(None, status="not_gated", n_events=None, n_parent=None)
    assert "no number; cd45 pos: not gated" in words(drawn)
    assert not any("0 of" in text for text in words(drawn))


def test_words__the_weakest_gate_gives_the_status():
    made = pictures(threshold("CD34", 0.5, "above"))
    weak = DrawnGate("other", "cd45_pos", "valley", threshold("SSC-A", 0.2, "below"), "borrowed")
    both = SamplePictures("S1", made.axes, {**made.gates, "other": weak}, made.pictures)
    picture = Picture(STEP, "3. Both", "cd45_pos", ("CD34", "SSC-A"), ("cd34_pos", "other"), (), 502, density())
    assert "▲ borrowed" in words(draw_picture(both, picture))
    rests = replace(made.gates["cd34_pos"], of_number="doubtful")
    weaker = replace(both, gates={**both.gates, "cd34_pos": rests})
    assert "▲ doubtful (this gate itself: ok)" in words(draw_picture(weaker, picture))


def test_words__the_number_of_a_sound_gate_below_a_weak_one_is_no_ok():
    drawn = scene(threshold("CD34", 0.5, "above"), of_number="doubtful")
    assert "▲ doubtful (this gate itself: ok)" in words(drawn)
    assert not any(text.startswith("●") for text in words(drawn))


def test_override__shows_the_gate_before():
    drawn = scene(threshold("CD34", 0.5, "above"), status="overridden", before=threshold("CD34", 0.25, "above"))
    (before,) = shapes(drawn, "before")
    assert before.parts[0][0][0] == LEFT + 0.25 * SIDE


def test_statuses__all_have_a_look_and_a_sign():
    assert set(STATUS_MARKS) == set(GATE_STATUSES)
    assert {f"status_{status}" for status in GATE_STATUSES} <= set(LOOKS)


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a" * 300, "\u202etxet", "🧪&amp;", "'; --"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names__stand_as_text(name):
    drawn = scene(threshold("CD34", 0.5, "above"), population=name)
    svg = svg_text(written(drawn))
    root = etree.fromstring(svg)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {"svg", "style", "path", "image", "text"}
    assert root.get("aria-label") == drawn.title
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert texts == words(drawn)


def test_names__too_long_ones_end_with_an_ellipsis():
    assert max(map(len, words(scene(None, population="a" * 300, parent="b" * 300)))) <= 42


def test_caption__of_a_long_parent_keeps_the_share():
    made = pictures(
        threshold("CD34", 0.5, "above"), n_events=17_642, n_parent=17_793, parent="high_ssc_not_small_nor_dim"
    )
    words = [mark.text for mark in draw_picture(made, made.pictures[0]).marks if isinstance(mark, Words)]
    (caption,) = [text for text in words if text.startswith("17,642 of 17,793 ")]
    assert caption == "17,642 of 17,793 high ssc not s… (99.2 %)"
    assert len(caption) <= 41


def test_svg__is_the_same_again_and_asks_for_nothing():
    svg = svg_text(written(scene(threshold("CD34", 0.5, "above"), error_of(0.02))))
    assert svg == svg_text(written(scene(threshold("CD34", 0.5, "above"), error_of(0.02))))
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|url\(|@import|<script", svg)


def test_svg__in_a_page_has_its_looks_in_the_page():
    part = svg_text(written(scene(threshold("CD34", 0.5, "above"))), is_whole=False)
    assert "<style" not in part
    used = set(re.findall(r'class="(p\d+)"', part))
    assert used
    assert all(f".{name}{{" in page_css() for name in used)
    assert "prefers-color-scheme:dark" in page_css()


def test_type__is_never_smaller_than_11_px():
    assert min(look.size for name, look in LOOKS.items() if name in {"title", "text", "small"}) >= 11
    assert min(look.size for name, look in LOOKS.items() if name.startswith("status_")) >= 11


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize("mode", [0, 1])
def test_words__have_the_contrast_that_wcag_asks_for(mode):
    paper = luminance(LOOKS["paper"].fill[mode])
    for name, look in LOOKS.items():
        if name in {"title", "text", "small"} or name.startswith("status_"):
            light, dark = sorted((luminance(look.fill[mode]), paper), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def test_ramps__get_darker_with_more_events():
    assert all(luminance(few) > 3 * luminance(many) for few, many in RAMPS)


@pytest.mark.parametrize("n_colours", [3, 26])
def test_png__holds_the_pixels(n_colours):
    pixels = np.arange(15, dtype=np.uint8).reshape(3, 5) % n_colours
    palette = ("", *(f"#{i:02x}0000" for i in range(1, n_colours)))
    png = palette_png(pixels, palette)
    width, height, depth = int.from_bytes(png[16:20]), int.from_bytes(png[20:24]), png[24]
    at = png.index(b"IDAT")
    raw = zlib.decompress(png[at + 4 : at + 4 + int.from_bytes(png[at - 4 : at])])
    lines = np.frombuffer(raw, dtype=np.uint8).reshape(height, -1)[:, 1:]
    read = lines if depth == 8 else np.stack([lines >> 4, lines & 15], axis=2).reshape(height, -1)
    assert (width, height) == (5, 3)
    assert (read[:, :5] == pixels).all()


def test_ticks__are_round_linear_values_that_do_not_touch():
    logicle = PictureAxis("CD34", "", Transform("logicle", t=262144.0), -0.2, 1.0)
    texts = [text for _, text in ticks_of(logicle, SIDE)]
    assert texts[-2:] == ["10k", "100k"]
    assert "0" in texts
    for share, text in ticks_of(logicle, SIDE):
        number = float(text.replace("k", "e3"))
        assert share == pytest.approx((logicle.scale.forward(np.array([number]))[0] + 0.2) / 1.2)
    places = [share * SIDE for share, _ in ticks_of(logicle, SIDE)]
    assert np.diff(places).min() > 12
    assert [text for _, text in ticks_of(X, SIDE)] == ["0", "200", "400", "600", "800", "1k"]


def test_ticks__the_last_one_is_not_cut_off_by_the_edge_of_the_picture():
    axis = PictureAxis("CD34", "", Transform("logicle", t=262144.0), 0.0, 0.917)
    assert ticks_of(axis, SIDE)[-1] == (pytest.approx(1.0, abs=0.02), "100k")
    made = pictures(threshold("CD34", 0.5, "above"))
    drawn = draw_picture(replace(made, axes={**made.axes, "CD34": axis}), made.pictures[0])
    (last,) = [mark for mark in drawn.marks if isinstance(mark, Words) and mark.text == "100k"]
    assert last.anchor == "middle"
    # a sign of 11 px is at most 6.2 px wide
    assert last.x + 4 * 6.2 / 2 <= drawn.width
    assert last.x > LEFT + SIDE - 8


def test_histogram__shows_the_part_inside_and_the_control():
    counts = np.zeros(128, dtype=np.int64)
    counts[64:96] = 100
    bars = Density(coded(counts), np.zeros(128, dtype=np.uint8), NO_DOTS)
    picture = Picture(MEASURED, "", "cd34_hspc", ("CD34",), ("g",), (), 3200, bars)
    gate = DrawnGate("g", "cd34_hspc", "valley", threshold("CD34", 0.625, "above"), "ok")
    made = SamplePictures("S1", {"CD34": X}, {"g": gate}, (picture,))
    lower = Density(np.roll(bars.codes, -40), bars.owners, NO_DOTS)
    drawn = draw_picture(made, picture, [Control(X, lower, 3200)])
    (kept,) = shapes(drawn, "kept")
    inside = [x for x, y in kept.parts[0] if y < TOP + SIDE - 1]
    assert (min(inside), max(inside)) == (LEFT + 0.625 * SIDE, LEFT + 0.75 * SIDE)
    (control,) = shapes(drawn, "control")
    tops = [x for x, y in control.parts[0] if y < TOP + SIDE - 1]
    assert (min(tops), max(tops)) == (LEFT + 24 / 128 * SIDE, LEFT + 56 / 128 * SIDE)


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_figure__is_the_same_again(ending, tmp_path):
    drawn = scene(threshold("CD34", 0.5, "above"), error_of(0.02))
    for name in ("a", "b"):
        save_figure(drawn, tmp_path / f"{name}.{ending}")
    content = (tmp_path / f"a.{ending}").read_bytes()
    assert content == (tmp_path / f"b.{ending}").read_bytes()
    assert content.startswith(b"%PDF" if ending == "pdf" else b"\x89PNG")
    assert b"CreationDate" not in content
    assert b"matplotlib" not in content.lower()


def test_image__in_the_svg_is_a_png():
    svg = svg_text(written(scene(None)))
    (found,) = re.findall(r"data:image/png;base64,([^\"]+)", svg)
    assert base64.b64decode(found).startswith(b"\x89PNG")

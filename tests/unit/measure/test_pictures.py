"""What `gate` leaves for the pictures: where events lie, on which axes, and that the file gives them back."""

from dataclasses import replace

import numpy as np
import pytest

from marrowgate.fcs.model import Channel, FcsFile, Verdict
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.boundary_error import UNKNOWN, error_of
from marrowgate.gating.geometry.gates import Boolean, threshold
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.measure.pictures.cells import CellFinder, inner_edges
from marrowgate.measure.pictures.density import FEW, FINE, N_BARS, N_CELLS, coded, decoded
from marrowgate.measure.pictures.dimensions import plot_dimensions
from marrowgate.measure.pictures.make import make_pictures
from marrowgate.measure.pictures.model import MEASURED, PROTOCOL, STEP, PictureAxis, read_pictures, write_pictures
from marrowgate.settings.strategies.strategy import Population, Protocol, ProtocolPlot, Strategy
from marrowgate.signal.transforms import Transform

LOGICLE = Transform("logicle", t=262144.0)
LINEAR = Transform("linear", t=1.0)
N = 20_000


def sample(scale=LINEAR, **columns):
    events = np.column_stack([np.asarray(values, dtype=np.float64) for values in columns.values()])
    channels = {
        name: Channel(index, name, "", name, f"dye {name}", "fluorescence", "", 32, 1.0, (0.0, 0.0), None, None)
        for index, name in enumerate(columns)
    }
    file = FcsFile(1, Verdict("accepted"), "3.1", len(events), tuple(channels.values()), None, "", {}, {}, events)
    return SampleEvents(file, channels, {}, dict.fromkeys(columns, scale))


def record(name, parent, gate, status="ok", error=None):
    return GateRecord(name, parent, "valley", gate, status, (), error or UNKNOWN)


def strategy(*names, **more):
    populations = tuple(Population(name=name, parent="root", method="valley", dimensions=("CD34",)) for name in names)
    return Strategy(populations=populations, **more)


def pictures_of(events, records, plan, wanted=()):
    rows = apply_gates(events, records, np.arange(events.file.n_events))
    return make_pictures("S1", events, plan, records, rows, wanted)


GENERATOR = np.random.default_rng(3)
EVENTS = sample(**{"CD34": GENERATOR.uniform(0, 1, N), "SSC-A": GENERATOR.uniform(0, 0.5, N)})
GATES = (record("bright", "root", threshold("CD34", 0.75, "above"), error=error_of(0.01)),)


def test_codes__stand_for_counts_within_nine_percent():
    counts = np.array([0, 1, 2, 3, 10, 100, 12_345, 3_000_000])
    codes = coded(counts)
    assert codes[0] == 0
    assert (codes[1:] > 0).all()
    assert decoded(codes) + 1 == pytest.approx(counts + 1, rel=0.091)


@pytest.mark.parametrize(
    ("gated", "plot", "wanted"),
    [
        (("CD45",), "", ("CD45", "SSC-A")),
        (("CD34",), "CD45", ("CD34", "CD45")),
        (("CD34",), "histogram", ("CD34",)),
        (("CD34",), "CD99", ("CD34", "SSC-A")),
        (("SSC-A",), "", ("CD45", "SSC-A")),
        (("FSC-A",), "", ("FSC-A", "SSC-A")),
        (("CD16",), "", ("CD16", "CD11b")),
        (("CD11b",), "", ("CD16", "CD11b")),
        (("SSC-A", "CD14"), "", ("CD14", "SSC-A")),
        (("FSC-A", "FSC-H"), "", ("FSC-A", "FSC-H")),
        (("CD3",), "", ()),
        ((), "", ()),
    ],
)
def test_dimensions__are_those_a_cytometrist_looks_at(gated, plot, wanted):
    available = {"CD45", "CD34", "SSC-A", "FSC-A", "FSC-H", "CD16", "CD11b", "CD14"}
    assert plot_dimensions(gated, available, plot) == wanted


def test_dimensions__without_side_scatter_a_threshold_has_a_histogram():
    assert plot_dimensions(("CD34",), {"CD34", "CD45"}) == ("CD34",)


def test_cells__are_those_of_the_transformed_values():
    values = np.concatenate([GENERATOR.lognormal(6, 2, 4_000), GENERATOR.normal(0, 200, 4_000)])
    axis = PictureAxis("CD34", "", LOGICLE, -0.1, 1.0)
    events = sample(LOGICLE, CD34=values)
    direct = np.floor((LOGICLE.forward(values) + 0.1) / 1.1 * N_CELLS)
    found = CellFinder(events).cells(axis, np.arange(values.size), N_CELLS)
    assert (found == np.clip(direct, 0, N_CELLS - 1)).mean() > 0.999
    assert np.abs(found - np.clip(direct, 0, N_CELLS - 1)).max() <= 1


def test_cells__of_many_events_are_those_of_the_transformed_values():
    values = np.concatenate([GENERATOR.lognormal(6, 2, 80_000), GENERATOR.normal(0, 200, 80_000)])
    axis = PictureAxis("CD34", "", LOGICLE, -0.1, 1.0)
    direct = np.clip(np.floor((LOGICLE.forward(values) + 0.1) / 1.1 * N_CELLS), 0, N_CELLS - 1)
    values[:1_000] = np.nan
    found = CellFinder(sample(LOGICLE, CD34=values)).cells(axis, np.arange(values.size), N_CELLS)
    assert (found[:1_000] == 255).all()
    assert (found[1_000:] == direct[1_000:]).mean() > 0.97
    assert np.abs(found[1_000:] - direct[1_000:]).max() <= 1


def test_cells__of_a_part_are_those_of_the_whole():
    axis = PictureAxis("CD34", "", LINEAR, 0.0, 1.0)
    few = np.arange(0, N, 97)
    whole = CellFinder(EVENTS)
    assert (whole.cells(axis, np.arange(N), N_CELLS)[few] == CellFinder(EVENTS).cells(axis, few, N_CELLS)).all()


def test_cells__of_a_linear_axis_are_of_equal_width_and_hold_what_lies_beyond_its_ends():
    values = np.array([-1.0, 0.0, 0.3, 1.0 - 1e-9, 1.0, 2.0, np.nan])
    axis = PictureAxis("CD34", "", LINEAR, 0.0, 1.0)
    found = CellFinder(sample(CD34=values)).cells(axis, np.arange(values.size), 10)
    assert found.tolist() == [0, 0, 3, 9, 9, 9, 255]


def test_cells__edges_do_not_fall_beyond_a_scale_that_ends():
    axis = PictureAxis("CD34", "", Transform("log", t=1e4, m=4.0), -0.4, 1.1)
    assert (np.diff(inner_edges(axis, N_CELLS)) > 0).all()


def test_step__counts_every_event_once_and_colours_those_inside():
    picture = pictures_of(EVENTS, GATES, strategy("bright")).of_kind(STEP)[0]
    assert (picture.parent, picture.dimensions, picture.n_parent) == ("root", ("CD34", "SSC-A"), N)
    assert decoded(picture.density.codes).sum() == pytest.approx(N, rel=0.03)
    axis = pictures_of(EVENTS, GATES, strategy("bright")).axes["CD34"]
    centres = axis.low + (np.arange(N_CELLS) + 0.5) * (axis.high - axis.low) / N_CELLS
    filled = picture.density.codes > 0
    inside = np.broadcast_to(centres > 0.75, filled.shape)
    clear = np.abs(centres - 0.75) > 0.02
    assert (picture.density.owners[filled & clear] == inside[filled & clear]).all()
    # side scatter goes upwards: it ends at 0.5 of an axis up to 0.6
    assert filled[:53].any(axis=1).all()
    assert not filled[55:].any()


def test_step__few_events_are_kept_one_by_one():
    outer = record("outer", "root", threshold("CD34", 1 - FEW / N / 2, "above"))
    inner = record("inner", "outer", threshold("CD34", 1 - FEW / N / 4, "above"))
    picture = pictures_of(EVENTS, (outer, inner), strategy("outer", "inner")).of_kind(STEP)[1]
    assert 0 < picture.n_parent <= FEW
    assert len(picture.density.dots) == picture.n_parent
    assert not picture.density.codes.any()
    dots = picture.density.dots
    assert dots[dots[:, 2] == 1, 0].min() >= dots[dots[:, 2] == 0, 0].max()
    assert 0 < (dots[:, 2] == 1).sum() < picture.n_parent
    # side scatter from 0 to 0.5 on an axis to 0.6
    assert 0.7 * FINE < dots[:, 1].max() <= 0.5 / 0.6 * FINE + 1


def test_step__a_gate_that_was_not_found_shows_the_events_it_was_sought_in():
    lost = record("bright", "root", None, "no_valley")
    pictures = pictures_of(EVENTS, (lost,), strategy("bright"))
    assert pictures.pictures[0].dimensions == ("CD34", "SSC-A")
    assert pictures.pictures[0].density.codes.any()
    assert (pictures.gates["bright"].n_events, pictures.gates["bright"].n_parent) == (None, N)


def test_step__boolean_gates_have_no_picture():
    both = (*GATES, record("others", "root", Boolean("not", ("bright",))))
    assert [p.gates for p in pictures_of(EVENTS, both, strategy("bright")).pictures] == [("bright",)]


def test_axes__hold_the_events_and_the_gates_in_tenths():
    far = record("bright", "root", threshold("CD34", 1.02, "above"))
    axes = pictures_of(EVENTS, (far,), strategy("bright")).axes
    assert (axes["CD34"].low, axes["CD34"].high, axes["CD34"].fluorochrome) == (0.0, 1.1, "dye CD34")
    assert (axes["SSC-A"].low, axes["SSC-A"].high) == (0.0, 0.6)


def test_values_that_are_no_number__are_in_no_cell():
    values = np.where(np.arange(N) < 1_000, np.nan, 0.5)
    events = sample(CD34=values)
    pictures = pictures_of(events, (), strategy("bright"), [("root", "CD34")])
    assert decoded(pictures.of_kind(MEASURED)[0].density.codes).sum() == pytest.approx(N - 1_000, rel=0.09)


def test_protocol__draws_the_rare_one_by_one_and_colours_by_the_end():
    plot = ProtocolPlot(title="1", of="root", dimensions=("CD34", "SSC-A"), gates=("bright",))
    plan = strategy("bright", protocol=Protocol(title="P", colours=("bright",), plots=(plot,)))
    pictures = pictures_of(EVENTS, GATES, plan)
    assert pictures.protocol == "P"
    (picture,) = pictures.of_kind(PROTOCOL)
    assert len(picture.density.dots) == FEW
    axis = pictures.axes["CD34"]
    assert (axis.low + picture.density.dots[:, 0] / FINE * (axis.high - axis.low) > 0.749).all()
    absent = Protocol(plots=(ProtocolPlot(title="1", of="root", dimensions=("CD34", "CD19")),))
    assert not pictures_of(EVENTS, GATES, strategy("bright", protocol=absent)).of_kind(PROTOCOL)


def test_corrected__gates_have_the_one_before_beside_them():
    given = record("bright", "root", threshold("CD34", 0.6, "above"), "overridden")
    rows = apply_gates(EVENTS, (given,), np.arange(N))
    gates = make_pictures("S1", EVENTS, strategy("bright"), (given,), rows, (), GATES).gates
    assert (gates["bright"].gate, gates["bright"].before) == (given.gate, GATES[0].gate)
    same = make_pictures("S1", EVENTS, strategy("bright"), GATES, rows, (), GATES).gates
    assert same["bright"].before is None


def test_file__gives_back_what_was_written(tmp_path):
    pictures = pictures_of(EVENTS, GATES, strategy("bright"), [("bright", "CD34")])
    before = replace(pictures.gates["bright"], before=threshold("CD34", 0.5, "above"))
    pictures = replace(pictures, gates={"bright": before})
    write_pictures(tmp_path / "a.json", pictures)
    again = read_pictures(tmp_path / "a.json")
    assert (again.axes, again.gates, again.sample_id) == (pictures.axes, pictures.gates, "S1")
    for one, other in zip(again.pictures, pictures.pictures, strict=True):
        assert replace(one, density=None) == replace(other, density=None)
        for name in ("codes", "owners", "dots"):
            assert (getattr(one.density, name) == getattr(other.density, name)).all()
    write_pictures(tmp_path / "b.json", again)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert again.of_kind(MEASURED)[0].density.codes.shape == (N_BARS,)


def test_dots__lie_on_an_axis_that_does_not_begin_at_zero():
    axes = (PictureAxis("CD34", "", LINEAR, -0.5, 1.5), PictureAxis("SSC-A", "", LINEAR, 0.25, 1.25))
    events = sample(**{"CD34": [0.5, 1.5, 9.0], "SSC-A": [0.5, 1.25, -1.0]})
    dots = CellFinder(events).dots(axes, np.arange(3), np.array([0, 1, 2], dtype=np.uint8))
    assert dots.tolist() == [[round(FINE / 2), round(FINE / 4), 0], [FINE, FINE, 1], [FINE, 0, 2]]


def test_protocol__an_event_in_two_populations_has_the_colour_of_the_first():
    both = (*GATES, record("half", "root", threshold("CD34", 0.5, "above")))
    plot = ProtocolPlot(title="1", of="root", dimensions=("CD34", "SSC-A"), colours=("bright", "half"))
    plan = strategy("bright", "half", protocol=Protocol(title="P", plots=(plot,)))
    pictures = pictures_of(EVENTS, both, plan)
    axis, owners = pictures.axes["CD34"], pictures.of_kind(PROTOCOL)[0].density.owners
    centres = axis.low + (np.arange(N_CELLS) + 0.5) * (axis.high - axis.low) / N_CELLS
    for value, owner in ((0.3, 0), (0.6, 2), (0.9, 1)):
        assert (owners[:40, np.argmin(np.abs(centres - value))] == owner).all()

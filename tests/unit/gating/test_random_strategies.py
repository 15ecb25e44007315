"""Random trees of gates: marrowgate's membership of every population equals FlowKit's, event by event."""

import flowkit as fk
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marrowgate.fcs.model import Spillover
from marrowgate.fcs.read import read_fcs
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.exchange.gatingml import write_gatingml
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon, Rectangle
from marrowgate.gating.open_sample import start_rows
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import make_sample_events
from marrowgate.settings.panel import Panel
from marrowgate.settings.strategies.scales import Scale, Scales

MARKERS = ("CD45", "CD34", "CD38")
DIMENSIONS = (*MARKERS, "FSC-A", "SSC-A")
PANEL = Panel.model_validate(
    {
        "channels": [
            *({"channel": f"D{place}-A", "marker": marker} for place, marker in enumerate(MARKERS)),
            {"channel": "FSC-A", "scatter": "FSC-A"},
            {"channel": "SSC-A", "scatter": "SSC-A"},
        ]
    }
)
KINDS = ("logicle", "asinh", "hyperlog", "linear")

bound = st.floats(-0.1, 1.1, allow_nan=False)
pair = st.permutations(DIMENSIONS).map(lambda names: tuple(names[:2]))


@st.composite
def rectangles(draw):
    dimensions = draw(st.permutations(DIMENSIONS).map(lambda names: tuple(names[: draw(st.integers(1, 3))])))
    sides = st.one_of(st.none(), bound)
    low = tuple(draw(sides) for _ in dimensions)
    high = tuple(draw(sides) for _ in dimensions)
    if all(value is None for value in (*low, *high)):
        low = (0.3, *low[1:])
    return Rectangle(dimensions, low, high)


@st.composite
def ellipsoids(draw):
    a, b = draw(st.floats(0.05, 0.5)), draw(st.floats(0.05, 0.5))
    between = draw(st.floats(-0.8, 0.8)) * a * b
    mean = (draw(bound), draw(bound))
    return Ellipsoid(draw(pair), mean, ((a * a, between), (between, b * b)), draw(st.floats(0.3, 9)))


polygons = st.builds(Polygon, pair, st.lists(st.tuples(bound, bound), min_size=3, max_size=7).map(tuple))


def lies_in(name, populations, records):
    """Say whether a population is one of some others or lies in one of them."""
    parents = {record.population: record.parent for record in records}
    while name != "root":
        if name in populations:
            return True
        name = parents[name]
    return False


@st.composite
def trees(draw):
    """Draw gates that hang on each other, some of them made of others."""
    records = []
    for place in range(draw(st.integers(2, 7))):
        before = [record.population for record in records]
        if before and draw(st.integers(0, 3)) == 0:
            operator = draw(st.sampled_from(["and", "or", "not"]))
            most = 1 if operator == "not" else 3
            operands = tuple(draw(st.lists(st.sampled_from(before), min_size=1, max_size=most, unique=True)))
            gate = Boolean(operator, operands)
        else:
            gate = draw(st.one_of(rectangles(), polygons, ellipsoids()))
        # FlowKit finds no way to a Boolean gate that names a population it lies in
        outside = [
            name for name in before if not isinstance(gate, Boolean) or not lies_in(name, gate.operands, records)
        ]
        parent = draw(st.sampled_from(["root", *outside]))
        records.append(GateRecord(f"p{place}", parent, "fixed", gate, "fixed"))
    return tuple(records)


@pytest.fixture(scope="module")
def fcs(tmp_path_factory):
    """Write a file with spillover in it; values lie everywhere on the scales, below zero too."""
    generator = np.random.default_rng(8)
    n = 30_000
    stains = np.concatenate([generator.normal(0, 800, (n // 2, 3)), generator.lognormal(8, 1.5, (n - n // 2, 3))])
    matrix = np.array([[1.0, 0.1, 0.02], [0.03, 1.0, 0.15], [0.0, 0.08, 1.0]])
    events = np.column_stack([stains @ matrix, generator.uniform(0, 262144, (n, 2))]).astype(np.float32)
    path = tmp_path_factory.mktemp("fcs") / "random.fcs"
    names = [entry.channel for entry in PANEL.channels]
    text = ",".join(["3", *names[:3], *(repr(float(value)) for value in matrix.ravel())])
    with path.open("wb") as handle:
        fk_write(handle, events, names, text)
    return path, Spillover(tuple(names[:3]), matrix)


def fk_write(handle, events, names, spill):
    """Write an FCS file with FlowIO, so that nothing here rests on marrowgate's own writer."""
    import flowio

    flowio.create_fcs(handle, events.ravel().tolist(), names, metadata_dict={"spillover": spill})


@given(records=trees(), kind=st.sampled_from(KINDS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_tree__equals_flowkit_event_by_event(fcs, tmp_path, records, kind):
    path, spillover = fcs
    file = read_fcs(path, panel=PANEL)
    scales = Scales(fluorescence=Scale(kind=kind, t=262144, w=0.5, m=4.5, a=0), scatter=Scale(kind="linear", t=262144))
    tube = make_sample_events(file, set(DIMENSIONS), scales, compensate=True)
    rows = apply_gates(tube, records, start_rows(tube))
    channels = {name: channel.name for name, channel in tube.channels.items()}
    write_gatingml(tmp_path / "g.xml", records, channels, tube.scales, spillover)
    results = fk.parse_gating_xml(str(tmp_path / "g.xml")).gate_sample(fk.Sample(str(path), sample_id="x"))
    for record in records:
        theirs = np.flatnonzero(results.get_gate_membership(record.population))
        np.testing.assert_array_equal(rows[record.population], theirs, err_msg=f"{record}")

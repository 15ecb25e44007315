"""Gating-ML that FlowKit reads, with the same members event by event."""

from pathlib import Path

import flowkit as fk
import numpy as np
import pytest

from marrowgate.errors import UserError
from marrowgate.fcs.read import read_fcs
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.exchange.gatingml import write_gatingml
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon, Rectangle
from marrowgate.gating.open_sample import start_rows
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import make_sample_events
from marrowgate.settings.strategies.scales import Scale, Scales


def record(population, parent, gate):
    return GateRecord(population, parent, "fixed", gate, "fixed")


RECORDS = (
    record("singlets", "root", Polygon(("FSC-A", "FSC-H"), ((0.0, 0.0), (1.5, 0.9), (1.5, 1.6)))),
    record("viable", "singlets", Rectangle(("7-AAD",), (None,), (0.6,))),
    record("cd34_pos", "viable", Rectangle(("CD34",), (0.45,), (None,))),
    record("core", "viable", Ellipsoid(("CD38", "CD90"), (0.4, 0.4), ((0.02, 0.004), (0.004, 0.03)), 2.5)),
    record("either", "viable", Boolean("or", ("cd34_pos", "core"))),
    record("both", "viable", Boolean("and", ("cd34_pos", "core"))),
    record("neither", "singlets", Boolean("not", ("either",))),
)


@pytest.mark.parametrize("kind", ["logicle", "asinh", "hyperlog", "linear"])
@pytest.mark.parametrize("day", ["D0", "D10"])
def test_gatingml__flowkit_finds_the_same_events(real_data: Path, tmp_path: Path, kind: str, day: str):
    path = real_data / "timecourse" / f"{day}.fcs"
    file = read_fcs(path)
    scales = Scales(fluorescence=Scale(kind=kind, t=262144, w=0.5, m=4.5, a=0))
    names = {name for one in RECORDS for name in one.gate.dimensions}
    tube = make_sample_events(file, names, scales, compensate=True)
    rows = apply_gates(tube, RECORDS, start_rows(tube))
    channels = {name: channel.name for name, channel in tube.channels.items()}
    write_gatingml(tmp_path / "g.xml", RECORDS, channels, tube.scales, file.spillover)

    sample = fk.Sample(str(path), sample_id="x")
    results = fk.parse_gating_xml(str(tmp_path / "g.xml")).gate_sample(sample)
    for one in RECORDS:
        theirs = np.flatnonzero(results.get_gate_membership(one.population))
        np.testing.assert_array_equal(rows[one.population], theirs, err_msg=one.population)
    assert rows["core"].size > 0 or kind == "linear"


PARALLEL = (
    record("viable", "root", Rectangle(("7-AAD",), (None,), (0.6,))),
    record("cd34_pos", "viable", Rectangle(("CD34", "SSC-A"), (0.45, None), (None, 0.7))),
    record("not_dim", "viable", Rectangle(("CD38", "CD90"), (0.0, 0.3), (1.0, 1.2))),
    record("neither", "viable", Boolean("not", ("cd34_pos",))),
)


def biexponential_tube(real_data: Path, records):
    file = read_fcs(real_data / "timecourse" / "D10.fcs")
    scales = Scales(fluorescence=Scale(kind="biexponential", t=262144, w=-63.1, m=4.4, a=0.2))
    return make_sample_events(file, {name for one in records for name in one.gate.dimensions}, scales, compensate=True)


def test_gatingml__biexponential_boundaries_are_linear_and_flowkit_finds_the_same_events(
    real_data: Path, tmp_path: Path
):
    tube = biexponential_tube(real_data, PARALLEL)
    rows = apply_gates(tube, PARALLEL, start_rows(tube))
    channels = {name: channel.name for name, channel in tube.channels.items()}
    write_gatingml(tmp_path / "g.xml", PARALLEL, channels, tube.scales, tube.file.spillover)
    text = (tmp_path / "g.xml").read_text(encoding="utf-8")
    assert "scale_CD34" not in text
    assert "scale_SSC-A" in text
    assert f'min="{tube.scales["CD34"].linear_bound(0.45)!r}"' in text
    results = fk.parse_gating_xml(str(tmp_path / "g.xml")).gate_sample(
        fk.Sample(str(real_data / "timecourse" / "D10.fcs"), sample_id="x")
    )
    for one in PARALLEL:
        theirs = np.flatnonzero(results.get_gate_membership(one.population))
        np.testing.assert_array_equal(rows[one.population], theirs, err_msg=one.population)
    assert 100 < rows["cd34_pos"].size < rows["viable"].size


@pytest.mark.parametrize(
    "gate",
    [
        Polygon(("CD34", "SSC-A"), ((0.0, 0.0), (1.0, 0.9), (1.0, 1.0))),
        Ellipsoid(("SSC-A", "CD34"), (0.4, 0.4), ((0.02, 0.0), (0.0, 0.03)), 2.5),
    ],
)
def test_gatingml__slanted_gate_on_a_biexponential_scale_is_refused(real_data: Path, tmp_path: Path, gate):
    records = (record("odd", "root", gate),)
    tube = biexponential_tube(real_data, records)
    with pytest.raises(UserError) as told:
        write_gatingml(tmp_path / "g.xml", records, {}, tube.scales, None)
    assert str(told.value) == (
        "population odd: its gate is not parallel to the axes, and CD34 is on a biexponential scale; "
        "Gating-ML 2.0 has no such scale: take logicle, or a gate that is parallel to the axes"
    )
    assert not (tmp_path / "g.xml").exists()

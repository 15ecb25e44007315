"""The engine against the truth files of the Gating-ML 2.0 compliance tests, event by event.

FlowKit reads the XML and prepares the compensated, transformed values; marrowgate's engine applies every gate.
"""

import flowkit as fk
import numpy as np
import pytest

from marrowgate.gating.engine import inside, join
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Polygon, Rectangle

GATES = (
    "And1", "And2", "And3", "And4", "Ellipse1", "FL2N-FL4N", "FL2N-FL4P", "FL2P-FL4N", "FL2P-FL4P", "FSCD-FL1P",
    "FSCD-SSCN-FL1N", "FSCN-SSCN", "FSCN-SSCP-FL1P", "FSCP-SSCN-FL1N", "Not1", "Or1", "Or2", "ParAnd2", "ParAnd3",
    "Polygon1", "Polygon2", "Polygon3NS", "Polygon4", "Range1", "Range2", "RatRange1", "RatRange1a", "RatRange2",
    "Rectangle1", "Rectangle2", "Rectangle3", "Rectangle4", "Rectangle5", "ScalePar1", "ScaleRange1", "ScaleRange1c",
    "ScaleRange2", "ScaleRange2c", "ScaleRange3", "ScaleRange3c", "ScaleRange4", "ScaleRange4c", "ScaleRange5",
    "ScaleRange5c", "ScaleRange6", "ScaleRange6c", "ScaleRange7c", "ScaleRange8c", "ScaleRect1",
)  # fmt: skip


class Compliance:
    """The compliance file and its gates."""

    def __init__(self, folder):
        self.strategy = fk.parse_gating_xml(str(folder / "gml" / "gml_all_gates.xml"))
        self.sample = fk.Sample(str(folder / "data1.fcs"), sample_id="data1")
        self.parents = dict(self.strategy.get_gate_ids())
        self.quadrants = {
            name: path[-1] for name, path in self.parents.items() if path[-1] in {"Quadrant1", "Quadrant2"}
        }

    def members(self, name):
        """Apply a gate and its parents."""
        if name in self.quadrants:
            return self.quadrant(self.strategy.get_gate(self.quadrants[name]), name)
        gate = self.strategy.get_gate(name)
        mask = self.boolean(gate) if gate.gate_type == "BooleanGate" else self.alone(gate)
        parent = self.parents[name][-1]
        return mask if parent == "root" else mask & self.members(parent)

    def columns(self, gate):
        """Return the values of a gate's dimensions, by their place."""
        frame = self.strategy._preprocess_sample_events(self.sample, gate)
        return {str(place): frame.iloc[:, place].to_numpy(dtype=np.float64) for place in range(frame.shape[1])}

    def alone(self, gate):
        """Apply a gate without its parents."""
        columns = self.columns(gate)
        return inside(as_plain(gate, tuple(columns)), columns.__getitem__)

    def quadrant(self, gate, name):
        """Apply one of the parts that dividers make, which is a rectangle."""
        ranges = gate.quadrants[name]._divider_ranges
        dividers = [divider.id for divider in gate.dimensions]
        columns = self.columns(gate)
        used = [place for place, divider in enumerate(dividers) if divider in ranges]
        low, high = zip(*(ranges[dividers[place]] for place in used), strict=True)
        return inside(Rectangle(tuple(map(str, used)), low, high), columns.__getitem__)

    def boolean(self, gate):
        """Join other gates, some of them turned round."""
        members = {}
        for place, reference in enumerate(gate.gate_refs):
            mask = self.members(reference["ref"])
            members[str(place)] = ~mask if reference["complement"] else mask
        return join(Boolean(gate.type, tuple(members)), members)


def as_plain(gate, names):
    """Return FlowKit's gate as marrowgate's."""
    if gate.gate_type == "RectangleGate":
        return Rectangle(
            names,
            tuple(dimension.min for dimension in gate.dimensions),
            tuple(dimension.max for dimension in gate.dimensions),
        )
    if gate.gate_type == "PolygonGate":
        return Polygon(names, tuple(map(tuple, gate.vertices)))
    covariance = tuple(map(tuple, gate.covariance_matrix))
    return Ellipsoid(names, tuple(gate.coordinates), covariance, gate.distance_square)


@pytest.fixture(scope="module")
def compliance(real_data):
    return Compliance(real_data / "gates" / "gatingml2")


def test_compliance__all_matched_gates_are_tried():
    assert len(set(GATES)) == 49


@pytest.mark.parametrize("name", GATES)
def test_engine__equals_the_truth_event_by_event(compliance, real_data, name):
    truth = np.loadtxt(real_data / "gates" / "gatingml2" / "truth" / f"Results_{name}.txt", dtype=np.int64)
    found = compliance.members(name)
    assert found.size == truth.size
    np.testing.assert_array_equal(found, truth.astype(bool))


def test_engine__ellipsoid_in_three_dimensions(compliance, real_data):
    folder = real_data / "gates" / "gatingml2"
    strategy = fk.parse_gating_xml(str(folder / "gml" / "gml_ellipsoid3d_gate.xml"))
    gate = strategy.get_gate("Ellipsoid3D")
    frame = strategy._preprocess_sample_events(compliance.sample, gate)
    columns = {str(place): frame.iloc[:, place].to_numpy(dtype=np.float64) for place in range(3)}
    truth = np.loadtxt(folder / "truth" / "Results_Ellipsoid3D.txt", dtype=np.int64)
    np.testing.assert_array_equal(inside(as_plain(gate, tuple(columns)), columns.__getitem__), truth.astype(bool))

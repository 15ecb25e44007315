"""Write gates as Gating-ML 2.0: with their transforms and the spillover matrix that they were made with.

Source: ISAC Gating-ML 2.0 specification (Spidlen et al. 2015, Cytometry A 87:683).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lxml import etree

from marrowgate.errors import fault
from marrowgate.fcs.model import Spillover
from marrowgate.files import whole_file
from marrowgate.gating.geometry.gates import Boolean, Ellipsoid, Gate, Polygon, Rectangle
from marrowgate.gating.records import USABLE, GateRecord
from marrowgate.settings.strategies.strategy import ROOT
from marrowgate.signal.transforms import Transform

_GATING = "http://www.isac-net.org/std/Gating-ML/v2.0/gating"
_TRANSFORMS = "http://www.isac-net.org/std/Gating-ML/v2.0/transformations"
_DATATYPE = "http://www.isac-net.org/std/Gating-ML/v2.0/datatypes"
_SPACES = {"gating": _GATING, "transforms": _TRANSFORMS, "data-type": _DATATYPE}
_MATRIX = "spillover"

_ELEMENTS = {"linear": "flin", "asinh": "fasinh", "log": "flog", "logicle": "logicle", "hyperlog": "hyperlog"}
_PARAMETERS = {"linear": "ta", "asinh": "tma", "log": "tm", "logicle": "twma", "hyperlog": "twma"}


def write_gatingml(
    path: Path,
    records: Sequence[GateRecord],
    channels: Mapping[str, str],
    scales: Mapping[str, Transform],
    spillover: Spillover | None,
) -> None:
    """Write the gates that can be applied.

    Parameters
    ----------
    path : Path
        The file to make.
    records : sequence of GateRecord
        A parent before its children; those without a usable gate are left out.
    channels : mapping of str to str
        Dimension to `$PnN`.
    scales : mapping of str to Transform
        Dimension to scale.
    spillover : Spillover or None
        The matrix that the detectors were compensated with.

    Raises
    ------
    UserError
        A gate that is not parallel to the axes has a dimension on a biexponential scale, which Gating-ML does not have.
        Gates that are parallel to the axes have linear boundaries in such dimensions, and no transformation.
    """
    root = etree.Element(f"{{{_GATING}}}Gating-ML", nsmap=_SPACES)
    used = [record for record in records if record.gate is not None and record.status in USABLE]
    dimensions = sorted({name for record in used if record.gate is not None for name in record.gate.dimensions})
    for name in dimensions:
        if scales[name].kind in _ELEMENTS:
            _add_transform(root, name, scales[name])
    if spillover is not None:
        _add_matrix(root, spillover)
    detectors = set(spillover.labels) if spillover is not None else set()
    on_scale = {name for name in dimensions if scales[name].kind in _ELEMENTS}
    for record in used:
        if record.gate is not None:
            _add_gate(root, record, _exportable(record, record.gate, scales), channels, detectors, on_scale)
    with whole_file(path) as part:
        # lxml tells nothing of why it cannot write
        part.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _exportable(record: GateRecord, gate: Gate, scales: Mapping[str, Transform]) -> Gate:
    """Return a gate with linear boundaries in dimensions whose scale Gating-ML does not have."""
    without = [name for name in gate.dimensions if scales[name].kind not in _ELEMENTS]
    if not without:
        return gate
    if not isinstance(gate, Rectangle):
        what = f"its gate is not parallel to the axes, and {', '.join(without)} is on a biexponential scale"
        cure = "Gating-ML 2.0 has no such scale: take logicle, or a gate that is parallel to the axes"
        raise fault(f"population {record.population}", what, cure)
    low, high = (
        tuple(
            scales[name].linear_bound(bound) if bound is not None and name in without else bound
            for name, bound in zip(gate.dimensions, bounds, strict=True)
        )
        for bounds in (gate.low, gate.high)
    )
    return Rectangle(gate.dimensions, low, high)


def _add_transform(root: etree._Element, name: str, scale: Transform) -> None:
    holder = etree.SubElement(root, f"{{{_TRANSFORMS}}}transformation", {f"{{{_TRANSFORMS}}}id": f"scale_{name}"})
    values = {f"{{{_TRANSFORMS}}}{key.upper()}": repr(getattr(scale, key)) for key in _PARAMETERS[scale.kind]}
    etree.SubElement(holder, f"{{{_TRANSFORMS}}}{_ELEMENTS[scale.kind]}", values)


def _add_matrix(root: etree._Element, spillover: Spillover) -> None:
    matrix = etree.SubElement(root, f"{{{_TRANSFORMS}}}spectrumMatrix", {f"{{{_TRANSFORMS}}}id": _MATRIX})
    for kind in ("fluorochromes", "detectors"):
        names = etree.SubElement(matrix, f"{{{_TRANSFORMS}}}{kind}")
        for label in spillover.labels:
            etree.SubElement(names, f"{{{_DATATYPE}}}fcs-dimension", {f"{{{_DATATYPE}}}name": label})
    for row in spillover.matrix:
        spectrum = etree.SubElement(matrix, f"{{{_TRANSFORMS}}}spectrum")
        for value in row:
            attribute = {f"{{{_TRANSFORMS}}}value": repr(float(value))}
            etree.SubElement(spectrum, f"{{{_TRANSFORMS}}}coefficient", attribute)


def _add_gate(
    root: etree._Element,
    record: GateRecord,
    gate: Gate,
    channels: Mapping[str, str],
    detectors: set[str],
    on_scale: set[str],
) -> None:
    names = {Rectangle: "RectangleGate", Polygon: "PolygonGate", Ellipsoid: "EllipsoidGate", Boolean: "BooleanGate"}
    element = etree.SubElement(root, f"{{{_GATING}}}{names[type(gate)]}", {f"{{{_GATING}}}id": record.population})
    if record.parent != ROOT:
        element.set(f"{{{_GATING}}}parent_id", record.parent)
    for index, dimension in enumerate(gate.dimensions):
        _add_dimension(element, gate, index, dimension, channels[dimension], detectors, on_scale)
    if isinstance(gate, Polygon):
        for x, y in gate.vertices:
            vertex = etree.SubElement(element, f"{{{_GATING}}}vertex")
            _add_values(vertex, "coordinate", (x, y))
    elif isinstance(gate, Ellipsoid):
        _add_ellipsoid(element, gate)
    elif isinstance(gate, Boolean):
        joined = etree.SubElement(element, f"{{{_GATING}}}{gate.operator}")
        # "and" and "or" need two references; a panel without a marker can leave one
        alone = gate.operator != "not" and len(gate.operands) == 1
        for operand in gate.operands * 2 if alone else gate.operands:
            etree.SubElement(joined, f"{{{_GATING}}}gateReference", {f"{{{_GATING}}}ref": operand})


def _add_dimension(
    element: etree._Element,
    gate: Gate,
    index: int,
    dimension: str,
    channel: str,
    detectors: set[str],
    on_scale: set[str],
) -> None:
    compensation = _MATRIX if channel in detectors else "uncompensated"
    attributes = {f"{{{_GATING}}}compensation-ref": compensation}
    if dimension in on_scale:
        attributes[f"{{{_GATING}}}transformation-ref"] = f"scale_{dimension}"
    if isinstance(gate, Rectangle):
        for bound, value in (("min", gate.low[index]), ("max", gate.high[index])):
            if value is not None:
                attributes[f"{{{_GATING}}}{bound}"] = repr(value)
    holder = etree.SubElement(element, f"{{{_GATING}}}dimension", attributes)
    etree.SubElement(holder, f"{{{_DATATYPE}}}fcs-dimension", {f"{{{_DATATYPE}}}name": channel})


def _add_ellipsoid(element: etree._Element, gate: Ellipsoid) -> None:
    mean = etree.SubElement(element, f"{{{_GATING}}}mean")
    _add_values(mean, "coordinate", gate.mean)
    covariance = etree.SubElement(element, f"{{{_GATING}}}covarianceMatrix")
    for row in gate.covariance:
        holder = etree.SubElement(covariance, f"{{{_GATING}}}row")
        _add_values(holder, "entry", row)
    attribute = {f"{{{_DATATYPE}}}value": repr(gate.distance_square)}
    etree.SubElement(element, f"{{{_GATING}}}distanceSquare", attribute)


def _add_values(holder: etree._Element, name: str, values: Sequence[float]) -> None:
    for value in values:
        etree.SubElement(holder, f"{{{_GATING}}}{name}", {f"{{{_DATATYPE}}}value": repr(float(value))})

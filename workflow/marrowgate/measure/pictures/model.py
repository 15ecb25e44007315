"""The data of a sample's pictures, and the file that holds it: `results/pictures/<sample_id>.json`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field
from pathlib import Path
from typing import Any

from marrowgate.files import write_text
from marrowgate.frozen import Frozen
from marrowgate.gating.boundary_error import NO_ERROR, BoundaryError
from marrowgate.gating.geometry.gates import Gate, from_plain, to_plain
from marrowgate.gating.records import error_from_plain
from marrowgate.measure.pictures.density import Density, density_from_plain, density_to_plain
from marrowgate.signal.transforms import Transform

STEP, PROTOCOL, MEASURED = "step", "protocol", "measured"
"""Kinds of picture: a gate of the strategy, a plot of its protocol, a measured marker."""


class PictureAxis(Frozen):
    """What one dimension is, and the part of its scale that is drawn.

    Parameters
    ----------
    dimension : str
        Marker or scatter name.
    fluorochrome : str
        The dye, as the panel has it; empty where it says none.
    scale : Transform
        In the file's own units.
    low, high : float
        Ends of the axis, transformed scale.
    """

    dimension: str
    fluorochrome: str
    scale: Transform
    low: float
    high: float


class DrawnGate(Frozen):
    """A gate as it was used, and how many events it holds.

    Parameters
    ----------
    population, parent, method : str
        As in the record of the gate.
    gate : Gate or None
        On the transformed scale; None where there is none.
    status, reason : str
        How sure, and why not surer.
    error : BoundaryError
        Of the gate's free numbers.
    n_events, n_parent : int or None
        None where it was not gated.
    before : Gate or None
        The gate that a person's correction replaced.
    of_number : str
        Status that the population's number has in the table, where it is weaker than the gate's own: that of a gate
        above it, or for how the sample was compensated. Empty where it is not weaker, or not known yet.
    """

    population: str
    parent: str
    method: str
    gate: Gate | None
    status: str
    reason: str = ""
    error: BoundaryError = NO_ERROR
    n_events: int | None = None
    n_parent: int | None = None
    before: Gate | None = None
    of_number: str = ""

    @property
    def shown_status(self) -> str:
        """The weaker of the gate's own status and that of its number."""
        return self.of_number or self.status


class Picture(Frozen):
    """One plot: the events of a population, and the gates that are outlined on it.

    Parameters
    ----------
    kind : str
        `STEP`, `PROTOCOL` or `MEASURED`.
    title : str
        Of a plot of the protocol; empty: the gate's own.
    parent : str
        Population whose events are shown.
    dimensions : tuple of str, length 1 or 2
        Across, and upwards; one dimension is a histogram.
    gates : tuple of str
        Populations whose gates are outlined.
    colours : tuple of str
        Populations that colour the events: owner k of the density is the kth of them.
    n_parent : int or None
        Events shown; None where the population was not gated.
    density : Density or None
        The events; None where there are none to show.
    """

    kind: str
    title: str
    parent: str
    dimensions: tuple[str, ...]
    gates: tuple[str, ...]
    colours: tuple[str, ...]
    n_parent: int | None
    density: Density | None


class SamplePictures(Frozen):
    """All pictures of one sample.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    axes : mapping of str to PictureAxis
        By dimension.
    gates : mapping of str to DrawnGate
        By population, in the strategy's order.
    pictures : tuple of Picture
        Gate steps in the strategy's order, then the plots of its protocol, then measured markers.
    protocol : str
        Title of the protocol; empty where the strategy has none.
    """

    sample_id: str
    axes: Mapping[str, PictureAxis] = field(default_factory=dict)
    gates: Mapping[str, DrawnGate] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    protocol: str = ""

    def of_kind(self, kind: str) -> Sequence[Picture]:
        """Return the pictures of one kind, in their order."""
        return [picture for picture in self.pictures if picture.kind == kind]


def write_pictures(path: Path, pictures: SamplePictures) -> None:
    """Write a sample's pictures as JSON."""
    plain = {
        "sample_id": pictures.sample_id,
        "protocol": pictures.protocol,
        "axes": [asdict(axis) for axis in pictures.axes.values()],
        "gates": [_gate_to_plain(gate) for gate in pictures.gates.values()],
        "pictures": [
            {**vars(picture), "density": picture.density and density_to_plain(picture.density)}
            for picture in pictures.pictures
        ],
    }
    write_text(path, json.dumps(plain, separators=(",", ":"), allow_nan=False) + "\n")


def read_pictures(path: Path) -> SamplePictures:
    """Read what `write_pictures` wrote."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    axes = [PictureAxis(**{**entry, "scale": Transform(**entry["scale"])}) for entry in plain["axes"]]
    gates = [_gate_from_plain(entry) for entry in plain["gates"]]
    return SamplePictures(
        plain["sample_id"],
        {axis.dimension: axis for axis in axes},
        {gate.population: gate for gate in gates},
        tuple(_picture_from_plain(entry) for entry in plain["pictures"]),
        plain["protocol"],
    )


def _gate_to_plain(gate: DrawnGate) -> dict[str, Any]:
    shapes = {name: None if shape is None else to_plain(shape) for name, shape in _shapes(gate).items()}
    return {**vars(gate), **shapes, "error": asdict(gate.error)}


def _shapes(gate: DrawnGate) -> dict[str, Gate | None]:
    return {"gate": gate.gate, "before": gate.before}


def _gate_from_plain(plain: Mapping[str, Any]) -> DrawnGate:
    shapes = {name: None if plain[name] is None else from_plain(plain[name]) for name in ("gate", "before")}
    return DrawnGate(**{**plain, **shapes, "error": error_from_plain(plain["error"])})


def _picture_from_plain(plain: Mapping[str, Any]) -> Picture:
    lists = {name: tuple(plain[name]) for name in ("dimensions", "gates", "colours")}
    density = None if plain["density"] is None else density_from_plain(plain["density"])
    return Picture(**{**plain, **lists, "density": density})

"""What fitting writes for a sample and consensus for a batch: gates with status, uncertainty and reason."""

import json
from collections.abc import Mapping
from dataclasses import asdict, field
from pathlib import Path
from typing import Any, Literal

from marrowgate.fcs.model import Note
from marrowgate.files import write_text
from marrowgate.frozen import Frozen
from marrowgate.gating.boundary_error import NO_ERROR, BoundaryError
from marrowgate.gating.geometry.gate_coordinates import numbers
from marrowgate.gating.geometry.gates import Gate, from_plain, to_plain
from marrowgate.gating.landmarks.readings import Readings
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.reasons import Reasons, codes_of, sentences_of
from marrowgate.signal.transforms import Transform

Status = Literal[
    "ok",
    "doubtful",
    "borrowed",
    "shifted",
    "overridden",
    "fixed",
    "too_few_events",
    "no_valley",
    "failed",
    "not_gated",
]

USABLE = ("ok", "doubtful", "borrowed", "shifted", "overridden", "fixed")
"""Statuses of gates that are applied; with any other the population is not gated."""

FOUND = ("ok", "doubtful")
"""Statuses of gates that the sample's own events gave."""

WEAKEST_FIRST: tuple[Status, ...] = (
    "not_gated",
    "failed",
    "no_valley",
    "too_few_events",
    "doubtful",
    "borrowed",
    "shifted",
    "fixed",
    "overridden",
    "ok",
)
"""All statuses. What rests on several gates has the weakest of theirs."""


class GateRecord(Frozen):
    """One population's gate in one sample.

    Parameters
    ----------
    population, parent, method : str
        As the strategy has them; `parent` is where the gate really hangs.
    gate : Gate or None
        On the transformed scale.
    status : str
        One of the documented statuses.
    reasons : tuple of Note
        Why the status is what it is.
    error : BoundaryError
        How sure the gate's free numbers are.
    n_parent : int
        Events of the parent when the gate was found.
    own_gate : Gate or None
        Where the sample's own events have it, when the batch drew it in.
    other_gates : tuple of Gate
        Where else it may lie because a population that places it is in doubt; empty where nobody can say.

    Raises
    ------
    ValueError
        The error has not one number for each free number of the gate.
    """

    population: str
    parent: str
    method: str
    gate: Gate | None
    status: Status
    reasons: Reasons = ()
    error: BoundaryError = NO_ERROR
    n_parent: int = 0
    own_gate: Gate | None = None
    other_gates: tuple[Gate, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an error that does not belong to the gate."""
        if self.gate is not None and self.error.sds and len(self.error.sds) != numbers(self.gate).size:
            msg = f"{self.population}: {len(self.error.sds)} errors for {numbers(self.gate).size} free numbers"
            raise ValueError(msg)

    @property
    def reason(self) -> str:
        """Return the sentences of the reasons."""
        return sentences_of(self.reasons)

    @property
    def reason_code(self) -> str:
        """Return the codes of the reasons, in the order of their sentences."""
        return codes_of(self.reasons)


class ControlRole(Frozen):
    """What a sample is a control of.

    Parameters
    ----------
    kind : str
        fmo, isotype, unstained, baseline or none.
    marker : str
        Marker left out; empty where the sample is a control of every marker.
    """

    kind: str = "none"
    marker: str = ""

    def lacks(self, dimensions: tuple[str, ...]) -> bool:
        """Say whether the sample lacks the stain of one of the dimensions."""
        return self.kind == "unstained" or (self.kind in {"fmo", "isotype"} and self.marker in dimensions)


class Evidence(Frozen):
    """What one sample gives to a gate that is found in the events of a whole batch.

    Parameters
    ----------
    population, method : str
        The gate, and how it is found.
    arguments : mapping
        Arguments of the method, as in the strategy.
    dimensions : tuple of str
        Dimensions of the gate.
    values : mapping of str to mapping of str to tuple of int
        Population (empty for the parent), then dimension, to the values of its events in thousandths of full scale.
    """

    population: str
    method: str
    arguments: Mapping[str, Any]
    dimensions: tuple[str, ...]
    values: Mapping[str, Mapping[str, tuple[int, ...]]]


class Fit(Frozen):
    """All gates found in one sample, the scales that they are on, and what it gives to gates of the whole batch.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    role : ControlRole
        What it is a control of.
    gates : tuple of GateRecord
        In the strategy's order.
    scales : mapping of str to Transform
        Dimension to scale, in the file's own units.
    evidence : tuple of Evidence
        What it gives to gates of the whole batch.
    factors : mapping of str to float
        Channel units of the file in one unit of the strategy's numbers.
    landmarks : tuple of LandmarkRow
        The sample's own landmarks, against its batch's.
    readings : mapping of str to mapping of str to tuple of float
        How bright its landmark cells are in every dimension, see `marrowgate.gating.landmarks.readings`.
    """

    sample_id: str
    role: ControlRole
    gates: tuple[GateRecord, ...]
    scales: Mapping[str, Transform]
    evidence: tuple[Evidence, ...] = ()
    factors: Mapping[str, float] = field(default_factory=dict)
    landmarks: tuple[LandmarkRow, ...] = ()
    readings: Readings = field(default_factory=dict)


def write_fit(path: Path, fit: Fit) -> None:
    """Write a fit as JSON."""
    plain = {
        "sample_id": fit.sample_id,
        "role": asdict(fit.role),
        "scales": {name: asdict(transform) for name, transform in fit.scales.items()},
        "factors": dict(fit.factors),
        "landmarks": [asdict(row) for row in fit.landmarks],
        "gates": [record_to_plain(record) for record in fit.gates],
    }
    # indented for people, but long lists of values in one line each
    evidence = ",\n  ".join(json.dumps(vars(evidence_item)) for evidence_item in fit.evidence)
    readings = ",\n  ".join(f"{json.dumps(kind)}: {json.dumps(values)}" for kind, values in fit.readings.items())
    text = json.dumps(plain, indent=1)
    write_text(path, f'{text[:-2]},\n "readings": {{{readings}}},\n "evidence": [{evidence}]\n}}\n')


def read_fit(path: Path) -> Fit:
    """Read what `write_fit` wrote."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    return Fit(
        plain["sample_id"],
        ControlRole(**plain["role"]),
        tuple(_record_from_plain(entry) for entry in plain["gates"]),
        {name: Transform(**fields) for name, fields in plain["scales"].items()},
        tuple(_evidence_from_plain(entry) for entry in plain["evidence"]),
        plain["factors"],
        tuple(LandmarkRow(**fields) for fields in plain["landmarks"]),
        {kind: {name: tuple(values) for name, values in own.items()} for kind, own in plain["readings"].items()},
    )


def _evidence_from_plain(plain: dict[str, Any]) -> Evidence:
    values = {
        population: {name: tuple(numbers) for name, numbers in columns.items()}
        for population, columns in plain["values"].items()
    }
    return Evidence(**{**plain, "dimensions": tuple(plain["dimensions"]), "values": values})


def record_to_plain(record: GateRecord) -> dict[str, Any]:
    """Return a record as lists, numbers and text."""
    plain = {name: value for name, value in vars(record).items() if name != "own_gate"}
    plain["gate"] = None if record.gate is None else to_plain(record.gate)
    plain["other_gates"] = [to_plain(gate) for gate in record.other_gates]
    plain["reasons"] = [asdict(reason) for reason in record.reasons]
    plain["error"] = asdict(record.error)
    return plain


def error_from_plain(plain: Mapping[str, Any]) -> BoundaryError:
    """Make the error that `dataclasses.asdict` took apart."""
    return BoundaryError(plain["known"], tuple(plain["sds"]), tuple(map(tuple, plain["movements"])))


def _record_from_plain(plain: dict[str, Any]) -> GateRecord:
    gate = None if plain["gate"] is None else from_plain(plain["gate"])
    others = tuple(from_plain(entry) for entry in plain["other_gates"])
    reasons = tuple(Note(**entry) for entry in plain["reasons"])
    error = error_from_plain(plain["error"])
    return GateRecord(**{**plain, "gate": gate, "other_gates": others, "reasons": reasons, "error": error})

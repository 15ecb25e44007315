"""The sample that is walked through, and what is known so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from marrowgate.frozen import Frozen
from marrowgate.gating.cached_sample import CachedSample
from marrowgate.gating.doubts.cross_checks import Stretch
from marrowgate.gating.landmarks.rows import LandmarkRow
from marrowgate.gating.reasons import has_code
from marrowgate.gating.records import ControlRole, Evidence, Fit, GateRecord
from marrowgate.gating.sample_events import EventRows, SampleEvents


class SampleToFit(Frozen):
    """One sample, and what its gates may be learnt from.

    Parameters
    ----------
    sample_id : str
        Name of the sample.
    sample_events : SampleEvents
        Its events.
    start : ndarray of intp
        Events that may be gated (those that passed quality control).
    role : ControlRole
        What the sample is a control of.
    controls : mapping of str to Fit
        Kind of control to the fit of the sample's control.
    seed : int
        Seed of the run; the draws of a gate depend on it, the sample and the population alone.
    """

    sample_id: str
    sample_events: SampleEvents
    start: EventRows
    role: ControlRole
    controls: Mapping[str, Fit]
    seed: int


@dataclass
class Walk:
    """What is known so far while the tree is walked."""

    sample_events: CachedSample
    rows: dict[str, EventRows]
    hangs_on: dict[str, str] = field(default_factory=dict)
    records: list[GateRecord] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    landmarks: tuple[LandmarkRow, ...] = ()
    stretches: Sequence[Stretch] = ()

    def at(self, population: str) -> str:
        """Return the population that stands in for one that the panel cannot show, or the population itself."""
        return self.hangs_on.get(population, population)

    def has_gate(self, population: str) -> bool:
        """Say whether a population has a gate, be it without events because its parent has none."""
        return any(record.population == population and record.gate is not None for record in self.records)

    def lacks_marker(self, population: str) -> bool:
        """Say whether a population has no gate because the panel lacks a marker."""
        return any(
            record.population == population and has_code(record.reasons, "marker_absent") for record in self.records
        )

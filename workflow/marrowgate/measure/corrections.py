"""What a person's gates changed: counts with the gates as they were found beside those with the given ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from marrowgate.gating.apply import apply_gates
from marrowgate.gating.overrides.given_gates import GivenGate
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import EventRows, SampleEvents
from marrowgate.measure.gate_uncertainty import resting_on
from marrowgate.measure.measure_sample import count_populations
from marrowgate.measure.record import Correction, SampleRecord
from marrowgate.settings.sheets import Sample


def corrections(
    sample_events: SampleEvents,
    machine_gates: Sequence[GateRecord],
    used: Sequence[GateRecord],
    start: EventRows,
    given: Mapping[str, GivenGate],
) -> tuple[Correction, ...]:
    """Count with the gates as they were found, for every population that a given gate may change.

    Parameters
    ----------
    sample_events : SampleEvents
        The events.
    machine_gates : sequence of GateRecord
        The sample's gates without those that a person gave.
    used : sequence of GateRecord
        With them.
    start : ndarray of intp
        Events that are gated.
    given : mapping of str to GivenGate
        Gates that a person gave, by population.

    Returns
    -------
    tuple of Correction
        In the order of the gates.
    """
    touched = resting_on(list(given), used)
    counts = count_populations(machine_gates, apply_gates(sample_events, machine_gates, start))
    return tuple(
        Correction(
            count.population, count.n_events, count.n_parent, count.gate_status, *_by_whom(given, count.population)
        )
        for count in counts
        if count.population in touched
    )


def _by_whom(given: Mapping[str, GivenGate], population: str) -> tuple[str, str, str]:
    gate = given.get(population)
    return (gate.reviewer, gate.date, gate.reason) if gate else ("", "", "")


def override_rows(record: SampleRecord, sample: Sample) -> list[dict[str, Any]]:
    """Return the rows of `overrides.tsv` of one sample: counts before and after its gates were corrected."""
    counts = {count.population: count for count in record.counts}
    rows = []
    for entry in record.corrections:
        now = counts[entry.population]
        rows.append(
            {
                **{name: getattr(sample, name) for name in ("sample_id", "patient_id", "panel", "batch")},
                **vars(entry),
                "parent": now.parent,
                "found_pct_of_parent": _pct(entry.found_n_events, entry.found_n_parent),
                "n_events": now.n_events,
                "n_parent": now.n_parent,
                "pct_of_parent": _pct(now.n_events, now.n_parent),
                "gate_status": now.gate_status,
            }
        )
    return rows


def _pct(n_events: int | None, n_parent: int | None) -> float | None:
    return 100.0 * n_events / n_parent if n_events is not None and n_parent else None

"""All that is counted and measured of one gated sample, as the record that its tables are made from."""

from collections.abc import Mapping, Sequence
from typing import Any

from marrowgate.gating.doubts.consequences import without_consequence
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import EventRows, SampleEvents
from marrowgate.measure.crossing_cells import crossing_cells
from marrowgate.measure.gate_uncertainty import gate_cvs
from marrowgate.measure.measure_sample import (
    count_populations,
    count_with_dead,
    marker_sketches,
    quality_checks,
)
from marrowgate.measure.measured_volume import measured_volume
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.panel import Panel
from marrowgate.settings.quality import Quality
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.signal.stability.stability_file import RunQuality


def measure_gated(
    sample_events: SampleEvents,
    panel: Panel,
    records: Sequence[GateRecord],
    rows: Mapping[str, EventRows],
    manifest: dict[str, Any],
    wanted: Sequence[tuple[str, str]],
    limits: Quality,
    run_quality: RunQuality,
    strategy: Strategy,
) -> SampleRecord:
    """Return the record of a gated sample.

    Parameters
    ----------
    sample_events : SampleEvents
        The events.
    panel : Panel
        What the sample should be stained with.
    records : sequence of GateRecord
        Settled gates.
    rows : mapping of str to ndarray of intp
        Events of each population that was gated.
    manifest : dict
        Row of the manifest.
    wanted : sequence of (str, str)
        Populations and markers to measure.
    limits : Quality
        Limits of the quality checks.
    run_quality : RunQuality
        Unstable stretches of the run, whose events are not gated, and what was checked.
    strategy : Strategy
        What the gates were found by, and what its populations are for.
    """
    roles = strategy.roles
    return SampleRecord(
        manifest["sample_id"],
        manifest,
        count_populations(
            records,
            rows,
            gate_cvs(sample_events, records, rows, roles.denominator),
            without_consequence(sample_events, records, rows),
            crossing_cells(sample_events, records, rows, strategy),
        ),
        (*run_quality.checks, *quality_checks(sample_events, rows, panel, limits, roles)),
        marker_sketches(sample_events, rows, wanted),
        run_quality.settings or {},
        measured_volume(sample_events.file, run_quality.stretches),
        count_with_dead(sample_events, records, rows, roles),
        sample_events.file.spillover if sample_events.weights else None,
    )

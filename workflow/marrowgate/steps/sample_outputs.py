"""What `gate` and `try` write for one sample."""

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from marrowgate.errors import UserError
from marrowgate.files import write_text
from marrowgate.frozen import Frozen
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.doubts.lent_gates import doubt_lent
from marrowgate.gating.doubts.missing_stain import doubt_unplaced
from marrowgate.gating.exchange.gatingml import write_gatingml
from marrowgate.gating.open_sample import start_rows
from marrowgate.gating.outputs import gate_rows, rows_without_gates, write_membership
from marrowgate.gating.reasons import because
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import NO_EVENT_ROWS, SampleEvents
from marrowgate.measure.gated_sample import measure_gated
from marrowgate.measure.pictures.make import make_pictures
from marrowgate.measure.pictures.model import SamplePictures, write_pictures
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.panel import Panel
from marrowgate.settings.quality import Quality
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.signal.stability.stability_file import RunQuality
from marrowgate.tables import write_table


class SamplePaths(Frozen):
    """Files of one sample: gates as Gating-ML and as a table, membership of every event, pictures."""

    gates_xml: Path
    gates_tsv: Path
    events: Path
    pictures: Path


def write_rejected(paths: SamplePaths, strategy: Strategy, manifest: dict[str, Any]) -> SampleRecord:
    """Write the outputs of a file that was rejected, without gates and events but with the reason; give its record."""
    write_gatingml(paths.gates_xml, [], {}, {}, None)
    why = because("file_rejected", f"the file is rejected: {manifest['reasons']}")
    write_table(paths.gates_tsv, "gates", rows_without_gates(strategy, why))
    write_membership(paths.events, 0, NO_EVENT_ROWS, {}, [population.name for population in strategy.populations])
    write_pictures(paths.pictures, SamplePictures(manifest["sample_id"]))
    return SampleRecord(manifest["sample_id"], manifest, (), (), ())


def write_without_numbers(paths: SamplePaths, strategy: Strategy, manifest: dict[str, Any]) -> SampleRecord:
    """Write outputs as for a rejected file when a step gave no result; what fails again is left as an empty file."""
    names = [population.name for population in strategy.populations]
    rows = rows_without_gates(strategy, because("step_failed", manifest["reasons"]))
    writers: dict[Callable[[], None], tuple[Path, ...]] = {
        lambda: write_gatingml(paths.gates_xml, [], {}, {}, None): (paths.gates_xml,),
        lambda: write_table(paths.gates_tsv, "gates", rows): (paths.gates_tsv, paths.gates_tsv.with_suffix(".parquet")),
        lambda: write_membership(paths.events, 0, NO_EVENT_ROWS, {}, names): (paths.events,),
        lambda: write_pictures(paths.pictures, SamplePictures(manifest["sample_id"])): (paths.pictures,),
    }
    for write, written in writers.items():
        try:
            write()
        except (UserError, OSError):
            raise
        except Exception:  # noqa: BLE001 - the defect may be in a writer, and the sample's record must still be written
            traceback.print_exc()
            for path in written:
                write_text(path, "")
    return SampleRecord(manifest["sample_id"], manifest, (), (), ())


def write_gated(
    paths: SamplePaths,
    sample_events: SampleEvents,
    panel: Panel,
    records: Sequence[GateRecord],
    manifest: dict[str, Any],
    wanted: Sequence[tuple[str, str]],
    limits: Quality,
    run_quality: RunQuality,
    strategy: Strategy,
    machine_gates: Sequence[GateRecord] = (),
) -> SampleRecord:
    """Apply gates, write gates, membership and pictures, and give the sample's record.

    Parameters
    ----------
    paths : SamplePaths
        Files to make.
    sample_events : SampleEvents
        The events.
    panel : Panel
        What the sample should be stained with.
    records : sequence of GateRecord
        Settled gates.
    manifest : dict
        Row of the manifest.
    wanted : sequence of (str, str)
        Populations and markers to measure.
    limits : Quality
        Limits of the quality checks.
    run_quality : RunQuality
        Unstable stretches of the run, whose events are not gated, and what was checked.
    strategy : Strategy
        What its populations are for, and what their gates are drawn on.
    machine_gates : sequence of GateRecord
        The gates before a person's corrections, where there are some.
    """
    start = start_rows(sample_events, run_quality.stretches)
    rows = apply_gates(sample_events, records, start)
    records = doubt_unplaced(strategy, doubt_lent(sample_events, records, rows, strategy.roles.denominator))
    channels = {name: channel.name for name, channel in sample_events.channels.items()}
    spillover = sample_events.file.spillover if sample_events.weights else None
    write_gatingml(paths.gates_xml, records, channels, sample_events.scales, spillover)
    write_table(paths.gates_tsv, "gates", gate_rows(records, sample_events.scales))
    names = [record.population for record in records]
    write_membership(paths.events, sample_events.file.n_events, start, rows, names, manifest["sha256"])
    sample_id = manifest["sample_id"]
    write_pictures(
        paths.pictures, make_pictures(sample_id, sample_events, strategy, records, rows, wanted, machine_gates)
    )
    return measure_gated(sample_events, panel, records, rows, manifest, wanted, limits, run_quality, strategy)

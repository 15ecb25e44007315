"""`marrowgate gate`: apply the gates to one sample and count."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marrowgate.steps.sample_arguments import add_sample_arguments

if TYPE_CHECKING:
    from marrowgate.gating.tube import Tube

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sample_arguments(parser)
    parser.add_argument("--fit", required=True, type=Path, help="fit whose gates are settled")
    parser.add_argument("--consensus", required=True, type=Path, help="consensus of the sample's panel and batch")
    parser.add_argument("--measure", nargs="*", default=[], metavar="POPULATION:MARKER", help="markers to measure")
    parser.add_argument("--max-margin-pct", type=float, default=5.0, help="limit of events at the top of a scatter")
    parser.add_argument("--max-doublet-pct", type=float, default=20.0, help="limit of events outside the singlets")
    parser.add_argument("--min-viable-pct", type=float, default=70.0, help="limit of viable singlets")
    parser.add_argument("--gates-xml", required=True, type=Path, help="gates as used, Gating-ML 2.0")
    parser.add_argument("--gates-tsv", required=True, type=Path, help="gates as used, one row each; Parquet beside it")
    parser.add_argument("--events", required=True, type=Path, help="membership of every event, .parquet")
    parser.add_argument("--record", required=True, type=Path, help="counts and values for collect, .json")


def run(args: argparse.Namespace) -> int:
    """Write gates, membership and record; a rejected file gives empty ones and its verdict."""
    from marrowgate.fcs.read import file_sha256
    from marrowgate.gating.prepare import open_tube
    from marrowgate.measure.manifest import manifest_row
    from marrowgate.settings.panel import load_panel
    from marrowgate.settings.strategy import load_strategy

    strategy, _ = load_strategy(args.strategy)
    wanted = [(population, marker) for population, _, marker in (word.partition(":") for word in args.measure)]
    file, tube = open_tube(
        args.fcs,
        args.data_set,
        load_panel(args.panel),
        strategy,
        gain=args.gain,
        spillover=args.spillover,
        further=frozenset(marker for _, marker in wanted),
    )
    manifest = manifest_row(args.sample_id, file, file_sha256(args.fcs))
    names = [population.name for population in strategy.populations]
    if tube is None:
        log.warning("%s: rejected: %s", args.sample_id, manifest["reasons"])
        _write_nothing(args, manifest, names)
        return 3 if args.strict else 0
    _write_gated(args, tube, manifest, names, wanted)
    return 0


def _write_nothing(args: argparse.Namespace, manifest: dict[str, Any], names: list[str]) -> None:
    from marrowgate.gating.exchange.gatingml import write_gatingml
    from marrowgate.gating.outputs import write_membership
    from marrowgate.gating.tube import NO_ROWS
    from marrowgate.measure.record import SampleRecord, write_record
    from marrowgate.tables import write_table

    write_gatingml(args.gates_xml, [], {}, {}, None)
    write_table(args.gates_tsv, "gates", [])
    write_membership(args.events, 0, NO_ROWS, {}, names)
    write_record(args.record, SampleRecord(args.sample_id, manifest, (), (), ()))


def _write_gated(
    args: argparse.Namespace, tube: "Tube", manifest: dict[str, Any], names: list[str], wanted: list[tuple[str, str]]
) -> None:
    from marrowgate.gating.apply import apply_gates
    from marrowgate.gating.consensus import read_consensus, settle
    from marrowgate.gating.exchange.gatingml import write_gatingml
    from marrowgate.gating.outputs import gate_rows, write_membership
    from marrowgate.gating.prepare import start_rows
    from marrowgate.gating.records import read_fit
    from marrowgate.measure.record import SampleRecord, write_record
    from marrowgate.measure.tube import count_populations, marker_sketches, quality_checks
    from marrowgate.settings.config import Quality
    from marrowgate.tables import write_table

    records = settle(read_fit(args.fit), read_consensus(args.consensus))
    start = start_rows(tube)
    rows = apply_gates(tube, records, start)
    channels = {name: channel.name for name, channel in tube.channels.items()}
    write_gatingml(args.gates_xml, records, channels, tube.scales, tube.file.spillover if tube.weights else None)
    write_table(args.gates_tsv, "gates", gate_rows(records, tube.scales))
    write_membership(args.events, tube.file.n_events, start, rows, names)
    limits = Quality(**{name: getattr(args, name) for name in Quality.model_fields})
    counts, checks = count_populations(records, rows), quality_checks(tube, rows, limits)
    sketches = marker_sketches(tube, rows, wanted)
    write_record(args.record, SampleRecord(args.sample_id, manifest, counts, checks, sketches))

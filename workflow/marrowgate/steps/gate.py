"""`marrowgate gate`: apply the gates to one sample and count."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.steps.sample_arguments import add_sample_arguments, quality_of

if TYPE_CHECKING:
    from marrowgate.steps.sample_outputs import SamplePaths

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sample_arguments(parser)
    parser.add_argument("--fit", required=True, type=Path, help="fit whose gates are settled")
    parser.add_argument("--consensus", required=True, type=Path, help="consensus of the sample's panel and batch")
    parser.add_argument("--measure", nargs="*", default=[], metavar="POPULATION:MARKER", help="markers to measure")
    parser.add_argument("--stability", required=True, type=Path, help="stability of the run, from fit, .json")
    parser.add_argument("--gates-xml", required=True, type=Path, help="gates as used, Gating-ML 2.0")
    parser.add_argument("--gates-tsv", required=True, type=Path, help="gates as used, one row each; Parquet beside it")
    parser.add_argument("--events", required=True, type=Path, help="membership of every event, .parquet")
    parser.add_argument("--record", required=True, type=Path, help="counts and values for collect, .json")


def run(args: argparse.Namespace) -> int:
    """Write gates, membership and record; a rejected file gives empty ones and its verdict, a defect as well."""
    from marrowgate.no_result import NoResult
    from marrowgate.steps.guarded import guarded

    def instead(no_result: NoResult) -> None:
        from marrowgate.measure.manifest import manifest_without_numbers
        from marrowgate.measure.record import write_record
        from marrowgate.settings.strategy import load_strategy
        from marrowgate.steps.sample_outputs import write_without_numbers

        manifest = manifest_without_numbers(args.sample_id, no_result)
        strategy = load_strategy(args.strategy)[0]
        write_record(args.record, write_without_numbers(_paths(args), strategy, manifest))

    return guarded("gate", args.sample_id, lambda: _gate(args), instead, strict=args.strict)


def _paths(args: argparse.Namespace) -> "SamplePaths":
    from marrowgate.steps.sample_outputs import SamplePaths

    return SamplePaths(args.gates_xml, args.gates_tsv, args.events)


def _gate(args: argparse.Namespace) -> int:
    from marrowgate.fcs.read import file_sha256
    from marrowgate.gating.batch_scales import freeze_scales
    from marrowgate.gating.consensus_file import read_consensus
    from marrowgate.gating.final_gates import settle
    from marrowgate.gating.open_sample import open_sample
    from marrowgate.gating.records import read_fit
    from marrowgate.measure.manifest import manifest_row
    from marrowgate.measure.record import write_record
    from marrowgate.no_result import stop_without
    from marrowgate.settings.panel import load_panel
    from marrowgate.settings.strategy import load_strategy
    from marrowgate.signal.stability.stability_file import read_run_quality
    from marrowgate.steps.sample_outputs import write_gated, write_rejected

    stop_without(args.matrix, args.scales, args.fit, args.stability, args.consensus)
    panel = load_panel(args.panel)
    strategy = freeze_scales(load_strategy(args.strategy)[0], panel, args.scales)
    wanted = [(population, marker) for population, _, marker in (word.partition(":") for word in args.measure)]
    file, sample_events = open_sample(
        args.fcs,
        args.data_set,
        panel,
        strategy,
        gain=args.gain,
        spillover=args.spillover,
        matrix=args.matrix,
        further=frozenset(marker for _, marker in wanted),
    )
    sha256 = file_sha256(args.fcs) if args.fcs.is_file() else ""
    manifest = manifest_row(args.sample_id, file, sha256)
    paths = _paths(args)
    if sample_events is None:
        log.warning("%s: rejected: %s", args.sample_id, manifest["reasons"])
        write_record(args.record, write_rejected(paths, strategy, manifest))
        return 3 if args.strict else 0
    records = settle(read_fit(args.fit), read_consensus(args.consensus))
    run_quality = read_run_quality(args.stability)
    limits = quality_of(args.quality)
    write_record(args.record, write_gated(paths, sample_events, panel, records, manifest, wanted, limits, run_quality))
    return 0

"""`marrowgate gate`: apply the gates to one sample and count."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.steps.sample_arguments import add_sample_arguments, settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marrowgate.gating.overrides.given_gates import GivenGate
    from marrowgate.gating.records import GateRecord
    from marrowgate.gating.sample_events import SampleEvents
    from marrowgate.measure.record import SampleRecord
    from marrowgate.settings.panel import Panel
    from marrowgate.settings.strategies.strategy import Strategy
    from marrowgate.signal.checks import Check
    from marrowgate.signal.detector_readings import ReferenceReading
    from marrowgate.signal.stability.stability_file import RunQuality
    from marrowgate.steps.sample_outputs import SamplePaths

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sample_arguments(parser)
    parser.add_argument("--fit", required=True, type=Path, help="fit whose gates are settled")
    parser.add_argument("--consensus", required=True, type=Path, help="consensus of the sample's panel and batch")
    parser.add_argument("--gate-overrides", nargs="?", type=Path, help="gates that a person gave, .yaml")
    parser.add_argument("--measure", nargs="*", default=[], metavar="POPULATION:MARKER", help="markers to measure")
    parser.add_argument("--stability", required=True, type=Path, help="stability of the run, from fit, .json")
    parser.add_argument("--gates-xml", required=True, type=Path, help="gates as used, Gating-ML 2.0")
    parser.add_argument("--gates-tsv", required=True, type=Path, help="gates as used, one row each; Parquet beside it")
    parser.add_argument("--events", required=True, type=Path, help="membership of every event, .parquet")
    parser.add_argument("--pictures", required=True, type=Path, help="densities that its gates are drawn on, .json")
    parser.add_argument("--record", required=True, type=Path, help="counts and values for collect, .json")


def run(args: argparse.Namespace) -> int:
    """Write gates, membership and record; a rejected file gives empty ones and its verdict, a defect as well."""
    from marrowgate.no_result import NoResult
    from marrowgate.steps.guarded import guarded

    def instead(no_result: NoResult) -> None:
        from dataclasses import replace

        from marrowgate.measure.manifest import manifest_without_numbers
        from marrowgate.measure.record import write_record
        from marrowgate.steps.sample_outputs import write_without_numbers

        manifest = manifest_without_numbers(args.sample_id, no_result)
        record = write_without_numbers(_paths(args), settings_of(args).strategy, manifest)
        write_record(args.record, replace(record, digests=_digests(args)))

    return guarded("gate", args.sample_id, lambda: _gate(args), instead, strict=args.strict)


def _paths(args: argparse.Namespace) -> "SamplePaths":
    from marrowgate.steps.sample_outputs import SamplePaths

    return SamplePaths(args.gates_xml, args.gates_tsv, args.events, args.pictures)


def _made_from(args: argparse.Namespace) -> tuple[Path | None, ...]:
    return (args.fit, args.stability, args.consensus, args.matrix, args.scales)


def _digests(args: argparse.Namespace) -> dict[str, str]:
    """Return the digests of all that the sample's record is made from and written with."""
    from marrowgate.content import named_digests, sha256_of

    given = args.gate_overrides
    overrides = {f"override {given.stem}": sha256_of(given)} if given else {}
    return named_digests((*_made_from(args), *_written(args))) | overrides


def _written(args: argparse.Namespace) -> tuple[Path, ...]:
    return (args.gates_xml, args.gates_tsv, args.gates_tsv.with_suffix(".parquet"), args.events, args.pictures)


def _gate(args: argparse.Namespace) -> int:
    from dataclasses import replace

    from marrowgate.content import unchanged
    from marrowgate.measure.record import write_record
    from marrowgate.no_result import stop_without

    stop_without(*_made_from(args))
    with unchanged(args.fcs) as sha256:
        record = _gated(args, sha256)
    # the record comes last and names the digests of the others, so that they are one set or none
    write_record(args.record, replace(record, digests=_digests(args)))
    return 3 if args.strict and record.manifest["verdict"] == "rejected" else 0


def _gated(args: argparse.Namespace, sha256: str) -> "SampleRecord":
    """Write gates and membership; give the sample's record."""
    from dataclasses import replace

    from marrowgate.gating.batch_scales import freeze_scales
    from marrowgate.gating.consensus_file import read_consensus
    from marrowgate.gating.final_gates import settle
    from marrowgate.gating.open_sample import open_sample
    from marrowgate.gating.records import read_fit
    from marrowgate.measure.manifest import manifest_row
    from marrowgate.no_result import NoResult, NoResultError
    from marrowgate.signal.stability.stability_file import read_run_quality
    from marrowgate.steps.sample_outputs import write_gated, write_rejected

    run_quality = read_run_quality(args.stability)
    if run_quality.fcs_sha256 != sha256:
        what = "changed_since_fit: the file is not the one that its gates were found in; run again"
        raise NoResultError(NoResult("rejected", what))
    settings, fit, consensus = settings_of(args), read_fit(args.fit), read_consensus(args.consensus)
    panel, limits = settings.panel, settings.quality
    strategy = freeze_scales(settings.strategy, panel, args.scales)
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
    manifest = manifest_row(args.sample_id, file, sha256)
    paths = _paths(args)
    if sample_events is None:
        log.warning("%s: rejected: %s", args.sample_id, manifest["reasons"])
        return write_rejected(paths, strategy, manifest)
    if consensus.reference is not None:
        # the fit may have followed the sample's own landmark cells
        scales = {**sample_events.scales, **fit.scales}
        sample_events = replace(sample_events, scales=scales, factors=fit.factors)
    given = _given(args.gate_overrides, strategy, panel, sample_events)
    records, before = settle(fit, consensus, given), settle(fit, consensus) if given else ()
    checks: tuple[Check, ...] = ()
    readings: Mapping[str, ReferenceReading] = {}
    if consensus.reference is not None:
        from marrowgate.gating.batch_scales import read_scales
        from marrowgate.gating.releases.against import Against, Released

        channels = {name: channel.name for name, channel in sample_events.channels.items()}
        released = Released(consensus.reference, read_scales(args.scales).watches, limits.max_setting_change_pct)
        against = Against.of(fit, run_quality.settings or {}, released, channels)
        records, before = against.marked(records), against.marked(before)
        checks, readings = against.checks, against.readings
    record = write_gated(paths, sample_events, panel, records, manifest, wanted, limits, run_quality, strategy, before)
    record = replace(record, checks=(*record.checks, *checks), detectors=readings)
    return _with_corrections(record, sample_events, before, records, run_quality, given) if given else record


def _given(
    path: Path | None, strategy: "Strategy", panel: "Panel", sample_events: "SampleEvents"
) -> "dict[str, GivenGate]":
    """Return the gates that a person gave, on the sample's scales."""
    if path is None:
        return {}
    from marrowgate.errors import UserError
    from marrowgate.gating.overrides.given_gates import given_gates
    from marrowgate.settings.overrides import load_overrides

    overrides, faults = load_overrides(path, strategy, panel)
    if faults:
        raise UserError(faults)
    return given_gates(overrides, sample_events.scales)


def _with_corrections(
    record: "SampleRecord",
    sample_events: "SampleEvents",
    machine_gates: "Sequence[GateRecord]",
    used: "Sequence[GateRecord]",
    run_quality: "RunQuality",
    given: "Mapping[str, GivenGate]",
) -> "SampleRecord":
    from dataclasses import replace

    from marrowgate.gating.open_sample import start_rows
    from marrowgate.measure.corrections import corrections

    start = start_rows(sample_events, run_quality.stretches)
    return replace(record, corrections=corrections(sample_events, machine_gates, used, start, given))

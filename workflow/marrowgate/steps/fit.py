"""`marrowgate fit`: find the gates of one sample."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.steps.sample_arguments import add_sample_arguments, settings_of

if TYPE_CHECKING:
    from marrowgate.gating.records import Fit
    from marrowgate.signal.stability.stability_file import RunQuality

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sample_arguments(parser)
    kinds = ["none", "fmo", "isotype", "unstained", "baseline"]
    parser.add_argument("--control-type", choices=kinds, default="none", help="what the sample is a control of")
    parser.add_argument("--control-marker", nargs="?", default="", const="", help="marker that the control lacks")
    parser.add_argument("--control-fits", nargs="*", type=Path, default=[], help="fits of the sample's controls")
    parser.add_argument("--stability", required=True, type=Path, help="stability of the run to write, .json")
    parser.add_argument("--out", required=True, type=Path, help="fit to write, .json")


def run(args: argparse.Namespace) -> int:
    """Write the fit; a rejected file gives a fit without gates, a defect of the program files that say so."""
    from marrowgate.no_result import NoResult, write_no_result
    from marrowgate.steps.guarded import guarded

    def instead(no_result: NoResult) -> None:
        write_no_result(args.out, no_result)
        write_no_result(args.stability, no_result)

    return guarded("fit", args.sample_id, lambda: _fit(args), instead, strict=args.strict)


def _fit(args: argparse.Namespace) -> int:
    from marrowgate.content import unchanged
    from marrowgate.gating.records import write_fit
    from marrowgate.no_result import stop_without
    from marrowgate.signal.stability.stability_file import write_run_quality

    stop_without(args.matrix, args.scales)
    with unchanged(args.fcs) as sha256:
        fitted, run_quality = _gates_of_sample(args, sha256)
    write_run_quality(args.stability, run_quality)
    write_fit(args.out, fitted)
    return 3 if args.strict and not fitted.gates else 0


def _gates_of_sample(args: argparse.Namespace, sha256: str) -> "tuple[Fit, RunQuality]":
    """Return the gates and the quality of the run; none when the file is rejected."""
    from marrowgate.gating.batch_scales import freeze_scales, read_scales
    from marrowgate.gating.fit import fit_sample
    from marrowgate.gating.open_sample import open_sample, start_rows
    from marrowgate.gating.records import ControlRole, Fit, read_fit
    from marrowgate.gating.releases.following import followed_ratios, with_ratios
    from marrowgate.gating.walk.walk import SampleToFit
    from marrowgate.no_result import read_no_result
    from marrowgate.signal.detector_settings import settings_of as detector_settings_of
    from marrowgate.signal.limits import stability_limits
    from marrowgate.signal.spillover.matrix_of_sample import compensation_check
    from marrowgate.signal.stability.stability_file import RunQuality
    from marrowgate.signal.stability.unstable_stretches import find_unstable

    settings = settings_of(args)
    panel = settings.panel
    strategy = freeze_scales(settings.strategy, panel, args.scales)
    role = ControlRole(args.control_type, args.control_marker)
    file, sample_events = open_sample(
        args.fcs, args.data_set, panel, strategy, gain=args.gain, spillover=args.spillover, matrix=args.matrix
    )
    if sample_events is None:
        log.warning("%s: rejected: %s", args.sample_id, "; ".join(note.sentence for note in file.verdict.reasons))
        return Fit(args.sample_id, role, (), {}), RunQuality(fcs_sha256=sha256)
    follows = followed_ratios(sample_events, read_scales(args.scales))
    if follows:
        log.warning("%s: the scale follows the sample's own landmark cells in %s", args.sample_id, ", ".join(follows))
        sample_events = with_ratios(sample_events, follows)
    usable = [path for path in args.control_fits if read_no_result(path) is None]
    controls = {fit.role.kind: fit for fit in map(read_fit, usable)}
    stability = find_unstable(file, stability_limits(settings.quality))
    start = start_rows(sample_events, stability.stretches)
    sample = SampleToFit(args.sample_id, sample_events, start, role, controls, args.seed)
    checks = (*stability.checks, compensation_check(file, args.spillover, is_light=strategy.scales.is_light))
    run_quality = RunQuality(stability.stretches, checks, detector_settings_of(file), sha256)
    return fit_sample(sample, strategy), run_quality

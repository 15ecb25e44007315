"""`marrowgate scales`: choose the scales of a batch from its samples, where the strategy says so."""

import argparse
import logging
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.errors import UserError, fault
from marrowgate.options import whole_number

if TYPE_CHECKING:
    from marrowgate.gating.batch_scales import BatchScales, SampleScales
    from marrowgate.settings.panel import Panel
    from marrowgate.settings.strategies.strategy import Strategy

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--panel-name", required=True, help="name of the panel")
    parser.add_argument("--batch", required=True, help="name of the batch")
    parser.add_argument("--panel", required=True, type=Path, help="panel file")
    parser.add_argument("--strategy", required=True, type=Path, help="strategy file")
    parser.add_argument("--fcs", nargs="*", default=[], type=Path, help="files of the batch's samples")
    parser.add_argument("--reference", nargs="?", type=Path, help="release whose scales stand in for the batch's own")
    parser.add_argument("--data-sets", nargs="*", type=whole_number(1), default=[], help="data sets, from 1; default 1")
    parser.add_argument("--gain", choices=["ignore", "apply"], default="ignore", help="what to do with $PnG")
    sources = ["file", "none", "matrix"]
    parser.add_argument("--spillover", choices=sources, default="file", help="which spillover matrix to use")
    parser.add_argument("--matrix", nargs="?", type=Path, help="spillover of the batch, .csv, for --spillover matrix")
    parser.add_argument("--out", required=True, type=Path, help="scales to write, .yaml")
    parser.add_argument("--strict", action="store_true", help="end with exit code 1 when a defect leaves no scales")


def run(args: argparse.Namespace) -> int:
    """Write widths and landmarks; a rejected file is passed over."""
    from marrowgate.gating.batch_scales import before_choice, choose_scales
    from marrowgate.gating.method_checks import load_checked_strategy
    from marrowgate.no_result import NoResult, stop_without, write_no_result
    from marrowgate.settings.panel import load_panel
    from marrowgate.steps.guarded import guarded

    if bool(args.fcs) == bool(args.reference):
        raise fault("marrowgate scales", "needs either --fcs or --reference", "give one of them")
    data_sets = args.data_sets or [1] * len(args.fcs)
    if len(data_sets) != len(args.fcs):
        what = f"{len(data_sets)} data sets are given for {len(args.fcs)} files"
        raise fault("option --data-sets", what, "give one for each file")
    strategy, panel = load_checked_strategy(args.strategy), load_panel(args.panel)
    plain = before_choice(strategy, panel)

    def work() -> int:
        if args.reference is not None:
            from marrowgate.gating.releases.for_batch import plain_for_batch
            from marrowgate.plain_yaml import write_plain

            of_release = plain_for_batch(args.reference, args.panel_name, args.batch, "scales")
            write_plain(args.out, of_release)
            return 0
        stop_without(args.matrix)
        data_sets_of_files = zip(args.fcs, data_sets, strict=True)
        scales_of_samples = [
            _of_sample(args, path, data_set, panel, plain, strategy) for path, data_set in data_sets_of_files
        ]
        return _write(
            args, choose_scales([scales for scales in scales_of_samples if scales is not None], strategy, panel)
        )

    def instead(no_result: NoResult) -> None:
        write_no_result(args.out, no_result)

    return guarded("scales", f"{args.panel_name} {args.batch}", work, instead, strict=args.strict)


def _write(args: argparse.Namespace, scales: "BatchScales") -> int:
    from marrowgate.gating.batch_scales import write_scales

    for name in (name for name, width in scales.widths.items() if not width.n_tubes):
        log.warning("%s: no sample has 50 values of %s below 0; its width is the usual one", args.batch, name)
    for row in (row for row in scales.landmarks if row.status != "ok"):
        log.warning("%s: %s of %s: %s: %s", args.batch, row.dimension, row.of, row.status, row.reason)
    write_scales(args.out, args.panel_name, args.batch, scales)
    return 0


def _of_sample(
    args: argparse.Namespace,
    path: Path,
    data_set: int,
    panel: "Panel",
    plain: "Strategy",
    strategy: "Strategy",
) -> "SampleScales | None":
    """Return what one sample says of the scales; its events are let go of before the next sample is read."""
    from marrowgate.content import unchanged
    from marrowgate.gating.batch_scales import sample_scales, scale_dimensions
    from marrowgate.gating.open_sample import open_sample
    from marrowgate.no_result import NoResultError

    further = scale_dimensions(strategy, panel)
    source = {"gain": args.gain, "spillover": args.spillover, "matrix": args.matrix}
    try:
        with unchanged(path):
            file, sample = open_sample(path, data_set, panel, plain, **source, further=further)
            if sample is not None:
                return sample_scales(sample, strategy, panel)
    except (UserError, OSError):
        raise
    except NoResultError as error:
        log.warning("%s: %s", args.batch, error)
        return None
    except Exception:  # noqa: BLE001 - the sample has no say, as one whose file is rejected; its own steps tell of it
        traceback.print_exc()
        log.error("%s: a sample is passed over because of a defect of marrowgate", args.batch)
        return None
    log.warning("%s: rejected: %s", args.batch, "; ".join(note.sentence for note in file.verdict.reasons))
    return None

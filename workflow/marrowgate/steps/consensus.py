"""`marrowgate consensus`: settle the gates of a panel and batch from all its fits."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--panel-name", required=True, help="name of the panel")
    parser.add_argument("--batch", required=True, help="name of the batch")
    parser.add_argument("--fits", nargs="*", default=[], type=Path, help="fits of the batch")
    parser.add_argument("--reference", nargs="?", type=Path, help="release whose gates stand in for the batch's own")
    parser.add_argument("--out", required=True, type=Path, help="consensus to write, .yaml")
    parser.add_argument("--strict", action="store_true", help="end with exit code 1 when a defect leaves no consensus")


def run(args: argparse.Namespace) -> int:
    """Write what the fits agree on; a sample whose fit has no result has no say."""
    from marrowgate.errors import fault
    from marrowgate.no_result import NoResult, write_no_result
    from marrowgate.steps.guarded import guarded

    if bool(args.fits) == bool(args.reference):
        raise fault("marrowgate consensus", "needs either --fits or --reference", "give one of them")

    def work() -> int:
        if args.reference is not None:
            from marrowgate.gating.releases.for_batch import plain_for_batch
            from marrowgate.plain_yaml import write_plain

            plain = plain_for_batch(args.reference, args.panel_name, args.batch, "consensus")
            write_plain(args.out, plain)
            return 0
        from marrowgate.gating.consensus import agree
        from marrowgate.gating.consensus_file import write_consensus
        from marrowgate.gating.records import read_fit
        from marrowgate.no_result import read_no_result

        fits = [read_fit(path) for path in args.fits if read_no_result(path) is None]
        write_consensus(args.out, agree(args.panel_name, args.batch, fits))
        return 0

    def instead(no_result: NoResult) -> None:
        write_no_result(args.out, no_result)

    return guarded("consensus", f"{args.panel_name} {args.batch}", work, instead, strict=args.strict)

"""`marrowgate consensus`: settle the gates of a panel and batch from all its fits."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--panel-name", required=True, help="name of the panel")
    parser.add_argument("--batch", required=True, help="name of the batch")
    parser.add_argument("--fits", nargs="+", required=True, type=Path, help="fits of the batch")
    parser.add_argument("--out", required=True, type=Path, help="consensus to write, .yaml")


def run(args: argparse.Namespace) -> int:
    """Write what the fits agree on."""
    from marrowgate.gating.consensus import agree
    from marrowgate.gating.consensus_file import write_consensus
    from marrowgate.gating.records import read_fit

    write_consensus(args.out, agree(args.panel_name, args.batch, [read_fit(path) for path in args.fits]))
    return 0

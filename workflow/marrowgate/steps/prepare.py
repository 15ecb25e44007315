"""`marrowgate prepare`: check a panel, its strategy and the quality limits once for all samples' steps."""

import argparse
from pathlib import Path

from marrowgate.steps.sample_arguments import quality_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--panel", required=True, type=Path, help="panel file")
    parser.add_argument("--strategy", required=True, type=Path, help="strategy file")
    parser.add_argument("--quality", default="{}", help="limits of the quality checks, as JSON")
    parser.add_argument(
        "--out", required=True, type=Path, help="what was checked, for --prepared of fit and gate, .json"
    )


def run(args: argparse.Namespace) -> int:
    """Write what was checked."""
    from marrowgate.gating.method_checks import load_checked_strategy
    from marrowgate.settings.panel import load_panel
    from marrowgate.settings.prepared import Prepared, write_prepared

    panel, strategy = load_panel(args.panel), load_checked_strategy(args.strategy)
    write_prepared(args.out, Prepared(panel, strategy, quality_of(args.quality)))
    return 0

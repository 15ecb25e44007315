"""Arguments that the steps for one sample share."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.errors import Fault, UserError, fault
from marrowgate.options import whole_number

if TYPE_CHECKING:
    from marrowgate.settings.prepared import Prepared
    from marrowgate.settings.quality import Quality


def add_sample_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what names one sample and says how its file is read."""
    parser.add_argument("--sample-id", required=True, help="name of the sample")
    parser.add_argument("--fcs", required=True, type=Path, help="FCS file")
    parser.add_argument("--data-set", type=whole_number(1), default=1, help="data set of the file, from 1")
    parser.add_argument("--panel", type=Path, help="panel file")
    parser.add_argument("--strategy", type=Path, help="strategy file")
    parser.add_argument(
        "--prepared",
        type=Path,
        help="what `marrowgate prepare` checked, .json, in place of --panel, --strategy and --quality: starts sooner",
    )
    parser.add_argument("--gain", choices=["ignore", "apply"], default="ignore", help="what to do with $PnG")
    sources = ["file", "none", "matrix"]
    parser.add_argument("--spillover", choices=sources, default="file", help="which spillover matrix to use")
    parser.add_argument("--matrix", nargs="?", type=Path, help="spillover of the batch, .csv, for --spillover matrix")
    parser.add_argument("--scales", nargs="?", type=Path, help="scales of the batch, .yaml, where the strategy asks")
    parser.add_argument("--quality", default="{}", help="limits of the quality checks, as JSON")
    parser.add_argument("--seed", type=whole_number(0), default=0, help="seed of every random draw")
    parser.add_argument("--strict", action="store_true", help="end with exit code 3 when the file is rejected")


def settings_of(args: argparse.Namespace) -> "Prepared":
    """Return panel, strategy and limits of a sample's step, as they were checked before or are checked now.

    Raises
    ------
    UserError
        One fault per wrong entry; neither the files nor what was checked before are given, or both are.
    """
    from marrowgate.settings.prepared import Prepared, read_prepared

    given = args.panel is not None, args.strategy is not None
    if args.prepared is not None and not any(given) and args.quality == "{}":
        return read_prepared(args.prepared)
    if args.prepared is not None or not all(given):
        what = (
            "--prepared stands in for --panel, --strategy and --quality"
            if args.prepared
            else "--panel or --strategy is missing"
        )
        raise fault("the command line", what, "give --prepared alone, or --panel and --strategy without it")
    from marrowgate.gating.method_checks import load_checked_strategy
    from marrowgate.settings.panel import load_panel

    panel, strategy = load_panel(args.panel), load_checked_strategy(args.strategy)
    return Prepared(panel, strategy, quality_of(args.quality))


def quality_of(text: str) -> "Quality":
    """Read the option ``--quality``.

    Raises
    ------
    UserError
        It is not JSON, or an entry is wrong.
    """
    from marrowgate.settings.quality import Quality

    if text == "{}":
        return Quality()
    from pydantic import ValidationError

    from marrowgate.settings.checking import checker

    try:
        checked: Quality = checker(Quality).validate_json(text)
    except ValidationError as error:
        faults = [
            Fault("--quality", f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}", "correct it")
            for entry in error.errors()
        ]
        raise UserError(faults) from None
    return checked

"""Arguments that the steps for one sample share."""

import argparse
from pathlib import Path


def add_sample_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what names one sample and says how its file is read."""
    parser.add_argument("--sample-id", required=True, help="name of the sample")
    parser.add_argument("--fcs", required=True, type=Path, help="FCS file")
    parser.add_argument("--data-set", type=int, default=1, help="data set of the file, from 1")
    parser.add_argument("--panel", required=True, type=Path, help="panel file")
    parser.add_argument("--strategy", required=True, type=Path, help="strategy file")
    parser.add_argument("--gain", choices=["ignore", "apply"], default="ignore", help="what to do with $PnG")
    parser.add_argument("--spillover", choices=["file", "none"], default="file", help="which spillover matrix to use")
    parser.add_argument("--seed", type=int, default=0, help="seed of every random draw")
    parser.add_argument("--strict", action="store_true", help="end with exit code 3 when the file is rejected")

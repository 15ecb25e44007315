"""Accuracy figures of the whole workflow. Run: PYTHONPATH=tests:workflow python -m accuracy --docs docs/accuracy.md."""

import argparse
import sys
import tempfile
from pathlib import Path

from accuracy.figures import write_figures
from accuracy.page import page
from accuracy.run import run
from accuracy.sizes import FULL, QUICK
from marrowgate.files import write_text


def main() -> None:
    """Write results/accuracy/*.tsv and the page; a quick run writes to a folder `quick` and no page."""
    parser = argparse.ArgumentParser(prog="accuracy", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("results/accuracy"), help="folder of the tables")
    parser.add_argument("--docs", type=Path, help="page to write; not with --quick")
    parser.add_argument("--cores", type=int, default=2, help="processes; the figures do not depend on it")
    parser.add_argument("--quick", action="store_true", help="a few minutes, for work on the code: rough figures")
    args = parser.parse_args()
    if args.quick and args.docs:
        parser.error("--quick is too rough for --docs: leave one of them out")
    size = QUICK if args.quick else FULL
    with tempfile.TemporaryDirectory(prefix="accuracy-") as scratch:
        topics = run(size, Path(scratch), args.cores)
    out = args.out / "quick" if args.quick else args.out
    for topic, figures in topics.items():
        write_figures(out / f"{topic}.tsv", figures)
    if args.quick:
        print("QUICK RUN: too few samples and cohorts for conclusions\n")
        print(page(topics, size))
    elif args.docs:
        write_text(args.docs, page(topics, size))
    print(f"The figures are in {out}", file=sys.stderr)


if __name__ == "__main__":
    main()

"""Figures of docs/methods_signal.md. Run: PYTHONPATH=tests:workflow python -m accuracy.signal_run."""

import argparse
from pathlib import Path

from accuracy.figures import print_figures, write_figures
from accuracy.signal_abc import abc_figures
from accuracy.signal_stability import stability_figures
from accuracy.signal_start import start_figures

SEEDS = (21, 22, 23)
START_SEEDS = tuple(range(31, 46))
ABC_SEED, VISITS, EVENTS = 77, 96, 100_000


def main() -> None:
    """Write results/accuracy/signal_*.tsv, and print them."""
    parser = argparse.ArgumentParser(prog="accuracy.signal_run", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("results/accuracy"), help="folder of the tables")
    parser.add_argument("--real-data", type=Path, help="folder of real FCS files, for the trial of carry-over")
    parser.add_argument("--cores", type=int, default=2, help="processes; the figures do not depend on it")
    args = parser.parse_args()
    topics = {
        "signal_stability": stability_figures(SEEDS, args.cores),
        "signal_start": start_figures(START_SEEDS, args.real_data, args.cores),
        "signal_abc": abc_figures(ABC_SEED, VISITS, EVENTS, args.cores),
    }
    for topic, figures in topics.items():
        write_figures(args.out / f"{topic}.tsv", figures)
        print_figures(figures)


if __name__ == "__main__":
    main()

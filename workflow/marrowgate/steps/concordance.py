"""`marrowgate concordance`: gate a handful of samples again with FlowKit and compare event by event."""

import argparse
from pathlib import Path

from marrowgate.options import whole_number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments; the lists belong together place by place."""
    parser.add_argument("--sample-ids", nargs="*", default=[], help="names of the samples")
    parser.add_argument("--fcs", nargs="*", type=Path, default=[], help="their files")
    parser.add_argument("--data-sets", nargs="*", type=whole_number(1), default=[], help="their data sets, from 1")
    parser.add_argument("--gates", nargs="*", type=Path, default=[], help="their gates, Gating-ML 2.0")
    parser.add_argument("--events", nargs="*", type=Path, default=[], help="membership of their events, .parquet")
    parser.add_argument("--out", required=True, type=Path, help="table to write, .tsv")
    parser.add_argument("--strict", action="store_true", help="end with exit code 3 when an event differs")


def run(args: argparse.Namespace) -> int:
    """Write one row per sample and population."""
    from marrowgate.errors import fault
    from marrowgate.gating.exchange.flowkit_engine import compare_in_child
    from marrowgate.tables import write_table

    lists = (args.sample_ids, args.fcs, args.data_sets, args.gates, args.events)
    if len({len(paths) for paths in lists}) > 1:
        raise fault("concordance", "the lists are not of the same length", "give one of each per sample")
    rows = [row for sample in zip(*lists, strict=True) for row in compare_in_child(*sample)]
    write_table(args.out, "concordance", rows)
    different = any(row["status"] == "different" for row in rows)
    return 3 if different and args.strict else 0

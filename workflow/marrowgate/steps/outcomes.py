"""`marrowgate outcomes`: response, survival, recovery and toxicity."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", required=True, type=Path, help="config file")
    parser.add_argument("--overrides", default="{}", help="entries that take the place of the config's, as JSON")
    parser.add_argument("--outcomes", required=True, type=Path, help="outcomes to write, .tsv")


def run(args: argparse.Namespace) -> int:
    """Write the outcomes, Parquet beside them; without outcome columns the table is empty."""
    from marrowgate.cohort.outcomes.table import outcome_table
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.settings.project_reader import load_project, parse_overrides
    from marrowgate.tables import write_table

    project = load_project(args.config, method_faults, parse_overrides(args.overrides))
    write_table(args.outcomes, "outcomes", outcome_table(project))
    return 0

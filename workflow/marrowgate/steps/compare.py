"""`marrowgate compare`: visits, endpoints per patient, and the arms against each other."""

import argparse
from pathlib import Path

from marrowgate.options import whole_number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", required=True, type=Path, help="config file")
    parser.add_argument("--overrides", default="{}", help="entries that take the place of the config's, as JSON")
    parser.add_argument("--populations", required=True, type=Path, help="populations that collect wrote, .tsv")
    parser.add_argument("--intensities", required=True, type=Path, help="intensities that collect wrote, .tsv")
    parser.add_argument("--quality", required=True, type=Path, help="quality that collect wrote, .tsv")
    parser.add_argument("--visits", required=True, type=Path, help="visits to write, .tsv")
    parser.add_argument("--endpoints", required=True, type=Path, help="endpoints to write, .tsv")
    parser.add_argument("--design", required=True, type=Path, help="design to write, .tsv")
    parser.add_argument("--contrasts", required=True, type=Path, help="contrasts to write, .tsv")
    parser.add_argument("--summary", required=True, type=Path, help="summary to write, .tsv")
    parser.add_argument(
        "--jobs",
        type=whole_number(1),
        default=1,
        metavar="N",
        help="processes of the bootstrap; no number depends on it",
    )


def run(args: argparse.Namespace) -> int:
    """Write the five tables, Parquet beside each; without patients or rows they are empty."""
    import os
    from dataclasses import replace

    # the matrices are tiny: threads of the linear algebra library would only wait for each other
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from marrowgate.cohort.contrasts.table import contrast_table
    from marrowgate.cohort.design_table import design_table
    from marrowgate.cohort.endpoint_table import endpoint_table
    from marrowgate.cohort.study import make_study
    from marrowgate.cohort.summary_table import summary_table
    from marrowgate.cohort.visit_table import visit_table
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.settings.project_reader import load_project, parse_overrides
    from marrowgate.tables import read_rows, write_columns, write_table

    project = load_project(args.config, method_faults, parse_overrides(args.overrides))
    populations, intensities = read_rows(args.populations), read_rows(args.intensities)
    columns, visits = visit_table(project, populations, intensities)
    study = make_study(project, populations, intensities, read_rows(args.quality))
    write_columns(args.visits, columns, visits)
    write_table(args.endpoints, "endpoints", endpoint_table(study))
    write_table(args.design, "design", design_table(study))
    contrasts = contrast_table(replace(study, jobs=args.jobs))
    write_table(args.contrasts, "contrasts", contrasts)
    write_table(args.summary, "summary", summary_table(contrasts))
    return 0

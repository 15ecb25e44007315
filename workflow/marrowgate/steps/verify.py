"""`marrowgate verify`: compute every digest of a finished run again, and say which result belongs to which input."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("results", type=Path, help="folder of the results, such as results/")
    parser.add_argument("--config", type=Path, help="config file, to look at the users' files and sheets as well")
    parser.add_argument("--overrides", default="{}", help="entries that take the place of the config's, as JSON")


def run(args: argparse.Namespace) -> int:
    """Print one line for each sample and file; exit code 3 when something is not what it was."""
    from marrowgate.errors import fault
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.settings.project_reader import load_project, parse_overrides
    from marrowgate.verification import verified_inputs, verified_results

    if not (args.results / "provenance.json").is_file():
        raise fault(str(args.results), "there is no provenance.json in it", "name the folder of a finished run")
    lines = list(verified_results(args.results))
    if args.config is not None:
        lines += verified_inputs(
            args.results, load_project(args.config, method_faults, parse_overrides(args.overrides))
        )
    for line in lines:
        print(line)
    wrong = sum(not line.is_right for line in lines)
    print(f"{len(lines) - wrong} of {len(lines)} as they were when they were made")
    return 3 if wrong else 0

"""`marrowgate correct`: write a sample's found gates as a file that a person can edit."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.errors import fault

if TYPE_CHECKING:
    from marrowgate.settings.project import Project
    from marrowgate.settings.sheets import Sample


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("sample_id", help="sample whose gates are to be corrected")
    parser.add_argument("populations", nargs="+", metavar="population", help="populations whose gates are written")
    parser.add_argument("--config", type=Path, default=Path("config/config.yaml"), help="config file")
    parser.add_argument("--overrides", default="{}", help="entries that take the place of the config's, as JSON")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of a finished run")
    parser.add_argument("--reviewer", default="", help="who corrects the gates")
    parser.add_argument("--reason", default="", help="why the found gates are not right")


def run(args: argparse.Namespace) -> int:
    """Write the gates into the sample's file of overrides, and say where it is."""
    import datetime as dt

    from marrowgate.files import write_text
    from marrowgate.gating.consensus_file import read_consensus
    from marrowgate.gating.final_gates import settle
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.gating.overrides.drafts import draft, draft_text
    from marrowgate.gating.records import read_fit
    from marrowgate.settings.project_reader import load_project, parse_overrides

    project = load_project(args.config, method_faults, parse_overrides(args.overrides))
    sample = _sample(project, args.sample_id)
    paths = (
        args.results / "fits" / f"{sample.sample_id}.json",
        args.results / "consensus" / f"{sample.panel}_{sample.batch}.yaml",
    )
    for path in paths:
        if not path.is_file():
            raise fault(str(path), "there is no such file", "run the workflow first, or name its folder with --results")
    fit = read_fit(paths[0])
    today = dt.datetime.now().astimezone().date().isoformat()
    by_whom = {"reviewer": args.reviewer, "reason": args.reason, "date": today}
    entries = draft(settle(fit, read_consensus(paths[1])), fit.scales, args.populations, by_whom)
    path = Path(project.config.overrides) / f"{sample.sample_id}.yaml"
    corrected = {gate.population for gate in project.overrides[sample.sample_id].gates} if path.is_file() else set()
    for name in args.populations:
        if name in corrected:
            raise fault(str(path), f"the gate of {name} stands there already", "edit it, or remove it first")
    write_text(path, draft_text(path, sample.sample_id, entries))
    print(f"{path}: {len(entries)} {'gate' if len(entries) == 1 else 'gates'} to edit")
    return 0


def _sample(project: "Project", sample_id: str) -> "Sample":
    """Return a sample that has gates of its own."""
    from marrowgate.settings.messages import correct_to
    from marrowgate.settings.sample_links import gated

    samples = {sample.sample_id: sample for sample in gated(project)}
    if sample_id not in samples:
        cure = correct_to(sample_id, list(samples), "name a sample of the sheet that is gated")
        raise fault(f"sample {sample_id}", "there is no such sample, or it is not gated", cure)
    owner = samples[sample_id].control_for
    if owner:
        what = f"the control is gated with the gates of sample {owner!r}, corrections included"
        raise fault(f"sample {sample_id}", what, "correct that sample")
    return samples[sample_id]

"""`marrowgate check`: sheets, panels, strategies and all FCS headers, in seconds, before any job is sent."""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.plain_text import counted

if TYPE_CHECKING:
    from marrowgate.fcs.survey import Surveyed
    from marrowgate.settings.project import Project
    from marrowgate.settings.sheets import Sample

    SurveyedSample = tuple[Sample, Surveyed]

_SAMPLE = "sample "
_MANY = 3
"""Samples with the same finding from which on it is told once."""
_LISTED = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("config", nargs="?", type=Path, default=Path("config/config.yaml"), help="config file")
    parser.add_argument("--overrides", default="{}", help="entries that take the place of the config's, as JSON")
    strict = "end with exit code 3 when there is a finding; a file that was repaired can be used and does not count"
    parser.add_argument("--paths", action="store_true", help="show the paths of FCS files that are not there")
    parser.add_argument("--out", type=Path, help="file to write the lines into as well")
    parser.add_argument("--strict", action="store_true", help=strict)


def run(args: argparse.Namespace) -> int:
    """Print what the project holds, then one line for each note and each finding."""
    from marrowgate.errors import UserError
    from marrowgate.fcs.survey import survey
    from marrowgate.files import write_text
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.gating.overrides.override_scales import overrides_off_scale
    from marrowgate.progress import with_progress
    from marrowgate.settings.project_checks.notes import project_notes
    from marrowgate.settings.project_reader import load_project, parse_overrides
    from marrowgate.signal.beads.lot_files import lot_faults
    from marrowgate.signal.spillover.matrix_files import matrix_faults

    overrides = parse_overrides(args.overrides)
    project = load_project(
        args.config, method_faults, overrides, show_paths=args.paths, scale_faults=overrides_off_scale
    )
    faults = [*matrix_faults(project, args.config, overrides), *lot_faults(project), *overrides_off_scale(project)]
    if faults:
        raise UserError(faults)
    to_read = [sample for sample in project.samples if not project.is_simulated(sample)]
    surveyed_samples = [
        (sample, survey(Path(sample.fcs), sample.data_set, panel=project.panels[sample.panel]))
        for sample in with_progress(to_read, "files")
    ]
    repairs = [(f"sample {sample.sample_id}", text) for sample, text in verdicts(surveyed_samples, "repaired")]
    repaired = [f"finding: {where}: {text}" for where, text in told_once(repairs)]
    findings = [f"finding: {where}: {text}" for where, text in told_once(all_findings(project, surveyed_samples))]
    notes = [f"note: {where}: {text}" for where, text in project_notes(project)]
    lines = [summary(project), *notes, *repaired, *findings]
    print("\n".join(lines))
    if args.out is not None:
        write_text(args.out, "\n".join(lines) + "\n")
    return 3 if args.strict and findings else 0


def told_once(findings: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put the same finding of many samples into one, where the first of them stands."""
    given = list(findings)
    samples: dict[str, list[str]] = defaultdict(list)
    for where, text in given:
        if where.startswith(_SAMPLE):
            samples[text].append(where.removeprefix(_SAMPLE))
    kept: dict[tuple[str, str], None] = {}
    for where, text in given:
        names = samples[text] if where.startswith(_SAMPLE) else []
        if len(names) >= _MANY:
            more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            kept[f"{len(names)} samples, {', '.join(names[:_LISTED])}{more}", text] = None
        else:
            kept[where, text] = None
    return list(kept)


def summary(project: "Project") -> str:
    """Say in one line what the project holds."""
    simulated = sum(project.is_simulated(sample) for sample in project.samples)
    batches = {sample.batch for sample in project.samples}
    holds = ((project.samples, "sample"), (project.patients, "patient"), (project.panels, "panel"), (batches, "batch"))
    return (
        f"{', '.join(counted(len(things), noun) for things, noun in holds)}; "
        f"{counted(simulated, 'file')} simulated, {len(project.samples) - simulated} to be read"
    )


def all_findings(project: "Project", surveyed_samples: Sequence["SurveyedSample"]) -> Iterator[tuple[str, str]]:
    """Return every finding as (where, what), without what was merely repaired."""
    from marrowgate.fcs.survey import duplicate_acquisitions, duplicate_files, fewer_bits_findings

    yield from missing_markers(project)
    yield from release_findings(project)
    surveyed = [item for _, item in surveyed_samples]
    yield from ((f"sample {sample.sample_id}", text) for sample, text in verdicts(surveyed_samples, "rejected"))
    yield from _panel_findings(project, surveyed_samples)
    yield from _spillover_findings(project, surveyed_samples)
    yield from _lost_events(surveyed_samples)
    for finding in fewer_bits_findings(surveyed):
        where = f"sample {surveyed_samples[finding.index][0].sample_id}"
        yield where, f"{finding.note.code}: {finding.note.sentence}"
    yield from _consistency_findings(surveyed_samples)
    for groups, what in (
        (duplicate_files(surveyed), "the files are the same"),
        (duplicate_acquisitions(surveyed), "the files hold the same acquisition"),
    ):
        for group in groups:
            samples = [surveyed_samples[index][0] for index in group]
            # one sample may be gated with two panels
            if len({sample.panel for sample in samples}) < len(samples):
                yield f"samples {', '.join(sample.sample_id for sample in samples)}", what


def release_findings(project: "Project") -> Iterator[tuple[str, str]]:
    """Return the releases in use that other code made: their gates hold, what a sample's own events give may not."""
    if not project.releases:
        return
    from marrowgate import __version__
    from marrowgate.code_digest import code_digests
    from marrowgate.steps.release import GATING

    now = code_digests(GATING)
    for name, head in project.releases.items():
        differ = [step for step, digest in now.items() if head.code.get(step) != digest]
        if differ:
            versions = f"marrowgate {head.version}, now {__version__}" if head.version != __version__ else "other code"
            what = f"it was made by {versions}: {', '.join(differ)} differ; its gates hold, but a new sample's own"
            yield f"release {name}", f"{what} gates may be found otherwise; make another one and compare with --diff"


def verdicts(surveyed_samples: Sequence["SurveyedSample"], status: str) -> Iterator[tuple["Sample", str]]:
    """Return the samples whose file has this verdict, and why."""
    for sample, item in surveyed_samples:
        verdict = item.file.verdict
        if verdict.status == status:
            notes = verdict.reasons if status == "rejected" else verdict.repairs
            sentences = " | ".join(f"{note.code}: {note.sentence}" for note in notes)
            yield sample, f"file {status}, {sentences}"


def missing_markers(project: "Project") -> Iterator[tuple[str, str]]:
    """Return the populations of each panel's strategy that need a marker which the panel has not."""
    from marrowgate.drafts.offers import height_stands_in

    for panel in project.panels:
        name = project.config.strategy_of_panel[panel]
        known = project.panels[panel].dimensions
        for population in project.strategies[name].populations:
            absent = [
                dimension
                for dimension in population.dimensions
                if dimension not in known and not height_stands_in(dimension, population.dimensions, known)
            ]
            if absent and not population.optional:
                what = f"population {population.name} of strategy {name} needs {', '.join(absent)} and is not gated"
                yield f"panel {panel}", what
        scaled = [marker for marker in project.strategies[name].scales.markers if marker not in known]
        if scaled:
            yield f"panel {panel}", f"strategy {name} gives a scale to {', '.join(scaled)}, which the panel has not"


def _panel_findings(project: "Project", surveyed_samples: Sequence["SurveyedSample"]) -> Iterator[tuple[str, str]]:
    from marrowgate.fcs.survey import panel_findings

    for (panel,), members in _grouped(surveyed_samples, lambda sample: (sample.panel,)):
        for finding in panel_findings([item for _, item in members], project.panels[panel]):
            yield f"sample {members[finding.index][0].sample_id}", f"{finding.note.code}: {finding.note.sentence}"


def _spillover_findings(project: "Project", surveyed_samples: Sequence["SurveyedSample"]) -> Iterator[tuple[str, str]]:
    from marrowgate.signal.spillover.sample_findings import spillover_findings

    for sample, item in surveyed_samples:
        if sample.control_type != "beads":
            source = project.config.signal.spillover_source(sample.batch)
            for note in spillover_findings(item.file, source, project.panels[sample.panel]):
                yield f"sample {sample.sample_id}", f"{note.code}: {note.sentence}"


def _lost_events(surveyed_samples: Sequence["SurveyedSample"]) -> Iterator[tuple[str, str]]:
    """Return the samples whose file seems to hold more events than are read."""
    for sample, item in surveyed_samples:
        for note in item.file.verdict.repairs:
            if note.code in {"bytes_after_data", "data_set_not_linked"}:
                yield f"sample {sample.sample_id}", f"{note.code}: {note.sentence}"


def _consistency_findings(surveyed_samples: Sequence["SurveyedSample"]) -> Iterator[tuple[str, str]]:
    """Compare channels over all visits of a panel, voltages and gains within a batch."""
    from marrowgate.fcs.survey import consistency_findings

    kinds: tuple[tuple[Callable[[Sample], tuple[str, ...]], set[str]], ...] = (
        (lambda sample: (sample.panel,), {"channels_differ"}),
        (lambda sample: (sample.panel, sample.batch), {"voltage_differs", "gain_differs"}),
    )
    for key, codes in kinds:
        for _, members in _grouped(surveyed_samples, key):
            for finding in consistency_findings([item for _, item in members]):
                if finding.note.code in codes:
                    note = finding.note
                    yield f"sample {members[finding.index][0].sample_id}", f"{note.code}: {note.sentence}"


def _grouped(
    surveyed_samples: Sequence["SurveyedSample"], key: Callable[["Sample"], tuple[str, ...]]
) -> list[tuple[tuple[str, ...], list["SurveyedSample"]]]:
    groups: dict[tuple[str, ...], list[SurveyedSample]] = defaultdict(list)
    for surveyed_sample in surveyed_samples:
        groups[key(surveyed_sample[0])].append(surveyed_sample)
    return list(groups.items())

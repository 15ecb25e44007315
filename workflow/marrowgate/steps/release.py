"""`marrowgate release`: freeze the gates of finished batches, or compare two frozen sets."""

import argparse
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marrowgate.errors import Fault, UserError, fault
from marrowgate.plain_text import counted
from marrowgate.settings.messages import NAME_PATTERN, correct_to

if TYPE_CHECKING:
    from marrowgate.gating.releases.make import FinishedBatch
    from marrowgate.gating.releases.release_file import PanelGates
    from marrowgate.settings.project import Project
    from marrowgate.settings.released import ReleasedPanel
    from marrowgate.signal.stability.stability_file import RunQuality

GATING = ("scales", "fit", "consensus", "gate")
"""Steps whose code makes the gates."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", nargs="?", help="name of the release to make")
    parser.add_argument("--diff", nargs=2, metavar=("A", "B"), help="print what differs between two releases")
    parser.add_argument("--config", type=Path, default=Path("config/config.yaml"), help="config file")
    parser.add_argument("--overrides", default="{}", help="entries that take the place of the config's, as JSON")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of the finished run")
    parser.add_argument("--batches", nargs="+", help="batches that the release is made of; not given: all")
    parser.add_argument("--panels", nargs="+", help="panels that the release holds; not given: all of these batches")


def run(args: argparse.Namespace) -> int:
    """Write `config/strategies/released/<name>.yaml`, or print the differences of two."""
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.settings.project_reader import load_project, parse_overrides

    if bool(args.name) == bool(args.diff):
        raise fault("marrowgate release", "needs a name, or --diff with two names", "write marrowgate release NAME")
    project = load_project(args.config, method_faults, parse_overrides(args.overrides))
    return _compare(project, args.diff) if args.diff else _make(project, args)


def _compare(project: "Project", names: Sequence[str]) -> int:
    from marrowgate.gating.releases.differences import differences
    from marrowgate.gating.releases.release_file import read_release

    first, second = (read_release(_existing(project, name)) for name in names)
    lines = list(differences(first, second))
    print("\n".join(lines) if lines else f"{names[0]} and {names[1]} hold the same gates")
    return 0


def _existing(project: "Project", name: str) -> Path:
    path = project.release_path(name)
    if not path.is_file():
        there = sorted(file.stem for file in path.parent.glob("*.yaml"))
        raise fault(str(path), "there is no such release", correct_to(name, there, "correct the name"))
    return path


def _make(project: "Project", args: argparse.Namespace) -> int:
    from marrowgate.gating.releases.against import TOO_FEW_PATIENTS
    from marrowgate.gating.releases.release_file import Release, write_release
    from marrowgate.settings.released import ReleaseHead
    from marrowgate.steps.finished_run import read_finished_run

    path = project.release_path(args.name)
    if not re.fullmatch(NAME_PATTERN, args.name):
        raise fault(args.name, "a name may hold only letters, digits and underscore", "write _ for other signs")
    if path.exists():
        raise fault(str(path), "the release is there already, and a release never changes", "take another name")
    pairs = _pairs(project, args)
    finished = read_finished_run(args.results, project, pairs)
    samples: dict[str, str] = {}
    heads: dict[str, ReleasedPanel] = {}
    gates: dict[str, PanelGates] = {}
    for panel in dict.fromkeys(panel for panel, _ in pairs):
        own = [batch for name, batch in pairs if name == panel]
        heads[panel], gates[panel], digests = _panel(project, args, panel, own)
        samples |= digests
    # of the run, which an upgrade since then has not made anew
    code = {step: finished["code_digests"][step] for step in GATING}
    head = ReleaseHead(args.name, finished["marrowgate"], code, heads, dict(sorted(samples.items())))
    write_release(path, Release(head, gates))
    n_batches = len({batch for _, batch in pairs})
    counts = ((len(heads), "panel"), (n_batches, "batch"), (len(samples), "sample"))
    print(f"{path}: {', '.join(counted(number, noun) for number, noun in counts)}")
    for panel, kept in gates.items():
        if not kept.scales.watches and project.strategies[heads[panel].strategy].home:
            print(f"panel {panel}: the release{TOO_FEW_PATIENTS}")
    return 0


def _pairs(project: "Project", args: argparse.Namespace) -> list[tuple[str, str]]:
    """Return the panels and batches that the release is made of."""
    from marrowgate.settings.sample_links import batches

    pairs = list(batches(project))
    faults = []
    for option, wanted, index in (("--batches", args.batches, 1), ("--panels", args.panels, 0)):
        known = list(dict.fromkeys(pair[index] for pair in pairs))
        faults += [
            Fault(
                option,
                f"no sample that is gated has {name!r}",
                correct_to(name, known, f"name some of {', '.join(known)}"),
            )
            for name in wanted or ()
            if name not in known
        ]
    if faults:
        raise UserError(faults)
    return [
        (panel, batch)
        for panel, batch in pairs
        if (not args.batches or batch in args.batches) and (not args.panels or panel in args.panels)
    ]


def _panel(
    project: "Project", args: argparse.Namespace, panel: str, batches: Sequence[str]
) -> "tuple[ReleasedPanel, PanelGates, dict[str, str]]":
    """Return what a release holds of a panel, and the digests of the samples that it rests on."""
    from marrowgate.gating.releases.make import released_consensus, released_scales, usual_settings
    from marrowgate.gating.releases.release_file import PanelGates, batch_files, file_digests
    from marrowgate.settings.released import ReleasedPanel, panel_channels, strategy_digest

    name = project.config.strategy_of_panel[panel]
    strategy = project.strategies[name]
    qualities: dict[str, RunQuality] = {}
    finished: dict[str, FinishedBatch] = {}
    for batch in batches:
        finished[batch], of_batch = _batch(project, args.results, panel, batch)
        qualities |= of_batch
    scales = released_scales(list(finished.values()))
    settings = [quality.settings or {} for quality in qualities.values()]
    consensus = released_consensus(args.name, panel, list(finished.values()), scales, strategy.home, settings)
    files = {batch: batch_files(own) for batch, own in finished.items()}
    head = ReleasedPanel(
        name,
        strategy_digest(strategy),
        panel_channels(project.panels[panel]),
        usual_settings(settings),
        {batch: file_digests(own) for batch, own in files.items()},
    )
    return head, PanelGates(consensus, scales, files), {name: own.fcs_sha256 for name, own in qualities.items()}


def _batch(project: "Project", results: Path, panel: str, batch: str) -> "tuple[FinishedBatch, dict[str, RunQuality]]":
    """Read what a finished batch left behind."""
    from marrowgate.gating.batch_scales import BatchScales, asks_batch, read_scales
    from marrowgate.gating.records import read_fit
    from marrowgate.gating.releases.make import FinishedBatch
    from marrowgate.no_result import read_no_result
    from marrowgate.settings.sample_links import members
    from marrowgate.signal.stability.stability_file import read_run_quality

    strategy = project.strategies[project.config.strategy_of_panel[panel]]
    of_batch = members(project, panel, batch)
    samples = [sample.sample_id for sample in of_batch]
    fits = {name: results / "fits" / f"{name}.json" for name in samples}
    runs = {name: results / "stability" / f"{name}.json" for name in samples}
    consensus = results / "consensus" / f"{panel}_{batch}.yaml"
    scales = results / "scales" / f"{panel}_{batch}.yaml" if asks_batch(strategy, project.panels[panel]) else None
    needed = [*fits.values(), *runs.values(), consensus, *([scales] if scales else [])]
    if absent := [path for path in needed if not path.is_file()]:
        others = f", and {len(absent) - 1} more of batch {batch} are missing" if len(absent) > 1 else ""
        raise fault(str(absent[0]), f"there is no such file{others}", "run the workflow first")
    usable = [name for name in samples if read_no_result(fits[name]) is None]
    batch_end = FinishedBatch(
        tuple(read_fit(fits[name]) for name in usable),
        read_scales(scales) if scales else BatchScales({}),
        _as_written(consensus),
        _as_written(scales) if scales else None,
        {sample.sample_id: sample.patient_id for sample in of_batch if sample.patient_id},
    )
    return batch_end, {name: read_run_quality(runs[name]) for name in usable}


def _as_written(path: Path) -> Mapping[str, Any]:
    """Read a file of a batch; one that cannot be written again byte for byte was not made by this program."""
    from marrowgate.plain_yaml import read_plain, text_of_plain

    plain: Mapping[str, Any] = read_plain(path)
    if text_of_plain(plain) != path.read_text(encoding="utf-8"):
        raise fault(str(path), "it was changed by hand, or is of another version", "run the workflow again")
    return plain

"""`marrowgate try`: take a handful of files the whole per-sample way, without sheets."""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marrowgate.errors import Fault, UserError
from marrowgate.progress import with_progress

if TYPE_CHECKING:
    from marrowgate.fcs.model import FcsFile
    from marrowgate.measure.collect import Measured
    from marrowgate.settings.panel import Panel
    from marrowgate.settings.strategies.strategy import Strategy
    from marrowgate.steps.try_run import TryGroup
    from marrowgate.steps.try_setup import GivenControl, Setup

    Data = dict[str, tuple[Path, FcsFile]]
    ReadControl = tuple[str, GivenControl, FcsFile]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    panel = "panel file; without it the files' own labels say what is stained"
    strategy = "strategy file; without it the shipped strategy that the markers allow is taken"
    control = "control that serves the files: unstained, fmo:MARKER, isotype:MARKER or baseline; repeat for more"
    one_batch = "the files are one run of one instrument: they lend each other gates. Without it each stands alone"
    parser.add_argument("--panel", type=Path, help=panel)
    parser.add_argument("--strategy", type=Path, help=strategy)
    parser.add_argument("--out", default=Path("tried"), type=Path, help="folder to write into (default: tried)")
    parser.add_argument("--control", action="append", default=[], metavar="KIND=FILE", help=control)
    parser.add_argument("--one-batch", action="store_true", help=one_batch)
    parser.add_argument("--gain", choices=["ignore", "apply"], default="ignore", help="what to do with $PnG")
    parser.add_argument("--spillover", choices=["file", "none"], default="file", help="which spillover matrix to use")
    parser.add_argument(
        "--measure", action="append", default=[], metavar="POPULATION:MARKER", help="marker to measure; repeat for more"
    )
    parser.add_argument("--strict", action="store_true", help="end with exit code 3 when a file is rejected")
    parser.add_argument(
        "--anonymous", action="store_true", help="call the files by number; no name or path in the tables"
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="FCS files")


def run(args: argparse.Namespace) -> int:
    """Gate every file, write the tables, and say what was found."""
    from marrowgate.steps.try_pictures import write_try_pictures
    from marrowgate.steps.try_run import OpenedFiles, TryOptions, run_group
    from marrowgate.steps.try_setup import marker_faults, named_data_sets

    panel, strategy, controls, faults = _given(args)
    data = named_data_sets([path for path in args.files if path.is_file()], anonymous=args.anonymous)
    setups = _setups(data, panel, strategy)
    faults += [*_wrong_measures(args.measure, setups), *marker_faults(controls, [setup.panel for setup, _ in setups])]
    if faults:
        raise UserError(faults)
    read = _control_data(args, data, controls)
    groups = list(_groups(args, data, setups, read))
    opened, options = OpenedFiles(), TryOptions(args.out, args.gain, args.spillover, tuple(_wanted(args)))
    results: list[tuple[TryGroup, list[Measured]]] = []
    for group in with_progress(groups, "groups of files", 1):
        results.append((group, run_group(group, options, opened)))
        opened.forget(group.stained)
    tables = _write_tables(args, data, results)
    pages = write_try_pictures(args.out, results, tables["populations"])
    _print_words(args, setups, tables, pages, groups)
    _print_idle([name for name, _, _ in read], groups)
    return _end(args, tables["manifest"])


def _given(
    args: argparse.Namespace,
) -> "tuple[Panel | None, tuple[str, Strategy] | None, list[GivenControl], list[Fault]]":
    """Read what is given, with the faults of it and of the files' names; without panel or strategy it ends here."""
    from marrowgate.gating.method_checks import load_checked_strategy
    from marrowgate.settings.panel import load_panel
    from marrowgate.steps.try_setup import given_controls

    controls, faults = given_controls(args.control)
    absent = [
        Fault(str(path), "there is no such file", "correct the path") for path in args.files if not path.is_file()
    ]
    faults = [*absent, *faults]
    n_told, panel, strategy = len(faults), None, None
    try:
        strategy = (args.strategy.stem, load_checked_strategy(args.strategy)) if args.strategy else None
    except UserError as error:
        faults += error.faults
    try:
        panel = load_panel(args.panel) if args.panel else None
    except UserError as error:
        faults += error.faults
    if len(faults) > n_told:
        raise UserError([*faults, *_measure_faults(args.measure, strategy[1] if strategy else None, panel)])
    return panel, strategy, controls, faults


def _setups(
    data: "Data", panel: "Panel | None", strategy: "tuple[str, Strategy] | None"
) -> "list[tuple[Setup, list[str]]]":
    """Return what the files are gated with, each with the files that have it."""
    from marrowgate.drafts.proposal import load_library
    from marrowgate.steps.try_setup import setup_of

    library = load_library() if panel is None or strategy is None else None
    setups: dict[tuple[object, ...], tuple[Setup, list[str]]] = {}
    for name, (_, header) in data.items():
        setup = setup_of(header, panel, strategy, library)
        setups.setdefault(setup.key, (setup, []))[1].append(name)
    return list(setups.values())


def _groups(
    args: argparse.Namespace,
    data: "Data",
    setups: "Sequence[tuple[Setup, list[str]]]",
    read: "Sequence[ReadControl]",
) -> "Iterator[TryGroup]":
    from marrowgate.steps.try_setup import groups_of

    for number, (setup, names) in enumerate(setups, start=1):
        panel_name = "tried" if len(setups) == 1 else f"tried_{number}"
        yield from groups_of(names, setup, panel_name, data, read, one_batch=args.one_batch)


def _control_data(args: argparse.Namespace, data: "Data", controls: "Sequence[GivenControl]") -> "list[ReadControl]":
    """Return the data sets of the controls under names that no file has."""
    from marrowgate.steps.try_setup import named_data_sets

    read = []
    for n, control in enumerate(controls, start=1):
        start = f"control{n}" if args.anonymous else "control"
        for name, (_, header) in named_data_sets([control.path], anonymous=args.anonymous, start=start).items():
            free = name if name not in data else f"{name}_control"
            read.append((free, control, header))
    return read


def _measure_faults(words: Iterable[str], strategy: "Strategy | None", panel: "Panel | None") -> Iterator[Fault]:
    """Tell which words of `--measure` name nothing that can be measured."""
    from marrowgate.settings.messages import correct_to

    where = "option --measure"
    for word in words:
        population, _, marker = word.partition(":")
        if not population or not marker:
            yield Fault(where, f"must be POPULATION:MARKER, got {word!r}", "write it like cd34_hspc:CXCR4")
            continue
        populations = tuple(step.name for step in strategy.populations) if strategy else (population,)
        if population not in populations:
            cure = correct_to(population, populations, "name a population of the strategy")
            yield Fault(where, f"the strategy has no population {population!r}", cure)
        markers = tuple(entry.marker for entry in panel.channels if entry.marker) if panel else (marker,)
        if marker not in markers:
            cure = correct_to(marker, markers, f"name one of {', '.join(markers)}")
            yield Fault(where, f"the panel has no marker {marker!r}", cure)


def _wrong_measures(words: Sequence[str], setups: "Sequence[tuple[Setup, list[str]]]") -> Iterator[Fault]:
    """Tell what no panel or strategy of the files has."""
    for word in words:
        of_setups = [
            list(_measure_faults([word], setup.strategy, setup.panel)) for setup, _ in setups if setup.strategy
        ]
        if all(of_setups):
            yield from of_setups[0] if of_setups else _measure_faults([word], None, None)


def _wanted(args: argparse.Namespace) -> list[tuple[str, str]]:
    return [(population, marker) for population, _, marker in (word.partition(":") for word in args.measure)]


def _write_tables(
    args: argparse.Namespace, data: "Data", results: "Sequence[tuple[TryGroup, list[Measured]]]"
) -> dict[str, list[dict[str, Any]]]:
    """Write the tables and return their rows; a control that serves several groups has its rows once."""
    from marrowgate.tables import write_table

    seen: set[str] = set()
    rows: dict[str, list[dict[str, Any]]] = {"manifest": [], "populations": [], "intensities": [], "quality": []}
    for _, measured in results:
        for table, of_table in _rows(args, measured).items():
            rows[table] += [row for row in of_table if row["sample_id"] not in seen]
        seen |= {entry.sample.sample_id for entry in measured}
    rows["manifest"] = _with_untried(args, rows["manifest"], data)
    write_table(args.out / "manifest.tsv", "tried", rows["manifest"])
    for table in ("populations", "intensities", "quality"):
        write_table(args.out / "tables" / f"{table}.tsv", table, rows[table])
    return rows


def _rows(args: argparse.Namespace, measured: "list[Measured]") -> dict[str, list[dict[str, Any]]]:
    from marrowgate.measure.collect import intensity_table, manifest_table, population_table, quality_table
    from marrowgate.measure.compensation_doubts import mark_tables
    from marrowgate.settings.config import Measure
    from marrowgate.settings.quality import Quality
    from marrowgate.steps.try_run import SEED

    paths = [
        {"fcs": None if args.anonymous else entry.sample.fcs, "data_set": entry.sample.data_set} for entry in measured
    ]
    populations, intensities = mark_tables(
        population_table(measured, Measure()),
        intensity_table(measured, Measure(), SEED, {}),
        measured,
        Quality().max_spillover_difference,
        is_wanted=args.spillover != "none",
    )
    return {
        "manifest": [{**row, **path} for row, path in zip(manifest_table(measured), paths, strict=True)],
        "populations": populations,
        "intensities": intensities,
        "quality": quality_table(measured, Quality(), Measure()),
    }


def _with_untried(args: argparse.Namespace, rows: list[dict[str, Any]], data: "Data") -> list[dict[str, Any]]:
    """Return the rows of the manifest with those of files that no strategy gates, in the order of the files."""
    from marrowgate.fcs.read import file_sha256
    from marrowgate.measure.manifest import manifest_row

    known = {row["sample_id"]: row for row in rows}
    for name, (path, header) in data.items():
        if name not in known:
            origin = {"fcs": None if args.anonymous else str(path), "data_set": header.data_set}
            known[name] = {**manifest_row(name, header, file_sha256(path)), **origin}
    others = [name for name in known if name not in data]
    return [known[name] for name in (*data, *others)]


def _print_words(
    args: argparse.Namespace,
    setups: "Sequence[tuple[Setup, list[str]]]",
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    pages: Sequence[Path],
    groups: "Sequence[TryGroup]",
) -> None:
    from marrowgate.steps.try_words import setup_lines

    for setup, names in setups:
        own = [group for group in groups if {file.name for file in group.stained} & set(names)]
        serving = {file.name: file.role for group in own for file in group.controls}
        print("\n".join(setup_lines(setup, names, tables, serving)))
    verdicts = [row["verdict"] for row in tables["manifest"]]
    rejected, failed = verdicts.count("rejected"), verdicts.count("failed")
    more = f", {failed} failed because of a defect of marrowgate" if failed else ""
    counted = "1 data set" if len(verdicts) == 1 else f"{len(verdicts)} data sets"
    print(f"{counted}, {rejected} rejected{more}; the tables are in {args.out / 'tables'}")
    print(f"the gates are drawn in {', '.join(map(str, pages))}")
    if not args.anonymous:
        print("the tables hold names and paths of the files; --anonymous calls the files by number")


def _print_idle(names: Sequence[str], groups: "Sequence[TryGroup]") -> None:
    serving = {file.name for group in groups for file in group.controls}
    for name in names:
        if name not in serving:
            print(f"control {name} was not used: it has not all the channels of a panel above")


def _end(args: argparse.Namespace, manifest: Sequence[Mapping[str, Any]]) -> int:
    verdicts = {row["verdict"] for row in manifest}
    if not args.strict:
        return 0
    return 1 if "failed" in verdicts else 3 if "rejected" in verdicts else 0

"""`marrowgate init`: draft the sheets, panels and settings of a project from FCS files."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.errors import Fault, UserError, fault
from marrowgate.options import whole_number
from marrowgate.plain_text import counted
from marrowgate.progress import with_progress

if TYPE_CHECKING:
    from marrowgate.drafts.draft import DataSet, Wishes
    from marrowgate.drafts.panels import NamedPanel
    from marrowgate.drafts.project_folder import ProjectFolder
    from marrowgate.drafts.proposal import Library
    from marrowgate.drafts.sample_rows import Cells

_ENDINGS = frozenset({".fcs", ".lmd"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    pattern = "how the files are named, like '{patient}_{visit}_{tube}'; also {date}, and {any} for anything"
    names = "call samples by the names of their files, and name files in what is printed"
    links = "give the files names without patient and date, as links in DIR/data/fcs; the sheet holds these"
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of the project; its part config/ is written")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="FCS files, or folders of them")
    parser.add_argument("--pattern", help=pattern)
    parser.add_argument("--cycle-days", type=whole_number(1), help="days of a treatment cycle")
    parser.add_argument("--batch", default="", help="the files are one run of one instrument, with this name")
    parser.add_argument("--names", action="store_true", help=names)
    parser.add_argument("--links", action="store_true", help=links)


def run(args: argparse.Namespace) -> int:
    """Write the drafts, and say what they hold and what is still missing."""
    from marrowgate.drafts.draft import draft_rows
    from marrowgate.drafts.panels import assign_panels
    from marrowgate.drafts.project_folder import open_project
    from marrowgate.drafts.proposal import load_library

    paths = _files(args.files)
    project, library = open_project(args.folder), load_library()
    wishes = _wishes(args, paths)
    sets, n_old, n_fewer_bits = _data_sets(paths, project)
    panels = assign_panels([item.header for item in sets], library, project.panels)
    rows = draft_rows(sets, panels, wishes, project.sample_ids)
    new = [(item, row) for item, row in zip(sets[n_old:], rows[n_old:], strict=True) if row is not None]
    old = [(item, row) for item, row in zip(sets[:n_old], rows[:n_old], strict=True) if row is not None]
    n_filled = _write(args, project, library, panels, new, old if wishes.pattern else [])
    print("\n".join(_words(args, project, sets[n_old:], panels, [row for _, row in new], n_filled, n_fewer_bits)))
    return 0


def _files(given: Sequence[Path]) -> list[Path]:
    """Return the files, and those in the folders, each once and in order."""
    faults, files = [], []
    for path in given:
        if path.is_dir():
            inside = [
                inner for inner in sorted(path.rglob("*")) if inner.suffix.lower() in _ENDINGS and inner.is_file()
            ]
            files += inside
            if not inside:
                faults.append(Fault(str(path), "holds no file that ends in .fcs or .lmd", "name the files"))
        elif path.is_file():
            files.append(path)
        else:
            faults.append(Fault(str(path), "there is no such file", "correct the path"))
    if faults:
        raise UserError(faults)
    return list(dict.fromkeys(Path(os.path.abspath(path)) for path in files))  # noqa: PTH100 - links are not followed


def _wishes(args: argparse.Namespace, paths: Sequence[Path]) -> "Wishes":
    import re

    from marrowgate.drafts.draft import Wishes
    from marrowgate.drafts.file_names import compile_pattern, fields_of

    if args.batch and not re.fullmatch(r"[A-Za-z0-9_]+", args.batch):
        raise fault("option --batch", "may hold only letters, digits and underscore", "write _ for other signs")
    pattern = args.pattern or _confirmed(paths)
    compiled = compile_pattern(pattern) if pattern else None
    if compiled and not any(fields_of(path.stem, compiled) for path in paths):
        what = f"no file's name is like {pattern!r}"
        raise fault("option --pattern", what, "compare it with the names; the ending .fcs does not count")
    return Wishes(compiled, args.cycle_days, args.batch, args.names)


def _confirmed(paths: Sequence[Path]) -> str:
    """Ask on a terminal whether the proposed pattern is right; elsewhere nobody can say so."""
    from marrowgate.drafts.file_names import compile_pattern, fields_of, propose_pattern

    pattern = propose_pattern([path.stem for path in paths])
    if not pattern or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return ""
    print(f"The names of the files look like {pattern}. Read so:")
    for path in paths[:3]:
        fields = fields_of(path.stem, compile_pattern(pattern))
        print(
            f"  {path.name}: {', '.join(f'{name} {value}' for name, value in fields.items()) or 'another kind of name'}"
        )
    return pattern if input("Is that right? [y/N] ").strip().lower() in {"y", "yes"} else ""


def _data_sets(paths: Sequence[Path], project: "ProjectFolder") -> "tuple[list[DataSet], int, int]":
    """Return the data sets that the sheet holds already, as far as their files are there, then the new ones.

    Also how many old ones there are, and how many new ones were left out since the next holds their events in full.
    """
    from marrowgate.drafts.draft import DataSet, day_of
    from marrowgate.fcs.acquisition import acquired
    from marrowgate.fcs.read import data_sets, read_header
    from marrowgate.fcs.survey import holds_fewer_bits

    old = [
        DataSet(
            path,
            read_header(path, data_set),
            acquired(path, data_set),
            cells.get("batch", ""),
            cells.get("sample_id", ""),
            day_of(cells),
        )
        for path, data_set, cells in project.known_files()
    ]
    known = {(item.path.resolve(), item.header.data_set) for item in old}
    new, n_fewer_bits = [], 0
    for path in with_progress(paths, "files"):
        headers = data_sets(path)
        fewer = [holds_fewer_bits(header, following) for header, following in pairwise(headers)]
        for header, is_fewer in zip(headers, [*fewer, False], strict=True):
            if (path.resolve(), header.data_set) in known:
                continue
            n_fewer_bits += is_fewer
            if not is_fewer:
                new.append(DataSet(path, header, acquired(path, header.data_set)))
    return [*old, *new], len(old), n_fewer_bits


def _write(
    args: argparse.Namespace,
    project: "ProjectFolder",
    library: "Library",
    panels: "Sequence[NamedPanel]",
    new: "Sequence[tuple[DataSet, Cells]]",
    old: "Sequence[tuple[DataSet, Cells]]",
) -> int:
    """Write sheet, panels, strategies and config; return how many old rows had empty cells filled in."""
    from marrowgate.drafts.project_folder import write_panels, write_settings, write_sheet

    write_panels(project, library, panels)
    write_settings(project, library, panels, [row for _, row in new], [item.header for item, _ in new])
    return write_sheet(project, new, old, links=args.links)


def _words(
    args: argparse.Namespace,
    project: "ProjectFolder",
    new: "Sequence[DataSet]",
    panels: "Sequence[NamedPanel]",
    rows: "Sequence[Cells]",
    n_filled: int,
    n_fewer_bits: int,
) -> Iterator[str]:
    """Say what was drafted, which populations will be had, and what is still to be filled in."""
    from marrowgate.drafts.init_words import offer_lines, sheet_lines
    from marrowgate.drafts.project_folder import SHEET

    n_files = len({item.path for item in new})
    yield f"{counted(n_files, 'new file')}, {counted(len(new), 'data set')}; {counted(len(rows), 'row')} in {SHEET}"
    if n_filled:
        yield f"{counted(n_filled, 'old row')}: empty cells filled in; what stood there stays"
    if n_fewer_bits:
        what = "the next of the same file holds the same events with more bits"
        yield f"{counted(n_fewer_bits, 'data set')} without a row: {what}"
    for number, item in enumerate(new, start=1):
        if item.header.verdict.status == "rejected":
            called = item.path.name if args.names else f"data set {number}"
            why = " | ".join(f"{note.code}: {note.sentence}" for note in item.header.verdict.reasons)
            yield f"{called} is rejected and has no row: {why}"
    for named in panels:
        yield from offer_lines(named)
    yield from sheet_lines(rows)
    if not args.pattern:
        yield from _pattern_words(new)
    yield "next: look at the column to_do, and at the lines with TODO in the panels; then"
    yield f"  cd {project.folder} && marrowgate check"


def _pattern_words(new: "Sequence[DataSet]") -> Iterator[str]:
    from marrowgate.drafts.file_names import compile_pattern, fields_of, propose_pattern

    stems = list(dict.fromkeys(item.path.stem for item in new))
    pattern = propose_pattern(stems)
    if pattern:
        compiled = compile_pattern(pattern)
        counts = Counter(name for stem in stems for name in fields_of(stem, compiled))
        n_fit = max(counts.values(), default=0)
        # a word that is the same in all names may itself be a name
        shown = pattern if all(part in {"", "_", "-", " ", "."} for part in _between(pattern)) else ""
        how = f"like {shown}" if shown else "alike"
        yield f"the names of {n_fit} of {len(stems)} files are {how}: --pattern says which part is patient, visit, tube"


def _between(pattern: str) -> list[str]:
    import re

    return re.split(r"\{[^{}]*\}", pattern)

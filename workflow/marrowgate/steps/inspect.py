"""`marrowgate inspect`: say of single FCS files what they are and whether they can be used."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marrowgate.plain_text import printable

if TYPE_CHECKING:
    from marrowgate.fcs.model import Channel, FcsFile, Note
    from marrowgate.settings.panel import Panel

_EVERY = 100  # files between two signs of progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("fcs", nargs="+", type=Path, metavar="FILE", help="FCS file")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--panel", type=Path, help="panel that gives roles and markers; says how its channels differ")
    strict = "end with exit code 3 when a data set is rejected; repaired ones can be used and do not count"
    parser.add_argument("--strict", action="store_true", help=strict)


def run(args: argparse.Namespace) -> int:
    """Print one row per data set, from the headers alone."""
    from marrowgate.fcs.read import data_sets
    from marrowgate.settings.panel import load_panel

    panel = load_panel(args.panel) if args.panel else None
    files = [(path, file) for path in _with_progress(args.fcs) for file in data_sets(path, panel=panel)]
    if args.json:
        print(json.dumps([describe(path, file, panel) for path, file in files], indent=1, ensure_ascii=False))
    else:
        print("\n".join(table(files, panel)))
    rejected = any(file.verdict.status == "rejected" for _, file in files)
    return 3 if args.strict and rejected else 0


def describe(path: Path, file: "FcsFile", panel: "Panel | None" = None) -> dict[str, Any]:
    """Return one data set as plain values for JSON; with a panel also how their channels differ."""
    return {
        "fcs": str(path),
        "data_set": file.data_set,
        "verdict": file.verdict.status,
        "reasons": _notes(file.verdict.reasons),
        "repairs": _notes(file.verdict.repairs),
        "fcs_version": file.version,
        "n_events": file.n_events,
        "n_channels": len(file.channels),
        "cytometer": file.cytometer,
        "has_spillover": file.spillover is not None,
        "channels": [
            {
                "channel": channel.name,
                "marker": channel.marker,
                "role": channel.role,
                "scatter": channel.scatter,
                "fluorochrome": channel.fluorochrome,
            }
            for channel in file.channels
        ],
        "facts": dict(file.facts),
        "policy": dict(file.policy),
        **(_differences(file, panel) if panel else {}),
    }


def table(files: Sequence[tuple[Path, "FcsFile"]], panel: "Panel | None" = None) -> Iterator[str]:
    """Return the table, tab-separated with a header; codes instead of sentences."""
    columns = ("fcs", "data_set", "verdict", "reasons", "repairs", "fcs_version", "n_events")
    more = ("missing_in_file", "not_in_panel") if panel else ()
    yield "\t".join((*columns, "n_channels", "cytometer", "has_spillover", "facts", "channels", *more))
    for path, file in files:
        cells = [
            str(path),
            str(file.data_set),
            file.verdict.status,
            ",".join(note.code for note in file.verdict.reasons),
            ",".join(note.code for note in file.verdict.repairs),
            file.version,
            str(file.n_events),
            str(len(file.channels)),
            file.cytometer,
            "true" if file.spillover else "false",
            " ".join(f"{name}={value}" for name, value in file.facts.items()),
            ", ".join(_channel(channel) for channel in file.channels),
            *(", ".join(names) for names in (_differences(file, panel) if panel else {}).values()),
        ]
        yield "\t".join(printable(" ".join(cell.split())) for cell in cells)


def _differences(file: "FcsFile", panel: "Panel") -> dict[str, list[str]]:
    """Name the channels of the panel that the file has not, and those of the file that the panel has not."""
    from marrowgate.fcs.survey import channel_and_marker, compare_with_panel

    # a file that cannot be read has no channels that could be missing
    missing, extra = compare_with_panel(file.channels, panel) if file.channels else ((), ())
    return {
        "missing_in_file": [channel_and_marker(entry) for entry in missing],
        "not_in_panel": [_channel(channel) for channel in extra],
    }


def _channel(channel: "Channel") -> str:
    if channel.role != "fluorescence":
        return f"{channel.name} ({channel.scatter or channel.role})"
    return f"{channel.name} ({channel.marker})" if channel.marker else channel.name


def _notes(notes: Sequence["Note"]) -> list[dict[str, str]]:
    return [{"code": note.code, "sentence": note.sentence} for note in notes]


def _with_progress(paths: Sequence[Path]) -> Iterator[Path]:
    """Pass the paths on; say on a terminal how far it is, and nothing when piped."""
    shown = sys.stderr.isatty() and len(paths) > _EVERY
    for number, path in enumerate(paths):
        if shown and number % _EVERY == 0:
            print(f"\r{number} of {len(paths)} files", end="", file=sys.stderr, flush=True)
        yield path
    if shown:
        print(f"\r{len(paths)} of {len(paths)} files", file=sys.stderr)

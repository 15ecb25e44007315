"""`marrowgate unmix`: raw files of a spectral cytometer become files with one channel for each fluorochrome."""

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.errors import Fault, NotEstimableError, UserError
from marrowgate.options import positive_number

if TYPE_CHECKING:
    from marrowgate.fcs.model import FcsFile
    from marrowgate.settings.panel import Panel, PanelChannel
    from marrowgate.signal.unmixing.unmix import Signatures


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--panel", required=True, type=Path, help="panel file; its channels are the unmixed ones")
    parser.add_argument("--stains", required=True, nargs="+", type=Path, metavar="FCS", help="raw single stains")
    markers = "marker, fluorochrome or channel of each stain, as in the panel"
    parser.add_argument("--markers", required=True, nargs="+", metavar="NAME", help=markers)
    parser.add_argument(
        "--unstained", required=True, type=Path, metavar="FCS", help="raw file of cells without a stain"
    )
    parser.add_argument("--non-negative", action="store_true", help="no fluorochrome may be below 0")
    parser.add_argument("--max-condition", type=positive_number, default=20.0, help="largest condition number")
    parser.add_argument("--out", required=True, type=Path, help="folder to write the unmixed files into")
    parser.add_argument("--signatures", required=True, type=Path, help="signatures to write, .csv")
    parser.add_argument("--checks", required=True, type=Path, help="checks to write, .tsv; Parquet beside it")
    parser.add_argument("--batch", default="unmix", help="name of the batch, for the checks")
    parser.add_argument("--strict", action="store_true", help="end with exit code 3 when a check is flagged")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="raw FCS files")


def run(args: argparse.Namespace) -> int:
    """Find the signatures, write them with their checks, and unmix every file."""
    from marrowgate.settings.panel import load_panel
    from marrowgate.signal.unmixing.signatures import SpectralStain, find_signatures
    from marrowgate.signal.unmixing.spectral_checks import unmixing_checks
    from marrowgate.signal.unmixing.unmixed_file import write_signatures, write_unmixed
    from marrowgate.tables import write_table

    panel = load_panel(args.panel)
    entries = _entries(args, panel)
    stains = [
        SpectralStain(entry.channel, path.stem, _raw(path)) for entry, path in zip(entries, args.stains, strict=True)
    ]
    unstained = _raw(args.unstained)
    try:
        signatures, noise = find_signatures(stains, unstained)
        checks = unmixing_checks(signatures, args.max_condition)
    except NotEstimableError as error:
        raise UserError([Fault("options --stains, --unstained", str(error), "give other controls")]) from None
    controls = [*zip(args.stains, (stain.file for stain in stains), strict=True)]
    if faults := [fault for path, file in controls for fault in _settings_faults(path, file, unstained, signatures)]:
        raise UserError(faults)
    write_signatures(args.signatures, signatures)
    rows = [{"sample_id": args.batch, "batch": args.batch, **vars(check)} for check in checks]
    write_table(args.checks, "quality", rows)
    for path in args.files:
        # a file that cannot be unmixed does not stop the others; all such files are told at the end
        try:
            raw = _raw(path)
            if own := _settings_faults(path, raw, unstained, signatures):
                faults += own
                continue
            out = args.out / f"{path.stem}.fcs"
            write_unmixed(out, raw, signatures, noise, entries, negative=not args.non_negative)
        except UserError as error:
            faults += error.faults
    if faults:
        raise UserError(faults)
    return 3 if args.strict and any(check.verdict == "flagged" for check in checks) else 0


def _settings_faults(path: Path, file: "FcsFile", unstained: "FcsFile", signatures: "Signatures") -> list[Fault]:
    """Tell where a file's detectors are not those of the unstained control, whose signatures they need."""
    from marrowgate.signal.unmixing.unmixed_file import detector_faults

    what = detector_faults(file, unstained, signatures.detectors)
    return [Fault(str(path), what, "give files of one instrument at the same settings")] if what else []


def _file_faults(args: argparse.Namespace) -> list[Fault]:
    """Tell which files are not there, have the same name, or would be written over."""
    given = (*args.stains, args.unstained, *args.files)
    faults = [Fault(str(path), "there is no such file", "correct the path") for path in given if not path.is_file()]
    stems = Counter(path.stem for path in args.files)
    twice = sorted(stem for stem, count in stems.items() if count > 1)
    faults += [Fault("files", f"two are called {stem!r}", "unmix them into different folders") for stem in twice]
    if any(path.resolve().parent == args.out.resolve() for path in args.files):
        faults.append(Fault("option --out", "is the folder of the raw files", "give another folder"))
    return faults


def _entries(args: argparse.Namespace, panel: "Panel") -> "list[PanelChannel]":
    """Return the entry of the panel that each stain has; tell all that is wrong with the options together."""
    from marrowgate.settings.messages import correct_to

    faults = _file_faults(args)
    if len(args.markers) != len(args.stains):
        what = f"has {len(args.markers)} entries for {len(args.stains)} stains"
        faults.append(Fault("option --markers", what, "give one entry for each stain"))
    by_name = {
        name.casefold(): entry
        for entry in panel.channels
        if entry.marker
        for name in (entry.fluorochrome, entry.channel, entry.marker)
        if name
    }
    for name in args.markers:
        if name.casefold() not in by_name:
            known = [entry.marker for entry in panel.channels if entry.marker]
            cure = correct_to(name, known, "name a marker of the panel")
            faults.append(Fault("option --markers", f"the panel has no stained channel {name!r}", cure))
    if faults:
        raise UserError(faults)
    entries = [by_name[name.casefold()] for name in args.markers]
    twice = sorted({entry.channel for entry in entries if entries.count(entry) > 1})
    if twice:
        what = f"two stains are of {', '.join(twice)}"
        raise UserError([Fault("option --markers", what, "give one stain for each fluorochrome")])
    return entries


def _raw(path: Path) -> "FcsFile":
    from marrowgate.fcs.read import read_fcs

    file = read_fcs(path)
    if file.events is None:
        reasons = "; ".join(note.sentence for note in file.verdict.reasons)
        raise UserError([Fault(str(path), f"the file is rejected: {reasons}", "give a file that can be read")])
    return file

"""`marrowgate spillover`: the spillover matrix of a batch, from its single stains or from a CSV file, checked."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marrowgate.errors import Fault, UserError
from marrowgate.options import positive_number, whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marrowgate.fcs.model import FcsFile, Spillover
    from marrowgate.settings.panel import Panel
    from marrowgate.signal.checks import Check
    from marrowgate.signal.spillover.matrix_checks import SpilloverLimits
    from marrowgate.signal.spillover.stained_events import StainSample


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--panel", required=True, type=Path, help="panel file")
    parser.add_argument("--batch", required=True, help="name of the batch, for the checks")
    parser.add_argument(
        "--matrix", nargs="?", type=Path, metavar="CSV", help="take this matrix instead of computing one"
    )
    stains = parser.add_argument_group("single stains, one entry of each list for each sample")
    stains.add_argument("--stains", nargs="*", type=Path, default=[], metavar="FCS", help="files of the single stains")
    stains.add_argument("--markers", nargs="*", default=[], metavar="NAME", help="marker, fluorochrome or channel")
    stains.add_argument(
        "--data-sets", nargs="*", type=whole_number(1), default=[], metavar="N", help="data sets, from 1; default 1"
    )
    stains.add_argument("--sample-ids", nargs="*", default=[], metavar="ID", help="names for the checks")
    stains.add_argument("--unstained", nargs="?", type=Path, metavar="FCS", help="the same cells without a stain")
    stains.add_argument(
        "--unstained-data-set", type=whole_number(1), default=1, metavar="N", help="its data set, from 1"
    )
    parser.add_argument("--gain", choices=["ignore", "apply"], default="ignore", help="what to do with $PnG")
    limits = parser.add_argument_group("limits of the checks")
    limits.add_argument("--allow-unusual-spillover", action="store_true", help="entries below 0 or above 1 are right")
    limits.add_argument("--max-condition", type=positive_number, default=20.0, help="largest condition number")
    limits.add_argument(
        "--max-residual-pct", type=positive_number, default=1.0, help="largest signal left, %% of the stain's own"
    )
    limits.add_argument(
        "--max-residual-correlation", type=positive_number, default=0.4, help="largest rank correlation left"
    )
    parser.add_argument("--out", required=True, type=Path, help="matrix to write, .csv")
    parser.add_argument("--checks", required=True, type=Path, help="checks to write, .tsv; Parquet beside it")
    parser.add_argument("--strict", action="store_true", help="end with exit code 3 when a check is flagged")


def run(args: argparse.Namespace) -> int:
    """Write the matrix and its checks; without one that can be used, why, and the batch's samples are rejected."""
    _check_lists(args)
    from contextlib import ExitStack

    from marrowgate.content import unchanged
    from marrowgate.no_result import NoResult, NoResultError, write_no_result
    from marrowgate.settings.panel import load_panel
    from marrowgate.signal.checks import Check
    from marrowgate.signal.spillover.compensation import SpilloverError
    from marrowgate.signal.spillover.matrix_checks import SpilloverLimits
    from marrowgate.signal.spillover.matrix_csv import read_spillover, write_spillover
    from marrowgate.steps.guarded import guarded
    from marrowgate.tables import write_table

    panel = load_panel(args.panel)
    limits = SpilloverLimits(
        args.allow_unusual_spillover, args.max_condition, args.max_residual_pct, args.max_residual_correlation
    )
    given = read_spillover(args.matrix) if args.matrix else None
    checks: list[tuple[str, Check]] = []

    def work() -> int:
        try:
            with ExitStack() as files:
                for path in filter(None, (*args.stains, args.unstained)):
                    files.enter_context(unchanged(path))
                stains = _read_stains(args, panel, checks)
                unstained = _read_unstained(args, panel, checks)
                spillover, rows = _matrix_and_checks(given, stains, unstained, panel, limits)
        except SpilloverError as error:
            if args.matrix:
                cure = "correct the matrix or the controls it comes from"
                raise UserError([Fault(str(args.matrix), str(error), cure)]) from None
            raise NoResultError(NoResult("rejected", f"spillover_refused: {error}")) from None
        rows = [*checks, *rows]
        write_spillover(args.out, spillover)
        write_table(args.checks, "quality", [_row(args.batch, sample_id, check) for sample_id, check in rows])
        return 3 if args.strict and any(check.verdict == "flagged" for _, check in rows) else 0

    def instead(no_result: NoResult) -> None:
        usable = (None, Check("spillover_usable", 0.0, 1.0, "flagged", no_result.reasons))
        write_table(args.checks, "quality", [_row(args.batch, name, check) for name, check in (*checks, usable)])
        write_no_result(args.out, no_result)

    return guarded("spillover", args.batch, work, instead, strict=args.strict)


def _check_lists(args: argparse.Namespace) -> None:
    faults = []
    if not args.matrix and not args.stains:
        faults.append(Fault("options of spillover", "there is nothing to compute from", "give --stains or --matrix"))
    for name in ("markers", "data_sets", "sample_ids"):
        entries = getattr(args, name)
        if len(entries) != len(args.stains) and (entries or name == "markers"):
            what = f"has {len(entries)} entries for {len(args.stains)} stains"
            faults.append(Fault(f"option --{name.replace('_', '-')}", what, "give one entry for each stain"))
    if faults:
        raise UserError(faults)


def _names_of(panel: "Panel") -> tuple[set[str], set[str]]:
    """Return the names of the panel's channels, and these with markers and fluorochromes; all in one case."""
    channels = {name.casefold() for entry in panel.channels for name in (entry.channel, *entry.aliases)}
    words = {(word or "").casefold() for entry in panel.channels for word in (entry.marker, entry.fluorochrome)}
    return channels, channels | words


def _read_stains(args: argparse.Namespace, panel: "Panel", checks: "list[tuple[str, Check]]") -> "list[StainSample]":
    """Read the single stains; a file that is rejected or does not measure its marker is a finding."""
    from marrowgate.fcs.read import read_or_reject
    from marrowgate.signal.checks import Check
    from marrowgate.signal.spillover.matrix_checks import STAIN_CHECK
    from marrowgate.signal.spillover.stained_events import StainSample

    stains: list[StainSample] = []
    faults = []
    data_sets = args.data_sets or [1] * len(args.stains)
    sample_ids = args.sample_ids or args.markers
    channels, known = _names_of(panel)
    for path, marker, data_set, sample_id in zip(args.stains, args.markers, data_sets, sample_ids, strict=True):
        file = read_or_reject(path, data_set, panel=panel, gain=args.gain)
        detector = _detector_of(marker, file)
        if detector is None and marker.casefold() not in known:
            what = f"no channel of the panel has the marker, fluorochrome or name {marker!r}"
            faults.append(Fault("option --markers", what, "name it as the panel does"))
        elif file.events is None or detector is None or detector.casefold() not in channels:
            refused = "; ".join(note.sentence for note in file.verdict.reasons)
            absent = f"no channel of the panel that the file has is {marker!r}"
            reason = f"no spillover could be computed: {refused or absent}"
            checks.append((sample_id, Check(f"{STAIN_CHECK}{marker}", None, None, "flagged", reason)))
        elif detector in [stain.detector for stain in stains]:
            faults.append(Fault("option --markers", f"{marker!r} is a second stain of {detector}", "keep one of them"))
        else:
            stains.append(StainSample(sample_id, detector, file))
    if faults:
        raise UserError(faults)
    return stains


def _read_unstained(args: argparse.Namespace, panel: "Panel", checks: "list[tuple[str, Check]]") -> "FcsFile | None":
    from marrowgate.fcs.read import read_or_reject
    from marrowgate.signal.checks import Check

    if args.unstained is None:
        return None
    file = read_or_reject(args.unstained, args.unstained_data_set, panel=panel, gain=args.gain)
    if file.events is not None:
        return file
    reason = "; ".join(note.sentence for note in file.verdict.reasons)
    checks.append(("unstained", Check("unstained_readable", 0.0, 1.0, "flagged", reason)))
    return None


def _detector_of(marker: str, file: "FcsFile") -> str | None:
    usable = [channel for channel in file.channels if channel.role == "fluorescence"]
    for key in ("marker", "fluorochrome", "name"):
        detectors = [channel.name for channel in usable if getattr(channel, key) == marker]
        if len(detectors) == 1:
            return detectors[0]
    return None


def _matrix_and_checks(
    given: "Spillover | None",
    stains: "Sequence[StainSample]",
    unstained: "FcsFile | None",
    panel: "Panel",
    limits: "SpilloverLimits",
) -> "tuple[Spillover, list[tuple[str | None, Check]]]":
    from marrowgate.signal.spillover.compensation import SpilloverError
    from marrowgate.signal.spillover.matrix_checks import matrix_checks, residual_checks, stain_checks
    from marrowgate.signal.spillover.single_stains import spillover_from_stains

    rows: list[tuple[str | None, Check]] = []
    if given is not None:
        spillover = given
    elif stains:
        markers = {entry.marker for entry in panel.channels if entry.marker}
        own = {stain.detector for stain in stains}
        # of all stains, since one of them may be another panel's file
        wanted = {
            channel.name: None
            for stain in stains
            for channel in stain.file.channels
            if channel.name in own or (channel.role == "fluorescence" and channel.marker in markers)
        }
        detectors = list(wanted)
        spillover, reports = spillover_from_stains(stains, unstained, detectors)
        rows += [(report.sample_id, check) for report in reports for check in stain_checks(report)]
    else:
        msg = "no single stain can be used"
        raise SpilloverError(msg)
    rows += [(None, check) for check in matrix_checks(spillover, limits)]
    for stain in stains:
        if stain.detector in spillover.labels:
            rows += [(stain.sample_id, check) for check in residual_checks(spillover, [stain], unstained, limits)]
    return spillover, rows


def _row(batch: str, sample_id: str | None, check: "Check") -> dict[str, Any]:
    return {"sample_id": sample_id, "batch": batch, **vars(check)}

"""Simulate a cohort whose truth is known: single samples, or a whole project's input."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.errors import fault
from marrowgate.options import whole_number

if TYPE_CHECKING:
    from marrowgate.simulate.optics.fcs_file import FileKind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--scenario", required=True, metavar="NAME", help="cohort to simulate, for example demo")
    parser.add_argument("--seed", required=True, type=whole_number(0), help="seed of all randomness")
    parser.add_argument(
        "--events", type=whole_number(1), metavar="N", help="events of a CD34 sample; others in proportion"
    )
    parser.add_argument(
        "--instrument", default="home", metavar="NAME", help="who measures, for example navios or any_7; default home"
    )
    parser.add_argument(
        "--disease", default="none", metavar="NAME", help="of every patient, for example left_shift_45; default none"
    )
    parser.add_argument("--fcs-version", choices=("2.0", "3.0", "3.1", "3.2"), default="3.1", help="default 3.1")
    parser.add_argument(
        "--datatype", choices=("F", "I"), help="F floats, I integers; default: as the instrument writes"
    )
    parser.add_argument("--byteord", choices=("little", "big"), default="little", help="default little")
    single = parser.add_argument_group("single samples")
    single.add_argument("--sample-id", nargs="+", metavar="ID", help="samples to simulate")
    single.add_argument("--panel", nargs="+", type=Path, metavar="YAML", help="their panels, each once")
    single.add_argument("--fcs", nargs="+", type=Path, metavar="FILE", help="FCS file to make of each sample")
    single.add_argument(
        "--truth", nargs="+", type=Path, metavar="FILE", help="Parquet file of each with the truth of every event"
    )
    whole = parser.add_argument_group("a whole cohort")
    whole.add_argument(
        "--out", type=Path, metavar="DIR", help="makes DIR/config, DIR/truth and, with --files, DIR/data"
    )
    whole.add_argument("--files", action="store_true", help="make the FCS files too, not only the sheets")
    whole.add_argument("--intensities", action="store_true", help="also the true CXCR4 on CD34+ cells, 0.5 s per visit")
    whole.add_argument("--panels", type=Path, default=Path("config/panels"), metavar="DIR", help="their panels' folder")
    whole.add_argument(
        "--jobs", type=whole_number(1), default=1, metavar="N", help="processes; the files do not depend on it"
    )


def run(args: argparse.Namespace) -> int:
    """Simulate what the options ask for."""
    if bool(args.sample_id) == bool(args.out):
        what = "single samples (--sample-id) or a whole cohort (--out) must be asked for, not both"
        where = "options of simulate"
        raise fault(where, what, "give one of them")
    return _single_samples(args) if args.sample_id else _cohort(args)


def _single_samples(args: argparse.Namespace) -> int:
    _check_numbers(args)
    from marrowgate.simulate.cohorts.cohort import make_plan
    from marrowgate.simulate.cohorts.plan import find_sample
    from marrowgate.simulate.cohorts.project import events_of, write_sample

    plan = make_plan(args.scenario, args.seed, args.instrument, args.disease)
    samples = [find_sample(plan, sample_id) for sample_id in args.sample_id]
    folder = {panel.stem: panel.parent for panel in args.panel}
    for sample in samples:
        if sample.panel not in folder:
            given = ", ".join(repr(name) for name in folder)
            what = f"{sample.sample_id} is stained with panel {sample.panel!r}, not {given}"
            where = "option --panel"
            raise fault(where, what, f"give {sample.panel}.yaml")
    for sample, fcs, truth in zip(samples, args.fcs, args.truth or [None] * len(samples), strict=True):
        events = events_of(plan, sample, args.events)
        write_sample(plan, sample, folder[sample.panel], fcs, truth, n_events=events, kind=_kind(args))
    return 0


def _check_numbers(args: argparse.Namespace) -> None:
    """Refuse options of single samples that are missing or not as many as the samples."""
    missing = [name for name in ("panel", "fcs") if getattr(args, name) is None]
    if missing:
        where = "option --sample-id"
        raise fault(where, f"needs --{missing[0]} too", f"add --{missing[0]}")
    for name in ("fcs", "truth"):
        paths = getattr(args, name)
        if paths is not None and len(paths) != len(args.sample_id):
            what = f"{len(paths)} files are given for {len(args.sample_id)} samples"
            where = f"option --{name}"
            raise fault(where, what, "give one for each sample, in the same order")


def _cohort(args: argparse.Namespace) -> int:
    from marrowgate.simulate.cohorts.cohort import make_plan
    from marrowgate.simulate.cohorts.project import (
        write_files,
        write_intensities_truth,
        write_samples_truth,
        write_sheets,
    )

    plan = make_plan(args.scenario, args.seed, args.instrument, args.disease)
    folder = write_sheets(plan, args.out)
    realised = {}
    if args.files:
        files = write_files(plan, folder, args.panels, jobs=args.jobs, n_events=args.events, kind=_kind(args))
        for done, (sample_id, truths) in enumerate(files, start=1):
            realised[sample_id] = truths
            _show_progress(done, len(plan.samples), "samples")
    write_samples_truth(plan, args.out, realised)
    if args.intensities:
        for done in write_intensities_truth(plan, args.out, args.panels, args.jobs):
            _show_progress(done, len(plan.visits), "true intensities")
    return 0


def _kind(args: argparse.Namespace) -> "FileKind":
    from marrowgate.simulate.optics.fcs_file import FileKind

    return FileKind(args.fcs_version, args.datatype, args.byteord)


def _show_progress(done: int, total: int, what: str) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\rsimulated {done} of {total} {what}", end=end, file=sys.stderr, flush=True)

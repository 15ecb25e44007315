"""`marrowgate try`: take a handful of files the whole per-sample way, without sheets."""

import argparse
import re
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.errors import Fault, UserError
from marrowgate.no_result import NoResult, failure
from marrowgate.progress import with_progress

if TYPE_CHECKING:
    from marrowgate.fcs.model import FcsFile
    from marrowgate.gating.consensus import Consensus
    from marrowgate.gating.records import Fit
    from marrowgate.gating.sample_events import SampleEvents
    from marrowgate.measure.collect import Measured
    from marrowgate.settings.panel import Panel
    from marrowgate.settings.sheets import Sample
    from marrowgate.settings.strategy import Strategy
    from marrowgate.signal.stability.stability_file import RunQuality
    from marrowgate.steps.sample_outputs import SamplePaths

Place = tuple[Path, int]

SEED = 20170405
"""The demo's seed: two calls on the same files give the same gates."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--panel", required=True, type=Path, help="panel file")
    parser.add_argument("--strategy", required=True, type=Path, help="strategy file")
    parser.add_argument("--out", required=True, type=Path, help="folder to write into")
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
    """Fit every file, find the consensus over all of them, gate, count, and write the tables."""
    from marrowgate.gating.consensus import agree

    strategy, panel = _strategy_and_panel(args)
    places = _places(args.files, anonymous=args.anonymous)
    strategy = _with_scales(args, list(places.values()), panel, strategy)
    fits = {
        name: _fit_guarded(args, name, place, panel, strategy)
        for name, place in with_progress(list(places.items()), "fits", 1)
    }
    agreed = agree(args.panel.stem, "try", [fit for fit in fits.values() if not isinstance(fit, NoResult)])
    samples = [
        _gate_guarded(args, name, place, panel, strategy, fits[name], agreed)
        for name, place in with_progress(list(places.items()), "gates", 1)
    ]
    n_ungated = _write_tables(args, samples)
    verdicts = [measured.record.manifest["verdict"] for measured in samples]
    rejected, failed = verdicts.count("rejected"), verdicts.count("failed")
    told = f", {failed} failed because of a defect of marrowgate" if failed else ""
    print(f"{len(samples)} data sets, {rejected} rejected{told}; the tables are in {args.out / 'tables'}")
    if n_ungated:
        n_rows = len(samples) * len(strategy.populations)
        print(f"{n_ungated} of {n_rows} rows of populations.tsv have no gate; see gate_reason")
    if not args.anonymous:
        print("the tables hold names and paths of the files; --anonymous calls the files by number")
    if not args.strict:
        return 0
    return 1 if failed else 3 if rejected else 0


def _strategy_and_panel(args: argparse.Namespace) -> tuple["Strategy", "Panel"]:
    """Read both, and tell all faults of the two, of the files' names and of `--measure` together."""
    from marrowgate.gating.methods import load_checked_strategy
    from marrowgate.settings.panel import load_panel

    faults = [
        Fault(str(path), "there is no such file", "correct the path") for path in args.files if not path.is_file()
    ]
    strategy = panel = None
    try:
        strategy = load_checked_strategy(args.strategy)
    except UserError as error:
        faults += error.faults
    try:
        panel = load_panel(args.panel)
    except UserError as error:
        faults += error.faults
    faults += _measure_faults(args.measure, strategy, panel)
    if strategy is None or panel is None or faults:
        raise UserError(faults)
    return strategy, panel


def _measure_faults(words: Iterable[str], strategy: "Strategy | None", panel: "Panel | None") -> Iterator[Fault]:
    """Tell which words of `--measure` name nothing that can be measured."""
    from marrowgate.settings.messages import correct_to

    where = "option --measure"
    for word in words:
        population, _, marker = word.partition(":")
        if not population or not marker:
            yield Fault(where, f"must be POPULATION:MARKER, got {word!r}", "write it like cd34_hspc:CXCR4")
            continue
        populations = tuple(one.name for one in strategy.populations) if strategy else (population,)
        if population not in populations:
            cure = correct_to(population, populations, "name a population of the strategy")
            yield Fault(where, f"the strategy has no population {population!r}", cure)
        markers = tuple(entry.marker for entry in panel.channels if entry.marker) if panel else (marker,)
        if marker not in markers:
            cure = correct_to(marker, markers, "name a marker of the panel")
            yield Fault(where, f"the panel has no marker {marker!r}", cure)


def _places(files: Iterable[Path], *, anonymous: bool) -> dict[str, Place]:
    """Return each data set of each file a name that can stand in a file name, and no two the same."""
    from marrowgate.fcs.read import data_sets

    places: dict[str, Place] = {}
    for n, path in enumerate(files, start=1):
        base = re.sub(r"[^A-Za-z0-9]+", "_", path.stem).strip("_")[:80] or "file"
        base = f"file{n}" if anonymous else base
        for data_set in range(1, len(data_sets(path)) + 1):
            name, number = base, 2
            while name in places:
                name, number = f"{base}_{number}", number + 1
            places[name] = (path, data_set)
    return places


def _with_scales(args: argparse.Namespace, places: list[Place], panel: "Panel", strategy: "Strategy") -> "Strategy":
    """Choose the scales from all files together where the strategy asks for it."""
    from marrowgate.gating.batch_scales import asks_batch, before_choice, choose_scales, sample_scales, with_scales

    if not asks_batch(strategy, panel):
        return strategy
    plain = before_choice(strategy, panel)
    samples = (_open(args, place, panel, plain, strategy)[1] for place in with_progress(places, "scales", 1))
    found = [sample_scales(sample_events, strategy, panel) for sample_events in samples if sample_events is not None]
    return with_scales(strategy, panel, choose_scales(found, strategy, panel))


def _wanted(args: argparse.Namespace) -> list[tuple[str, str]]:
    return [(population, marker) for population, _, marker in (word.partition(":") for word in args.measure)]


def _open(
    args: argparse.Namespace, place: Place, panel: "Panel", strategy: "Strategy", written: "Strategy | None" = None
) -> tuple["FcsFile", "SampleEvents | None"]:
    """Open a file; also for the dimensions that the scales are chosen from, where the strategy as written is given."""
    from marrowgate.gating.batch_scales import scale_dimensions
    from marrowgate.gating.open_sample import open_sample

    further = frozenset(marker for _, marker in _wanted(args))
    further |= scale_dimensions(written, panel) if written else frozenset()
    return open_sample(*place, panel, strategy, gain=args.gain, spillover=args.spillover, further=further)


def _fit_guarded(
    args: argparse.Namespace, name: str, place: Place, panel: "Panel", strategy: "Strategy"
) -> "Fit | NoResult":
    """Find the gates of a file; a defect that shows in it stands in the log and leaves the other files alone."""
    try:
        return _fit(args, name, place, panel, strategy)
    except (UserError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - it becomes a row that says so, never a number
        traceback.print_exc()
        return failure("fit", error)


def _gate_guarded(
    args: argparse.Namespace,
    name: str,
    place: Place,
    panel: "Panel",
    strategy: "Strategy",
    fit: "Fit | NoResult",
    agreed: "Consensus",
) -> "Measured":
    """Gate a file; a defect that shows in it, now or in its fit, is a sample without numbers."""
    from marrowgate.measure.collect import Measured
    from marrowgate.measure.manifest import manifest_without_numbers
    from marrowgate.steps.sample_outputs import write_without_numbers

    if not isinstance(fit, NoResult):
        try:
            return _gate(args, name, place, panel, strategy, fit, agreed)
        except (UserError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - it becomes a row that says so, never a number
            traceback.print_exc()
            fit = failure("gate", error)
    record = write_without_numbers(_paths(args.out, name), strategy, manifest_without_numbers(name, fit))
    return Measured(record, _sample(name, place), None, strategy)


def _paths(folder: Path, name: str) -> "SamplePaths":
    from marrowgate.steps.sample_outputs import SamplePaths

    return SamplePaths(
        folder / "gates" / f"{name}.xml", folder / "gates" / f"{name}.tsv", folder / "events" / f"{name}.parquet"
    )


def _sample(name: str, place: Place) -> "Sample":
    from marrowgate.settings.sheets import Sample

    return Sample(sample_id=name, fcs=str(place[0]), data_set=place[1], panel="tried", batch="try")


def _fit(args: argparse.Namespace, name: str, place: Place, panel: "Panel", strategy: "Strategy") -> "Fit":
    from marrowgate.gating.fit import SampleToFit, fit_sample
    from marrowgate.gating.open_sample import start_rows
    from marrowgate.gating.records import ControlRole, Fit

    file, sample_events = _open(args, place, panel, strategy)
    if sample_events is None:
        return Fit(name, ControlRole(), (), {})
    return fit_sample(
        SampleToFit(
            name,
            sample_events,
            start_rows(sample_events, _run_quality(file, args.spillover).stretches),
            ControlRole(),
            {},
            SEED,
        ),
        strategy,
    )


def _gate(
    args: argparse.Namespace,
    name: str,
    place: Place,
    panel: "Panel",
    strategy: "Strategy",
    fit: "Fit",
    agreed: "Consensus",
) -> "Measured":
    from marrowgate.fcs.read import file_sha256
    from marrowgate.gating.final_gates import settle
    from marrowgate.measure.collect import Measured
    from marrowgate.measure.manifest import manifest_row
    from marrowgate.settings.quality import Quality
    from marrowgate.steps.sample_outputs import write_gated, write_rejected

    file, sample_events = _open(args, place, panel, strategy)
    manifest = manifest_row(name, file, file_sha256(place[0]))
    paths = _paths(args.out, name)
    if sample_events is None:
        record = write_rejected(paths, strategy, manifest)
    else:
        records, quality = settle(fit, agreed), _run_quality(file, args.spillover)
        limits, roles = Quality(), strategy.roles
        record = write_gated(paths, sample_events, panel, records, manifest, _wanted(args), limits, quality, roles)
    return Measured(record, _sample(name, place), None, strategy)


def _run_quality(file: "FcsFile", spillover: str) -> "RunQuality":
    from marrowgate.settings.quality import Quality
    from marrowgate.signal.detector_settings import settings_of
    from marrowgate.signal.limits import stability_limits
    from marrowgate.signal.spillover.matrix_of_sample import compensation_check
    from marrowgate.signal.stability.stability_file import RunQuality
    from marrowgate.signal.stability.unstable_stretches import find_unstable

    stability = find_unstable(file, stability_limits(Quality()))
    checks = (*stability.checks, compensation_check(file, spillover))
    return RunQuality(stability.stretches, checks, settings_of(file))


def _write_tables(args: argparse.Namespace, samples: "list[Measured]") -> int:
    """Write the tables; give how many rows of the populations have no gate and so no count."""
    from marrowgate.measure.collect import intensity_table, manifest_table, population_table, quality_table
    from marrowgate.measure.compensation_doubts import mark_tables
    from marrowgate.settings.config import Measure
    from marrowgate.settings.quality import Quality
    from marrowgate.tables import write_table

    out = args.out

    paths = [
        {"fcs": None if args.anonymous else measured.sample.fcs, "data_set": measured.sample.data_set}
        for measured in samples
    ]
    manifest = [{**row, **path} for row, path in zip(manifest_table(samples), paths, strict=True)]
    write_table(out / "manifest.tsv", "tried", manifest)
    populations, intensities = mark_tables(
        population_table(samples, Measure()),
        intensity_table(samples, Measure(), SEED, {}),
        samples,
        Quality().max_spillover_difference,
        is_wanted=lambda _: args.spillover != "none",
    )
    write_table(out / "tables" / "populations.tsv", "populations", populations)
    write_table(out / "tables" / "intensities.tsv", "intensities", intensities)
    write_table(out / "tables" / "quality.tsv", "quality", quality_table(samples, Quality(), Measure()))
    return sum(row["n_events"] is None for row in populations)

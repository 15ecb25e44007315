"""What `marrowgate try` does with the data sets that share a panel and lend each other gates; each is opened once."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from marrowgate.errors import UserError
from marrowgate.fcs.model import FcsFile, Gain
from marrowgate.fcs.read import file_sha256, read_fcs
from marrowgate.gating.batch_scales import (
    asks_batch,
    before_choice,
    choose_scales,
    sample_scales,
    scale_dimensions,
    with_scales,
)
from marrowgate.gating.consensus import Consensus, agree
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.methods import control_needs
from marrowgate.gating.open_sample import SpilloverSource, prepare_sample, start_rows
from marrowgate.gating.records import ControlRole, Fit
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.measure.collect import Measured
from marrowgate.measure.manifest import manifest_row, manifest_without_numbers
from marrowgate.no_result import NoResult, failure
from marrowgate.settings.panel import Panel
from marrowgate.settings.quality import Quality
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.signal.detector_settings import settings_of
from marrowgate.signal.limits import stability_limits
from marrowgate.signal.spillover.matrix_of_sample import compensation_check
from marrowgate.signal.stability.stability_file import RunQuality
from marrowgate.signal.stability.unstable_stretches import find_unstable
from marrowgate.steps.sample_outputs import SamplePaths, write_gated, write_rejected, write_without_numbers

Result = TypeVar("Result")

SEED = 20170405
"""The demo's seed: two calls on the same files give the same gates."""


NO_CONTROL = ControlRole()


@dataclass(frozen=True)
class TryFile:
    """A data set that is tried.

    Parameters
    ----------
    name : str
        What it is called in the tables.
    path : Path
        The file.
    data_set : int
        Which data set of it, from 1.
    role : ControlRole
        What it is a control of.
    """

    name: str
    path: Path
    data_set: int
    role: ControlRole = NO_CONTROL


@dataclass(frozen=True)
class TryGroup:
    """Data sets that are gated together: stained ones, and the controls that serve them."""

    name: str
    panel_name: str
    panel: Panel
    strategy: Strategy
    stained: tuple[TryFile, ...]
    controls: tuple[TryFile, ...]


@dataclass(frozen=True)
class TryOptions:
    """What holds for all files."""

    out: Path
    gain: Gain
    spillover: SpilloverSource
    wanted: tuple[tuple[str, str], ...]


@dataclass
class OpenedFiles:
    """Files that were opened, so that a control which serves several groups is opened once."""

    files: dict[tuple[str, str], FcsFile | NoResult] = field(default_factory=dict)

    def open(self, file: TryFile, group: TryGroup, gain: Gain) -> FcsFile | NoResult:
        """Return a file read with the group's panel, or why it cannot be."""
        key = (file.name, group.panel_name)
        if key not in self.files:
            read = partial(read_fcs, file.path, file.data_set, panel=group.panel, gain=gain)
            self.files[key] = _guarded("fit", read)
        return self.files[key]

    def forget(self, files: Sequence[TryFile]) -> None:
        """Let files go that no other group needs."""
        names = {file.name for file in files}
        self.files = {key: file for key, file in self.files.items() if key[0] not in names}


@dataclass(frozen=True)
class _Prepared:
    """A file with its events on the group's scales; without them when it is rejected."""

    tried: TryFile
    file: FcsFile
    sample_events: SampleEvents | None
    quality: RunQuality


def run_group(group: TryGroup, options: TryOptions, opened: OpenedFiles) -> list[Measured]:
    """Fit, agree, gate and measure the data sets of a group; write gates and membership of each.

    Returns
    -------
    list of Measured
        The stained ones first, then the controls.
    """
    members = (*group.stained, *group.controls)
    files = {member.name: opened.open(member, group, options.gain) for member in members}
    strategy = _with_scales(group, options, [files[member.name] for member in group.stained])
    prepared = {
        member.name: _guarded("fit", partial(_prepare, member, files[member.name], group, strategy, options))
        for member in members
    }
    fits: dict[str, Fit | NoResult] = {}
    for member in (*group.controls, *group.stained):
        ready = prepared[member.name]
        controls = _control_fits(group, fits) if member in group.stained else {}
        fits[member.name] = (
            ready if isinstance(ready, NoResult) else _guarded("fit", partial(_fit, ready, strategy, controls))
        )
    agreed = agree(group.panel_name, group.name, [fit for fit in fits.values() if not isinstance(fit, NoResult)])
    return [_gate_guarded(member, prepared[member.name], fits, group, agreed, options) for member in members]


def sample_of(file: TryFile, group: TryGroup) -> Sample:
    """Return the row that the file would have in a sample sheet."""
    kind = "none" if file.role.kind == "baseline" else file.role.kind
    owner = group.stained[0].name if len(group.stained) == 1 and kind in {"fmo", "isotype"} else None
    return Sample(
        sample_id=file.name,
        fcs=str(file.path),
        data_set=file.data_set,
        panel=group.panel_name,
        batch=group.name,
        control_type=kind,
        control_marker=file.role.marker or None,
        control_for=owner,
    )


def _guarded(step: str, act: Callable[[], Result | NoResult]) -> Result | NoResult:
    """Return what `act` gives; a defect that shows in one file stands in the log and leaves the others alone."""
    try:
        return act()
    except (UserError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - it becomes a row that says so, never a number
        traceback.print_exc()
        return failure(step, error)


def _with_scales(group: TryGroup, options: TryOptions, files: Sequence[FcsFile | NoResult]) -> Strategy:
    """Choose the scales from the stained files together where the strategy asks for it."""
    strategy, panel = group.strategy, group.panel
    if not asks_batch(strategy, panel):
        return strategy
    plain, further = before_choice(strategy, panel), _further(options) | scale_dimensions(strategy, panel)
    usable = [file for file in files if not isinstance(file, NoResult)]
    prepared = (prepare_sample(file, panel, plain, spillover=options.spillover, further=further)[1] for file in usable)
    of_samples = [sample_scales(events, strategy, panel) for events in prepared if events is not None]
    return with_scales(strategy, panel, choose_scales(of_samples, strategy, panel))


def _further(options: TryOptions) -> frozenset[str]:
    return frozenset(marker for _, marker in options.wanted)


def _prepare(
    tried: TryFile, file: FcsFile | NoResult, group: TryGroup, strategy: Strategy, options: TryOptions
) -> _Prepared | NoResult:
    if isinstance(file, NoResult):
        return file
    file, events = prepare_sample(file, group.panel, strategy, spillover=options.spillover, further=_further(options))
    if events is None:
        return _Prepared(tried, file, None, RunQuality(()))
    stability = find_unstable(file, stability_limits(Quality()))
    checks = (*stability.checks, compensation_check(file, options.spillover, is_light=strategy.scales.is_light))
    return _Prepared(tried, file, events, RunQuality(stability.stretches, checks, settings_of(file)))


def _control_fits(group: TryGroup, fits: Mapping[str, Fit | NoResult]) -> dict[str, Fit]:
    """Return the fits whose boundaries a stained sample takes over, by kind of control."""
    needs = control_needs(group.strategy)
    fit_of_kind: dict[str, Fit] = {}
    for control in group.controls:
        fit = fits[control.name]
        wanted = any(control.role.kind == kind and control.role.marker in {"", marker} for kind, marker in needs)
        if wanted and not isinstance(fit, NoResult):
            fit_of_kind.setdefault(control.role.kind, fit)
    return fit_of_kind


def _fit(ready: _Prepared, strategy: Strategy, controls: Mapping[str, Fit]) -> Fit:
    if ready.sample_events is None:
        return Fit(ready.tried.name, ready.tried.role, (), {})
    start = start_rows(ready.sample_events, ready.quality.stretches)
    sample = SampleToFit(ready.tried.name, ready.sample_events, start, ready.tried.role, controls, SEED)
    return fit_sample(sample, strategy)


def _gate_guarded(
    tried: TryFile,
    ready: _Prepared | NoResult,
    fits: Mapping[str, Fit | NoResult],
    group: TryGroup,
    agreed: Consensus,
    options: TryOptions,
) -> Measured:
    """Gate a file; a defect that shows in it, now or in its fit, is a sample without numbers."""
    sample = sample_of(tried, group)
    # a control that belongs to one sample is gated with that sample's gates
    fit = fits[sample.control_for or tried.name]
    gated: Measured | NoResult
    if isinstance(ready, NoResult):
        gated = ready
    elif isinstance(fit, NoResult):
        gated = fit
    else:
        gated = _guarded("gate", partial(_gate, ready, fit, group, agreed, options))
    if not isinstance(gated, NoResult):
        return gated
    manifest = manifest_without_numbers(tried.name, gated)
    record = write_without_numbers(_paths(options.out, tried.name), group.strategy, manifest)
    return Measured(record, sample, None, group.strategy)


def _gate(ready: _Prepared, fit: Fit, group: TryGroup, agreed: Consensus, options: TryOptions) -> Measured:
    tried = ready.tried
    manifest = manifest_row(tried.name, ready.file, file_sha256(tried.path))
    paths = _paths(options.out, tried.name)
    if ready.sample_events is None:
        record = write_rejected(paths, group.strategy, manifest)
    else:
        records = settle(fit, agreed)
        record = write_gated(
            paths,
            ready.sample_events,
            group.panel,
            records,
            manifest,
            options.wanted,
            Quality(),
            ready.quality,
            group.strategy,
        )
    return Measured(record, sample_of(tried, group), None, group.strategy)


def _paths(folder: Path, name: str) -> SamplePaths:
    return SamplePaths(
        folder / "gates" / f"{name}.xml",
        folder / "gates" / f"{name}.tsv",
        folder / "events" / f"{name}.parquet",
        folder / "pictures" / f"{name}.json",
    )

"""Open, fit, gate, count and measure FCS files from a notebook or a script.

``import marrowgate as mg`` offers what stands here; nothing of it is imported before it is used. The same functions do
the work as in the workflow, so the numbers are those of ``marrowgate try`` on the same files. Controls of a sample,
beads and the comparison of a cohort need the sheets, and so the workflow.

Examples
--------
>>> import marrowgate as mg
>>> sample = mg.open_sample("sample.fcs", panel="hspc.yaml", strategy="blood_hspc.yaml")
>>> gated = mg.gate(sample, mg.fit(sample))
>>> counts = gated.counts()
>>> counts.loc["lymphocytes", "gate_status"]
'ok'
>>> bool(counts.loc["lymphocytes", "pct_of_cd45_low"] < counts.loc["lymphocytes", "pct_of_cd45"])
True
>>> gated.intensities([("lymphocytes", "CXCR4")]).loc[("lymphocytes", "CXCR4"), "status"]
'ok'
>>> events = gated.events()
>>> bool(events["lymphocytes"].sum() == counts.loc["lymphocytes", "n_events"])
True
"""

from collections.abc import Sequence
from pathlib import Path

from marrowgate.errors import Fault, UserError
from marrowgate.fcs.model import FcsFile, Gain
from marrowgate.gating.apply import apply_gates
from marrowgate.gating.batch_scales import (
    asks_batch,
    before_choice,
    choose_scales,
    sample_scales,
    scale_dimensions,
    with_scales,
)
from marrowgate.gating.consensus import Consensus, agree
from marrowgate.gating.doubts.lent_gates import doubt_lent
from marrowgate.gating.doubts.missing_stain import doubt_unplaced
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.open_sample import SpilloverSource
from marrowgate.gating.open_sample import open_sample as read_sample
from marrowgate.gating.records import ControlRole, Fit
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.library_samples import BATCH, SEED, GatedSample, OpenedSample
from marrowgate.settings.panel import load_panel
from marrowgate.settings.quality import Quality
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.signal.detector_settings import settings_of
from marrowgate.signal.limits import stability_limits
from marrowgate.signal.spillover.matrix_of_sample import compensation_check
from marrowgate.signal.stability.stability_file import RunQuality
from marrowgate.signal.stability.unstable_stretches import find_unstable

__all__ = ["GatedSample", "OpenedSample", "consensus", "fit", "gate", "open_sample", "open_samples"]


def open_sample(
    path: str | Path,
    *,
    panel: str | Path,
    strategy: str | Path,
    data_set: int = 1,
    spillover: str | Path = "file",
    gain: Gain = "ignore",
) -> OpenedSample:
    """Open one FCS file to gate it by itself.

    Scales that the strategy takes from the batch are chosen from this file alone. Samples of one batch are better
    opened together, by `open_samples`.

    Parameters
    ----------
    path : str or Path
        The FCS file.
    panel, strategy : str or Path
        The YAML files that name the markers, and the populations with the way to find each gate.
    data_set : int
        Which data set of the file, from 1.
    spillover : str or Path
        ``file``: the file's own matrix. ``none``: no compensation. Else the path of a CSV file.
    gain : str
        ``ignore`` or ``apply`` the channels' `$PnG`.

    Raises
    ------
    UserError
        The panel or strategy has faults, or the file is missing or rejected; each fault with its cure.
    """
    return open_samples([path], panel=panel, strategy=strategy, data_set=data_set, spillover=spillover, gain=gain)[0]


def open_samples(
    paths: Sequence[str | Path],
    *,
    panel: str | Path,
    strategy: str | Path,
    data_set: int = 1,
    spillover: str | Path = "file",
    gain: Gain = "ignore",
) -> list[OpenedSample]:
    """Open the FCS files of one batch; see `open_sample`. Samples are named by their file's stem."""
    read_panel, read_strategy = load_panel(Path(panel)), load_checked_strategy(Path(strategy))
    markers = frozenset(entry.marker for entry in read_panel.channels if entry.marker)
    source: SpilloverSource = "file" if spillover == "file" else "none" if spillover == "none" else "matrix"
    matrix = Path(spillover) if source == "matrix" else None

    def read(chosen: Strategy, more: frozenset[str] = frozenset()) -> list[tuple[FcsFile, SampleEvents]]:
        opened = [
            read_sample(
                Path(path),
                data_set,
                read_panel,
                chosen,
                gain=gain,
                spillover=source,
                matrix=matrix,
                further=markers | more,
            )
            for path in paths
        ]
        _refuse_rejected(paths, [file for file, _ in opened])
        return [(file, events) for file, events in opened if events is not None]

    if asks_batch(read_strategy, read_panel):
        plain = read(before_choice(read_strategy, read_panel), scale_dimensions(read_strategy, read_panel))
        scales = [sample_scales(events, read_strategy, read_panel) for _, events in plain]
        chosen = with_scales(read_strategy, read_panel, choose_scales(scales, read_strategy, read_panel))
    else:
        chosen = read_strategy
    return [
        OpenedSample(
            Path(path).stem, Path(path), data_set, file, events, read_panel, chosen, source, _run_quality(file, source)
        )
        for path, (file, events) in zip(paths, read(chosen), strict=True)
    ]


def fit(sample: OpenedSample, *, seed: int = SEED) -> Fit:
    """Find the gates of a sample in its own events.

    Parameters
    ----------
    sample : OpenedSample
        The sample.
    seed : int
        Seed of the draws of methods that draw.

    Returns
    -------
    Fit
        A gate or a reason for each population, in the strategy's order (`docs/statuses.md`).
    """
    to_fit = SampleToFit(sample.sample_id, sample.sample_events, sample.stable_rows, ControlRole(), {}, seed)
    return fit_sample(to_fit, sample.strategy)


def consensus(fits: Sequence[Fit]) -> Consensus:
    """Find what the fits of one batch agree on; a sample without a gate of its own borrows it from there."""
    return agree(BATCH, BATCH, fits)


def gate(sample: OpenedSample, own: Fit, agreed: Consensus | None = None) -> GatedSample:
    """Settle the gates of a sample and apply them.

    Parameters
    ----------
    sample : OpenedSample
        The sample.
    own : Fit
        From `fit`.
    agreed : Consensus, optional
        From `consensus` of the batch's fits; without it the sample stands alone.
    """
    records = settle(own, agreed or consensus([own]))
    rows = apply_gates(sample.sample_events, records, sample.stable_rows)
    records = doubt_lent(sample.sample_events, records, rows, sample.strategy.roles.denominator)
    records = doubt_unplaced(sample.strategy, records)
    return GatedSample(sample, records, rows)


def _refuse_rejected(paths: Sequence[str | Path], files: Sequence[FcsFile]) -> None:
    faults = [
        Fault(str(path), f"the file is rejected: {note.sentence}", "see marrowgate inspect")
        for path, file in zip(paths, files, strict=True)
        if file.events is None
        for note in file.verdict.reasons
    ]
    if faults:
        raise UserError(faults)


def _run_quality(file: FcsFile, spillover: str) -> RunQuality:
    stability = find_unstable(file, stability_limits(Quality()))
    return RunQuality(stability.stretches, (*stability.checks, compensation_check(file, spillover)), settings_of(file))

"""Samples not compensated, or otherwise than their batch or control: no number of theirs that rests on it is ok."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from marrowgate.fcs.model import Spillover
from marrowgate.measure.collect import Measured, Rows
from marrowgate.measure.manifest import WITHOUT_NUMBERS
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.panel import is_scatter
from marrowgate.settings.strategies.strategy import Strategy, ancestors
from marrowgate.signal.spillover.agreement import spillover_check
from marrowgate.signal.spillover.matrix_checks import STAIN_CHECK
from marrowgate.signal.spillover.matrix_of_sample import CHECK

DOUBTFUL = "doubtful"
UNREADABLE = "spillover_unreadable"
OTHERWISE = "compensated_otherwise"
PARTLY = "not_compensated"
WITHOUT_STAIN = "stain_unusable"
_KEPT = frozenset({DOUBTFUL, "few_events"})
"""Statuses of intensities that say already that a value is not ok."""


@dataclass(frozen=True)
class CompensationDoubts:
    """What is to be said of the compensation of each sample.

    Parameters
    ----------
    of_samples : mapping of str to str
        See `sample_doubts` and `stain_doubts`.
    strategies : mapping of str to Strategy
        Panel to its strategy.
    records : mapping of str to SampleRecord
        By sample_id, those with numbers.
    limit : float
        Largest difference of an entry of two matrices, as a share of the stain's own signal.
    """

    of_samples: Mapping[str, str]
    strategies: Mapping[str, Strategy]
    records: Mapping[str, SampleRecord]
    limit: float

    def populations(self, rows: Sequence[Mapping[str, Any]]) -> Rows:
        """Return rows of `populations.tsv` with it."""
        return mark_populations(rows, self.of_samples, self.strategies)

    def intensities(self, rows: Sequence[Mapping[str, Any]]) -> Rows:
        """Return rows of `intensities.tsv` with it."""
        return mark_intensities(rows, self.records, self.of_samples, self.limit)


def compensation_doubts(
    measured: Sequence[Measured],
    limit: float,
    *,
    is_wanted: Callable[[str], bool],
    of_stains: Mapping[str, Rows] = MappingProxyType({}),
) -> CompensationDoubts:
    """Find what is to be said of the compensation of all samples.

    Parameters
    ----------
    measured : sequence of Measured
        All samples.
    limit : float
        Largest difference of an entry of two matrices, as a share of the stain's own signal.
    is_wanted : callable
        Whether the samples of a batch are to be compensated at all.
    of_stains : mapping of str to list of dict
        Checks of the spillover of each panel and batch, by ``<panel>_<batch>``.
    """
    with_numbers = [entry for entry in measured if entry.record.manifest["verdict"] not in WITHOUT_NUMBERS]
    wanted = [entry for entry in with_numbers if is_wanted(entry.sample.batch)]
    doubts = stain_doubts(wanted, of_stains) | sample_doubts(wanted, limit)
    strategies = {entry.sample.panel: entry.strategy for entry in measured}
    records = {entry.sample.sample_id: entry.record for entry in with_numbers}
    return CompensationDoubts(doubts, strategies, records, limit)


def mark_tables(
    populations: Rows, intensities: Rows, measured: Sequence[Measured], limit: float, is_wanted: bool
) -> tuple[Rows, Rows]:
    """Return the rows of both tables of a few samples of one batch with what is to be said of their compensation.

    Parameters
    ----------
    populations, intensities : list of dict
        Rows as counted and measured.
    measured, limit, is_wanted
        As for `compensation_doubts`; nothing is known of single stains.
    """
    doubts = compensation_doubts(measured, limit, is_wanted=lambda _: is_wanted)
    return doubts.populations(populations), doubts.intensities(intensities)


def sample_doubts(samples: Sequence[Measured], limit: float) -> dict[str, str]:
    """Find the samples that are not compensated as a whole, or otherwise than their panel and batch.

    Parameters
    ----------
    samples : sequence of Measured
        The samples that have numbers.
    limit : float
        Largest difference of an entry of two matrices, as a share of the stain's own signal.

    Returns
    -------
    dict of str to str
        sample_id to the reason, as ``code: sentence``; samples without a doubt are left out.
    """
    batches: dict[tuple[str, str], list[Measured]] = {}
    for entry in samples:
        batches.setdefault((entry.sample.panel, entry.sample.batch), []).append(entry)
    doubts = {}
    for members in batches.values():
        for entry in members:
            others = [member.record.spillover for member in members if member is not entry]
            against = _against(entry.record.spillover, others, limit)
            if why := _unreadable(entry.record) or against or _incomplete(entry.record):
                doubts[entry.sample.sample_id] = why
    return doubts


def stain_doubts(samples: Sequence[Measured], of_stains: Mapping[str, Rows]) -> dict[str, str]:
    """Find the samples of batches in which a single stain gave no spillover: its row of the matrix says nothing.

    Parameters
    ----------
    samples : sequence of Measured
        The samples that have numbers.
    of_stains : mapping of str to list of dict
        Checks of the spillover of each panel and batch, by ``<panel>_<batch>``.

    Returns
    -------
    dict of str to str
        sample_id to the reason, as ``code: sentence``.
    """
    doubts = {}
    for entry in samples:
        rows = of_stains.get(f"{entry.sample.panel}_{entry.sample.batch}", [])
        lost = [row["check"].removeprefix(STAIN_CHECK) for row in rows if _gave_nothing(row)]
        if lost:
            doubts[entry.sample.sample_id] = f"{WITHOUT_STAIN}: no usable single stain of {', '.join(lost)}"
    return doubts


def _gave_nothing(row: Mapping[str, Any]) -> bool:
    return row["check"].startswith(STAIN_CHECK) and row["value"] is None and row["verdict"] == "flagged"


def _unreadable(record: SampleRecord) -> str:
    ignored = "spillover_ignored" in (record.manifest.get("repairs") or "")
    return f"{UNREADABLE}: the file's matrix cannot be used" if ignored and record.spillover is None else ""


def _incomplete(record: SampleRecord) -> str:
    """Say which stained channels no matrix holds, where somebody did not say that nothing is to be compensated."""
    left = [check.reason for check in record.checks if check.check == CHECK and check.verdict == "flagged"]
    return f"{PARTLY}: {left[0]}" if left else ""


def _against(own: Spillover | None, others: Sequence[Spillover | None], limit: float) -> str:
    with_matrix = [matrix for matrix in others if matrix is not None]
    counted = f"{len(with_matrix)} of {len(others)} other samples of the batch"
    if own is None:
        return f"{OTHERWISE}: not compensated, {counted} are" if with_matrix else ""
    if len(with_matrix) < len(others) / 2:
        return f"{OTHERWISE}: compensated, as only {counted} are"
    labels = Counter(frozenset(matrix.labels) for matrix in with_matrix)
    usual, n_usual = labels.most_common(1)[0] if labels else (frozenset(own.labels), 0)
    if frozenset(own.labels) != usual and n_usual >= len(with_matrix) / 2:
        return f"{OTHERWISE}: the matrix has other detectors than in the batch"
    check = spillover_check(own, others, limit)
    return f"{OTHERWISE}: {check.reason}" if check.verdict == "flagged" else ""


def mark_populations(
    rows: Sequence[Mapping[str, Any]], doubts: Mapping[str, str], strategies: Mapping[str, Strategy]
) -> Rows:
    """Return the rows of `populations.tsv` with doubtful gates where a gate on the way rests on fluorescence.

    Parameters
    ----------
    rows : sequence of mapping
        Rows as counted.
    doubts : mapping of str to str
        See `sample_doubts`.
    strategies : mapping of str to Strategy
        Panel to its strategy.
    """
    depends = {panel: _on_fluorescence(strategy) for panel, strategy in strategies.items()}
    marked = []
    for row in map(dict, rows):
        why = doubts.get(row["sample_id"])
        if why and row["n_events"] is not None:
            for name, what in (("gate", row["population"]), ("cd45_gate", "cd45_pos")):
                if what in depends[row["panel"]] and row[f"{name}_status"] is not None:
                    row[f"{name}_status"] = DOUBTFUL
                    row[f"{name}_reason"] = _joined(why, row[f"{name}_reason"])
                    row[f"{name}_reason_code"] = _joined(_code(why), row.get(f"{name}_reason_code"))
        marked.append(row)
    return marked


def mark_intensities(
    rows: Sequence[Mapping[str, Any]], records: Mapping[str, SampleRecord], doubts: Mapping[str, str], limit: float
) -> Rows:
    """Return the rows of `intensities.tsv` with what is to be said of the compensation of sample and control.

    Parameters
    ----------
    rows : sequence of mapping
        Rows as measured.
    records : mapping of str to SampleRecord
        By sample_id.
    doubts : mapping of str to str
        See `sample_doubts`.
    limit : float
        Largest difference of an entry of two matrices.
    """
    marked = []
    for row in map(dict, rows):
        why = doubts.get(row["sample_id"]) or _against_controls(row, records, limit)
        if why:
            row["status"] = row["status"] if row["status"] in _KEPT else DOUBTFUL
            row["reason"] = _joined(why, row["reason"])
            row["reason_code"] = _joined(_code(why), row.get("reason_code"))
        marked.append(row)
    return marked


def _against_controls(row: Mapping[str, Any], records: Mapping[str, SampleRecord], limit: float) -> str:
    own = records[row["sample_id"]].spillover
    for name in filter(None, (row.get("control_sample_id") or "").split(", ")):
        other = records[name].spillover if name in records else own
        if (own is None) != (other is None):
            which = "the control is not" if other is None else "the control is, the sample is not"
            return f"{OTHERWISE}: {which} compensated ({name})"
        if own is not None and other is not None and not _same(own, other, limit):
            return f"{OTHERWISE}: the control {name} has another matrix"
    return ""


def _same(first: Spillover, other: Spillover, limit: float) -> bool:
    if set(first.labels) != set(other.labels):
        return False
    order = [other.labels.index(label) for label in first.labels]
    return bool(np.abs(first.matrix - other.matrix[np.ix_(order, order)]).max() <= limit)


def _on_fluorescence(strategy: Strategy) -> frozenset[str]:
    """Return the populations on whose way a gate has a dimension that is compensated."""
    by_name = {population.name: population for population in strategy.populations}
    direct = {
        name
        for name, population in by_name.items()
        if population.method == "boolean" or not all(map(is_scatter, population.dimensions))
    }
    return frozenset(
        name
        for name in by_name
        if direct & {name, *ancestors(name, {known: by_name[known].parent for known in by_name})}
    )


def _code(why: str) -> str:
    return why.partition(":")[0]


def _joined(why: str, reason: str | None) -> str:
    return f"{why}; {reason}" if reason else why

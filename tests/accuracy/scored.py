"""What the workflow found in each sample and population, beside the truth."""

import json
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from accuracy.scores import Confusion, Mask, confuse
from accuracy.scratch import Cohort
from marrowgate.simulate.cell_types import true_members
from marrowgate.simulate.cohorts.plan import SamplePlan
from marrowgate.simulate.truth import PopulationTruth
from marrowgate.tables import read_rows

COUNTING = "cv_pct"
"""Checks whose name begins so warn of few events, not of a wrong gate or a troubled sample."""
MILD = frozenset({"ok", "fixed", "borrowed"})


@dataclass(frozen=True)
class Scored:
    """One population of one sample.

    Parameters
    ----------
    sample : SamplePlan
        The sample.
    population : str
        As in the strategy.
    verdict : str
        Of the file: accepted, repaired or rejected.
    confusion : Confusion or None
        Gate against truth, over the events that quality control kept; None without a gate.
    row : mapping
        Of populations.tsv; empty when the strategy does not have the population.
    truth : PopulationTruth
        Both truths.
    checks : tuple of str
        Quality checks that flagged the sample, without those of the counting error.
    kept : float
        Share of events that quality control kept.
    """

    sample: SamplePlan
    population: str
    verdict: str
    confusion: Confusion | None
    row: Mapping[str, Any]
    truth: PopulationTruth
    checks: tuple[str, ...]
    kept: float

    @property
    def f1(self) -> float:
        """Return F1; NaN without a gate, or where nothing is true and nothing found."""
        return self.confusion.f1 if self.confusion else math.nan

    @property
    def n_true(self) -> int:
        """Return the true members in the file."""
        return self.confusion.n_true if self.confusion else self.truth.realised_n_events or 0

    @property
    def expected(self) -> float:
        """Return the events that a perfect gate would find on average, given the file's CD45+ cells."""
        share = self.truth.generating_per_100_cd45
        return math.nan if share is None else share / 100 * (self.truth.realised_n_cd45 or 0)

    @property
    def is_flagged(self) -> bool:
        """Say whether the tables warn: a gate that was shifted or not found, or a quality check."""
        return bool(self.checks) or self.row.get("gate_status") not in MILD

    @property
    def has_any_mark(self) -> bool:
        """Say whether anything but a plain ok stands in the tables."""
        return self.is_flagged or self.row.get("gate_status") != "ok"


def score_cohort(cohort: Cohort) -> list[Scored]:
    """Hold every population of every stained sample against the truth.

    Returns
    -------
    list of Scored
        In the order of the sheet.
    """
    rows = {(row["sample_id"], row["population"]): row for row in read_rows(cohort.tables / "populations.tsv")}
    manifest = read_rows(cohort.folder / "results" / "manifest.tsv")
    verdicts = {row["sample_id"]: row["verdict"] for row in manifest}
    checks: dict[str, list[str]] = defaultdict(list)
    for row in read_rows(cohort.tables / "quality.tsv"):
        if row["verdict"] == "flagged" and not row["check"].startswith(COUNTING):
            checks[row["sample_id"]].append(row["check"])
    scored = []
    for sample in cohort.stained:
        found, kept = _membership(cohort, sample)
        events = pq.read_table(cohort.truth_path(sample))
        for truth in _truths(events):
            name = truth.population
            confusion = None
            if found.get(name) is not None:
                true = _members(events, name)[: len(kept)]
                confusion = confuse(found[name][kept], true[kept])
            row = rows.get((sample.sample_id, name), {})
            flags = tuple(sorted(checks[sample.sample_id]))
            share = float(kept.mean()) if kept.size else 0.0
            scored.append(Scored(sample, name, verdicts[sample.sample_id], confusion, row, truth, flags, share))
    return scored


def _truths(events: pa.Table) -> list[PopulationTruth]:
    facts = json.loads(events.schema.metadata[b"marrowgate"])
    return [PopulationTruth(**entry) for entry in facts["populations"]]


def _members(events: pa.Table, population: str) -> Mask:
    """Return the living single events of a population's cell types."""
    kinds = pa.array(sorted(true_members(population)))
    is_kind = pc.is_in(events["population"].cast(pa.string()), value_set=kinds)
    dead, pair = events["is_dead"], events["is_doublet"]
    members: Mask = pc.and_(is_kind, pc.invert(pc.or_(dead, pair))).to_numpy()
    return members


def _membership(cohort: Cohort, sample: SamplePlan) -> tuple[dict[str, Mask | None], Mask]:
    """Return the events of each population, None without a gate, and the events that quality control kept."""
    table = pq.read_table(cohort.folder / "results" / "events" / f"{sample.sample_id}.parquet")
    masks = {
        name: None if table[name].null_count or not table.num_rows else table[name].to_numpy()
        for name in table.column_names
    }
    kept = masks.pop("qc_ok")
    return masks, np.zeros(0, dtype=np.bool_) if kept is None else kept

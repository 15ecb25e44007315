"""What is true of a sample: for every event, and for every population the generating and the realised truth apart."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import fsum
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from marrowgate.arrow_arrays import boolean_array, named_array
from marrowgate.files import whole_file
from marrowgate.simulate.blood import Blood, cxcr4_abc_median
from marrowgate.simulate.cell_types import HSPC, LEUCOCYTES, NUCLEATED, true_members
from marrowgate.simulate.cells import KINDS, kinds_of
from marrowgate.simulate.cohorts.plan import SamplePlan
from marrowgate.simulate.make import left_in_tube
from marrowgate.simulate.sample import NO_PARTNER, EventTruth

# Populations whose truth is given for each panel: those that its stains can tell apart.
POPULATIONS: Mapping[str, tuple[str, ...]] = {
    "hspc": ("cd45_pos", "lymphocytes", "monocytes", "granulocytes", "cd34_hspc", "bead_singlets"),
    "immature": (
        "cd45_pos", "lymphocytes", "monocytes", "granulocytes", "eosinophils", "ig_stage1", "ig_stage2", "ig", "nrbc",
        "erythroid_cd71_pos", "megakaryocytic", "immature",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class PopulationTruth:
    """One population of one sample.

    Parameters
    ----------
    population : str
        As in the strategy.
    generating_cells_per_ul : float or None
        Living cells per uL of the blood; of red cells and platelets those that outlive lysis.
    generating_per_100_cd45 : float or None
        Living cells per 100 living CD45+ cells of the blood.
    generating_cxcr4_abc : float or None
        Median CXCR4 molecules of living CD34+ cells; None for other populations.
    realised_n_events : int or None
        Living single cells of the population in the file.
    realised_n_cd45 : int or None
        Living single CD45+ cells in the file.
    realised_per_100_cd45 : float or None
        The one over the other.
    """

    population: str
    generating_cells_per_ul: float | None
    generating_per_100_cd45: float | None
    generating_cxcr4_abc: float | None
    realised_n_events: int | None = None
    realised_n_cd45: int | None = None
    realised_per_100_cd45: float | None = None


def member_mask(truth: EventTruth, population: str) -> NDArray[np.bool_]:
    """Say of each event whether it truly belongs to a population.

    Parameters
    ----------
    truth : EventTruth
        The events.
    population : str
        A population of the strategy.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for single living cells of the population's types, apoptotic ones among them; dead cells and doublets are
        never true members.
    """
    members: NDArray[np.bool_] = _is_alive(truth) & np.isin(truth.kind, kinds_of(population))
    return members


def living_counts(truth: EventTruth) -> NDArray[np.int64]:
    """Count the living single events of each kind.

    Returns
    -------
    ndarray of int64, shape (len(KINDS),)
        In the order of `marrowgate.simulate.cells.KINDS`.
    """
    return np.bincount(truth.kind[_is_alive(truth)], minlength=len(KINDS))


def _is_alive(truth: EventTruth) -> NDArray[np.bool_]:
    alive: NDArray[np.bool_] = ~truth.is_dead & (truth.partner == NO_PARTNER)
    return alive


def population_truths(sample: SamplePlan, counts: NDArray[np.int64] | None) -> list[PopulationTruth]:
    """Return both truths of every population of a sample of blood.

    Parameters
    ----------
    sample : SamplePlan
        The sample.
    counts : ndarray of int64, shape (len(KINDS),), optional
        Living single events of each kind, see `living_counts`; without them the realised truth is None.

    Returns
    -------
    list of PopulationTruth
        Empty for samples without blood, and for those with too few stains to tell populations apart.
    """
    blood = sample.blood
    if blood is None or sample.control_type in {"single_stain", "unstained"}:
        return []
    cd45 = _living(sample, blood, LEUCOCYTES)
    n_cd45 = None if counts is None else int(counts[kinds_of("cd45_pos")].sum())
    rows = []
    for population in POPULATIONS[sample.panel]:
        generating = _living(sample, blood, true_members(population)) if population != "bead_singlets" else None
        n_events = None if counts is None else int(counts[kinds_of(population)].sum())
        rows.append(
            PopulationTruth(
                population,
                generating,
                None if generating is None else 100 * generating / cd45,
                cxcr4_abc_median(blood) if population == "cd34_hspc" else None,
                n_events,
                n_cd45,
                100 * n_events / n_cd45 if generating is not None and n_events is not None and n_cd45 else None,
            )
        )
    return rows


def _living(sample: SamplePlan, blood: Blood, kinds: frozenset[str] | tuple[str, ...]) -> float:
    alive = {kind: 1 - (blood.dead_hspc if kind in HSPC else blood.dead if kind in NUCLEATED else 0) for kind in kinds}
    # fsum does not depend on the order, which differs between processes for sets of names
    return fsum(blood.per_ul[kind] * left_in_tube(kind, sample.preparation) * alive[kind] for kind in kinds)


def write_truth(path: Path, truth: EventTruth, facts: Mapping[str, object]) -> None:
    """Write the truth of every event as Parquet.

    Parameters
    ----------
    path : Path
        The file to make.
    truth : EventTruth
        The events in file order.
    facts : mapping
        Further truths of the sample, kept as JSON under the key ``marrowgate`` of the schema's metadata.
    """
    is_doublet = truth.partner != NO_PARTNER
    flags = {
        "is_doublet": is_doublet,
        "is_dead": truth.is_dead,
        "is_apoptotic": truth.is_apoptotic,
        "is_platelet_coated": truth.is_coated,
        "is_nonspecific": truth.is_sticky,
        "is_carry_over": truth.is_carry_over,
    }
    table = pa.table(
        {
            "population": named_array(truth.kind, KINDS),
            "partner": named_array(truth.partner, KINDS, is_doublet),
            **{name: boolean_array(mask) for name, mask in flags.items()},
        }
    )
    table = table.replace_schema_metadata({"marrowgate": json.dumps(facts)})
    with whole_file(path) as part:
        pq.write_table(table, part, compression="zstd")


def tube_facts(sample: SamplePlan, truth: EventTruth) -> dict[str, object]:
    """Return the truths of a sample as plain values."""
    return {
        "sample_id": sample.sample_id,
        "trouble": sample.trouble.name,
        "n_events": int(truth.kind.size),
        "populations": [asdict(row) for row in population_truths(sample, living_counts(truth))],
    }

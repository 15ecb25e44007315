"""How well the shipped strategies do on simulated cohorts whose truth is known, beside the best that any gate could.

The share of CD45+ cells is held against the blood's, as the interval that users get: how often it holds the truth.

Usage: python tests/accuracy/gating.py [--scenarios published,dirty] [--seed 23] [--tubes 8] [--bayes 2] [--out FILE]
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from marrowgate.gating.apply import apply_gates
from marrowgate.gating.consensus import agree
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import fit_sample
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.gating.open_sample import open_sample, start_rows
from marrowgate.gating.records import ControlRole
from marrowgate.gating.walk.walk import SampleToFit
from marrowgate.measure.gate_uncertainty import gate_cvs
from marrowgate.measure.measure_sample import count_populations
from marrowgate.measure.populations import population_rows
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.panel import load_panel
from marrowgate.settings.sheets import Sample
from marrowgate.simulate.bayes import bayes_limits
from marrowgate.simulate.cells import KINDS, kinds_of
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind
from marrowgate.simulate.truth import PopulationTruth

CONFIG = Path(__file__).resolve().parents[2] / "config"
STRATEGIES = {"hspc": "blood_hspc", "immature": "blood_immature"}
MAIN = ("lymphocytes", "monocytes", "granulocytes")
POPULATIONS = {
    "hspc": (*MAIN, "cd34_hspc"),
    "immature": (*MAIN, "ig", "nrbc", "erythroid_cd71_pos", "eosinophils"),
}
SIZES = ((1, 20), (20, 50), (50, 200), (200, 10**9))
WRONG = 0.5


Scored = tuple[str, int, int, float, str, "Share | None"]


@dataclass(frozen=True)
class Result:
    """One population of one sample."""

    population: str
    n_true: int
    n_found: int
    f1: float
    status: str
    share: "Share | None"
    best: float | None


@dataclass(frozen=True)
class Share:
    """Per 100 CD45+ cells: the blood's, the file's, and what was found with its 95 % interval."""

    generating: float
    realised: float
    found: float
    low: float
    high: float


def main() -> None:
    """Simulate, gate, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", default="published,dirty")
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--tubes", type=int, default=8, help="samples of each batch and panel")
    parser.add_argument("--bayes", type=int, default=2, help="samples of each scenario and panel with a Bayes limit")
    parser.add_argument("--out", type=Path, default=CONFIG.parent / "results" / "accuracy" / "gating.tsv")
    args = parser.parse_args()
    lines = ["name\tvalue\tunit\tdetail"]
    for scenario in args.scenarios.split(","):
        plan = make_plan(scenario, args.seed)
        for panel in STRATEGIES:
            lines += summary(scenario, panel, list(results(plan, panel, args.tubes, args.bayes)))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def results(plan: CohortPlan, panel_name: str, n_tubes: int, n_bayes: int) -> Iterator[Result]:
    """Gate some samples of every batch."""
    tubes = [s for s in plan.samples if s.panel == panel_name and s.control_type == "none" and s.visit]
    left = n_bayes
    for batch in sorted({sample.batch for sample in tubes}):
        own = [sample for sample in tubes if sample.batch == batch]
        some = own[:: max(1, len(own) // n_tubes)][:n_tubes]
        for sample, found in gated(plan, panel_name, some):
            best = limits(plan, sample, panel_name) if left > 0 else {}
            left -= 1
            yield from (Result(*one, best.get(one[0])) for one in found)


def gated(plan: CohortPlan, panel_name: str, samples: list[SamplePlan]) -> Iterator[tuple[SamplePlan, list[Scored]]]:
    """Gate samples as one batch; rejected files are left out."""
    strategy = load_checked_strategy(CONFIG / "strategies" / f"{STRATEGIES[panel_name]}.yaml")
    panel = load_panel(CONFIG / "panels" / f"{panel_name}.yaml")
    kind = FileKind("3.1", "F", "little")
    with tempfile.TemporaryDirectory() as folder:
        opened = []
        for sample in samples:
            path = Path(folder) / f"{sample.sample_id}.fcs"
            truth = path.with_suffix(".parquet")
            truths = write_sample(plan, sample, CONFIG / "panels", path, truth, n_events=sample.n_events, kind=kind)
            _, tube = open_sample(path, 1, panel, strategy, gain="ignore", spillover="file")
            if tube is not None and not sample.trouble.stained_as:
                role = SampleToFit(sample.sample_id, tube, start_rows(tube), ControlRole(), {}, 1)
                opened.append((sample, tube, fit_sample(role, strategy), alive(truth), truths))
        agreed = agree(panel_name, "accuracy", [fit for _, _, fit, _, _ in opened])
        for sample, tube, fit, kinds, truths in opened:
            records = settle(fit, agreed)
            rows = apply_gates(tube, records, start_rows(tube))
            counts = count_populations(records, rows, gate_cvs(tube, records, rows, "cd45_pos"))
            status = {count.population: count.gate_status for count in counts}
            own = shares(sample, SampleRecord(sample.sample_id, {}, counts, (), (), {}, None, None), truths)
            yield (
                sample,
                [
                    (*score(name, rows.get(name), kinds, status[name]), own.get(name))
                    for name in POPULATIONS[panel_name]
                ],
            )


def shares(sample: SamplePlan, record: SampleRecord, truths: list[PopulationTruth]) -> dict[str, Share]:
    """Return the share of CD45+ cells of every population that was counted and is there."""
    # a share needs no more of the sheet than what every row has
    sheet = Sample(sample_id=sample.sample_id, patient_id="P", fcs="none.fcs", panel=sample.panel, batch=sample.batch)
    rows = {row["population"]: row for row in population_rows(record, sheet, None, Measure())}
    found = {}
    for truth in truths:
        row = rows.get(truth.population, {})
        if row.get("per_100_cd45") and truth.generating_per_100_cd45 and truth.realised_per_100_cd45:
            interval = (row["per_100_cd45"], row["per_100_cd45_low"], row["per_100_cd45_high"])
            found[truth.population] = Share(truth.generating_per_100_cd45, truth.realised_per_100_cd45, *interval)
    return found


def alive(truth: Path) -> NDArray[np.object_]:
    """Return the kind of every living single cell; nothing for other events."""
    table = pq.read_table(truth)
    kinds = np.array(table["population"].to_pylist(), dtype=object)
    kinds[table["is_dead"].to_numpy() | table["is_doublet"].to_numpy()] = ""
    return kinds


def score(
    name: str, rows: NDArray[np.intp] | None, kinds: NDArray[np.object_], status: str
) -> tuple[str, int, int, float, str]:
    """Compare one population with the truth."""
    true = np.isin(kinds.astype(str), [KINDS[place] for place in kinds_of(name)])
    found = np.zeros(true.size, dtype=bool)
    if rows is not None:
        found[rows] = True
    both = found.sum() + true.sum()
    f1 = 2 * np.count_nonzero(found & true) / both if both else 1.0
    return name, int(true.sum()), int(found.sum()), float(f1), status


def limits(plan: CohortPlan, sample: SamplePlan, panel_name: str) -> dict[str, float]:
    """Return the best F1 that a classifier reaches which knows the densities."""
    panel = load_panel(CONFIG / "panels" / f"{panel_name}.yaml")
    return {one.population: one.f1 for one in bayes_limits(plan, sample, panel, POPULATIONS[panel_name])}


def summary(scenario: str, panel_name: str, found: list[Result]) -> list[str]:
    """Return the lines of the table for one scenario and panel."""
    lines = []
    for population in POPULATIONS[panel_name]:
        own = [one for one in found if one.population == population]
        name = f"{scenario}_{panel_name}_{population}"
        for low, high in SIZES:
            some = [one for one in own if low <= one.n_true < high]
            if some:
                bias = [one.n_found / one.n_true - 1 for one in some]
                detail = f"{len(some)} samples with {low} to {high - 1} true cells" if high < 10**9 else (
                    f"{len(some)} samples with {low} or more true cells")  # fmt: skip
                lines.append(f"{name}_f1\t{np.median([o.f1 for o in some]):.3f}\tmedian\t{detail}")
                lines.append(f"{name}_bias\t{100 * np.median(bias):.1f}\tpercent, median\t{detail}")
        lines += share_lines(name, [one.share for one in own if one.share])
        pairs = [one for one in own if one.best is not None and one.n_true]
        for one in pairs:
            detail = f"own F1 {one.f1:.3f}, {one.n_true} true cells"
            lines.append(f"{name}_bayes_f1\t{one.best:.3f}\t1\t{detail}")
        silent = [one for one in own if one.n_true >= 20 and one.f1 < WRONG and one.status in {"ok", "fixed"}]
        lines.append(f"{name}_wrong_unflagged\t{len(silent)}\ttubes\tof {len(own)}")
        none = [one.n_found for one in own if one.n_true == 0]
        if none:
            lines.append(f"{name}_found_without\t{max(none)}\tevents, most\tof {len(none)} samples")
    return lines


def share_lines(name: str, found: list[Share]) -> list[str]:
    """Return the bias of a population's share of CD45+ cells, and how often its interval holds the blood's."""
    if not found:
        return []
    bias = [100 * (one.found / one.realised - 1) for one in found]
    held = [one.low <= one.generating <= one.high for one in found]
    half = [100 * (one.high - one.low) / 2 / one.found for one in found]
    return [
        f"{name}_share_bias\t{np.median(bias):.2f}\tpercent, median\t{min(bias):.1f} to {max(bias):.1f}",
        f"{name}_share_covered\t{100 * np.mean(held):.0f}\tpercent\tof {len(found)} samples",
        f"{name}_share_half_width\t{np.median(half):.2f}\tpercent, median\thalf of the interval",
    ]


if __name__ == "__main__":
    main()

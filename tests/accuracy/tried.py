"""Samples taken through `marrowgate try` with the shipped strategies, as a user would, beside their truth."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from accuracy.figures import Figure, number, share
from accuracy.scores import Confusion, Mask, confuse
from accuracy.scratch import REPOSITORY
from marrowgate.cli import main as marrowgate
from marrowgate.files import write_text
from marrowgate.simulate.cell_types import true_members
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind
from marrowgate.tables import read_rows

CONFIG = REPOSITORY / "config"
STRATEGIES = {"hspc": "blood_hspc", "immature": "blood_immature"}
MAIN = ("cd45_pos", "lymphocytes", "monocytes", "granulocytes")
POPULATIONS = {"hspc": (*MAIN, "cd34_hspc"), "immature": (*MAIN, "eosinophils", "ig", "nrbc", "erythroid_cd71_pos")}
MILD = frozenset({"ok", "fixed", "borrowed"})
"""Statuses that warn of nothing."""
REMARKS = frozenset({
    "beyond_scale", "copied", "drawn_in", "ends_at_neighbour", "fallback", "from_batch", "from_control", "needs_gate",
    "no_b_precursor_marker", "no_consequence", "no_valley", "pooled", "too_few_events", "too_few_fits",
})  # fmt: skip
"""Codes of reasons that say where a gate comes from."""
WRONG, RIGHT, ENOUGH = 0.8, 0.9, 20
"""F1 below which a gate is wrong, F1 above which it is right, and fewest true cells to say so."""


@dataclass(frozen=True)
class GateScore:
    """One population of one sample.

    Parameters
    ----------
    setting : str
        Instrument or disease.
    sample_id, panel, population : str
        Which gate.
    both, only_found, only_true : int
        Events in the gate that are true members, in the gate alone, true alone. Events that quality control left out
        count as not found.
    status : str
        Gate status; ``rejected`` where the file was not read.
    is_sample_flagged : bool
        A quality check flagged the sample, other than that of the counting error.
    blasts : int
        Blasts in the gate, also where they are true members.
    codes : str
        Codes of the reasons of the status, joined by "; ".
    is_held : bool
        The 95 % interval of the count holds the number of true cells.
    detection : str
        What the count allows, a word of `populations.tsv`.
    """

    setting: str
    sample_id: str
    panel: str
    population: str
    both: int
    only_found: int
    only_true: int
    status: str
    is_sample_flagged: bool
    blasts: int = 0
    codes: str = ""
    is_held: bool = False
    detection: str = ""

    @property
    def confusion(self) -> Confusion:
        """Return the counts as they are compared."""
        return Confusion(self.both, self.only_found, self.only_true)

    @property
    def is_wrong(self) -> bool:
        """Say whether F1 is below 0.8 with at least 20 true cells."""
        return self.confusion.n_true >= ENOUGH and self.confusion.f1 < WRONG

    @property
    def is_right(self) -> bool:
        """Say whether F1 is above 0.9 with at least 20 true cells."""
        return self.confusion.n_true >= ENOUGH and self.confusion.f1 > RIGHT

    @property
    def is_gate_flagged(self) -> bool:
        """Say whether the gate's own status warns."""
        return self.status not in MILD

    @property
    def is_flagged(self) -> bool:
        """Say whether the gate's status or a check of the sample warns."""
        return self.is_sample_flagged or self.is_gate_flagged


def score_samples(
    setting: str, plan: CohortPlan, samples: Sequence[SamplePlan], folder: Path, n_events: int
) -> list[GateScore]:
    """Simulate samples, take those of each panel together through `try`, and hold every population against the truth.

    Parameters
    ----------
    setting : str
        Name of the instrument or disease, for the scores.
    plan : CohortPlan
        The cohort, with its instrument.
    samples : sequence of SamplePlan
        Of one batch.
    folder : Path
        Empty folder.
    n_events : int
        Events of each sample.
    """
    scores = []
    for panel in STRATEGIES:
        own = [sample for sample in samples if sample.panel == panel]
        paths = {sample.sample_id: folder / panel / f"{sample.sample_id}.fcs" for sample in own}
        for sample in own:
            path = paths[sample.sample_id]
            truth = path.with_suffix(".parquet")
            write_sample(plan, sample, CONFIG / "panels", path, truth, n_events=n_events, kind=FileKind())
        if own:
            scores += _tried(setting, panel, paths)
    return scores


def _tried(setting: str, panel: str, paths: Mapping[str, Path]) -> list[GateScore]:
    out = next(iter(paths.values())).parent / "out"
    panel_path, strategy = CONFIG / "panels" / f"{panel}.yaml", CONFIG / "strategies" / f"{STRATEGIES[panel]}.yaml"
    options = ["--panel", str(panel_path), "--strategy", str(strategy), "--out", str(out), "--one-batch"]
    if marrowgate(["try", *options, *map(str, paths.values())]):
        msg = f"try failed on {setting}, panel {panel}"
        raise RuntimeError(msg)
    rows = {(row["sample_id"], row["population"]): row for row in read_rows(out / "tables" / "populations.tsv")}
    flagged = {
        row["sample_id"]
        for row in read_rows(out / "tables" / "quality.tsv")
        if row["verdict"] == "flagged" and not row["check"].startswith("cv_pct")
    }
    scores = []
    for name, path in paths.items():
        truth, found = pq.read_table(path.with_suffix(".parquet")), pq.read_table(out / "events" / f"{name}.parquet")
        kinds = np.array(truth["population"].to_pylist(), dtype=str)
        living = ~(truth["is_dead"].to_numpy() | truth["is_doublet"].to_numpy())
        is_blast = np.char.startswith(kinds, "blast")
        for population in POPULATIONS[panel]:
            gate = _membership(found, population, kinds.size)
            counts = confuse(gate, living & np.isin(kinds, sorted(true_members(population))))
            row = rows.get((name, population), {})
            scores.append(
                GateScore(
                    setting, name, panel, population, counts.both, counts.only_found, counts.only_true,
                    str(row.get("gate_status", "rejected")), name in flagged, int((gate & is_blast).sum()),
                    str(row.get("gate_reason_code") or ""), _is_held(row, counts.n_true),
                    str(row.get("detection") or ""),
                )
            )  # fmt: skip
    return scores


def _is_held(row: Mapping[str, Any], n_true: int) -> bool:
    """Say whether the interval of the count holds a number of cells; no where there is no interval."""
    low, high, n_cd45 = (row.get(name) for name in ("per_100_cd45_low", "per_100_cd45_high", "n_cd45"))
    if low is None or high is None or not n_cd45:
        return False
    return bool(low * n_cd45 / 100 <= n_true <= high * n_cd45 / 100)


def _membership(found: Any, population: str, n: int) -> Mask:
    """Return the events in a gate; none where the sample was rejected or the population is not gated."""
    if not found.num_rows or found[population].null_count:
        return np.zeros(n, dtype=np.bool_)
    members: Mask = found[population].to_numpy()
    return members


def pooled(scores: Iterable[GateScore]) -> Confusion:
    """Return the sum of gates."""
    counts = [(one.both, one.only_found, one.only_true) for one in scores]
    return Confusion(*(sum(column) for column in zip(*counts, strict=True))) if counts else Confusion(0, 0, 0)


def flag_columns(item: str, gates: Sequence[GateScore]) -> list[Figure]:
    """Return of some gates: how many are wrong, how many of these nothing warns of, and right ones that are flagged."""
    wrong, right = [one for one in gates if one.is_wrong], [one for one in gates if one.is_right]
    return [
        number(item, "", "gates", len(gates), "gates"),
        number(item, "", "wrong", len(wrong), "gates"),
        share(item, "", "wrong, nothing flagged", sum(not one.is_flagged for one in wrong), len(gates)),
        share(item, "", "wrong, gate not flagged", sum(not one.is_gate_flagged for one in wrong), len(gates)),
        share(item, "", "right, gate flagged", sum(one.is_gate_flagged for one in right), len(right)),
    ]


def wrong_table(runs: Iterable[Sequence[GateScore]]) -> str:
    """Return every wrong gate with its F1 and status, as Markdown; a word where there is none."""
    wrong = [one for scores in runs for one in scores if one.is_wrong]
    if not wrong:
        return "None."
    header = [
        "run",
        "sample",
        "population",
        "F1",
        "true",
        "found",
        "status",
        "sample flagged",
        "true count in the interval",
    ]
    rows = []
    for one in wrong:
        counts = (f"{one.confusion.f1:.2f}", str(one.confusion.n_true), str(one.confusion.n_found))
        answers = ("yes" if answer else "no" for answer in (one.is_sample_flagged, one.is_held))
        rows.append([one.setting, one.sample_id, one.population, *counts, one.status, *answers])
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, ["---"] * len(header), *rows])


def doubt_table(groups: Mapping[str, Iterable[GateScore]], remarks: frozenset[str] = REMARKS) -> str:
    """Return for each doubt how many right and wrong gates it flags, as Markdown; a gate counts for each of its doubts.

    Parameters
    ----------
    groups : mapping of str to iterable of GateScore
        Name of a data set to its gates.
    remarks : frozenset of str
        Codes that only say where a gate comes from; they count where nothing else is said.
    """
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for name, scores in groups.items():
        for one in scores:
            kind = "right" if one.is_right else "wrong" if one.is_wrong else ""
            if kind and one.is_gate_flagged:
                codes = {code for code in one.codes.split("; ") if code}
                for code in codes - remarks or codes or {one.status}:
                    tally[code][f"{name}, {kind}"] += 1
    columns = [f"{name}, {kind}" for name in groups for kind in ("right", "wrong")]
    header = ["doubt", *columns]
    rows = [[code, *(str(counts[column]) for column in columns)] for code, counts in sorted(tally.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, ["---"] * len(header), *rows])


def write_scores(path: Path, scores: Sequence[GateScore]) -> None:
    """Write scores as a table, one gate a line."""
    names = [field.name for field in fields(GateScore)]
    lines = ["\t".join(names), *("\t".join(str(value) for value in asdict(one).values()) for one in scores)]
    write_text(path, "\n".join(lines) + "\n")


def read_scores(path: Path) -> list[GateScore]:
    """Read what `write_scores` wrote."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    reads: dict[Any, Callable[[str], Any]] = {str: str, int: int, bool: "True".__eq__}
    read = {field.name: reads[field.type] for field in fields(GateScore)}
    names = header.split("\t")
    cells = [zip(names, line.split("\t"), strict=True) for line in lines]
    return [GateScore(**{name: read[name](text) for name, text in line}) for line in cells]

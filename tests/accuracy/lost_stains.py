"""The shipped strategies where a stain was forgotten or its detector is dead: what is gated, and what warns of it.

A forgotten stain is the hardest case of a gate that lies elsewhere altogether: the cells are there, the gate is empty,
and what they are left out of holds them.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from accuracy.instruments import choose_samples
from accuracy.tried import ENOUGH, GateScore, score_samples
from marrowgate.simulate.cohorts.cohort import make_plan

ALL, ONE = "all", "one"
"""Which samples of a batch lack the stain: all, or the second alone."""
STAINS = (
    ("hspc", "CD14"), ("hspc", "CD45"), ("hspc", "CD235a"), ("immature", "CD14"), ("immature", "CRTH2"),
    ("immature", "CD16"), ("immature", "CD11b"), ("immature", "CD10"), ("immature", "CD235a"), ("hspc", "CD34"),
    ("immature", "CD71"),
)  # fmt: skip
NAMES = tuple(f"{panel}_{marker}_{which}" for panel, marker in STAINS for which in (ALL, ONE))
"""Settings: panel, marker that was forgotten, in which samples."""
NOT_GATED = frozenset({"not_gated", "failed", "no_valley", "too_few_events"})
"""Statuses without a number."""


def score_lost(name: str, cohort: int, n_samples: int, n_events: int) -> list[GateScore]:
    """Return the scores of one panel's samples, of which all or one lack a stain."""
    panel, marker, which = name.split("_")
    plan = make_plan("demo", cohort)
    chosen = [sample for sample in choose_samples(plan, n_samples) if sample.panel == panel]
    lacking = {sample.sample_id for number, sample in enumerate(chosen) if which == ALL or number == 1}
    samples = [
        replace(sample, control_type="fmo", control_marker=marker) if sample.sample_id in lacking else sample
        for sample in chosen
    ]
    with tempfile.TemporaryDirectory(prefix="stain-") as folder:
        scores = score_samples(name, plan, samples, Path(folder), n_events)
    return [score for score in scores if score.sample_id in lacking]


def lost_table(settings: Sequence[Sequence[GateScore]]) -> str:
    """Return for each setting how many gates are wrong, how many of these nothing warns of, and the names of those."""
    header = ["panel, stain, samples without it", "gates", "wrong", "wrong, not gated", "wrong, nothing flagged"]
    header += ["wrong, gate not flagged", "which", "right, gate flagged"]
    rows = [header, ["---"] * len(header)]
    for scores in settings:
        enough = [one for one in scores if one.confusion.n_true >= ENOUGH]
        wrong = [one for one in enough if one.is_wrong]
        unflagged = [one for one in wrong if not one.is_gate_flagged]
        names = sorted({f"{one.population} ({one.status})" for one in unflagged})
        counts = (
            len(enough), len(wrong), sum(one.status in NOT_GATED for one in wrong),
            sum(not one.is_flagged for one in wrong), len(unflagged),
        )  # fmt: skip
        right = sum(one.is_right and one.is_gate_flagged for one in enough)
        title = scores[0].setting.replace("_", ", ") if scores else ""
        rows.append([title, *map(str, counts), ", ".join(names) or "none", str(right)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"

"""The lead row in cohorts from a generator that shares nothing with the simulator's but the meaning of a count.

Levels of patients are gamma, changes are mixtures or skewed, visits follow one another (an autoregression), counts are
negative binomial or zero-inflated, cells counted vary from visit to visit, visits lie at random times and are missed.
Nothing was tuned on these cohorts. Run: PYTHONPATH=tests python -m accuracy.count_strangers --cohorts 200.
"""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accuracy.cohort_model import share_row, write_figures
from accuracy.count_comparison import FEWEST_ROWS, LEVEL, answer_drawn
from accuracy.resumed import answers_by_seed, digest_of
from marrowgate.simulate.cohorts.count_scenarios import LAST_CYCLE, DrawnCounts

Floats = NDArray[np.float64]
N = (22, 25)
VISITS = 5
Draw = Callable[[np.random.Generator, int], Floats]


def _skewed(rng: np.random.Generator, n: int) -> Floats:
    """Return changes with a long tail upwards and a mean of 0, ln."""
    return rng.exponential(0.5, n) - 0.5


def _two_kinds(rng: np.random.Generator, n: int) -> Floats:
    """Return changes of two kinds of patients, a third falling and two thirds rising, with a mean of 0, ln."""
    return np.where(rng.random(n) < 1 / 3, -0.8, 0.4) + rng.uniform(-0.2, 0.2, n)


def _even(rng: np.random.Generator, n: int) -> Floats:
    return rng.uniform(-0.7, 0.7, n)


STRANGERS: Mapping[str, tuple[str, float, Draw, float, float, tuple[float, float]]] = {
    # meaning, events a visit, changes, share of structural zeros at a visit, over-dispersion, cells by arm
    "skewed": ("skewed changes, 30 events", 30, _skewed, 0.0, 0.0, (1, 1)),
    "two_kinds": ("two kinds of patients, 8 events", 8, _two_kinds, 0.0, 0.0, (1, 1)),
    "clumped": ("counts over-dispersed to a CV of 0.5, 30 events", 30, _even, 0.0, 0.25, (1, 1)),
    "empty_visits": ("a fifth of the visits without any cell, 15 events", 15, _even, 0.2, 0.0, (1, 1)),
    "rare": ("1.5 events, skewed changes", 1.5, _skewed, 0.0, 0.1, (1, 1)),
    "cells": ("4 events, 3 times the cells in one arm", 4, _even, 0.0, 0.1, (3, 1)),
}


def draw_stranger(name: str, seed: int) -> DrawnCounts:
    """Draw a cohort without any difference of the arms."""
    _, events, changes, zeros, dispersion, cells = STRANGERS[name]
    rng = np.random.default_rng([seed, 977])
    n = sum(N)
    in_first = np.arange(n) < N[0]
    level = rng.gamma(1.5, events / 1.5, n)
    walk = np.zeros((n, VISITS + 1))
    for visit in range(1, VISITS + 1):
        walk[:, visit] = 0.6 * walk[:, visit - 1] + rng.logistic(0, 0.12, n)
    own = np.concatenate([np.zeros((n, 1)), np.repeat(changes(rng, n)[:, None], VISITS, axis=1)], axis=1)
    size = np.where(in_first, *cells)[:, None] * rng.uniform(0.6, 1.6, (n, VISITS + 1))
    means = level[:, None] * np.exp(own + walk) * size * (rng.random((n, VISITS + 1)) >= zeros)
    if dispersion:
        means = means * rng.gamma(1 / dispersion, dispersion, means.shape)
    n_cells = np.round(size * 60_000).astype(np.int64)
    counted = np.minimum(rng.poisson(means), n_cells)
    times = np.sort(rng.uniform(0.05, LAST_CYCLE, (n, VISITS)), axis=1)
    took_place = rng.random((n, VISITS)) >= 0.05
    batches = np.zeros((n, VISITS + 1), dtype=np.int64)
    return DrawnCounts(
        in_first, counted[:, :1], counted[:, 1:], n_cells[:, :1], n_cells[:, 1:], times, took_place, batches
    )


def answer_stranger(name: str, seed: int) -> dict[str, Any]:
    """Return the lead row's numbers and status, and the p-values of the methods beside it."""
    return answer_drawn(draw_stranger(name, seed))


def stranger_rows(name: str, answers: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the shares of rows that are `ok`, and of them that are significant and do not hold the truth of 0."""
    rows = list(answers.values())
    ok = [row for row in rows if row["status"] == "ok"]
    what = f"{STRANGERS[name][0]}; {N[0]} against {N[1]} patients, generator kept apart"
    found = [share_row(f"stranger {name}: ok", len(ok), len(rows), what)]
    for kind, own in (("ok", ok), ("with numbers", [row for row in rows if row.get("p_value") is not None])):
        if len(own) >= FEWEST_ROWS:
            hits = sum(row["p_value"] < LEVEL for row in own)
            found.append(share_row(f"stranger {name}: {kind}, lead significant", hits, len(own), what))
    return found


def main() -> None:
    """Draw the cohorts and write results/accuracy/count_strangers.tsv; go on where a stopped run was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--cores", type=int, default=2, help="processes; the figures do not depend on it")
    parser.add_argument("--out", type=Path, default=Path("results/accuracy"))
    args = parser.parse_args()
    digest = digest_of(("simulate", "compare"), ("count_strangers.py", "count_comparison.py", "cohort_model.py"), "")
    rows = []
    for name in STRANGERS:
        kept = args.out / "seeds" / f"count_strangers_{name}.jsonl"
        answers = answers_by_seed(partial(answer_stranger, name), range(1, args.cohorts + 1), kept, digest, args.cores)
        rows += stranger_rows(name, answers)
    write_figures(args.out / "count_strangers.tsv", rows)


if __name__ == "__main__":
    main()

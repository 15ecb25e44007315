"""The shipped strategies on instruments that they were not made on: F1 of each, and wrong gates that nothing warns of.

The same blood is measured at home and on each instrument, both panels, and taken through `marrowgate try`. The
instruments `any_<seed>` are drawn at random; `--named` takes the ones of `instruments.yaml` too.

Usage: python tests/accuracy/instruments.py [--seed 1] [--instruments 6] [--named] [--samples 3] [--events 30000]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from accuracy.figures import Figure, markdown, share
from accuracy.scratch import REPOSITORY
from accuracy.tried import POPULATIONS, GateScore, flag_columns, pooled, read_scores, score_samples, write_scores
from marrowgate.progress import with_progress
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan
from marrowgate.simulate.optics.instruments import RANDOM, named_instruments

OUT = REPOSITORY / "results" / "accuracy" / "instruments"
COHORT = 20260318
TUNING_SEEDS = range(1, 100)
"""Instruments that gates may be tuned on; those from 1001 on are for judging."""
JUDGING_SEEDS = range(1001, 1025)
ALLOWED = {"ig": 0.02, "erythroid_cd71_pos": 0.02}
"""Largest loss of pooled F1 against home that the project asks for; 0.01 where none is named."""


def main() -> None:
    """Measure, gate, compare, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--seed", type=int, default=1, help="first instrument; below 100 for tuning, from 1001 to judge"
    )
    parser.add_argument("--instruments", type=int, default=6, help="how many are drawn")
    parser.add_argument("--named", action="store_true", help="the instruments of instruments.yaml too")
    parser.add_argument("--samples", type=int, default=3, help="samples of each panel")
    parser.add_argument("--events", type=int, default=30_000, help="events of each sample")
    parser.add_argument("--cohort", type=int, default=COHORT, help="seed of the blood")
    parser.add_argument("--again", action="store_true", help="only read the scores that are in the folder")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the scores, one file for each instrument")
    args = parser.parse_args()
    names = [f"{RANDOM}{seed}" for seed in range(args.seed, args.seed + args.instruments)]
    if args.named:
        names += [name for name in named_instruments() if name != "home"]
    for name in with_progress(["home", *names], "instruments", 1) if not args.again else ():
        start = time.process_time()
        scores = score_instrument(name, args.cohort, args.samples, args.events)
        write_scores(args.out / f"{name}.tsv", scores)
        print(f"{name}: {time.process_time() - start:.0f} CPU seconds", file=sys.stderr)
    home, *others = [read_scores(args.out / f"{name}.tsv") for name in ("home", *names)]
    print(instrument_table(home, others))
    print(markdown(instrument_figures(home, others), "population"))


def score_instrument(name: str, cohort: int, n_samples: int, n_events: int) -> list[GateScore]:
    """Return the scores of the same blood on an instrument."""
    plan = make_plan("demo", cohort, name)
    with tempfile.TemporaryDirectory(prefix="instrument-") as folder:
        return score_samples(name, plan, choose_samples(plan, n_samples), Path(folder), n_events)


def choose_samples(plan: CohortPlan, n: int) -> list[SamplePlan]:
    """Return `n` fully stained samples of each panel of one batch, from the least immature blood to the most."""
    chosen: list[SamplePlan] = []
    for panel in POPULATIONS:
        own = [sample for sample in plan.samples if sample.panel == panel and sample.control_type == "none"]
        own = [sample for sample in own if sample.visit and sample.batch == "B1"]
        own = [sample for sample in own if panel != "hspc" or sample.bead_lot]
        own.sort(key=lambda sample: (sample.blood.per_ul["erythroblast"] if sample.blood else 0.0, sample.sample_id))
        places = [round(step * (len(own) - 1) / max(n - 1, 1)) for step in range(n)]
        chosen += [own[place] for place in places]
    return chosen


def instrument_table(home: Sequence[GateScore], others: Sequence[Sequence[GateScore]]) -> str:
    """Return pooled F1 of every population on every instrument, as Markdown."""
    keys = [(panel, population) for panel, populations in POPULATIONS.items() for population in populations]
    header = ["instrument", *(f"{population} ({panel})" for panel, population in keys), "wrong", "wrong, unflagged"]
    rows = []
    for scores in (home, *others):
        f1 = [pooled(_of(scores, *key)).f1 for key in keys]
        wrong = [one for one in scores if one.is_wrong]
        silent = sum(not one.is_flagged for one in wrong)
        rows.append([scores[0].setting, *(f"{value:.3f}" for value in f1), str(len(wrong)), str(silent)])
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def instrument_figures(home: Sequence[GateScore], others: Sequence[Sequence[GateScore]]) -> list[Figure]:
    """Return by population: instruments that lose little against home, wrong gates, and right ones that are flagged."""
    figures = []
    keys = [(panel, population) for panel, populations in POPULATIONS.items() for population in populations]
    for panel, population in [("", "all"), *keys]:
        item = f"{population} ({panel})" if panel else population
        named = keys if population == "all" else [(panel, population)]
        pairs = [(key, scores) for key in named for scores in others]
        near = sum(loses_little(home, scores, *key) for key, scores in pairs)
        gates = [one for key, scores in pairs for one in _of(scores, *key) if one.confusion.n_true]
        if panel:
            figures += [
                Figure(item, "", "F1 at home", pooled(_of(home, panel, population)).f1, ""),
                Figure(item, "", "F1 on all", pooled(gates).f1, ""),
            ]
        figures += [share(item, "", "instruments that keep their F1", near, len(pairs)), *flag_columns(item, gates)]
    return figures


def loses_little(home: Sequence[GateScore], scores: Sequence[GateScore], panel: str, population: str) -> bool:
    """Say whether a population's pooled F1 is no more below that at home than the project asks for."""
    loss = pooled(_of(home, panel, population)).f1 - pooled(_of(scores, panel, population)).f1
    return loss <= ALLOWED.get(population, 0.01)


def _of(scores: Sequence[GateScore], panel: str, population: str) -> list[GateScore]:
    return [one for one in scores if (one.panel, one.population) == (panel, population)]


if __name__ == "__main__":
    main()

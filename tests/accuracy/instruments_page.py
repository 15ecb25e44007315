"""The page docs/accuracy_instruments.md: the shipped strategies on other instruments and in sick blood.

Run: PYTHONPATH=tests:workflow python -m accuracy.instruments_page --docs docs/accuracy_instruments.md. The scores of
each instrument and disease are kept: `--again` leaves those that are there, so that a run can be done in parts.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path

from accuracy.diseases import JUDGING_COHORT, count_table, disease_figures, disease_names, disease_table, score_disease
from accuracy.figures import markdown, write_figures
from accuracy.instruments import ALLOWED, COHORT, JUDGING_SEEDS, instrument_figures, instrument_table, score_instrument
from accuracy.lost_stains import NAMES as LOST
from accuracy.lost_stains import lost_table, score_lost
from accuracy.scratch import REPOSITORY
from accuracy.tried import GateScore, doubt_table, read_scores, write_scores, wrong_table
from marrowgate.files import write_text
from marrowgate.progress import with_progress
from marrowgate.simulate.optics.instruments import RANDOM, named_instruments

OUT = REPOSITORY / "results" / "accuracy" / "judged"
N_SAMPLES, N_EVENTS = 3, 30_000
DRAWN = tuple(f"{RANDOM}{seed}" for seed in JUDGING_SEEDS)
NAMED = tuple(name for name in named_instruments() if name != "home")
Task = tuple[str, str]

ASKED = " and ".join(ALLOWED)
OPENING = f"""# Accuracy on other instruments and in sick blood

This page is written by `make accuracy`. Do not edit it. Figures that are bad stand here as they are.

The shipped strategies are taken as they are, through `marrowgate try --one-batch`, with {N_SAMPLES} samples of each
panel and {N_EVENTS:,} events each. The same blood is measured on each instrument ([simulation.md](simulation.md),
"Other instruments" and "Diseases"). F1 is pooled over the samples; events that quality control left out
count as not found.

- A gate is **wrong** when its F1 is below 0.8 with 20 or more true cells, and **right** when it is above 0.9. Not gated
  counts as wrong, and as flagged.
- The samples hold few CD34+ cells, about 80 together: one more or less moves their F1 by 0.006.
- A gate is **flagged** when its status is not `ok`, `fixed` or `borrowed`. *Nothing flagged* says that no quality check
  flagged the sample either, such as that of events at the end of the scale; the check of the counting error does not
  count.
- Instruments and blood of this page were not used for tuning: gains are drawn from the seeds {JUDGING_SEEDS[0]} to
  {JUDGING_SEEDS[-1]}, the blood from the seed {JUDGING_COHORT}. Work on gates uses seeds below 100 and other blood.
- Brackets hold exact 95 % intervals. Samples of one blood and one instrument are not independent, so these are a
  little too narrow."""

INSTRUMENTS = f"""## Instruments

{len(DRAWN)} instruments drawn at random: gains of 0.2 to 5 for each fluorescence detector and of 0.4 to 2.5 for each
scatter, full scale 2^18 to 2^24, floats or integers, noise as at home. An instrument *keeps its F1* when the pooled F1
is no more below that at home than 0.01; than {max(ALLOWED.values()):g} for {ASKED}. A detector that saturates
takes away what no gate can bring back; that stays in the figures."""

NAMES = """### Instruments by name

Their noise differs too, so that F1 may be lower even with perfect gates."""

DISEASES = """## Diseases

On the home instrument. All samples of a run are sick: no healthy one lends its gates. A count is *off* when it differs
by more than 10 % from the file's, with 100 or more true cells."""

STAINS = f"""## Forgotten stains

On the home instrument, in healthy blood: a stain was left out of all samples of the batch, or of one alone, and nobody
said so. The cells are there and cannot be seen, and what they ought to be left out of holds them. Shown are the
samples without the stain. The rules for this were made on other blood (seed {COHORT}), except that of CD10: without it
`ig` was wrong and `ok` here, and reference_ratio got `brighter_than`. That was judged on seed 20260901 alone."""

DOUBTS = """### What flags gates

How many right and how many wrong gates each doubt flags. A gate with several doubts counts for each of them. What the
codes mean stands in [statuses.md](statuses.md)."""

COUNTS = """### Counts of each sample

Errors of the three samples in order, their statuses, and how many blasts stand in the gate. Blasts with CD34 count as
`cd34_hspc`. Shown are `ig` in left shift, lymphocytes and CD34+ cells in leukaemia, and all populations of which a
sample with 20 or more true cells is off by more than 10 %."""


def main() -> None:
    """Score what is asked for, write tables and page."""
    parser = argparse.ArgumentParser(prog="accuracy.instruments_page", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the scores")
    parser.add_argument("--docs", type=Path, required=True, help="page to write")
    parser.add_argument("--cores", type=int, default=2, help="processes; the figures do not depend on it")
    parser.add_argument("--again", action="store_true", help="leave what is in the folder as it is")
    parser.add_argument(
        "--named", default=",".join(NAMED), help="instruments by name, with commas between, or none; default all"
    )
    args = parser.parse_args()
    by_name = [name for name in args.named.split(",") if name]
    tasks = [("instruments", name) for name in ("home", *DRAWN, *by_name)]
    tasks += [("diseases", name) for name in disease_names()]
    tasks += [("stains", name) for name in LOST]
    missing = [task for task in tasks if not (args.again and path_of(args.out, task).is_file())]
    with ProcessPoolExecutor(args.cores) as pool:
        for task, scores in zip(with_progress(missing, "runs", 1), pool.map(score, missing), strict=True):
            write_scores(path_of(args.out, task), scores)
    found = {task: read_scores(path_of(args.out, task)) for task in tasks}
    home = found["instruments", "home"]
    drawn, named = ([found["instruments", name] for name in names] for names in (DRAWN, by_name))
    sick = [found["diseases", name] for name in disease_names()]
    write_figures(args.out.parent / "instruments.tsv", instrument_figures(home, drawn))
    write_figures(args.out.parent / "diseases.tsv", disease_figures(sick))
    lost = [found["stains", name] for name in LOST]
    write_text(args.docs, page(home, drawn, named, sick, lost))


def path_of(out: Path, task: Task) -> Path:
    """Return the file of the scores of an instrument, a disease or a forgotten stain."""
    return out / task[0] / f"{task[1]}.tsv"


def score(task: Task) -> list[GateScore]:
    """Return the scores of an instrument, a disease or a forgotten stain."""
    run = {"instruments": score_instrument, "diseases": score_disease, "stains": score_lost}[task[0]]
    return run(task[1], JUDGING_COHORT, N_SAMPLES, N_EVENTS)


def page(
    home: Sequence[GateScore],
    drawn: Sequence[Sequence[GateScore]],
    named: Sequence[Sequence[GateScore]],
    sick: Sequence[Sequence[GateScore]],
    lost: Sequence[Sequence[GateScore]],
) -> str:
    """Return the page."""
    parts = [
        OPENING,
        INSTRUMENTS,
        markdown(instrument_figures(home, drawn), "population (panel)"),
        "Pooled F1 of each:",
        instrument_table(home, drawn).strip(),
        "Wrong gates:",
        wrong_table(drawn),
        *([NAMES, instrument_table(home, named).strip()] if named else []),
        DISEASES,
        markdown(disease_figures(sick), "population"),
        "Pooled F1 of each; `nan` where nothing is true and nothing found:",
        disease_table(sick).strip(),
        "Wrong gates:",
        wrong_table(sick),
        DOUBTS,
        doubt_table({"instruments": list(chain(*drawn)), "diseases": list(chain(*sick))}),
        COUNTS,
        count_table(sick).strip(),
        STAINS,
        lost_table(lost).strip(),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()

"""The shipped strategies in sick blood: F1, counts against the truth, and where the blasts end up.

Each disease and level is measured on the same patients at home, both panels, and taken through `marrowgate try`. All
samples of a run are sick: no healthy one lends its gates.

Usage: python tests/accuracy/diseases.py [--seed 20260318] [--only left_shift,aml] [--samples 3] [--events 30000]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from accuracy.figures import Figure, markdown, number, share
from accuracy.instruments import COHORT, choose_samples
from accuracy.scores import relative_error
from accuracy.scratch import REPOSITORY
from accuracy.tried import (
    ENOUGH,
    POPULATIONS,
    GateScore,
    flag_columns,
    pooled,
    read_scores,
    score_samples,
    write_scores,
)
from marrowgate.progress import with_progress
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.diseases import HEALTHY, named_diseases

OUT = REPOSITORY / "results" / "accuracy" / "diseases"
JUDGING_COHORT = 20261126
"""Seed of the blood for judging; gates may be tuned on any other."""
NEAR_PCT = 10.0
"""Largest error of a count that the project asks for where the status is `ok`."""
WATCHED = ("cd45_pos", "lymphocytes", "monocytes", "granulocytes", "cd34_hspc", "ig", "nrbc")
OF_INTEREST = {"left_shift": ("ig",), "aml": ("lymphocytes", "cd34_hspc")}
"""Populations whose counts are shown for diseases of these names, also where they are right."""
FEWEST = 100
"""Fewest true cells of a sample whose count is held against the truth: counting alone gives 10 % then."""


def main() -> None:
    """Measure, gate, compare, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=COHORT, help=f"seed of the blood; {JUDGING_COHORT} to judge")
    parser.add_argument("--only", default="", help="beginnings of names, with commas between; default all")
    parser.add_argument("--samples", type=int, default=3, help="samples of each panel")
    parser.add_argument("--events", type=int, default=30_000, help="events of each sample")
    parser.add_argument("--again", action="store_true", help="only read the scores that are in the folder")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the scores, one file for each disease")
    args = parser.parse_args()
    names = [name for name in disease_names() if name.startswith(tuple(args.only.split(",")))]
    for name in with_progress(names, "diseases", 1) if not args.again else ():
        start = time.process_time()
        write_scores(args.out / f"{name}.tsv", score_disease(name, args.seed, args.samples, args.events))
        print(f"{name}: {time.process_time() - start:.0f} CPU seconds", file=sys.stderr)
    scores = [read_scores(args.out / f"{name}.tsv") for name in names]
    print(disease_table(scores))
    print(count_table(scores))
    print(markdown(disease_figures(scores), "population"))


def disease_names() -> list[str]:
    """Return healthy blood and every disease at every level that is shown."""
    return [HEALTHY, *(f"{name}_{level}" for name, one in named_diseases().items() for level in one.shown)]


def score_disease(name: str, cohort: int, n_samples: int, n_events: int) -> list[GateScore]:
    """Return the scores of the same patients with a disease, all samples of a run sick."""
    plan = make_plan("demo", cohort, "home", name)
    chosen = [find_sample(plan, one.sample_id) for one in choose_samples(make_plan("demo", cohort), n_samples)]
    with tempfile.TemporaryDirectory(prefix="disease-") as folder:
        return score_samples(name, plan, chosen, Path(folder), n_events)


def disease_table(diseases: Sequence[Sequence[GateScore]]) -> str:
    """Return pooled F1 of every population in every disease, wrong gates, and the blasts in gates, as Markdown."""
    keys = [(panel, population) for panel, populations in POPULATIONS.items() for population in populations]
    header = ["disease", *(f"{population} ({panel})" for panel, population in keys), "wrong", "wrong, unflagged"]
    rows = []
    for scores in diseases:
        f1 = [pooled(one for one in scores if (one.panel, one.population) == key).f1 for key in keys]
        wrong = [one for one in scores if one.is_wrong]
        silent = sum(not one.is_flagged for one in wrong)
        rows.append([scores[0].setting, *(f"{value:.3f}" for value in f1), str(len(wrong)), str(silent)])
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def count_table(diseases: Sequence[Sequence[GateScore]]) -> str:
    """Return the counts of samples, their errors and statuses, and the blasts in the gate, where `is_shown`."""
    header = ["disease", "population", "true", "found", "error of samples (%)", "status", "blasts in the gate"]
    rows = []
    for scores in diseases:
        for panel, populations in POPULATIONS.items():
            for population in populations:
                own = [one for one in scores if (one.panel, one.population) == (panel, population)]
                counts = pooled(own)
                if population not in WATCHED or not is_shown(own):
                    continue
                errors = [
                    f"{relative_error(one.confusion.n_found, one.confusion.n_true):+.0f}"
                    for one in own
                    if one.confusion.n_true
                ]
                statuses = ", ".join(status_words(one) for one in own)
                blasts = str(sum(one.blasts for one in own))
                name = f"{population} ({panel})"
                cells = [scores[0].setting, name, str(counts.n_true), str(counts.n_found)]
                rows.append([*cells, ", ".join(errors), statuses, blasts])
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def status_words(score: GateScore) -> str:
    """Return a gate's status, and that its count is no more than that of a blank where there is such a limit."""
    return f"{score.status} (not detected)" if score.detection == "not_detected" else score.status


def is_shown(scores: Sequence[GateScore]) -> bool:
    """Say whether counts in a disease are shown: those of the populations that matter there, and those that are off."""
    of_interest = any(
        one.setting.startswith(disease) and one.population in populations
        for one in scores
        for disease, populations in OF_INTEREST.items()
    )
    return of_interest or any(one.confusion.n_true >= ENOUGH and is_far(one) for one in scores)


def disease_figures(diseases: Sequence[Sequence[GateScore]]) -> list[Figure]:
    """Return by population: wrong gates, and counts that are off by more than a tenth, that nothing warns of."""
    figures = []
    gates = [one for scores in diseases for one in scores]
    for population in ("all", *WATCHED):
        own = [one for one in gates if population in {"all", one.population} and one.confusion.n_true]
        enough = [one for one in own if one.confusion.n_true >= FEWEST]
        far = [one for one in enough if is_far(one)]
        figures += [
            *flag_columns(population, own),
            number(population, "", "counts off", len(far), "gates"),
            share(population, "", "off, nothing flagged", sum(not one.is_flagged for one in far), len(enough)),
            share(population, "", "off, gate not flagged", sum(not one.is_gate_flagged for one in far), len(enough)),
            number(population, "", "off, not flagged, outside the interval", sum(map(is_missed, far)), "gates"),
        ]
    return figures


def is_far(score: GateScore) -> bool:
    """Say whether a count is off by more than a tenth of the file's truth."""
    return abs(relative_error(score.confusion.n_found, score.confusion.n_true)) > NEAR_PCT


def is_missed(score: GateScore) -> bool:
    """Say whether neither the gate's status nor the interval of its count says that the count is off."""
    return not score.is_gate_flagged and not score.is_held


if __name__ == "__main__":
    main()

"""The lead row and its status in cohorts drawn at count level: false positives, coverage, bias and power.

Run: PYTHONPATH=tests python -m accuracy.count_comparison --cohorts 1000. A part: --scenarios zeros some_5.
"""

import argparse
import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from accuracy.cohort_model import share_row, write_figures
from accuracy.resumed import answers_by_seed, digest_of
from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.contrasts import changes
from marrowgate.cohort.contrasts.count_pairs import has_few_events
from marrowgate.cohort.contrasts.disagreement import disagreements
from marrowgate.cohort.contrasts.estimate_row import estimate_row
from marrowgate.cohort.contrasts.lead import lead_row
from marrowgate.cohort.courses import make_courses
from marrowgate.cohort.design import is_flagged
from marrowgate.cohort.design_table import find_all
from marrowgate.cohort.equal_depth import equal_depth
from marrowgate.cohort.readings import Reading
from marrowgate.cohort.study import Comparison
from marrowgate.cohort.visits import Clock, Visit
from marrowgate.errors import NotEstimableError
from marrowgate.files import write_text
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.config import Cohort, Config
from marrowgate.settings.project import Project
from marrowgate.simulate.cohorts.count_scenarios import (
    COUNT_EFFECTS,
    COUNT_SCENARIOS,
    LAST_CYCLE,
    CountScenario,
    DrawnCounts,
    draw_counts_of,
)
from marrowgate.stats.two_arms import welch

MEASURE = "immature_per_100_cd45"
ENDPOINT = f"{MEASURE}_log2_change"
PAIR = ArmPair("triplet", "doublet")
ALL = {**COUNT_SCENARIOS, **COUNT_EFFECTS}
CYCLE_DAYS = 21.0
LEVEL = 0.05
FEWEST_ROWS = 20
"""Rows of which a share is given at all."""
CONFIG = Config(strategy_of_panel={"immature": "none"}, cohort=Cohort(populations=("immature",)))


def make_comparison(drawn: DrawnCounts) -> Comparison:
    """Make the comparison that the statistics read from the counts of a cohort."""
    names = [f"P{number:03d}" for number in range(drawn.in_first.size)]
    arm_of = {name: PAIR.first if first else PAIR.second for name, first in zip(names, drawn.in_first, strict=True)}
    readings = []
    for place, name in enumerate(names):
        readings += _patient_readings(drawn, place, name)
    arms = ComparedArms(PAIR, arm_of)
    clock = Clock("cycles", (0.0, LAST_CYCLE), dict.fromkeys(names, CYCLE_DAYS))
    at_depth = equal_depth(readings, arms)
    project = Project(CONFIG, (), {}, (), (), {}, {})
    return Comparison(project, clock, arms, {MEASURE: at_depth}, {MEASURE: make_courses(at_depth, clock)})


def _patient_readings(drawn: DrawnCounts, place: int, name: str) -> list[Reading]:
    n_before = drawn.before.shape[1]
    found = [
        _reading(Visit(name, -7.0 * (n_before - 1 - k)), drawn.before[place, k], drawn.cells_before[place, k], batch)
        for k, batch in enumerate(drawn.batches[place, :n_before])
    ]
    for k in np.flatnonzero(drawn.took_place[place]):
        visit = Visit(name, float(drawn.times[place, k]) * CYCLE_DAYS)
        batch = drawn.batches[place, n_before + k]
        found.append(_reading(visit, drawn.during[place, k], drawn.cells_during[place, k], batch))
    return found


def _reading(visit: Visit, events: int, cells: int, batch: int) -> Reading:
    n, size = int(events), int(cells)
    value = 100 * n / size
    return Reading(
        MEASURE, visit, value, math.nan, math.nan, math.nan, 0.0, n, size, batch=f"B{batch}", exposure=size / 100
    )


def answer_seed(scenario: str, seed: int) -> dict[str, Any]:
    """Return the lead row's numbers and status, and the p-values of the change score and the covariance analysis."""
    return answer(ALL[scenario], seed)


def answer(scenario: CountScenario, seed: int) -> dict[str, Any]:
    """Answer one cohort: as the table of contrasts does, but without the mixed model among what may disagree."""
    return answer_drawn(draw_counts_of(scenario, seed))


def answer_drawn(drawn: DrawnCounts) -> dict[str, Any]:
    """Answer one cohort that is already drawn."""
    study = make_comparison(drawn)
    courses, findings = study.courses[MEASURE], find_all(study, MEASURE)
    pairs = changes.make_pairs(courses, study.arms, "window_mean")
    beside = {"change_score": changes.change_score(pairs).p, "ancova": _ancova(pairs)}
    half_event = _half_event(study)
    levels = {finding.level for finding in findings}
    if "refused" in levels:
        return {"status": "refused", **beside, **half_event}
    found = lead_row(courses, study.arms, study.clock, (MEASURE, ENDPOINT, study.between), "window_mean")
    if found is None:
        return {"status": "refused", **beside, **half_event}
    row, lead = found
    score = estimate_row(ENDPOINT, study.between, "change_score", changes.change_score(pairs), pairs.counts)
    few = has_few_events(courses)
    first = disagreements([row, score], lead, pairs, attenuated=few)[0]
    status = first.get("status") or ("flagged" if is_flagged(findings) else "ok")
    numbers = {name: first[name] for name in ("estimate", "ci_low", "ci_high", "p_value")}
    return {"status": status, **numbers, **beside, **half_event}


def _ancova(pairs: changes.Pairs) -> float:
    try:
        return changes.ancova(pairs).p
    except NotEstimableError:  # where all baselines are alike
        return math.nan


def _half_event(study: Comparison) -> dict[str, float]:
    """Return the change score with half an event added whatever the cells counted, which no longer leads."""
    values = {}
    for patient_id, course in study.courses[MEASURE].items():
        if course.window and course.baselines:
            logs = [
                np.mean([math.log2(((r.n_events or 0) + 0.5) / r.exposure) for r in own])
                for own in (course.baselines, course.window)
            ]
            values[patient_id] = float(logs[1] - logs[0])
    first = np.array([value for name, value in values.items() if study.arms.is_first(name)])
    second = np.array([value for name, value in values.items() if not study.arms.is_first(name)])
    return {"half_event": welch(first, second).p}


def scenario_rows(name: str, answers: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the figures of a scenario: statuses, and of the rows that are `ok` errors, coverage and bias."""
    scenario, all_rows = ALL[name], list(answers.values())
    told, is_null = f"{scenario.meaning}; {scenario.n[0]} against {scenario.n[1]} patients", name in COUNT_SCENARIOS
    what = "significant at 5 %" if not is_null else "false positives at 5 %"
    rows = []
    for kind, own in (
        ("ok", [row for row in all_rows if row["status"] == "ok"]),
        ("with numbers", [row for row in all_rows if _is_number(row.get("p_value"))]),
    ):
        rows.append(share_row(f"{name}: {kind}", len(own), len(all_rows), told))
        if own:
            rows += _error_rows(f"{name}: {kind}", own, scenario.truth, f"{what}; {told}")
    for method in ("change_score", "ancova", "half_event"):
        known = [row[method] for row in all_rows if _is_number(row.get(method))]
        if known:
            rows.append(share_row(f"{name}: {method} significant", sum(p < LEVEL for p in known), len(known), told))
    return rows


def _error_rows(name: str, own: Sequence[Mapping[str, Any]], truth: float, told: str) -> list[dict[str, Any]]:
    hits = sum(row["p_value"] < LEVEL for row in own)
    covered = sum(row["ci_low"] <= truth <= row["ci_high"] for row in own)
    bias = float(np.mean([row["estimate"] for row in own])) - truth
    return [
        share_row(f"{name}, lead significant", hits, len(own), told),
        share_row(f"{name}, lead covers the truth", covered, len(own), told),
        {"name": f"{name}, lead bias", "value": bias, "unit": "log2", "detail": told},
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def docs_lines(answers: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> list[str]:
    """Return the table of the docs: one line per scenario."""
    head = "| setting | cohorts | rows `ok` | significant, of those | covers, of those | all rows with numbers "
    lines = [f"{head}| bias, log2 | half event | analysis of covariance |", f"{'|---' * 9}|"]
    for name, by_seed in answers.items():
        rows = list(by_seed.values())
        ok = [row for row in rows if row["status"] == "ok"]
        known = [row for row in rows if _is_number(row.get("p_value"))]
        bias = f"{np.mean([row['estimate'] for row in known]) - ALL[name].truth:+.2f}" if known else "-"
        coverage = _percent([_covers(row, name) for row in known])
        cells = (
            ALL[name].meaning,
            str(len(rows)),
            _percent([row["status"] == "ok" for row in rows]),
            _percent([row["p_value"] < LEVEL for row in ok]),
            _percent([_covers(row, name) for row in ok]),
            f"{_percent([row['p_value'] < LEVEL for row in known])}, covers {coverage}",
            bias,
            _percent([row["half_event"] < LEVEL for row in rows]),
            _percent([row["ancova"] < LEVEL for row in rows]),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _covers(row: Mapping[str, Any], name: str) -> bool:
    return bool(row["ci_low"] <= ALL[name].truth <= row["ci_high"])


def _percent(hits: Sequence[bool]) -> str:
    return f"{100 * sum(hits) / len(hits):.1f} %" if len(hits) >= FEWEST_ROWS else "-"


def write_docs(path: Path, answers: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> None:
    """Put the tables between their marks in the docs: cohorts without and with a difference."""
    text = path.read_text(encoding="utf-8")
    for mark, names in (("null", COUNT_SCENARIOS), ("effect", COUNT_EFFECTS)):
        begin, end = f"<!-- count comparison, {mark} -->", f"<!-- end of count comparison, {mark} -->"
        own = {name: answers[name] for name in names if name in answers}
        before, rest = text.split(begin)
        text = "\n".join([before + begin, *docs_lines(own), end + rest.split(end)[1]])
    write_text(path, text)


def main() -> None:
    """Draw the cohorts and write results/accuracy/count_comparison.tsv; go on where a stopped run was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--scenarios", nargs="*", choices=sorted(ALL), default=list(ALL))
    parser.add_argument("--cores", type=int, default=2, help="processes; the figures do not depend on it")
    parser.add_argument("--out", type=Path, default=Path("results/accuracy"))
    parser.add_argument("--docs", type=Path, help="page that holds the tables between marks, such as methods_cohort.md")
    args = parser.parse_args()
    seeds = range(args.first_seed, args.first_seed + args.cohorts)
    digest = digest_of(("simulate", "compare"), ("count_comparison.py", "cohort_model.py"), "")
    rows, answers = [], {}
    for name in args.scenarios:
        kept = args.out / "seeds" / f"count_comparison_{name}.jsonl"
        answers[name] = answers_by_seed(partial(answer_seed, name), seeds, kept, digest, args.cores)
        rows += scenario_rows(name, answers[name])
    write_figures(args.out / "count_comparison.tsv", rows)
    if args.docs:
        write_docs(args.docs, answers)


if __name__ == "__main__":
    main()

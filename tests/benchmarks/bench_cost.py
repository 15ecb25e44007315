"""What a further sample of 100,000 events costs in a run of the whole workflow, and where its core-seconds go.

`python tests/benchmarks/bench_cost.py --samples 8 40`. Two studies that differ in nothing but the number of their
samples are run from the beginning, without simulation. A row is the difference of the two runs for each sample that
one has more; what a run costs anyhow falls out. Every process of marrowgate tells what it spent
(`clocks/sitecustomize.py`); the rest of the run is Snakemake's, with the shells that start the jobs.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_whole import EVENTS, adopt_orphans, run
from large_study import make_study

HERE = Path(__file__).resolve().parent
VARIABLE = "MARROWGATE_CLOCKS"
OF_A_SAMPLE = ("fit", "gate")
ROWS = {
    "Snakemake, and the shells of its jobs": ("Snakemake",),
    "start of the jobs of a sample": ("caller", "start"),
    "reading": ("reading",),
    "finding gates, and unstable stretches": ("finding",),
    "applying gates, uncertainty, measures, densities": ("applying",),
    "writing": ("writing",),
    "scales and consensus of the batches": ("scales", "consensus"),
    "collecting": ("collect",),
    "comparison, outcomes and concordance": ("compare", "outcomes", "concordance"),
    "pictures": ("pictures",),
    "report": ("report",),
}
"""What a row of the table adds up; other commands are a row of their own."""


def seconds_of(n_samples: int) -> Counter[str]:
    """Run a study of some samples; return the CPU seconds of the whole run by command and stage.

    Raises
    ------
    RuntimeError
        The run failed, or its jobs started by themselves.
    """
    with tempfile.TemporaryDirectory() as name:
        study = make_study(Path(name) / "study", n_samples, EVENTS)
        clocks = Path(name) / "clocks.jsonl"
        clocks.touch()
        os.environ[VARIABLE] = str(clocks)
        _, _, whole = run(study, paths=(HERE / "clocks", HERE))
        del os.environ[VARIABLE]
        spent: Counter[str] = Counter()
        for line in clocks.read_text(encoding="utf-8").splitlines():
            command, cpu, stages = json.loads(line)
            if command in OF_A_SAMPLE:
                spent.update(stages)
                command, cpu = "start", cpu - sum(stages.values())
            spent[command] += cpu
    if not spent["caller"]:
        msg = "no job asked the warm process; install marrowgate again, its program is an old one"
        raise RuntimeError(msg)
    spent["Snakemake"] = whole - sum(spent.values())
    return spent


def table(few: int, many: int) -> list[tuple[str, float]]:
    """Return the rows: what it is, and core-seconds for each further sample, with the sum at the end."""
    first, second = seconds_of(few), seconds_of(many)
    each = {name: (second[name] - first[name]) / (many - few) for name in first | second}
    named = {name for names in ROWS.values() for name in names}
    rows = {row: sum(each.get(name, 0.0) for name in names) for row, names in ROWS.items()}
    rows["all other steps"] = sum(seconds for name, seconds in each.items() if name not in named)
    return [*rows.items(), ("all", sum(each.values()))]


def main() -> int:
    """Measure both sizes and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", nargs=2, type=int, default=[8, 40], metavar=("FEW", "MANY"), help="both sizes")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/cost.tsv"))
    args = parser.parse_args()
    adopt_orphans()
    lines = ["part\tcore_s_a_further_sample"]
    lines += [f"{name}\t{seconds:.3f}" for name, seconds in table(*args.samples)]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What planning a run costs by the number of samples: a dry run in a fresh folder, beside Snakemake's own part.

`python tests/benchmarks/bench_plan.py --samples 500 1000 2000`. The plain workflow has as many jobs with the same files
and no settings, so that the ratio of both does not depend on the machine.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from large_study import REPOSITORY, SAMPLES_A_BATCH, make_study

LARGEST_RATIO = 6.0
"""Bound on the CPU time of a dry run over that of the plain workflow."""
LARGEST_GROWTH = 1.5
"""Bound on the CPU time a sample in the largest study over that in the smallest: planning is linear."""
PLAIN = """
N, PER_BATCH = {n}, {per_batch}
rule all:
    input: "made.txt", expand("gates/{{s}}.{{what}}", s=range(N), what=("xml", "tsv", "parquet", "events", "record"))
rule fit:
    input: "raw/{{s}}.fcs"
    output: "fits/{{s}}.json", "stability/{{s}}.json"
    shell: "fit {{input}} {{output}}"
rule consensus:
    input: lambda w: expand("fits/{{s}}.json", s=range(int(w.b) * PER_BATCH, min((int(w.b) + 1) * PER_BATCH, N)))
    output: "consensus/{{b}}.yaml"
    shell: "consensus {{input}} {{output}}"
rule gate:
    input:
        "raw/{{s}}.fcs", "fits/{{s}}.json", "stability/{{s}}.json",
        lambda w: f"consensus/{{int(w.s) // PER_BATCH}}.yaml",
    output: "gates/{{s}}.xml", "gates/{{s}}.tsv", "gates/{{s}}.parquet", "gates/{{s}}.events", "gates/{{s}}.record"
    shell: "gate {{input}} {{output}}"
rule collect:
    input: expand("gates/{{s}}.record", s=range(N))
    output: "made.txt"
    shell: "collect"
"""


def dry_run(folder: Path, snakefile: Path) -> tuple[float, int]:
    """Return CPU seconds and peak memory in MB (10^6 bytes) of a dry run.

    Raises
    ------
    RuntimeError
        It failed.
    """
    words = [
        sys.executable,
        "-m",
        "snakemake",
        "--snakefile",
        str(snakefile),
        "--cores",
        "2",
        "--dry-run",
        "--quiet",
        "all",
    ]
    # a profile beside the Snakefile is taken by itself
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "workflow")}
    with (folder / "dry_run.log").open("w", encoding="utf-8") as log:
        started = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(started.pid, 0)
    if status:
        raise RuntimeError((folder / "dry_run.log").read_text(encoding="utf-8")[-3000:])
    return used.ru_utime + used.ru_stime, round(used.ru_maxrss * 1024 / 1e6)


def measured(n_samples: int) -> dict[str, float]:
    """Return the figures of one size."""
    with tempfile.TemporaryDirectory() as name:
        study = make_study(Path(name) / "study", n_samples)
        own, megabytes = dry_run(study, REPOSITORY / "Snakefile")
        plain = Path(name) / "plain"
        (plain / "raw").mkdir(parents=True)
        for number in range(n_samples):
            (plain / "raw" / f"{number}.fcs").touch()
        (plain / "Snakefile").write_text(PLAIN.format(n=n_samples, per_batch=SAMPLES_A_BATCH), encoding="utf-8")
        bare, _ = dry_run(plain, plain / "Snakefile")
    return {"samples": n_samples, "cpu_s": own, "plain_cpu_s": bare, "ratio": own / bare, "megabytes": megabytes}


def main() -> int:
    """Measure every size, write the table, and hold ratio and growth to their bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", nargs="+", type=int, default=[250, 1000], metavar="N", help="sizes, ascending")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/plan.tsv"))
    args = parser.parse_args()
    rows = [measured(n_samples) for n_samples in args.samples]
    lines = ["\t".join(rows[0]), *("\t".join(f"{value:.4g}" for value in row.values()) for row in rows)]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    growth = rows[-1]["cpu_s"] / rows[-1]["samples"] / (rows[0]["cpu_s"] / rows[0]["samples"])
    return int(growth > LARGEST_GROWTH or any(row["ratio"] > LARGEST_RATIO for row in rows))


if __name__ == "__main__":
    sys.exit(main())

"""What Snakemake itself costs a job, and what a second run costs: with nothing changed, and with one more sample.

`python tests/benchmarks/bench_rerun.py --samples 1000`. The steps are played by a stand-in that makes empty files, so
that what is measured is the planning and running of jobs, and nothing else.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from large_study import REPOSITORY, make_study

LARGEST_SHARE = 1.5
"""Bound on the CPU time of a run in which nothing changed over that of planning all jobs in a fresh folder."""
OF_ONE_SAMPLE = {"scales", "fit", "consensus", "gate"} | {
    *("check", "collect", "compare", "outcomes", "pictures", "report", "concordance")
}
"""Rules that are run, once each, when a sample comes in a batch of its own."""
STAND_IN = r"""#!{python} -IS
import os, sys
made = dict(
    check="out", spillover="out checks", calibrate="out", scales="out", prepare="out", fit="stability out",
    consensus="out",
    gate="gates-xml gates-tsv events pictures record", concordance="out", outcomes="outcomes",
    collect="manifest populations intensities quality corrections changes provenance",
    compare="visits endpoints design contrasts summary", pictures="sheets figures samples",
    report="figures page summary",
)
options, writes = {{"--" + name for name in made[sys.argv[1]].split()}}, False
for word in sys.argv[2:]:
    if word.startswith("--"):
        writes = word in options
    elif writes:
        stems = [word]
        if sys.argv[1] == "pictures" and "." not in os.path.basename(word):
            folder = os.path.join("results", "records")
            stems = [os.path.join(word, name[:-5] + ".html") for name in os.listdir(folder) if name.endswith(".json")]
        for path in stems:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "w").close()
            if path.endswith(".tsv"):
                open(path[:-4] + ".parquet", "w").close()
with open(os.environ["STAND_IN_LOG"], "a") as log:
    log.write(sys.argv[1] + "\t" + str(sum(os.times()[:2])) + "\n")
"""


def run(study: Path, log: Path, *words: str) -> tuple[float, int]:
    """Return the CPU seconds of Snakemake, without those of the stand-ins, and the jobs that were run.

    Raises
    ------
    RuntimeError
        The run failed.
    """
    log.write_text("", encoding="utf-8")
    # as profiles/default has it, which is not taken with another profile
    profile = ["--scheduler-subsample", "4", "--max-jobs-per-timespan", "1000/10s"]
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--snakefile",
        str(REPOSITORY / "Snakefile"),
        "--cores",
        "2",
        "--no-hooks",
    ]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "workflow"), "STAND_IN_LOG": str(log)}
    environment["PATH"] = f"{log.parent}{os.pathsep}{os.environ['PATH']}"
    with (study / "run.log").open("w", encoding="utf-8") as printed:
        started = subprocess.Popen(
            [*command, *profile, *words], cwd=study, env=environment, stdout=printed, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(started.pid, 0)
    if status:
        raise RuntimeError((study / "run.log").read_text(encoding="utf-8")[-3000:])
    played = [line.split("\t") for line in log.read_text(encoding="utf-8").splitlines()]
    return used.ru_utime + used.ru_stime - sum(float(seconds) for _, seconds in played), len(played)


def measured(n_samples: int) -> dict[str, float]:
    """Return the figures of one size.

    Raises
    ------
    RuntimeError
        A new sample runs other jobs than its own and those of the tables.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study, stand_in, log = make_study(folder / "study", n_samples), folder / "marrowgate", folder / "played.tsv"
        stand_in.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
        stand_in.chmod(0o755)
        planning, _ = run(study, log, "--dry-run", "--quiet", "all")
        first, jobs = run(study, log)
        second, none = run(study, log)
        if none:
            raise RuntimeError((study / "run.log").read_text(encoding="utf-8")[-3000:])
        add_sample(study)
        third, again = run(study, log)
        rules = [line.split("\t")[0] for line in log.read_text(encoding="utf-8").splitlines()]
        if {rule for rule in rules if rules.count(rule) > 1 or rule not in OF_ONE_SAMPLE}:
            msg = f"one more sample runs {sorted(rules)}"
            raise RuntimeError(msg)
    figures = {
        "samples": n_samples,
        "jobs": jobs,
        "planning_cpu_s": planning,
        "ms_a_job": 1000 * (first - planning) / jobs,
    }
    return {**figures, "nothing_changed_cpu_s": second, "one_more_cpu_s": third, "one_more_jobs": again}


def add_sample(study: Path) -> None:
    """Add a sample in a batch of its own."""
    sheet = study / "config" / "samples.tsv"
    lines = sheet.read_text(encoding="utf-8").splitlines()
    name, patient, _, panel, _, day = lines[1].split("\t")
    shutil.copyfile(study / "raw" / f"{name}.fcs", study / "raw" / "one_more.fcs")
    lines.append(f"one_more\t{patient}\traw/one_more.fcs\t{panel}\tone_more\t{day}")
    sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    """Measure every size, write the table, and hold the share of a run with nothing to do to its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", nargs="+", type=int, default=[100], metavar="N", help="sizes")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/rerun.tsv"))
    args = parser.parse_args()
    rows = [measured(n_samples) for n_samples in args.samples]
    lines = ["\t".join(rows[0]), *("\t".join(f"{value:.4g}" for value in row.values()) for row in rows)]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return int(any(row["nothing_changed_cpu_s"] > LARGEST_SHARE * row["planning_cpu_s"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())

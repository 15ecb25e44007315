"""The whole workflow on many samples: the first run, and what later runs of the same study cost.

`python tests/benchmarks/bench_whole.py --samples 1000`. The study is run, run once more with nothing changed, after one
gate was corrected, and after one sample came that is gated against a release of all the others. The events of the
samples of a panel are the same under many names; nothing else is played.
"""

import argparse
import ctypes
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_rerun import OF_ONE_SAMPLE, add_sample
from large_study import REPOSITORY, make_study

EVENTS = 100_000
OF_A_CORRECTION = OF_ONE_SAMPLE - {"scales", "fit", "consensus"}
"""Rules that are run, once each, when a gate of one sample was corrected."""
_CHILD_SUBREAPER = 36
Row = tuple[str, int, float, float]


def run(study: Path, *words: str, paths: Sequence[Path] = ()) -> tuple[list[str], float, float]:
    """Run the workflow; return the rules of the jobs that were run, wall and CPU seconds of all processes.

    Python looks for modules in `paths` first.

    Raises
    ------
    RuntimeError
        The run failed.
    """
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile"), "--cores", "2"]
    modules = [*paths, REPOSITORY / "workflow"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(map(str, modules))}
    begin, before = time.monotonic(), _cpu_of_children()
    with (study / "run.log").open("w", encoding="utf-8") as printed:
        done = subprocess.run(
            [*command, *words], cwd=study, env=environment, stdout=printed, stderr=subprocess.STDOUT, check=False
        )
    wall = time.monotonic() - begin
    _wait_for_orphans()
    if done.returncode:
        raise RuntimeError((study / "run.log").read_text(encoding="utf-8")[-3000:])
    newest = max((study / ".snakemake" / "log").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    named = re.findall(r"^(?:local)?rule (\w+):$", newest.read_text(encoding="utf-8"), flags=re.MULTILINE)
    rules = [rule for rule in named if rule != "all"]
    return rules, wall, _cpu_of_children() - before


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def adopt_orphans() -> None:
    """Have the warm process of a run become a child of this one when Snakemake ends, so that its time is counted."""
    ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wait_for_orphans() -> None:
    """Wait for the warm process, which outlives Snakemake by a moment: its copies did the work."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return


def correct_one(study: Path) -> None:
    """Correct a gate of the first sample: the one that was found, as given by a person."""
    name = (study / "config" / "samples.tsv").read_text(encoding="utf-8").splitlines()[1].partition("\t")[0]
    words = ["correct", name, "granulocytes", "--reviewer", "A. Reviewer", "--reason", "looked at"]
    subprocess.run([sys.executable, "-m", "marrowgate", *words], cwd=study, check=True, stdout=subprocess.DEVNULL)


def release_and_add(study: Path) -> None:
    """Release the gates of all batches, and add a sample in a batch of its own that is gated against them."""
    lines = (study / "config" / "samples.tsv").read_text(encoding="utf-8").splitlines()[1:]
    batches = sorted({line.split("\t")[4] for line in lines})
    words = ["release", "r1", "--batches", *batches]
    subprocess.run([sys.executable, "-m", "marrowgate", *words], cwd=study, check=True, stdout=subprocess.DEVNULL)
    with (study / "config" / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("reference: r1\n")
    add_sample(study)


def measured(n_samples: int) -> list[Row]:
    """Return a row for each run.

    Raises
    ------
    RuntimeError
        A run failed, or ran other jobs than it should.
    """
    rows = []
    with tempfile.TemporaryDirectory() as name:
        study = make_study(Path(name) / "study", n_samples, EVENTS)
        for what, prepare, wanted in (
            ("first", None, None),
            ("nothing changed", None, set()),
            ("one gate corrected", correct_one, OF_A_CORRECTION),
            ("one sample against a release", release_and_add, OF_ONE_SAMPLE),
        ):
            if prepare:
                prepare(study)
            rules, wall, cpu = run(study)
            rows.append((what, len(rules), wall, cpu))
            print(*rows[-1], sep="\t", flush=True)
            if wanted is not None and any(rules.count(rule) > 1 or rule not in wanted for rule in rules):
                msg = f"{what}: ran {sorted(rules)}"
                raise RuntimeError(msg)
    return rows


def main() -> int:
    """Measure the runs and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=40, metavar="N", help="samples of the study")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/whole.tsv"))
    args = parser.parse_args()
    adopt_orphans()
    rows = measured(args.samples)
    lines = ["run\tsamples\tjobs\twall_s\tcpu_s\tcpu_s_a_sample"]
    lines += [
        f"{what}\t{args.samples}\t{jobs}\t{wall:.1f}\t{cpu:.1f}\t{cpu / args.samples:.3f}"
        for what, jobs, wall, cpu in rows
    ]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())

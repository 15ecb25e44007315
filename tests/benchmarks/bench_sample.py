"""Where the CPU time of one sample goes: start of the programs, reading, finding, applying, writing.

`python tests/benchmarks/bench_sample.py --events 1000 100000`. `fit` and `gate` run as the workflow calls them; their
parts are clocked inside the process, and the start is what is left. In a run, where one process has the libraries
loaded for all jobs, there is no start. All times are also given in starts of a process
that imports numpy and pyarrow, which do not depend on the machine.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent.parent
REPEATS = 5
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
CLOCKED = {
    "reading": ["marrowgate.gating.open_sample:open_sample", "marrowgate.content:sha256_of"],
    "finding": [
        "marrowgate.gating.fit:fit_sample",
        "marrowgate.signal.stability.unstable_stretches:find_unstable",
    ],
    "applying": [
        "marrowgate.gating.apply:apply_gates",
        "marrowgate.measure.gated_sample:measure_gated",
        "marrowgate.measure.pictures.make:make_pictures",
    ],
    "writing": [
        "marrowgate.gating.records:write_fit",
        "marrowgate.gating.exchange.gatingml:write_gatingml",
        "marrowgate.tables:write_table",
        "marrowgate.gating.outputs:write_membership",
        "marrowgate.measure.pictures.model:write_pictures",
        "marrowgate.measure.record:write_record",
    ],
}
"""Functions of each stage; they are imported before they are clocked, so that imports count as the start."""


def put_clocks(seconds: dict[str, float]) -> None:
    """Have this process add up the CPU seconds of each stage, the outermost function of a stage alone.

    Parameters
    ----------
    seconds : dict of str to float
        Where they are added up; the stages are set to 0 first.
    """
    import importlib

    seconds.update(dict.fromkeys(CLOCKED, 0.0))
    running: list[str] = []

    def with_clock(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            if running:
                return function(*args, **named)
            running.append(stage)
            begin = time.process_time()
            try:
                return function(*args, **named)
            finally:
                seconds[stage] += time.process_time() - begin
                running.pop()

        return timed

    for stage, names in CLOCKED.items():
        for name in names:
            module_name, _, function_name = name.partition(":")
            module = importlib.import_module(module_name)
            original, timed = getattr(module, function_name), with_clock(stage, getattr(module, function_name))
            # other modules may have taken the function by its name
            for other in [one for one in list(sys.modules.values()) if getattr(one, function_name, None) is original]:
                setattr(other, function_name, timed)


def clocked(words: list[str]) -> dict[str, float]:
    """Run a command in this process; return the CPU seconds of each stage."""
    found: dict[str, float] = {}
    put_clocks(found)
    from marrowgate.cli import main

    if main(words):
        msg = f"{words[0]} failed"
        raise RuntimeError(msg)
    return found


def least_cpu(command: list[str]) -> float:
    """Return the least user and system time of some runs of a command.

    Raises
    ------
    RuntimeError
        It failed.
    """
    times = []
    for _ in range(REPEATS):
        _, status, used = os.wait4(subprocess.Popen(command, stdout=subprocess.DEVNULL).pid, 0)
        if status:
            raise RuntimeError(" ".join(command))
        times.append(used.ru_utime + used.ru_stime)
    return min(times)


def cpu_in_a_run(words: list[str]) -> float:
    """Return user and system time of a command that the warm process of a run does, without that process's start."""
    with_commands, without = (_cpu_of_warm_process(words, times) for times in (2 * REPEATS, 0))
    return (with_commands - without) / (2 * REPEATS)


def _cpu_of_warm_process(words: list[str], times: int) -> float:
    """Start a warm process, have it do a command some times, and return the time of all of them together."""
    with tempfile.TemporaryDirectory() as name:
        address, (theirs, lifeline) = Path(name) / "own" / "warm", os.pipe()
        address.parent.mkdir()
        warm = subprocess.Popen(
            [sys.executable, "-m", "marrowgate.warm", str(address), str(theirs)], pass_fds=[theirs], env=ONE_THREAD
        )
        os.close(theirs)
        while not address.exists():
            time.sleep(0.01)
        spent = 0.0
        for _ in range(times):
            caller = subprocess.Popen(
                [sys.executable, "-c", "import sys; from marrowgate.launch import main; sys.exit(main())", *words],
                env={**ONE_THREAD, "MARROWGATE_WARM": str(address)},
                stdout=subprocess.DEVNULL,
            )
            _, status, used = os.wait4(caller.pid, 0)
            if status:
                raise RuntimeError(" ".join(words))
            spent += used.ru_utime + used.ru_stime
        os.close(lifeline)
        _, _, used = os.wait4(warm.pid, 0)
    return spent + used.ru_utime + used.ru_stime


def commands(folder: Path, events: int) -> dict[str, list[str]]:
    """Simulate a CD34 sample and prepare its panel and scales; return the commands `fit` and `gate` of the workflow."""
    settings = REPOSITORY / "config"
    panel = ["--panel", str(settings / "panels" / "hspc.yaml")]
    both = [*panel, "--strategy", str(settings / "strategies" / "blood_hspc.yaml")]
    fcs, name = folder / "a.fcs", "T01_v2_hspc"
    batch = ["--panel-name", "hspc", "--batch", "B1"]
    made = {what: str(folder / file) for what, file in MADE.items()}
    own = ["--sample-id", name, "--fcs", str(fcs), "--spillover", "file", "--scales", made["scales"]]
    own += ["--prepared", made["prepared"]]
    simulated = ["--scenario", "demo", "--seed", "5", "--events", str(events), "--sample-id", name, "--fcs", str(fcs)]
    fit = ["fit", *own, f"--stability={made['stability']}", f"--out={made['fit']}"]
    gate = [
        "gate",
        *own,
        f"--fit={made['fit']}",
        f"--stability={made['stability']}",
        f"--consensus={made['consensus']}",
    ]
    gate += ["--measure", "cd34_hspc:CXCR4", "lymphocytes:CXCR4", "monocytes:CXCR4", "granulocytes:CXCR4"]
    gate += [f"--{what}={made[what]}" for what in ("gates-xml", "gates-tsv", "events", "pictures", "record")]
    for words in (
        ["simulate", *simulated, *panel],
        ["prepare", *both, "--quality", "{}", "--out", made["prepared"]],
        ["scales", *batch, *both, "--fcs", str(fcs), "--spillover", "file", "--out", made["scales"]],
        fit,
        ["consensus", *batch, "--fits", made["fit"], "--out", made["consensus"]],
    ):
        subprocess.run([sys.executable, "-m", "marrowgate", *words], check=True)
    return {"fit": fit, "gate": gate}


MADE = {
    "scales": "scales.yaml",
    "prepared": "prepared.json",
    "fit": "fit.json",
    "stability": "stability.json",
    "consensus": "consensus.yaml",
    "gates-xml": "gates.xml",
    "gates-tsv": "gates.tsv",
    "events": "events.parquet",
    "pictures": "pictures.json",
    "record": "record.json",
}


def measured(events: int, unit: float) -> list[dict[str, str | float]]:
    """Return a row for each command and stage."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for step, words in commands(Path(name), events).items():
            whole = least_cpu([sys.executable, "-m", "marrowgate", *words])
            inside = [sys.executable, str(Path(__file__).resolve()), "--inside", json.dumps(words)]
            runs = [json.loads(subprocess.check_output(inside)) for _ in range(REPEATS)]
            stages = {stage: min(run[stage] for run in runs) for stage in CLOCKED}
            stages = {"start and rest": whole - sum(stages.values()), **stages, "all": whole}
            stages["all, in a run"] = cpu_in_a_run(words)
            rows += [
                {"events": events, "step": step, "stage": stage, "cpu_s": seconds, "starts": seconds / unit}
                for stage, seconds in stages.items()
            ]
    return rows


def main() -> int:
    """Measure every size and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", nargs="+", type=int, default=[1000, 100_000], metavar="N", help="sizes")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/sample.tsv"))
    parser.add_argument("--inside", type=json.loads, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        print(json.dumps(clocked(args.inside)))
        return 0
    unit = least_cpu([sys.executable, "-c", "import numpy, pyarrow"])
    rows = [row for events in args.events for row in measured(events, unit)]
    lines = ["events\tstep\tstage\tcpu_s\tstarts"]
    lines += [
        f"{row['events']}\t{row['step']}\t{row['stage']}\t{row['cpu_s']:.3f}\t{row['starts']:.2f}" for row in rows
    ]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())

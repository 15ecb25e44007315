"""What a sample costs by its events, and planning and collecting by the number of samples: a table and a plot.

`python tests/benchmarks/bench_growth.py`. Each size runs once, so that small sizes are the start of a program and
little else. The sizes between are for growth, which is held to a bound; times are not.
"""

import argparse
import itertools
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))


import bench_collect
from bench_plan import dry_run
from bench_sample import commands
from large_study import REPOSITORY, make_study

LARGEST_GROWTH = 2.0
"""Bound on what a further event or sample costs at the largest size over the size before: the square gives 5."""
Row = dict[str, str | float]
OF_ALL = {"fit": "events", "gate": "events", "dry run": "samples", "collect": "samples"}


def used(command: list[str]) -> tuple[float, float]:
    """Return CPU seconds and peak memory in MB (10^6 bytes) of a command.

    Raises
    ------
    RuntimeError
        It failed.
    """
    _, status, usage = os.wait4(subprocess.Popen(command, stdout=subprocess.DEVNULL).pid, 0)
    if status:
        raise RuntimeError(" ".join(command))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6


def by_events(sizes: list[int]) -> list[Row]:
    """Fit and gate a CD34 sample of each size."""
    rows: list[Row] = []
    for n_events in sizes:
        with tempfile.TemporaryDirectory() as name:
            for step, words in commands(Path(name), n_events).items():
                cpu_s, megabytes = used([sys.executable, "-m", "marrowgate", *words])
                rows.append({"step": step, "n": n_events, "cpu_s": cpu_s, "megabytes": megabytes})
    return rows


def by_samples(planned: list[int], collected: list[int]) -> list[Row]:
    """Plan and collect studies of each size."""
    rows: list[Row] = []
    bench_collect.REPEATS = 1
    with tempfile.TemporaryDirectory() as name:
        for n_samples in planned:
            study = make_study(Path(name) / f"plan_{n_samples}", n_samples)
            cpu_s, megabytes = dry_run(study, REPOSITORY / "Snakefile")
            rows.append({"step": "dry run", "n": n_samples, "cpu_s": cpu_s, "megabytes": megabytes})
        records = bench_collect.first_records(Path(name))
        for n_samples in collected:
            found = bench_collect.collected(Path(name), n_samples, records)
            rows.append({"step": "collect", "n": n_samples, **{one: found[one] for one in ("cpu_s", "megabytes")}})
    return rows


def draw(rows: list[Row], path: Path) -> None:
    """Draw CPU time and memory against size, both axes logarithmic."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter

    from marrowgate.report.charts.style import save_svg

    figure = Figure(figsize=(7.5, 5.6), layout="constrained")
    for column, unit in enumerate(("events", "samples")):
        for line, (what, label) in enumerate((("cpu_s", "CPU seconds"), ("megabytes", "peak memory (MB)"))):
            axes = figure.add_subplot(2, 2, 1 + column + 2 * line)
            for step in (step for step, of_unit in OF_ALL.items() if of_unit == unit):
                own = [row for row in rows if row["step"] == step]
                axes.loglog([row["n"] for row in own], [row[what] for row in own], "o-", label=step)
            low, high = axes.get_ylim()
            axes.set_ylim(10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high)))
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(lambda number, _: f"{number:,.10g}")
                axis.set_minor_formatter(NullFormatter())
            axes.set_xlabel(unit)
            axes.set_ylabel(label)
            axes.grid(alpha=0.3)
            axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_svg(figure, path)


def growth(rows: list[Row], step: str) -> float:
    """Return what a further event or sample costs at the largest size over what it costs between the sizes before."""
    own = [(float(row["n"]), float(row["cpu_s"])) for row in rows if row["step"] == step][-3:]
    slopes = [(after[1] - before[1]) / (after[0] - before[0]) for before, after in itertools.pairwise(own)]
    return slopes[-1] / slopes[0]


def main() -> int:
    """Measure all sizes, write table and plot; end with 1 where something grows faster than its size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", nargs="+", type=int, default=[10_000, 100_000, 1_000_000, 5_000_000])
    parser.add_argument("--planned", nargs="+", type=int, default=[10, 100, 1_000, 10_000])
    parser.add_argument("--collected", nargs="+", type=int, default=[10, 100, 1_000, 10_000])
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/growth.tsv"))
    parser.add_argument("--picture", type=Path, default=Path("results/benchmarks/growth.svg"))
    args = parser.parse_args()
    rows = by_events(args.events) + by_samples(args.planned, args.collected)
    lines = ["step\tn\tof\tcpu_s\tmegabytes"]
    lines += [
        f"{row['step']}\t{row['n']}\t{OF_ALL[str(row['step'])]}\t{row['cpu_s']:.2f}\t{row['megabytes']:.0f}"
        for row in rows
    ]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw(rows, args.picture)
    grown = {step: growth(rows, step) for step in OF_ALL}
    print("\n".join(lines))
    print("; ".join(f"{step}: {value:.2f}" for step, value in grown.items()))
    return int(max(grown.values()) > LARGEST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())

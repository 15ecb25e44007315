"""How many events of 16 channels the simulator makes in a second on one core, and how long one tube of the demo takes.

Run: python tests/benchmarks/bench_simulate.py. Writes results/benchmarks/simulate.tsv.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from marrowgate.files import write_text
from marrowgate.settings.panel import Panel, PanelChannel, load_panel
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.make import make_tube

REPOSITORY = Path(__file__).resolve().parents[2]
EVENTS = 500_000
REPEATS = 3
WANTED = 500_000  # events of 16 channels per second


def sixteen_channels() -> Panel:
    """Return the immature panel with 16 channels: six of scatter, nine stains and time."""
    panel = load_panel(REPOSITORY / "config" / "panels" / "immature.yaml")
    stained = [entry for entry in panel.channels if entry.marker][:9]
    others = [entry for entry in panel.channels if not entry.marker]
    channels: list[PanelChannel] = [*others[:-1], *stained, others[-1]]
    return Panel(channels=tuple(channels))


def events_per_second() -> float:
    """Return the median rate over the repeats."""
    plan = make_plan("published", 1)
    sample, panel = find_sample(plan, "T01_v1_immature"), sixteen_channels()
    rates = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        make_tube(plan, sample, panel, EVENTS)
        rates.append(EVENTS / (time.perf_counter() - start))
    return sorted(rates)[REPEATS // 2]


def seconds_per_tube() -> float:
    """Return the time of one tube of the demo from the command line, start of the process included."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, "-m", "marrowgate", "simulate", "--scenario", "demo", "--seed", "20170405",
            "--sample-id", "T01_v1_hspc", "--panel", str(REPOSITORY / "config" / "panels" / "hspc.yaml"),
            "--fcs", f"{folder}/x.fcs", "--truth", f"{folder}/x.truth.parquet",
        ]  # fmt: skip
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            subprocess.run(command, check=True)
            times.append(time.perf_counter() - start)
    return sorted(times)[REPEATS // 2]


def main() -> int:
    """Measure, print and write the figures."""
    rate, tube = events_per_second(), seconds_per_tube()
    rows = [
        "name\tvalue\tunit\tdetail",
        f"simulate_events_per_second\t{rate:.0f}\t1/s\t{EVENTS} events of 16 channels, one core, wanted {WANTED}",
        f"simulate_demo_tube\t{tube:.3f}\ts\tone tube of 40,000 events from the command line",
    ]
    text = "\n".join(rows) + "\n"
    write_text(REPOSITORY / "results" / "benchmarks" / "simulate.tsv", text)
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Draw for docs/regating.md how a release tells that a detector reads otherwise: docs/pictures/regating_detectors.png.

Usage: python tests/accuracy/regating_picture.py [--seed 23] [--turned-up CD34] [--out docs/pictures]
"""

import argparse
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from accuracy.regating import Bench, Tube
from accuracy.regating_detectors import EVENTS, detectors_alike, first_visits
from marrowgate.gating.batch_scales import before_choice
from marrowgate.gating.landmarks.choose_watches import PatientReadings, watches_of
from marrowgate.gating.landmarks.readings import Readings, cells_of_sample, sample_readings
from marrowgate.gating.landmarks.watches import DetectorReading, read_detectors

GAIN = 1.3
N_RELEASED, N_NEW = 12, 4
Seen = dict[str, DetectorReading]
TICKS = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4)


def readings_of(bench: Bench, tube: Tube, turned_up: str = "") -> Readings:
    """Return the readings of a sample, as it would be with one detector turned up."""
    events = bench.opened(bench.read(tube, turned_up, GAIN), before_choice(bench.strategy, bench.panel))
    return {} if events is None else sample_readings(events, cells_of_sample(events))


def strip(axes: Axes, samples: Sequence[Seen], names: Sequence[str], shift: float, look: tuple[str, str]) -> None:
    """Draw the factor of each dimension of some samples, a row of marks of a kind and colour for each dimension."""
    mark, colour = look
    for row, name in enumerate(names):
        ratios = [seen[name].ratio for seen in samples if name in seen]
        axes.plot(ratios, [row + shift] * len(ratios), mark, color=colour, markersize=5, alpha=0.8)


def main() -> None:
    """Simulate, read, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--turned-up", default="CD34")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(detectors_alike(args.seed), "hspc", Path(folder))
        of_patient = dict(reversed([*first_visits(bench)]))
        chosen = dict(list(of_patient.items())[: N_RELEASED + N_NEW])
        tubes = [bench.simulated(sample, EVENTS) for sample in chosen.values()]
        released, others = tubes[:N_RELEASED], tubes[N_RELEASED:]
        theirs = [readings_of(bench, tube) for tube in released]
        watches = watches_of([[PatientReadings(name, own) for name, own in zip(chosen, theirs, strict=False)]])
        plain = [dict(read_detectors(readings_of(bench, tube), watches)) for tube in others]
        turned = [dict(read_detectors(readings_of(bench, tube, args.turned_up), watches)) for tube in others]
    first = {watch.dimension: watch for watch in reversed(watches)}
    names = sorted(first, reverse=True)
    figure = Figure(figsize=(7.5, 0.42 * len(names) + 1.3))
    axes = figure.add_subplot()
    for row, name in enumerate(names):
        limit = first[name].limit
        axes.barh(row, math.exp(limit) - math.exp(-limit), 0.8, math.exp(-limit), color="#e3e7eb", zorder=0)
    strip(axes, [dict(read_detectors(own, watches)) for own in theirs], names, 0.22, ("|", "black"))
    strip(axes, plain, names, 0.0, ("o", "#0072b2"))
    strip(axes, turned, names, -0.22, ("s", "#d55e00"))
    axes.set_xscale("log")
    axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axes.minorticks_off()
    axes.set_xlim(0.78, 1.45)
    cells = {name: f"{name}\n{first[name].named}" for name in names}
    axes.set_yticks(range(len(names)), [cells[name] for name in names], fontsize=8)
    axes.set_xlabel("brightness of the landmark cells together,\nover that of the release, fold")
    looks = {
        "release, a patient each": ("|", "black"),
        "new patients": ("o", "#0072b2"),
        f"the same with {args.turned_up} turned up by 30 %": ("s", "#d55e00"),
    }
    marks = [
        Line2D([], [], linestyle="", marker=mark, color=colour, markersize=6, label=label)
        for label, (mark, colour) in looks.items()
    ]
    figure.legend(handles=marks, loc="upper center", ncols=3, fontsize=9, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 0.96))
    figure.savefig(args.out / "regating_detectors.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()

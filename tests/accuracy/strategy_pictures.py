"""Draw every step of a shipped strategy on one sample: the parent's events and the gate.

Usage: python tests/accuracy/strategy_pictures.py [--real ../shared/data] [--out docs/pictures]
"""

import argparse
import tempfile
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Polygon as Outline

from marrowgate.gating.apply import apply_gates
from marrowgate.gating.consensus import agree
from marrowgate.gating.final_gates import settle
from marrowgate.gating.fit import SampleToFit, fit_sample
from marrowgate.gating.gates import Boolean, Ellipsoid, Polygon
from marrowgate.gating.methods import load_checked_strategy
from marrowgate.gating.open_sample import SpilloverSource, open_sample, start_rows
from marrowgate.gating.records import USABLE, ControlRole
from marrowgate.settings.panel import load_panel
from marrowgate.simulate.cohort import make_plan
from marrowgate.simulate.fcs_file import FileKind
from marrowgate.simulate.project import write_sample

CONFIG = Path(__file__).resolve().parents[2] / "config"
SCENARIO, SEED, N_TUBES = "published", 11, 4
COLUMNS = 5


def main() -> None:
    """Draw the three strategies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, default=CONFIG.parents[1] / "shared" / "data")
    parser.add_argument("--out", type=Path, default=CONFIG.parent / "docs" / "pictures")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for panel, strategy in (("hspc", "blood_hspc"), ("immature", "blood_immature")):
            draw(strategy, *shipped(strategy, panel), simulated(panel, Path(folder)), "file", args.out)
    marrow = args.real / "cd34" / "marrow_cytof_basal1.fcs"
    if marrow.exists():
        draw("marrow_cytof", *shipped("marrow_cytof", "marrow_cytof"), [marrow], "none", args.out)


def shipped(strategy: str, panel: str) -> tuple[Path, Path]:
    """Return the files of a strategy and a panel that marrowgate ships."""
    return CONFIG / "strategies" / f"{strategy}.yaml", CONFIG / "panels" / f"{panel}.yaml"


def simulated(kind, folder):
    """Write some samples of one batch, the one with the most CD34+ cells first."""
    plan = make_plan(SCENARIO, SEED)
    tubes = [s for s in plan.samples if s.panel == kind and s.control_type == "none" and s.visit]
    best = max(tubes, key=lambda s: s.visit.effect)
    batch = [best, *(s for s in tubes if s.batch == best.batch and s is not best)][:N_TUBES]
    paths = []
    for sample in batch:
        path = folder / f"{sample.sample_id}.fcs"
        file_kind = FileKind("3.1", "F", "little")
        write_sample(plan, sample, CONFIG / "panels", path, None, n_events=sample.n_events, kind=file_kind)
        paths.append(path)
    return paths


def draw(
    name: str, strategy_path: Path, panel_path: Path, paths: list[Path], spillover: SpilloverSource, out: Path
) -> None:
    """Gate the files as one batch and draw the first of them."""
    strategy = load_checked_strategy(strategy_path)
    panel = load_panel(panel_path)
    tubes = [open_sample(path, 1, panel, strategy, gain="ignore", spillover=spillover)[1] for path in paths]
    fits = [
        fit_sample(SampleToFit(path.stem, tube, start_rows(tube), ControlRole(), {}, 1), strategy)
        for path, tube in zip(paths, tubes, strict=True)
    ]
    records = settle(fits[0], agree(name, "picture", fits))
    tube = tubes[0]
    rows = apply_gates(tube, records, start_rows(tube))
    steps = [record for record in records if record.status in USABLE and not isinstance(record.gate, Boolean)]
    n_rows = -(-len(steps) // COLUMNS)
    figure, axes = plt.subplots(n_rows, COLUMNS, figsize=(3.3 * COLUMNS, 3.2 * n_rows), layout="constrained")
    for axis, record in zip(axes.flat, steps, strict=False):
        draw_step(axis, record, tube, rows)
    for axis in axes.flat[len(steps) :]:
        axis.set_visible(False)
    figure.savefig(out / f"strategy_{name}.png", dpi=75)
    plt.close(figure)


def draw_step(axis, record, tube, rows):
    """Draw one gate on its parent's events, on the scales of the gate."""
    parent, inside = rows[record.parent], rows[record.population]
    if len(record.gate.dimensions) == 1:
        draw_threshold(axis, record.gate, tube.scaled(record.gate.dimensions[0], parent))
    else:
        draw_area(axis, record.gate, [tube.scaled(name, parent) for name in record.gate.dimensions])
    share = 100 * inside.size / parent.size if parent.size else 0.0
    axis.set_title(
        f"{record.parent} > {record.population}\n{inside.size:,} of {parent.size:,} ({share:.3g} %)", fontsize=8
    )
    for set_ticks, name in zip((axis.set_xticks, axis.set_yticks), record.gate.dimensions, strict=False):
        places, texts = ticks(tube.scales[name])
        set_ticks(places, texts, fontsize=6)


def draw_threshold(axis, gate, values):
    """Draw a histogram, counts of many events on a logarithmic axis, and the boundaries."""
    many = values.size > 500
    axis.hist(np.clip(values, -0.2, 1.05), 200 if many else 60, range=(-0.2, 1.05), color="0.55", log=many)
    for bound in (*gate.low, *gate.high):
        if bound is not None:
            axis.axvline(bound, color="tab:red")
    axis.axvspan(
        -0.2 if gate.low[0] is None else gate.low[0], 1.05 if gate.high[0] is None else gate.high[0],
        color="tab:red", alpha=0.08,
    )  # fmt: skip
    axis.set_xlim(-0.2, 1.05)
    axis.set_xlabel(gate.dimensions[0], fontsize=7)
    axis.tick_params(labelsize=6)


def draw_area(axis, gate, columns):
    """Draw dots, coloured by how many there are, and the outline of the gate."""
    x, y = columns
    counts, x_edges, y_edges = np.histogram2d(x, y, bins=120, range=[(-0.2, 1.05), (-0.2, 1.05)])
    with np.errstate(divide="ignore"):
        axis.pcolormesh(x_edges, y_edges, np.where(counts > 0, np.log10(counts), np.nan).T, cmap="viridis")
    axis.add_patch(Outline(outline(gate), fill=False, edgecolor="tab:red", linewidth=1.2))
    axis.set_xlim(-0.2, 1.05)
    axis.set_ylim(-0.2, 1.05)
    axis.set_xlabel(gate.dimensions[0], fontsize=7)
    axis.set_ylabel(gate.dimensions[1], fontsize=7)


def outline(gate):
    """Return the corners of a polygon or points around an ellipse."""
    if isinstance(gate, Polygon):
        return np.array(gate.vertices)
    assert isinstance(gate, Ellipsoid)
    angle = np.linspace(0, 2 * np.pi, 100)
    root = np.linalg.cholesky(np.array(gate.covariance) * gate.distance_square)
    return np.array(gate.mean) + np.column_stack([np.cos(angle), np.sin(angle)]) @ root.T


def ticks(scale):
    """Return places and texts of round numbers on a scale."""
    numbers = [0, 50e3, 100e3, 150e3, 200e3, 250e3] if scale.kind == "linear" else [-1e3, 0, 10, 100, 1e3, 1e4, 1e5]
    if scale.kind == "logicle":
        numbers = [-1e3, 0, 1e3, 1e4, 1e5]
    places = scale.forward(np.array(numbers))
    kept = [(place, number) for place, number in zip(places, numbers, strict=True) if -0.2 <= place <= 1.05]
    return [place for place, _ in kept], [f"{number:g}" if number < 1e3 else f"{number / 1e3:g}k" for _, number in kept]


if __name__ == "__main__":
    main()

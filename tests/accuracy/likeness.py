"""Draw simulated samples beside real files, so that a cytometrist can judge the likeness.

Run: python tests/accuracy/likeness.py. Writes docs/pictures/likeness.png. The real files are found as in the tests.
"""

import csv
import os
import sys
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from numpy.typing import NDArray

from marrowgate.fcs.read import read_fcs
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan, find_sample
from marrowgate.simulate.make import batch_optics, make_tube

REPOSITORY = Path(__file__).resolve().parents[2]
REAL = Path(os.environ.get("MARROWGATE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
PICTURE = REPOSITORY / "docs" / "pictures" / "likeness.png"

Columns = dict[str, NDArray[np.float64]]
COFACTOR = 150.0
EVENTS = 80_000  # about as many as in the real marrow file


def scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Show values on an asinh scale."""
    return np.arcsinh(values / COFACTOR)


def simulated(plan: CohortPlan, sample: SamplePlan, panel: Panel) -> Columns:
    """Simulate one sample and compensate it, by marker and scatter."""
    optics = batch_optics(plan, sample, panel)
    tube = make_tube(plan, sample, panel, EVENTS)
    rows = [row for row, entry in enumerate(panel.channels) if entry.marker]
    compensated = np.linalg.solve(optics.spillover.T, tube.events[rows].astype(np.float64))
    found = dict(zip(optics.markers, compensated, strict=True))
    scatter = {str(entry.scatter): tube.events[row] for row, entry in enumerate(panel.channels) if entry.scatter}
    return found | {name: values.astype(np.float64) for name, values in scatter.items()}


def with_cd13(panel: Panel) -> Panel:
    """Return the panel with CD13 in the place of CRTH2."""
    channels = [
        entry.model_copy(update={"marker": "CD13", "clone": None}) if entry.marker == "CRTH2" else entry
        for entry in panel.channels
    ]
    return Panel(channels=tuple(channels))


def diva_marrow() -> Columns:
    """Read and compensate the FACSDiva file of bone marrow."""
    file = read_fcs(REAL / "cd34" / "diva_cd45_cd34_marrow.fcs")
    assert file.events is not None
    assert file.spillover is not None
    columns = {channel.name: file.events[:, channel.index].astype(np.float64) for channel in file.channels}
    labels = file.spillover.labels
    measured = np.array([columns.get(label, np.zeros(len(file.events))) for label in labels])
    compensated = dict(zip(labels, np.linalg.solve(file.spillover.matrix.T, measured), strict=True))
    markers = {channel.marker: compensated[channel.name] for channel in file.channels if channel.marker}
    return markers | {name: columns[name] for name in ("FSC-A", "FSC-W", "SSC-A")}


def aml(names: list[str], *, is_log: bool) -> Columns:
    """Read and pool FC500 files, on a log scale of base 10."""
    files = [read_fcs(REAL / "aml" / name) for name in names]
    columns = {}
    for channel in files[0].channels:
        values = np.concatenate([file.events[:, channel.index] for file in files if file.events is not None])
        is_linear = channel.name == "FS Lin"
        shown = values if is_log or is_linear else np.log10(np.maximum(values, 1.0))
        columns[channel.marker or channel.name] = shown.astype(np.float64)
    return columns


def cytof_marrow() -> Columns:
    """Read the labelled mass cytometry cells of bone marrow."""
    with (REAL / "cd34" / "levine32_donorH1_labelled_cells.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {marker: np.arcsinh(np.array([float(row[marker]) for row in rows]) / 5) for marker in ("CD16", "CD11b")}


@dataclass(frozen=True)
class Source:
    """Events of one kind of sample, and how its stains and its side scatter are shown."""

    title: str
    columns: Columns
    stain: str = "asinh(x/150)"
    side: str = "SSC-A"


def shown(source: Source, name: str) -> tuple[NDArray[np.float64], str]:
    """Return the values of a dimension as they are drawn, and what stands at the axis."""
    if name == "SSC-A" and source.side != name:
        return source.columns[source.side], "side scatter, log10"
    if name.startswith(("FSC", "SSC")):
        return source.columns[name] / 1000, f"{name}, thousands"
    values = source.columns[name]
    return (scaled(values) if source.stain == "asinh(x/150)" else values), f"{name}, {source.stain}"


def density(axes: Axes, source: Source, names: tuple[str, str]) -> None:
    """Draw one plot: colour is the number of events on a log scale, edges are the 0.05th and 99.95th percentile."""
    (x, x_label), (y, y_label) = (shown(source, name) for name in names)
    edges = [np.quantile(values, [0.0005, 0.9995]) for values in (x, y)]
    bins = 150 if x.size > 20_000 else 60
    axes.hist2d(x, y, bins=bins, range=edges, norm=LogNorm(), cmap="viridis")
    axes.set(xlabel=x_label, ylabel=y_label)
    axes.set_title(f"{source.title}\n{x.size:,} events", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)


def among(source: Source, rows: NDArray[np.bool_], title: str) -> Source:
    """Return the part of a source's events that `rows` holds."""
    return replace(source, title=title, columns={name: values[rows] for name, values in source.columns.items()})


def responder() -> tuple[Source, Source]:
    """Simulate both samples of the strongest responder at the peak, the second with CD13 in the place of CRTH2."""
    plan = make_plan("published", 7)
    folder = REPOSITORY / "config" / "panels"
    hspc, immature = load_panel(folder / "hspc.yaml"), with_cd13(load_panel(folder / "immature.yaml"))
    visit = max((v for v in plan.visits if v.patient_id == strongest(plan)), key=lambda v: v.effect)
    stem = f"{visit.patient_id}_{visit.name}"
    return (
        Source("simulated blood with beads", simulated(plan, find_sample(plan, f"{stem}_hspc"), hspc)),
        Source("simulated blood, responder", simulated(plan, find_sample(plan, f"{stem}_immature"), immature)),
    )


def plots() -> list[tuple[tuple[str, str], tuple[Source, ...]]]:
    """Return the rows of the picture: two dimensions, and the sources that are drawn in them."""
    blood, immature = responder()
    white = among(immature, scaled(immature.columns["CD45"]) > scaled(np.array(1500.0)), "simulated responder, CD45+")
    grey = among(white, white.columns["SSC-A"] > 80e3, "simulated responder, granulocytes")
    marrow = Source("real marrow, FACSDiva", diva_marrow())
    normal = aml([f"sample{number}.fcs" for number in range(6, 11)], is_log=False)
    fc500 = Source("real, five normal samples, FC500", normal, "log10", "SS Log")
    patient = aml(["aml.sample_tube.set_6.fcs"], is_log=True)
    leukaemia = Source("real, one AML patient, FC500", patient, "log10", "SS Log")
    cytof = Source("real marrow, CyTOF, 50 per label", cytof_marrow(), "asinh(x/5)")
    return [
        (("CD45", "SSC-A"), (blood, marrow, fc500)),
        (("CD34", "SSC-A"), (blood, marrow, leukaemia)),
        (("CD16", "CD11b"), (white, grey, cytof)),
        (("CD16", "CD13"), (grey, fc500)),
        (("FSC-A", "SSC-A"), (blood, marrow)),
        (("FSC-A", "FSC-W"), (blood, marrow)),
    ]


def draw(axes: NDArray[np.object_]) -> None:
    """Draw all plots; places without a plot stay empty."""
    for row, (names, sources) in zip(axes, plots(), strict=True):
        for place, source in zip_longest(row, sources):
            if source is None:
                place.set_axis_off()
            else:
                density(place, source, names)


def strongest(plan: CohortPlan) -> str:
    """Return the patient with the highest true peak."""
    return max(plan.patients, key=lambda patient: patient.peak_pct).patient_id


def main() -> int:
    """Draw and save the picture."""
    if not REAL.is_dir():
        print(f"real data folder {REAL} is missing; set MARROWGATE_REAL_DATA", file=sys.stderr)
        return 2
    mpl.use("Agg")
    figure, axes = plt.subplots(6, 3, figsize=(11, 20.5), layout="constrained")
    draw(axes)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=75, metadata={"Software": None})
    return 0


if __name__ == "__main__":
    sys.exit(main())

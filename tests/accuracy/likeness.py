"""Draw simulated tubes beside real files, so that a cytometrist can judge the likeness.

Run: python tests/accuracy/likeness.py. Writes docs/pictures/likeness.png. The real files are found as in the tests.
"""

import csv
import os
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from numpy.typing import NDArray

from marrowgate.fcs.read import read_fcs
from marrowgate.settings.panel import Panel, load_panel
from marrowgate.simulate.cohort import make_plan
from marrowgate.simulate.make import batch_optics, make_tube
from marrowgate.simulate.plan import CohortPlan, SamplePlan, find_sample

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
    """Simulate one tube and compensate it, by marker and scatter."""
    optics = batch_optics(plan, sample, panel)
    tube = make_tube(plan, sample, panel, EVENTS)
    rows = [row for row, entry in enumerate(panel.channels) if entry.marker]
    compensated = np.linalg.solve(optics.spillover.T, tube.events[rows].astype(np.float64))
    found = dict(zip(optics.markers, compensated, strict=True))
    scatter = {str(entry.scatter): tube.events[row] for row, entry in enumerate(panel.channels) if entry.scatter}
    return found | {name: values.astype(np.float64) for name, values in scatter.items()}


def with_cd13(panel: Panel) -> Panel:
    """Give the panel with CD13 in the place of CRTH2."""
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


def density(axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64], names: tuple[str, str], title: str) -> None:
    """Draw one plot: colour is the number of events on a log scale, edges are the 0.05th and 99.95th percentile."""
    low_x, high_x = np.quantile(x, [0.0005, 0.9995])
    low_y, high_y = np.quantile(y, [0.0005, 0.9995])
    bins = 150 if x.size > 20_000 else 60
    axes.hist2d(x, y, bins=bins, range=[[low_x, high_x], [low_y, high_y]], norm=LogNorm(), cmap="viridis")
    axes.set(xlabel=names[0], ylabel=names[1])
    axes.set_title(title, fontsize=9)


def draw(axes: NDArray[np.object_]) -> None:
    """Draw all plots."""
    plan = make_plan("published", 7)
    folder = REPOSITORY / "config" / "panels"
    hspc, immature = load_panel(folder / "hspc.yaml"), load_panel(folder / "immature.yaml")
    visit = max((v for v in plan.visits if v.patient_id == strongest(plan)), key=lambda v: v.effect)
    stem = f"{visit.patient_id}_{visit.name}"
    cd34 = simulated(plan, find_sample(plan, f"{stem}_hspc"), hspc)
    ig = simulated(plan, find_sample(plan, f"{stem}_immature"), with_cd13(immature))
    marrow, cytof = diva_marrow(), cytof_marrow()
    normal = aml([f"sample{number}.fcs" for number in range(6, 11)], is_log=False)
    patient = aml(["aml.sample_tube.set_6.fcs"], is_log=True)

    names = ("CD45", "SSC-A")
    density(axes[0, 0], scaled(cd34["CD45"]), cd34["SSC-A"], names, "simulated lysed blood, with counting beads")
    density(axes[0, 1], scaled(marrow["CD45"]), marrow["SSC-A"], names, "real marrow, FACSDiva")
    density(axes[0, 2], normal["CD45"], normal["SS Log"], ("CD45", "SS, log"), "real, five normal samples, FC500")
    names = ("CD34", "SSC-A")
    density(axes[1, 0], scaled(cd34["CD34"]), cd34["SSC-A"], names, "simulated lysed blood")
    density(axes[1, 1], scaled(marrow["CD34"]), marrow["SSC-A"], names, "real marrow, FACSDiva")
    density(axes[1, 2], patient["CD34"], patient["SS Log"], ("CD34, log", "SS, log"), "real, one AML patient, FC500")
    white = scaled(ig["CD45"]) > scaled(np.array(1500.0))
    grey = white & (ig["SSC-A"] > 80e3)
    names = ("CD16", "CD11b")
    density(axes[2, 0], scaled(ig["CD16"])[white], scaled(ig["CD11b"])[white], names, "simulated responder, CD45+")
    density(axes[2, 1], scaled(ig["CD16"])[grey], scaled(ig["CD11b"])[grey], names, "simulated responder, granulocytes")
    density(axes[2, 2], cytof["CD16"], cytof["CD11b"], names, "real marrow, mass cytometry, 50 cells per label")
    names = ("CD16", "CD13")
    density(axes[3, 0], scaled(ig["CD16"])[grey], scaled(ig["CD13"])[grey], names, "simulated responder, granulocytes")
    density(axes[3, 1], normal["CD16"], normal["CD13"], names, "real, five normal samples, FC500")
    density(axes[3, 2], cd34["FSC-A"], cd34["SSC-A"], ("FSC-A", "SSC-A"), "simulated lysed blood")
    names = ("FSC-A", "FSC-W")
    density(axes[4, 0], cd34["FSC-A"], cd34["FSC-W"], names, "simulated lysed blood")
    density(axes[4, 1], marrow["FSC-A"], marrow["FSC-W"], names, "real marrow, FACSDiva")
    density(axes[4, 2], marrow["FSC-A"], marrow["SSC-A"], ("FSC-A", "SSC-A"), "real marrow, FACSDiva")


def strongest(plan: CohortPlan) -> str:
    """Give the patient with the highest true peak."""
    return max(plan.patients, key=lambda patient: patient.peak_pct).patient_id


def main() -> int:
    """Draw and save the picture."""
    if not REAL.is_dir():
        print(f"real data folder {REAL} is missing; set MARROWGATE_REAL_DATA", file=sys.stderr)
        return 2
    mpl.use("Agg")
    figure, axes = plt.subplots(5, 3, figsize=(12, 19), layout="constrained")
    draw(axes)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=75, metadata={"Software": None})
    return 0


if __name__ == "__main__":
    sys.exit(main())

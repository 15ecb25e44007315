"""Draw the simulated diseases: the same patient's blood, healthy in grey and sick in colours by what each event is.

Usage: python tests/accuracy/disease_pictures.py [--out docs/pictures/diseases.png]
"""

import argparse
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from marrowgate.settings.panel import load_panel
from marrowgate.simulate.cells import KINDS
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.make import batch_optics, make_tube
from marrowgate.simulate.sample import NO_PARTNER

CONFIG = Path(__file__).resolve().parents[2] / "config"
SEED, VISIT, N_EVENTS, COLUMNS = 31, "D01_v1", 25_000, 4
SHOWN = (
    ("left_shift_45", "immature", "CD16", "CD11b"),
    ("aml_cd34_pos_20", "hspc", "CD45", "CD34"),
    ("aml_cd34_neg_20", "hspc", "CD45", "SSC-A"),
    ("lymphoproliferation_80", "hspc", "CD45", "SSC-A"),
    ("eosinophilia_40", "immature", "CRTH2", "SSC-A"),
    ("monocytosis_35", "hspc", "CD14", "SSC-A"),
    ("neutropenia_100", "immature", "CD45", "SSC-A"),
    ("aplasia_100", "immature", "CD45", "SSC-A"),
    ("erythroid_marrow_40", "immature", "CD235a", "DNA"),
    ("plasma_cells_20", "hspc", "CD45", "CD38"),
    ("platelet_pairs_100", "immature", "CD41a", "SSC-A"),
)
GROUPS = {
    "lymphocytes": ("tab:blue", ("t_cell", "b_cell", "nk_cell")),
    "monocytes": ("tab:green", ("monocyte_classical", "monocyte_nonclassical")),
    "neutrophils": ("tab:orange", ("neutrophil_segmented", "neutrophil_band")),
    "immature granulocytes": ("tab:red", ("promyelocyte", "myelocyte", "metamyelocyte")),
    "eosinophils": ("tab:pink", ("eosinophil",)),
    "CD34+ progenitors": ("black", ("hspc_multipotent", "hspc_committed", "hspc_late")),
    "red cell line": ("tab:brown", ("erythroblast", "reticulocyte_cd71", "red_cell")),
    "sick cells": (
        "tab:purple",
        ("blast_cd34_pos", "blast_cd34_neg", "lymphoma_cell", "plasma_cell", "myeloma_cell"),
    ),
}


def main() -> None:
    """Draw one plot for each disease."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=CONFIG.parent / "docs" / "pictures" / "diseases.png")
    args = parser.parse_args()
    rows = -(-(len(SHOWN) + 1) // COLUMNS)
    figure, axes = plt.subplots(rows, COLUMNS, figsize=(3.2 * COLUMNS, 3.1 * rows), layout="constrained")
    for axis, (disease, panel, across, up) in zip(axes.flat, SHOWN, strict=False):
        draw(axis, disease, panel, across, up)
    for axis in axes.flat[len(SHOWN) :]:
        axis.axis("off")
        marks = [plt.Line2D([], [], marker="o", linestyle="", color=color) for color, _ in GROUPS.values()]
        marks.append(plt.Line2D([], [], marker="o", linestyle="", color="0.8"))
        axis.legend(
            marks, [*GROUPS, "the same blood healthy,\nwith debris and beads"], loc="center", frameon=False, fontsize=10
        )
    args.out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(args.out, dpi=90)


def draw(axis, disease, panel, across, up):
    """Draw one disease over the healthy blood."""
    healthy, _ = cells("none", panel, across, up)
    axis.scatter(*healthy, s=1, color="0.85", linewidths=0, rasterized=True)
    values, kinds = cells(disease, panel, across, up)
    for color, members in GROUPS.values():
        of = np.isin(kinds, [KINDS.index(kind) for kind in members])
        axis.scatter(*values[:, of], s=2.5, color=color, linewidths=0, rasterized=True)
    axis.set_title(disease, fontsize=10)
    axis.set_xlabel(label(across), fontsize=9)
    axis.set_ylabel(label(up), fontsize=9)
    axis.tick_params(labelsize=8)


def label(dimension):
    """Return the title of an axis."""
    return f"{dimension}, thousands" if dimension == "SSC-A" else f"{dimension}, asinh(value / 150)"


def cells(disease, panel_name, across, up):
    """Return two dimensions of the living single cells, compensated, and their kinds."""
    panel = load_panel(CONFIG / "panels" / f"{panel_name}.yaml")
    plan = make_plan("demo", SEED, "home", disease)
    sample = find_sample(plan, f"{VISIT}_{panel_name}")
    tube, optics = make_tube(plan, sample, panel, N_EVENTS), batch_optics(plan, sample, panel)
    is_alive = (tube.truth.partner == NO_PARTNER) & ~tube.truth.is_dead
    stained = [row for row, entry in enumerate(panel.channels) if entry.marker]
    compensated = np.linalg.solve(optics.spillover.T, tube.events[stained].astype(np.float64))
    rows = {entry.scatter: row for row, entry in enumerate(panel.channels) if entry.scatter}
    values = [
        tube.events[rows[name]] / 1000 if name in rows else np.arcsinh(compensated[optics.markers.index(name)] / 150)
        for name in (across, up)
    ]
    return np.array(values)[:, is_alive], tube.truth.kind[is_alive]


if __name__ == "__main__":
    main()

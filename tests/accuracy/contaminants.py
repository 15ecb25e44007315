"""Rates of the generator that a population's figures depend on."""

from collections.abc import Mapping

from marrowgate.simulate.parameters import TUBE

DEPENDS_ON: Mapping[str, tuple[str, ...]] = {
    "cd34_hspc": ("sticky", "dead_hspc", "coated_hspc", "apoptotic", "doublets"),
    "ig": ("apoptotic", "doublets", "coated_granulocyte"),
    "eosinophils": ("doublets",),
    "nrbc": ("unlysed_red_cells", "doublets"),
    "erythroid_cd71_pos": ("unlysed_reticulocytes", "unlysed_red_cells", "lysis_sd", "doublets"),
    "megakaryocytic": ("coated_monocyte", "coated_granulocyte", "coated_lymphocyte", "coating_sd", "doublets"),
    "cd45_pos": ("debris", "dead", "doublets"),
}


def contaminant_table() -> str:
    """Return the rates beside the populations that depend on them, as Markdown."""
    lines = ["| population | rate | value | source |", "| --- | --- | --- | --- |"]
    for population, names in DEPENDS_ON.items():
        for name in names:
            entry = TUBE[name]
            lines.append(f"| {population} | {name} | {entry.value:g} {entry.unit} | {entry.source} |")
    return "\n".join(lines)

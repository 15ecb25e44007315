"""What each kind of cell is like: scatter, DNA, autofluorescence and the molecules of every marker that it carries.

Abundances are medians in antibodies bound per cell at saturation; their spread is the standard deviation of the natural
logarithm. The pattern of each marker over the maturation follows the sources in docs/simulation.md; the figures
themselves are assumptions of the usual order of magnitude, set before any gate was looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True)
class CellType:
    """One kind of particle.

    Parameters
    ----------
    name : str
        Its name in the truth tables.
    fsc, ssc : float
        Median area of the scatter pulse, on the 18-bit scale of the instrument.
    fsc_sd, ssc_sd : float
        Standard deviation of the natural logarithm of the areas.
    dna : float
        DNA that a permeant dye finds, as a multiple of the diploid amount.
    autofluorescence : float
        Multiple of a lymphocyte's autofluorescence.
    is_leucocyte : bool
        Counts as CD45 positive.
    markers : mapping of str to (float, float)
        Median molecules and spread of each marker that is carried; the others show the antibody's background.
    dna_sd : float
        Spread of the DNA stain (ln).
    """

    name: str
    fsc: float
    fsc_sd: float
    ssc: float
    ssc_sd: float
    dna: float
    autofluorescence: float
    is_leucocyte: bool
    markers: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    dna_sd: float = 0.07


# Antibody that binds without its antigen, in molecules, and its spread.
BACKGROUND: Mapping[str, tuple[float, float]] = {
    "CD45": (250.0, 0.5),
    "CD34": (150.0, 0.5),
    "CD38": (300.0, 0.6),
    "CXCR4": (80.0, 0.5),
    "CD14": (200.0, 0.5),
    "CD235a": (150.0, 0.6),
    "CD41a": (250.0, 0.6),
    "CD61": (250.0, 0.6),
    "CD71": (200.0, 0.6),
    "CD16": (350.0, 0.5),
    "CRTH2": (100.0, 0.5),
    "CD33": (150.0, 0.5),
    "CD15": (250.0, 0.5),
    "CD13": (200.0, 0.5),
    "CD10": (120.0, 0.5),
    "CD11b": (250.0, 0.5),
}
# Dyes that bind DNA are counted in diploid amounts, not in molecules.
DNA_DYES = ("DNA", "7-AAD")

CELL_TYPES: tuple[CellType, ...] = (
    CellType("t_cell", 76e3, 0.09, 24e3, 0.16, 1.0, 1.0, True, {
        "CD45": (210e3, 0.20), "CXCR4": (6000, 0.60), "CD38": (2500, 0.80), "CD71": (400, 0.60), "CD11b": (500, 0.70),
    }),
    CellType("b_cell", 74e3, 0.09, 25e3, 0.16, 1.0, 1.1, True, {
        "CD45": (165e3, 0.22), "CXCR4": (9000, 0.50), "CD38": (4000, 0.70), "CD71": (500, 0.60),
    }),
    CellType("nk_cell", 79e3, 0.09, 29e3, 0.17, 1.0, 1.1, True, {
        "CD45": (215e3, 0.20), "CXCR4": (1800, 0.60), "CD38": (12e3, 0.50), "CD16": (30e3, 0.55), "CD11b": (8000, 0.50),
    }),
    CellType("monocyte_classical", 112e3, 0.10, 56e3, 0.16, 1.0, 2.2, True, {
        "CD45": (135e3, 0.20), "CXCR4": (4000, 0.50), "CD38": (9000, 0.50), "CD14": (100e3, 0.30), "CD33": (30e3, 0.30),
        "CD11b": (30e3, 0.35), "CD13": (20e3, 0.40), "CD15": (3500, 0.60), "CD61": (4000, 0.50), "CD41a": (600, 0.60),
        "CD71": (1500, 0.60), "CD16": (700, 0.60), "CD34": (350, 0.70),
    }),
    CellType("monocyte_nonclassical", 98e3, 0.11, 45e3, 0.18, 1.0, 1.9, True, {
        "CD45": (150e3, 0.20), "CXCR4": (2500, 0.50), "CD38": (4000, 0.60), "CD14": (9000, 0.60), "CD33": (12e3, 0.40),
        "CD11b": (16e3, 0.45), "CD13": (16e3, 0.40), "CD61": (3500, 0.50), "CD41a": (600, 0.60), "CD71": (1000, 0.60),
        "CD16": (40e3, 0.45), "CD34": (300, 0.70),
    }),
    CellType("neutrophil_segmented", 121e3, 0.10, 122e3, 0.16, 0.95, 1.8, True, {
        "CD45": (58e3, 0.22), "CXCR4": (700, 0.60), "CD38": (600, 0.60), "CD14": (1600, 0.50), "CD33": (3000, 0.45),
        "CD11b": (45e3, 0.32), "CD13": (22e3, 0.35), "CD15": (150e3, 0.32), "CD16": (180e3, 0.35), "CD10": (8000, 0.50),
    }),
    CellType("neutrophil_band", 123e3, 0.10, 126e3, 0.16, 0.95, 1.8, True, {
        "CD45": (55e3, 0.23), "CXCR4": (800, 0.60), "CD38": (700, 0.60), "CD14": (1500, 0.50), "CD33": (4000, 0.45),
        "CD11b": (40e3, 0.35), "CD13": (14e3, 0.40), "CD15": (150e3, 0.33), "CD16": (75e3, 0.38), "CD10": (1800, 0.55),
    }),
    CellType("metamyelocyte", 131e3, 0.11, 134e3, 0.17, 1.0, 1.9, True, {
        "CD45": (49e3, 0.25), "CXCR4": (1200, 0.60), "CD38": (1200, 0.60), "CD14": (900, 0.50), "CD33": (7000, 0.45),
        "CD11b": (24e3, 0.42), "CD13": (6000, 0.45), "CD15": (140e3, 0.35), "CD16": (9000, 0.50), "CD10": (250, 0.70),
    }),
    CellType("myelocyte", 140e3, 0.12, 146e3, 0.18, 1.0, 2.0, True, {
        "CD45": (42e3, 0.25), "CXCR4": (1500, 0.60), "CD38": (3000, 0.60), "CD14": (400, 0.50), "CD33": (12e3, 0.45),
        "CD11b": (3200, 0.50), "CD13": (4000, 0.45), "CD15": (120e3, 0.40), "CD16": (900, 0.60), "CD71": (2200, 0.60),
    }),
    CellType("promyelocyte", 148e3, 0.13, 152e3, 0.20, 1.05, 2.2, True, {
        "CD45": (36e3, 0.28), "CXCR4": (2000, 0.60), "CD38": (8000, 0.50), "CD33": (26e3, 0.40), "CD11b": (450, 0.55),
        "CD13": (16e3, 0.40), "CD15": (60e3, 0.60), "CD16": (450, 0.50), "CD71": (4500, 0.60), "CD34": (400, 0.70),
    }),
    CellType("eosinophil", 108e3, 0.09, 186e3, 0.13, 0.95, 6.0, True, {
        "CD45": (88e3, 0.20), "CXCR4": (3000, 0.50), "CD38": (2000, 0.60), "CD33": (5000, 0.45), "CD11b": (26e3, 0.35),
        "CD13": (12e3, 0.40), "CD15": (15e3, 0.60), "CD16": (600, 0.60), "CRTH2": (12e3, 0.45), "CD14": (500, 0.50),
        "CD34": (250, 0.50),
    }),
    CellType("basophil", 84e3, 0.10, 36e3, 0.18, 1.0, 1.3, True, {
        "CD45": (52e3, 0.25), "CXCR4": (2000, 0.55), "CD38": (9000, 0.50), "CD33": (12e3, 0.40), "CD11b": (12e3, 0.40),
        "CD13": (8000, 0.40), "CRTH2": (25e3, 0.35), "CD34": (500, 0.90),
    }),
    CellType("plasmacytoid_dc", 86e3, 0.10, 31e3, 0.18, 1.0, 1.2, True, {
        "CD45": (88e3, 0.22), "CXCR4": (8000, 0.50), "CD38": (12e3, 0.50), "CD33": (700, 0.60), "CD34": (400, 0.90),
        "CD71": (1500, 0.60),
    }),
    CellType("hspc_multipotent", 80e3, 0.10, 22e3, 0.18, 1.0, 1.2, True, {
        "CD45": (34e3, 0.28), "CD34": (42e3, 0.40), "CD38": (2500, 0.60), "CXCR4": (5000, 0.70), "CD33": (1500, 0.80),
        "CD13": (4000, 0.60), "CD71": (800, 0.70),
    }),
    CellType("hspc_committed", 90e3, 0.11, 27e3, 0.19, 1.02, 1.4, True, {
        "CD45": (30e3, 0.30), "CD34": (26e3, 0.42), "CD38": (14e3, 0.50), "CXCR4": (4000, 0.70), "CD33": (5000, 0.80),
        "CD13": (8000, 0.60), "CD71": (2000, 0.80), "CD15": (500, 0.70),
    }),
    CellType("hspc_late", 97e3, 0.12, 32e3, 0.20, 1.05, 1.6, True, {
        "CD45": (28e3, 0.32), "CD34": (10e3, 0.60), "CD38": (32e3, 0.45), "CXCR4": (2800, 0.70), "CD33": (8000, 0.80),
        "CD13": (9000, 0.60), "CD71": (5000, 0.90), "CD15": (900, 0.80),
    }),
    CellType("erythroblast", 58e3, 0.16, 18e3, 0.22, 0.80, 0.6, False, {
        "CD45": (700, 0.90), "CD235a": (130e3, 0.45), "CD71": (60e3, 0.55), "CD38": (1500, 0.80), "CXCR4": (400, 0.70),
    }, dna_sd=0.15),
    CellType("reticulocyte_cd71", 40e3, 0.18, 12e3, 0.25, 0.020, 0.4, False, {
        "CD235a": (170e3, 0.30), "CD71": (7000, 0.80),
    }, dna_sd=0.5),
    CellType("red_cell", 36e3, 0.20, 11e3, 0.28, 0.003, 0.3, False, {"CD235a": (180e3, 0.28)}, dna_sd=0.6),
    CellType("platelet", 12e3, 0.35, 7e3, 0.45, 0.003, 0.2, False, {
        "CD41a": (55e3, 0.45), "CD61": (60e3, 0.45), "CXCR4": (200, 0.60),
    }, dna_sd=0.6),
    CellType("megakaryocyte", 165e3, 0.25, 85e3, 0.30, 4.0, 2.5, True, {
        "CD45": (45e3, 0.50), "CD41a": (140e3, 0.50), "CD61": (150e3, 0.50), "CXCR4": (5000, 0.60),
        "CD38": (2000, 0.70), "CD34": (500, 0.90), "CD33": (1500, 0.70), "CD71": (3000, 0.70),
    }, dna_sd=0.6),
    CellType("debris", 15e3, 0.50, 12e3, 0.60, 0.02, 0.4, False, {
        "CD45": (1200, 1.20), "CD15": (900, 1.20), "CD16": (900, 1.20), "CD235a": (1500, 1.60), "CD41a": (800, 1.40),
    }, dna_sd=1.2),
    # Sick cells; no healthy blood holds them.
    CellType("blast_cd34_pos", 98e3, 0.14, 31e3, 0.22, 1.03, 1.4, True, {
        "CD45": (36e3, 0.35), "CD34": (20e3, 0.70), "CD38": (10e3, 0.80), "CXCR4": (4000, 0.80), "CD33": (9000, 0.70),
        "CD13": (8000, 0.70), "CD71": (3000, 0.90), "CD15": (700, 0.90),
    }),
    CellType("blast_cd34_neg", 102e3, 0.14, 37e3, 0.25, 1.03, 1.5, True, {
        "CD45": (48e3, 0.35), "CD34": (250, 0.80), "CD38": (9000, 0.80), "CXCR4": (4000, 0.80), "CD33": (16e3, 0.60),
        "CD13": (9000, 0.70), "CD71": (3000, 0.90), "CD15": (1500, 0.90), "CD11b": (1000, 0.90), "CD14": (400, 0.70),
    }),
    CellType("lymphoma_cell", 71e3, 0.09, 21e3, 0.16, 1.0, 1.0, True, {
        "CD45": (110e3, 0.28), "CXCR4": (14e3, 0.50), "CD38": (1500, 1.00), "CD71": (500, 0.70),
    }),
    CellType("plasma_cell", 106e3, 0.13, 44e3, 0.22, 1.0, 1.6, True, {
        "CD45": (30e3, 0.60), "CD38": (160e3, 0.40), "CXCR4": (6000, 0.60), "CD71": (3000, 0.80),
    }),
    CellType("myeloma_cell", 112e3, 0.15, 48e3, 0.25, 1.15, 1.8, False, {
        "CD45": (1500, 1.00), "CD38": (110e3, 0.50), "CXCR4": (4000, 0.80), "CD71": (5000, 0.90), "CD33": (400, 1.00),
    }, dna_sd=0.12),
)  # fmt: skip
NAMES: tuple[str, ...] = tuple(cell.name for cell in CELL_TYPES)
COUNTING_BEAD = "counting_bead"

HSPC = ("hspc_multipotent", "hspc_committed", "hspc_late")
SICK_CELLS = ("blast_cd34_pos", "blast_cd34_neg", "lymphoma_cell", "plasma_cell", "myeloma_cell")
# Blasts with CD34 are CD45dim with low side scatter as progenitors are: no stain of the panels tells them apart.
CD34_POSITIVE = (*HSPC, "blast_cd34_pos")
# Cell types that mature into each other: cells lie anywhere between one stage and the next.
LINEAGES = (("promyelocyte", "myelocyte", "metamyelocyte", "neutrophil_band", "neutrophil_segmented"), HSPC)
# How closely cells of a stage crowd around its middle, 1 is evenly spread; most circulating neutrophils are mature.
CROWDING: Mapping[str, float] = {"neutrophil_segmented": 4.0}
LEUCOCYTES = tuple(cell.name for cell in CELL_TYPES if cell.is_leucocyte)
NUCLEATED = tuple(cell.name for cell in CELL_TYPES if cell.dna > 0.5)

_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "beads": (COUNTING_BEAD,),
    "bead_singlets": (COUNTING_BEAD,),
    "cd45_pos": LEUCOCYTES,
    "lymphocytes": ("t_cell", "b_cell", "nk_cell", "lymphoma_cell"),
    "monocytes": ("monocyte_classical", "monocyte_nonclassical"),
    "granulocytes": (
        "neutrophil_segmented", "neutrophil_band", "metamyelocyte", "myelocyte", "promyelocyte", "eosinophil",
    ),
    "eosinophils": ("eosinophil",),
    "cd34_pos": CD34_POSITIVE,
    "cd34_hspc": CD34_POSITIVE,
    "ig_stage1": ("promyelocyte", "myelocyte"),
    "ig_stage2": ("metamyelocyte",),
    "ig": ("promyelocyte", "myelocyte", "metamyelocyte"),
    "nrbc": ("erythroblast",),
    "erythroid_cd71_pos": ("erythroblast", "reticulocyte_cd71"),
    "megakaryocytic": ("megakaryocyte",),
    "immature": ("promyelocyte", "myelocyte", "metamyelocyte", "erythroblast"),
    "singlets": (*NAMES, COUNTING_BEAD),
    "viable": NAMES,
}  # fmt: skip


def true_members(population: str) -> frozenset[str]:
    """Return the true cell types that belong to a population of the strategy.

    Parameters
    ----------
    population : str
        A population of the shipped strategy, for example ``cd34_hspc``.

    Returns
    -------
    frozenset of str
        Names of cell types. Doublets and dead cells are events of these types too; whoever counts leaves them out.

    Raises
    ------
    KeyError
        The strategy has no such population.
    """
    return frozenset(_MEMBERS[population])


def neighbours(name: str) -> tuple[str, str]:
    """Return the stages before and after a cell type; the cell type itself where its lineage begins or ends."""
    for stages in LINEAGES:
        if name in stages:
            stage = stages.index(name)
            return stages[max(stage - 1, 0)], stages[min(stage + 1, len(stages) - 1)]
    return name, name


@cache
def index_of(name: str) -> int:
    """Return the row of a cell type in the tables."""
    return NAMES.index(name)

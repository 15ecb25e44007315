"""Rates of the simulated blood, tube and cohort: one row for each, with its unit and where it comes from.

`assumption` marks what no source could be found for. All contaminant rates were set before any gate was fitted to
simulated files. Sources that are named shortly stand in full in docs/simulation.md.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Parameter(NamedTuple):
    """A figure of the generator."""

    value: float
    unit: str
    source: str


BLOOD: Mapping[str, Parameter] = {
    "wbc": Parameter(
        5500, "per uL, median", "assumption: adult reference interval 4,000 to 10,000, lower under treatment"
    ),
    "wbc_patient_sd": Parameter(0.22, "ln", "assumption"),
    "wbc_visit_sd": Parameter(0.10, "ln", "assumption"),
    "wbc_on_therapy": Parameter(0.85, "fold", "assumption: both arms lower the count"),
    "composition_visit_sd": Parameter(0.10, "ln", "assumption"),
    "cd34": Parameter(3.0, "per uL, median", "laboratory interval 0 to 7 per uL (muhealth.testcatalog.org CD34)"),
    "cd34_patient_sd": Parameter(
        0.6, "ln", "null simulation of the design; people differ, their level is stable for 18 months (Eidenschink)"
    ),
    "cd34_visit_sd": Parameter(0.35, "ln", "null simulation of the design"),
    "ig_baseline": Parameter(
        0.30, "% of white cells, median", "below the 95th percentile 0.74 % of healthy adults (Arch Pathol 135:461)"
    ),
    "ig_patient_sd": Parameter(0.5, "ln", "responder simulation of the design"),
    "ig_visit_sd": Parameter(0.35, "ln", "responder simulation of the design"),
    "ig_dexamethasone": Parameter(
        1.2, "fold on therapy, both arms", "assumption: glucocorticoids raise IG (Arch Pathol 135:461)"
    ),
    "nrbc_baseline": Parameter(0.01, "per 100 white cells, median", "assumption: below the analyser's 0.1"),
    "megakaryocyte": Parameter(0.05, "per uL, median", "assumption"),
    "red_cells": Parameter(4.2e6, "per uL", "assumption: mild anaemia of myeloma"),
    "reticulocytes_cd71": Parameter(
        2500, "per uL", "CD71+ reticulocytes number thousands per uL (background knowledge)"
    ),
    "platelets": Parameter(210e3, "per uL", "assumption"),
}

TUBE: Mapping[str, Parameter] = {
    "unlysed_red_cells": Parameter(2e-4, "of red cells", "assumption: ammonium chloride, no wash"),
    "unlysed_reticulocytes": Parameter(0.05, "of CD71+ reticulocytes", "5 % outlive lysis (background knowledge)"),
    "platelets_in_threshold": Parameter(0.003, "of platelets", "assumption: the rest lie below the FSC threshold"),
    "debris": Parameter(0.10, "per white cell", "assumption"),
    "dead": Parameter(0.02, "of nucleated cells, median", "assumption: fresh blood, viability 95 to 99 %"),
    "dead_sd": Parameter(0.4, "ln", "assumption"),
    "dead_hspc": Parameter(0.03, "of CD34+ cells, median", "assumption: a little above that of other cells"),
    "sticky": Parameter(
        1e-4, "of nucleated cells", "assumption: the middle of three rates tried in the design (1e-5, 1e-4, 5e-4)"
    ),
    "coated_monocyte": Parameter(
        0.15, "of monocytes", "10 to 45 % of low-density mononuclear cells; the lower end, since blood is lysed"
    ),
    "coated_lymphocyte": Parameter(0.04, "of lymphocytes", "assumption"),
    "coated_granulocyte": Parameter(0.05, "of granulocytes", "assumption"),
    "coated_hspc": Parameter(0.15, "of CD34+ cells", "10 to 45 % of purified CD34+ cells; the lower end"),
    "doublets": Parameter(0.02, "of events", "assumption: about 2,500 events per second"),
    "pipetting_cv": Parameter(0.05, "of the blood's volume", "assumption: usual for 100 uL"),
    "analyser_cv": Parameter(0.03, "of the white cell count", "assumption"),
    "beads_per_tube": Parameter(51200, "beads", "assumption: lyophilised beads"),
    "sample_volume": Parameter(100, "uL", "assumption"),
    "event_rate": Parameter(2500, "events per second", "assumption"),
}

# Share of white cells of each kind in a person without immature cells, and its spread between patients (ln).
DIFFERENTIAL: Mapping[str, tuple[float, float]] = {
    "t_cell": (0.215, 0.25),
    "b_cell": (0.030, 0.45),
    "nk_cell": (0.045, 0.40),
    "monocyte_classical": (0.070, 0.25),
    "monocyte_nonclassical": (0.008, 0.35),
    "neutrophil_segmented": (0.570, 0.12),
    "neutrophil_band": (0.025, 0.40),
    "eosinophil": (0.025, 0.50),
    "basophil": (0.006, 0.40),
}
# Stages among immature granulocytes, at rest and with a full left shift. Assumption: at rest the youngest are rarest.
IG_STAGES: Mapping[str, tuple[float, float]] = {
    "promyelocyte": (0.05, 0.12),
    "myelocyte": (0.35, 0.42),
    "metamyelocyte": (0.60, 0.46),
}
# Maturities among CD34+ cells of blood. Assumption.
HSPC_STAGES: Mapping[str, float] = {"hspc_multipotent": 0.12, "hspc_committed": 0.60, "hspc_late": 0.28}

DEAD: Mapping[str, Parameter] = {
    "dye": Parameter(0.9, "diploid amounts of DNA", "assumption: 7-AAD reaches nearly all DNA"),
    "dye_sd": Parameter(0.4, "ln", "assumption"),
    "dye_live": Parameter(0.0015, "diploid amounts of DNA", "assumption: intact cells exclude 7-AAD"),
    "kept_antigen": Parameter(0.7, "fold", "assumption"),
    "bound_antibody": Parameter(2500, "molecules, median", "assumption: unspecific"),
    "bound_sd": Parameter(0.8, "ln", "assumption"),
    "fsc": Parameter(0.68, "fold", "assumption: shrunken"),
    "ssc": Parameter(1.2, "fold", "assumption"),
    "autofluorescence": Parameter(3.0, "fold", "assumption"),
}
STICKY: Mapping[str, Parameter] = {
    "bound_antibody": Parameter(9000, "molecules, median", "assumption: reaches the range of dim CD34"),
    "bound_sd": Parameter(0.7, "ln", "assumption"),
}
COAT: Mapping[str, Parameter] = {
    "platelet_antigen": Parameter(
        18e3, "molecules of CD41a and of CD61, median", "assumption: a third of one platelet's"
    ),
    "platelet_sd": Parameter(0.9, "ln", "assumption"),
    "fsc": Parameter(1.03, "fold", "assumption"),
}

# Spread between patients of every marker's abundance, and of CXCR4, which differs more (ln). Assumption.
MARKER_PATIENT_SD = 0.08
CXCR4_PATIENT_SD = 0.25
CXCR4_VISIT_SD = 0.08
# Share of a marker's variance that cells of one kind have in common with their size. Assumption.
SHARED_VARIANCE = 0.25

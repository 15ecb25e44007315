"""Rates of the simulated blood, sample and cohort: one row for each, with its unit and where it comes from.

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
    "wbc": Parameter(5500, "per uL, median", "assumption: adults have 4,000 to 10,000, fewer under treatment"),
    "wbc_patient_sd": Parameter(0.22, "ln", "assumption"),
    "wbc_visit_sd": Parameter(0.10, "ln", "assumption"),
    "wbc_on_therapy": Parameter(0.85, "fold", "assumption: both arms lower the count"),
    "composition_visit_sd": Parameter(0.10, "ln", "assumption"),
    "cd34": Parameter(3.0, "per uL, median", "laboratory interval 0 to 7 per uL (muhealth)"),
    "cd34_patient_sd": Parameter(0.6, "ln", "null simulation of the design; people differ (Eidenschink)"),
    "cd34_visit_sd": Parameter(0.35, "ln", "null simulation of the design"),
    "ig_baseline": Parameter(
        0.30, "% of white cells, median", "95th percentile of healthy adults 0.74 % (Arch Pathol)"
    ),
    "ig_patient_sd": Parameter(0.5, "ln", "responder simulation of the design"),
    "ig_visit_sd": Parameter(0.35, "ln", "responder simulation of the design"),
    "ig_dexamethasone": Parameter(1.2, "fold on therapy", "assumption: glucocorticoids raise IG (Arch Pathol)"),
    "nrbc_baseline": Parameter(0.01, "per 100 white cells, median", "assumption: below the analyser's 0.1"),
    "megakaryocyte": Parameter(0.05, "per uL, median", "assumption"),
    "red_cell": Parameter(4.2e6, "per uL, median", "assumption: mild anaemia of myeloma"),
    "red_cell_sd": Parameter(0.12, "ln", "assumption"),
    "reticulocyte_cd71": Parameter(2500, "per uL, median", "CD71+ ones number thousands per uL (background knowledge)"),
    "reticulocyte_cd71_sd": Parameter(0.4, "ln", "assumption"),
    "platelet": Parameter(210e3, "per uL, median", "assumption"),
    "platelet_sd": Parameter(0.3, "ln", "assumption"),
}

TUBE: Mapping[str, Parameter] = {
    "unlysed_red_cells": Parameter(2e-4, "of red cells", "assumption: ammonium chloride, no wash"),
    "unlysed_reticulocytes": Parameter(0.05, "of CD71+ reticulocytes", "5 % outlive lysis (background knowledge)"),
    "lysis_sd": Parameter(0.4, "ln, between samples", "assumption: how well lysis worked"),
    "platelets_in_threshold": Parameter(0.003, "of platelets", "assumption: the rest lie below the FSC threshold"),
    "debris": Parameter(0.10, "per white cell", "assumption"),
    "debris_sd": Parameter(0.4, "ln, between samples", "assumption"),
    "dead": Parameter(0.02, "of nucleated cells, median", "assumption: fresh blood, viability 95 to 99 %"),
    "dead_sd": Parameter(0.4, "ln", "assumption"),
    "dead_hspc": Parameter(0.03, "of CD34+ cells, median", "assumption: a little above that of other cells"),
    "apoptotic": Parameter(0.005, "of nucleated cells, median", "assumption: they still exclude 7-AAD"),
    "apoptotic_sd": Parameter(0.4, "ln", "assumption"),
    "sticky": Parameter(1e-4, "of nucleated cells", "assumption: the middle of three rates tried in the design"),
    "coated_monocyte": Parameter(0.15, "of monocytes", "10 to 45 % of mononuclear cells (Northwestern), lower end"),
    "coated_lymphocyte": Parameter(0.04, "of lymphocytes", "assumption"),
    "coated_granulocyte": Parameter(0.05, "of granulocytes", "assumption"),
    "coated_hspc": Parameter(0.15, "of CD34+ cells", "10 to 45 % of purified CD34+ cells (Northwestern), lower end"),
    "coating_sd": Parameter(0.3, "ln, between samples", "assumption: how much platelets were activated"),
    "doublets": Parameter(0.02, "of events", "assumption: about 2,500 events per second"),
    "pipetting_cv": Parameter(0.05, "of the blood's volume", "assumption: usual for 100 uL"),
    "analyser_cv": Parameter(0.03, "of the white cell count", "assumption"),
    "beads_per_tube": Parameter(51200, "beads", "assumption: lyophilised beads"),
    "sample_volume": Parameter(100, "uL", "assumption"),
    "gain_drift_sd": Parameter(0.01, "ln, between samples, all detectors", "assumption: laser power within a batch"),
    "detector_drift_sd": Parameter(0.004, "ln, between samples, each detector", "assumption"),
    "event_rate": Parameter(2500, "events per second", "assumption"),
}

# Share of white cells of each kind without immature cells, and its spread between patients (ln). Assumption.
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
    "plasmacytoid_dc": (0.003, 0.40),
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
    "dye": Parameter(0.6, "diploid amounts of DNA, median", "assumption: 7-AAD reaches most DNA"),
    "dye_sd": Parameter(0.6, "ln", "assumption: uptake goes on while the tube waits"),
    "dye_live": Parameter(0.0015, "diploid amounts of DNA, median", "assumption: intact cells exclude 7-AAD"),
    "kept_antigen": Parameter(0.7, "fold", "assumption"),
    "bound_antibody": Parameter(2500, "molecules, median", "assumption: unspecific"),
    "bound_sd": Parameter(0.8, "ln", "assumption"),
    "fsc": Parameter(0.68, "fold", "assumption: shrunken"),
    "ssc": Parameter(1.2, "fold", "assumption"),
    "autofluorescence": Parameter(3.0, "fold", "assumption"),
}
APOPTOTIC: Mapping[str, Parameter] = {
    "kept_cd45": Parameter(0.5, "fold", "assumption"),
    "kept_cd16": Parameter(0.1, "fold", "apoptotic neutrophils shed CD16 (background knowledge); extent assumed"),
    "dye": Parameter(4.0, "fold of a living cell's 7-AAD", "assumption"),
    "bound_antibody": Parameter(800, "molecules, median", "assumption: unspecific"),
    "bound_sd": Parameter(1.0, "ln", "assumption"),
    "fsc": Parameter(0.75, "fold", "assumption: shrunken"),
    "ssc": Parameter(0.75, "fold", "assumption: lost granules"),
}
STICKY: Mapping[str, Parameter] = {
    "bound_antibody": Parameter(9000, "molecules, median", "assumption: reaches the range of dim CD34"),
    "bound_sd": Parameter(1.0, "ln", "assumption"),
}
COAT: Mapping[str, Parameter] = {
    "platelet_antigen": Parameter(18e3, "molecules of CD41a, CD61, median", "assumption: a third of one platelet's"),
    "platelet_sd": Parameter(0.9, "ln", "assumption"),
    "fsc": Parameter(1.03, "fold", "assumption"),
}

# Outcomes have one truth for both arms: no source gives survival by arm, and none is made up. Months are from the
# first dose, medians are of exponential times.
CLINICAL: Mapping[str, Parameter] = {
    "relapse": Parameter(20, "months after remission, median", "assumption"),
    "death_before_relapse": Parameter(
        60, "months after the sixth, median", "assumption: nobody dies while visits go on"
    ),
    "death_after_relapse": Parameter(14, "months after relapse and the sixth, median", "assumption"),
    "shortest_follow_up": Parameter(12, "months", "assumption: follow-up ends evenly between this and the longest"),
    "longest_follow_up": Parameter(48, "months", "assumption"),
    "transplant": Parameter(0.4, "of patients, 6 to 9 months after the first dose", "assumption"),
    "anc_recovery": Parameter(12, "days, median", "assumption"),
    "platelet_recovery": Parameter(15, "days, median", "assumption"),
    "recovery_sd": Parameter(0.3, "ln", "assumption"),
}
COLONIES: Mapping[str, Parameter] = {
    "share_of_cd34": Parameter(0.05, "of CD34+ cells, median", "assumption"),
    "share_sd": Parameter(0.3, "ln, between patients", "assumption"),
    "assay_sd": Parameter(0.2, "ln, between visits, beside Poisson counting", "assumption"),
    "plated_volume": Parameter(0.5, "mL of blood", "assumption"),
}
# Share of patients with each best response, in both arms. Assumption.
RESPONSES: Mapping[str, float] = {"CR": 0.45, "VGPR": 0.25, "PR": 0.2, "SD": 0.05, "not evaluable": 0.05}
# Share of patients whose highest grade is 1, 2, 3, 4, in both arms. Assumption.
TOXICITIES: Mapping[str, tuple[float, float, float, float]] = {
    "peripheral neuropathy": (0.25, 0.15, 0.05, 0.0),
    "neutropenia": (0.1, 0.15, 0.15, 0.05),
    "thrombocytopenia": (0.15, 0.1, 0.1, 0.05),
    "infection": (0.05, 0.15, 0.1, 0.0),
    "rash": (0.15, 0.05, 0.0, 0.0),
}

# Share of the variance of unspecific binding that all antibodies on a cell have in common. Assumption.
COMMON_BINDING = 0.25
# Spread between patients of every marker's abundance, and of CXCR4, which differs more (ln). Assumption.
MARKER_PATIENT_SD = 0.08
CXCR4_PATIENT_SD = 0.25
CXCR4_VISIT_SD = 0.08
# Share of a marker's variance that cells of one kind have in common with their size. Assumption.
SHARED_VARIANCE = 0.25

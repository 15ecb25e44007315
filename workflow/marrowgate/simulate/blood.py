"""Blood of one patient at one visit: cells per uL of every kind, how many are dead, how much of each marker."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import erf, exp, log, sqrt

import numpy as np

from marrowgate.simulate.cell_types import (
    BACKGROUND,
    CD34_POSITIVE,
    CELL_TYPES,
    CROWDING,
    HSPC,
    LEUCOCYTES,
    index_of,
    neighbours,
)
from marrowgate.simulate.parameters import (
    BLOOD,
    CXCR4_PATIENT_SD,
    CXCR4_VISIT_SD,
    DIFFERENTIAL,
    HSPC_STAGES,
    IG_STAGES,
    MARKER_PATIENT_SD,
    TUBE,
)

MEDIAN_STEPS = 32  # halvings of less than a unit of log molecules: exact to 1e-9
MATURITY_GRID = tuple((2 * step + 1) / 40 - 1 for step in range(40))  # even steps through a stage
FULL_LEFT_SHIFT_PCT = 2.0  # percent of immature granulocytes at which the stages are as in IG_STAGES' second column


@dataclass(frozen=True)
class Constitution:
    """What is constant in a patient.

    Parameters
    ----------
    wbc, cd34_per_ul, ig_pct, nrbc_per_100, megakaryocytes_per_ul : float
        Levels without treatment.
    differential : mapping of str to float
        Share of each kind among white cells that are neither immature nor CD34+.
    shift : mapping of str to float
        Change of the log abundance of each marker.
    slope : float
        The patient's own trend over the whole time (ln).
    red_per_ul : mapping of str to float
        Red cells, CD71+ reticulocytes and platelets.
    """

    wbc: float
    cd34_per_ul: float
    ig_pct: float
    nrbc_per_100: float
    megakaryocytes_per_ul: float
    differential: Mapping[str, float]
    shift: Mapping[str, float]
    slope: float
    red_per_ul: Mapping[str, float]


@dataclass(frozen=True)
class Response:
    """What treatment does at one visit.

    Parameters
    ----------
    on_therapy : bool
        Between the first dose and the last.
    immature_pct : float or None
        Immature cells per 100 white cells in a responder; None leaves the patient's own level.
    nrbc_share : float
        Share of nucleated red cells among the responder's immature cells.
    cd34_fold, cxcr4_fold : float
        Change of CD34+ cells per uL, and of CXCR4 on them.
    megakaryocyte_fold : float
        Change of megakaryocytic cells per uL.
    """

    on_therapy: bool
    immature_pct: float | None = None
    nrbc_share: float = 0.25
    cd34_fold: float = 1.0
    cxcr4_fold: float = 1.0
    megakaryocyte_fold: float = 1.0


@dataclass(frozen=True)
class Blood:
    """The generating truth of one visit.

    Parameters
    ----------
    per_ul : mapping of str to float
        Cells per uL of every kind, dead ones included.
    dead, dead_hspc, apoptotic : float
        Share of dead cells among nucleated cells and among CD34+ cells, and of apoptotic ones among nucleated cells.
    shift : mapping of (str, str) to float
        Change of the log abundance by kind and marker, as in `marrowgate.simulate.cells.Recipe`.
    coating : float
        Factor on the share of cells with platelets on them.
    """

    per_ul: Mapping[str, float]
    dead: float
    dead_hspc: float
    apoptotic: float
    shift: Mapping[tuple[str, str], float]
    coating: float = 1.0

    @property
    def wbc(self) -> float:
        """White cells per uL, immature ones included, nucleated red cells not."""
        return sum(self.per_ul[name] for name in LEUCOCYTES)


def _level(rng: np.random.Generator, name: str, spread: str) -> float:
    return float(BLOOD[name].value * np.exp(BLOOD[spread].value * rng.standard_normal()))


def _share(rng: np.random.Generator, name: str, spread: str) -> float:
    return min(float(TUBE[name].value * np.exp(TUBE[spread].value * rng.standard_normal())), 0.3)


def draw_constitution(rng: np.random.Generator, baseline_shift: float, slope_sd: float) -> Constitution:
    """Draw a patient.

    Parameters
    ----------
    rng : numpy.random.Generator
        The patient's own stream.
    baseline_shift : float
        Added to the log level of CD34+ cells and immature granulocytes.
    slope_sd : float
        Spread of the patients' own trends (ln).

    Returns
    -------
    Constitution
        The patient's levels without treatment.
    """
    shares = {kind: share * exp(sd * rng.standard_normal()) for kind, (share, sd) in DIFFERENTIAL.items()}
    total = sum(shares.values())
    shift = {marker: MARKER_PATIENT_SD * rng.standard_normal() for marker in BACKGROUND}
    shift["CXCR4"] = CXCR4_PATIENT_SD * rng.standard_normal()
    factor = exp(baseline_shift)
    return Constitution(
        wbc=_level(rng, "wbc", "wbc_patient_sd"),
        cd34_per_ul=factor * _level(rng, "cd34", "cd34_patient_sd"),
        ig_pct=factor * _level(rng, "ig_baseline", "ig_patient_sd"),
        nrbc_per_100=_level(rng, "nrbc_baseline", "ig_patient_sd"),
        megakaryocytes_per_ul=_level(rng, "megakaryocyte", "ig_patient_sd"),
        differential={kind: share / total for kind, share in shares.items()},
        shift=shift,
        slope=slope_sd * rng.standard_normal(),
        red_per_ul={kind: _level(rng, kind, f"{kind}_sd") for kind in ("red_cell", "reticulocyte_cd71", "platelet")},
    )


def draw_blood(rng: np.random.Generator, patient: Constitution, response: Response, time_share: float) -> Blood:
    """Draw a patient's blood at one visit.

    Parameters
    ----------
    rng : numpy.random.Generator
        The visit's own stream.
    patient : Constitution
        The patient's levels.
    response : Response
        What treatment does.
    time_share : float
        How much of the patient's own trend has come about, from 0 to 1.

    Returns
    -------
    Blood
        Cells per uL of every kind.
    """
    wbc = patient.wbc * exp(BLOOD["wbc_visit_sd"].value * rng.standard_normal())
    cd34 = patient.cd34_per_ul * response.cd34_fold * exp(BLOOD["cd34_visit_sd"].value * rng.standard_normal())
    ig_pct = patient.ig_pct * exp(BLOOD["ig_visit_sd"].value * rng.standard_normal())
    noise = {kind: exp(BLOOD["composition_visit_sd"].value * rng.standard_normal()) for kind in DIFFERENTIAL}
    cxcr4_noise = CXCR4_VISIT_SD * rng.standard_normal()
    dead, dead_hspc = (_share(rng, name, "dead_sd") for name in ("dead", "dead_hspc"))
    apoptotic = _share(rng, "apoptotic", "apoptotic_sd")
    trend = exp(patient.slope * time_share)
    if response.on_therapy:
        wbc *= BLOOD["wbc_on_therapy"].value
        ig_pct *= BLOOD["ig_dexamethasone"].value
    nrbc_per_100 = patient.nrbc_per_100
    if response.immature_pct is not None:
        nrbc_per_100 = response.immature_pct * response.nrbc_share
        ig_pct = response.immature_pct - nrbc_per_100
    megakaryocytes = patient.megakaryocytes_per_ul * response.megakaryocyte_fold
    per_ul = _count(wbc, cd34 * trend, ig_pct * trend, nrbc_per_100, megakaryocytes, patient.differential, noise)
    per_ul |= patient.red_per_ul
    shift = {("*", marker): change for marker, change in patient.shift.items()}
    for kind in HSPC:
        shift[kind, "CXCR4"] = log(response.cxcr4_fold) + cxcr4_noise + 0.5 * patient.slope * time_share
    return Blood(per_ul, dead, dead_hspc, apoptotic, shift)


def _count(
    wbc: float,
    cd34: float,
    ig_pct: float,
    nrbc_per_100: float,
    megakaryocytes: float,
    differential: Mapping[str, float],
    noise: Mapping[str, float],
) -> dict[str, float]:
    """Share the white cells out among the kinds, so that percentages of white cells come out as asked for."""
    per_ul = dict.fromkeys((cell.name for cell in CELL_TYPES), 0.0)
    left_shift = min(ig_pct / FULL_LEFT_SHIFT_PCT, 1.0)
    stages = {kind: rest + left_shift * (shifted - rest) for kind, (rest, shifted) in IG_STAGES.items()}
    for kind, share in stages.items():
        per_ul[kind] = wbc * ig_pct / 100 * share / sum(stages.values())
    for kind, share in HSPC_STAGES.items():
        per_ul[kind] = cd34 * share
    per_ul["megakaryocyte"] = megakaryocytes
    rest = wbc - sum(per_ul.values())
    shares = {kind: share * noise[kind] for kind, share in differential.items()}
    for kind, share in shares.items():
        per_ul[kind] = rest * share / sum(shares.values())
    per_ul["erythroblast"] = wbc * nrbc_per_100 / 100
    return per_ul


def cxcr4_abc_median(blood: Blood) -> float:
    """Return the generating median of CXCR4 molecules on true CD34+ cells.

    Parameters
    ----------
    blood : Blood
        The visit.

    Returns
    -------
    float
        Median in antibodies bound per intact cell, over the mixture of maturities.
    """
    weights, centres, spreads = [], [], []
    # blasts that are not there must not move the ends of the search
    kinds = [kind for kind in CD34_POSITIVE if blood.per_ul[kind]]
    log_median = {kind: _cxcr4_log_median(blood, kind) for kind in {*HSPC, *kinds}}
    for kind in kinds:
        before, after = neighbours(kind)
        for maturity in MATURITY_GRID:
            # the same way between the stages as in marrowgate.simulate.cells
            other = before if maturity < 0 else after
            share = abs(maturity) ** CROWDING.get(kind, 1.0) / 2
            weights.append(blood.per_ul[kind] / len(MATURITY_GRID))
            centres.append(log_median[kind] + share * (log_median[other] - log_median[kind]))
            spreads.append(CELL_TYPES[index_of(kind)].markers["CXCR4"][1])
    low, high = min(centres), max(centres)
    for _ in range(MEDIAN_STEPS):
        middle = (low + high) / 2
        below = sum(
            weight * (1 + erf((middle - centre) / (spread * sqrt(2)))) / 2
            for weight, centre, spread in zip(weights, centres, spreads, strict=True)
        )
        low, high = (middle, high) if below < sum(weights) / 2 else (low, middle)
    return exp((low + high) / 2)


def _cxcr4_log_median(blood: Blood, kind: str) -> float:
    median, _ = CELL_TYPES[index_of(kind)].markers["CXCR4"]
    return log(median) + blood.shift.get((kind, "CXCR4"), 0.0) + blood.shift["*", "CXCR4"]

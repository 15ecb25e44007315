"""The cohorts that can be simulated, by name, and what the workflow should find in each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from marrowgate.errors import fault

BatchRule = Literal["by_patient", "by_calendar", "unequal", "arm"]


@dataclass(frozen=True)
class VisitPlan:
    """A planned visit: cycle and day in the cycle; cycle 0 is baseline, and a visit after stopping has `days_off`."""

    name: str
    cycle: int
    cycle_day: int
    days_off: int | None = None


BASELINE = VisitPlan("v1", 0, 0)
DEMO_VISITS = (
    BASELINE,
    VisitPlan("v2", 1, 8),
    VisitPlan("v3", 1, 15),
    VisitPlan("v4", 2, 8),
    VisitPlan("v5", 0, 0, days_off=10),
)
LONG_VISITS = (
    BASELINE,
    VisitPlan("v2", 1, 8),
    VisitPlan("v3", 1, 15),
    VisitPlan("v4", 2, 8),
    VisitPlan("v5", 3, 8),
    VisitPlan("v6", 0, 0, days_off=10),
)
STUDY_VISITS = (BASELINE, VisitPlan("v2", 2, 8), VisitPlan("v3", 3, 8), VisitPlan("v4", 0, 0, days_off=10))
"""Two visits at full effect, as the responder rule asks for, and one after stopping."""
FEW_VISITS = (BASELINE, VisitPlan("v2", 1, 8), VisitPlan("v4", 2, 8), VisitPlan("v6", 0, 0, days_off=10))


@dataclass(frozen=True)
class Scenario:
    """A cohort to simulate.

    Parameters
    ----------
    name : str
        Its name on the command line.
    n_triplet, n_doublet, n_responders : int
        Patients of each arm, and how many of the triplet arm respond.
    peak_pct : float
        Mean over responders of the highest true immature cells per 100 white cells at a sampled visit.
    cd34_fold, cxcr4_fold : float
        Change of CD34+ cells per uL and of CXCR4 on CD34+ cells at full effect, in responders.
    visits, doublet_visits : tuple of VisitPlan
        Visits of the triplet and of the doublet arm.
    only_immature : tuple of str
        Names of visits whose one sample is that of the immature cells.
    jitter_days : int
        Largest deviation of a visit from its day.
    missing : float
        Chance that a visit on therapy does not take place.
    n_batches : int
        Instrument runs.
    batch_rule : str
        How patients and visits come to batches.
    batch_gain_sd : float
        Spread of the detectors' gains between batches (ln).
    patient_slope_sd : float
        Spread of the patients' own trends, without any effect of treatment (ln, at full time).
    baseline_shift : float
        Difference of the arms before treatment (ln), in CD34+ cells and immature granulocytes.
    controls : bool
        Whether every batch has single stains, unstained samples and beads.
    pe_beads : bool
        Whether every batch has a sample of PE beads.
    fmo_at_baseline : bool
        Whether only the visit before treatment has a sample without CXCR4; else every visit has one.
    cd34_controls : tuple of str
        Kinds of samples without the CD34 antibody that every batch has: fmo, isotype.
    faults : bool
        Whether some samples are clogged, drifting, wrongly compensated, swapped or cut short.
    events : mapping of str to int
        Events of a sample by its kind.
    expected : tuple of str
        What the workflow should find.
    """

    name: str
    n_triplet: int
    n_doublet: int
    n_responders: int
    peak_pct: float
    cd34_fold: float
    cxcr4_fold: float
    visits: tuple[VisitPlan, ...]
    doublet_visits: tuple[VisitPlan, ...]
    only_immature: tuple[str, ...]
    jitter_days: int
    missing: float
    n_batches: int
    batch_rule: BatchRule
    batch_gain_sd: float
    patient_slope_sd: float
    baseline_shift: float
    controls: bool
    pe_beads: bool
    fmo_at_baseline: bool
    cd34_controls: tuple[str, ...]
    faults: bool
    events: Mapping[str, int]
    expected: tuple[str, ...]


STUDY_TUBES = {"hspc": 100_000, "fmo": 40_000, "immature": 30_000, "control": 10_000}
SMALL_TUBES = {"hspc": 40_000, "fmo": 20_000, "immature": 30_000, "control": 20_000}
LARGE_TUBES = {"hspc": 200_000, "fmo": 100_000, "immature": 100_000, "control": 50_000}

_PUBLISHED = Scenario(
    name="published",
    n_triplet=22,
    n_doublet=25,
    n_responders=16,
    peak_pct=2.6,
    cd34_fold=3.0,
    cxcr4_fold=0.6,
    visits=LONG_VISITS,
    doublet_visits=LONG_VISITS,
    only_immature=(),
    jitter_days=1,
    missing=0.06,
    n_batches=6,
    batch_rule="by_calendar",
    batch_gain_sd=0.06,
    patient_slope_sd=0.0,
    baseline_shift=0.0,
    controls=True,
    pe_beads=True,
    fmo_at_baseline=False,
    cd34_controls=("fmo", "isotype"),
    faults=False,
    events=LARGE_TUBES,
    expected=(
        "immature cells, CD34+ per uL and CXCR4 on CD34+ differ between the arms",
        "16 of 22 triplet and 0 of 25 doublet patients truly respond",
        "mean of the responders' true peaks is 2.6 per 100 white cells; they are gone after stopping",
        "CXCR4 on CD34+ of responders falls to 0.6 of baseline at full effect",
    ),
)


SCENARIOS: Mapping[str, Scenario] = {
    "demo": replace(
        _PUBLISHED,
        name="demo",
        n_triplet=6,
        n_doublet=6,
        n_responders=4,
        visits=DEMO_VISITS,
        doublet_visits=DEMO_VISITS,
        missing=0.0,
        n_batches=3,
        batch_rule="by_patient",
        controls=False,
        cd34_controls=("fmo",),
        events=SMALL_TUBES,
        expected=(
            "4 of 6 triplet and 0 of 6 doublet patients truly respond; the declared rule need not find all 4",
            "every patient has five visits and every visit three samples",
            "samples are small: most baseline CD34+ counts have a counting CV above 10 %",
            "colony-forming cells per mL rise with the CD34+ cells of responders; the arms' outcomes do not differ",
        ),
    ),
    "published": _PUBLISHED,
    "study": replace(
        _PUBLISHED,
        name="study",
        visits=STUDY_VISITS,
        doublet_visits=STUDY_VISITS[:3],
        only_immature=("v4",),
        missing=0.0,
        batch_rule="by_patient",
        controls=False,
        fmo_at_baseline=True,
        cd34_controls=("fmo",),
        events=STUDY_TUBES,
        expected=(
            "what is true in `published`, in fewer and smaller samples: the whole workflow takes minutes",
            "every patient has three visits: before treatment, and two at full effect",
            "triplet patients have a fourth visit after stopping, with a sample of immature cells alone",
            "16 of 22 triplet and 0 of 25 doublet patients truly respond; the declared rule finds about as many",
        ),
    ),
    "null": replace(
        _PUBLISHED,
        name="null",
        n_responders=0,
        cd34_fold=1.0,
        cxcr4_fold=1.0,
        doublet_visits=FEW_VISITS,
        batch_rule="unequal",
        batch_gain_sd=0.2,
        patient_slope_sd=0.6,
        baseline_shift=0.5,
        expected=(
            "no contrast of change over time is significant more often than its nominal rate",
            "triplet patients have six visits and doublet patients four: peaks must not be compared unadjusted",
            "CD34+ and immature granulocytes are higher in the triplet arm before treatment (0.5 ln)",
            "the batches are shared 80 to 20 by the arms: their gains (sd 0.2 ln) must not become an effect",
        ),
    ),
    "confounded": replace(
        _PUBLISHED,
        name="confounded",
        n_responders=0,
        cd34_fold=1.0,
        cxcr4_fold=1.0,
        n_batches=2,
        batch_rule="arm",
        batch_gain_sd=0.2,
        expected=(
            "arm and batch are the same: the design check lets no difference be called an effect of treatment",
        ),
    ),
    "weak": replace(
        _PUBLISHED,
        name="weak",
        n_responders=6,
        peak_pct=1.2,
        cd34_fold=1.4,
        cxcr4_fold=0.85,
        expected=(
            "6 of 22 triplet patients truly respond, with a mean peak of 1.2 per 100 white cells",
            "most contrasts are not significant; estimates have wide intervals that cover the truth",
        ),
    ),
    "dirty": replace(
        _PUBLISHED,
        name="dirty",
        n_triplet=6,
        n_doublet=6,
        n_responders=4,
        visits=DEMO_VISITS,
        doublet_visits=DEMO_VISITS,
        n_batches=3,
        batch_rule="by_patient",
        faults=True,
        events=SMALL_TUBES,
        expected=(
            "clogged, bursting and drifting samples are flagged in quality.tsv",
            "events carried over from the sample before look like the sample's own and are not seen",
            "the sample cut short is rejected or repaired with a record",
            "samples of the wrong panel are flagged by the labels of their channels",
            "files with a wrong spillover matrix are flagged against their batch",
            "no other sample changes",
        ),
    ),
}  # fmt: skip


def find_scenario(name: str) -> Scenario:
    """Return the scenario of a name.

    Raises
    ------
    UserError
        There is no such scenario.
    """
    if name not in SCENARIOS:
        where = "option --scenario"
        raise fault(where, f"there is no scenario {name!r}", f"use one of {', '.join(SCENARIOS)}")
    return SCENARIOS[name]

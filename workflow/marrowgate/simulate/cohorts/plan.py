"""The plan of a simulated cohort: patients, visits with their blood, and samples."""

from collections.abc import Mapping
from dataclasses import dataclass

from marrowgate.errors import fault
from marrowgate.simulate.blood import Blood
from marrowgate.simulate.cohorts.scenarios import Scenario
from marrowgate.simulate.optics.instruments import HOME, Instrument
from marrowgate.simulate.optics.timing import STEADY, Anomalies

PlanKey = tuple[str, int, str, str]
"""Scenario, seed, instrument and disease."""


@dataclass(frozen=True)
class PatientPlan:
    """A patient.

    Parameters
    ----------
    patient_id, arm, regimen : str
        Pseudonym, ``triplet`` or ``doublet``, and the drugs.
    cycle_days : int
        Length of a cycle.
    responds : bool
        True responder.
    peak_pct : float
        Highest immature cells per 100 white cells at a sampled visit; 0 without response.
    nrbc_share : float
        Share of nucleated red cells among them.
    covariates : mapping of str to str
        Further columns of patients.tsv.
    """

    patient_id: str
    arm: str
    regimen: str
    cycle_days: int
    responds: bool
    peak_pct: float
    nrbc_share: float
    covariates: Mapping[str, str]


@dataclass(frozen=True)
class VisitTruth:
    """A visit and the blood that was drawn.

    Parameters
    ----------
    patient_id, name, batch : str
        Whose visit, which one, and the instrument run that measured it.
    cycle, cycle_day : int or None
        Treatment time, None outside of cycles.
    day : int
        Days since the first dose.
    days_off : int or None
        Days since the last dose after stopping.
    blood : Blood
        The generating truth.
    effect : float
        How much of the full effect has come about.
    wbc_per_ul, nrbc_per_100_wbc : float
        What the analyser reports: all nucleated cells, and nucleated red cells per 100 white cells.
    """

    patient_id: str
    name: str
    batch: str
    cycle: int | None
    cycle_day: int | None
    day: int
    days_off: int | None
    blood: Blood
    effect: float
    wbc_per_ul: float
    nrbc_per_100_wbc: float


@dataclass(frozen=True)
class Preparation:
    """How a sample came out at the bench, each as a factor on what was meant.

    Parameters
    ----------
    blood_share : float
        Blood that was pipetted.
    unlysed : float
        Red cells that outlived lysis.
    debris : float
        Debris.
    coating : float
        Share of cells with platelets on them.
    """

    blood_share: float = 1.0
    unlysed: float = 1.0
    debris: float = 1.0
    coating: float = 1.0


AS_MEANT = Preparation()


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with a sample.

    Parameters
    ----------
    name : str
        As in the table of truth; empty when nothing does.
    anomalies : Anomalies
        What goes wrong while it is measured.
    stained_as : str
        Panel whose antibodies are really in the sample; empty for the one in the sheet.
    spillover_factor : float
        Factor on the off-diagonal of the matrix that the file states; 1 is right.
    kept_bytes : float
        Share of the file that was saved; 1 is all.
    """

    name: str = ""
    anomalies: Anomalies = STEADY
    stained_as: str = ""
    spillover_factor: float = 1.0
    kept_bytes: float = 1.0


NO_TROUBLE = Trouble()


@dataclass(frozen=True)
class SamplePlan:
    """A sample.

    Parameters
    ----------
    sample_id, panel, batch : str
        As in samples.tsv.
    n_events : int
        Events to record.
    blood : Blood or None
        What is in the sample; None for samples of beads alone.
    visit : VisitTruth or None
        Whose blood; None for beads and for controls of a batch, which hold a donor's blood.
    control_type, control_marker, control_for : str
        As in samples.tsv.
    bead_lot : str
        Kind of beads in the sample, see `marrowgate.simulate.optics.particles`; empty without.
    preparation : Preparation
        How the sample came out.
    trouble : Trouble
        What goes wrong with it.
    """

    sample_id: str
    panel: str
    batch: str
    n_events: int
    blood: Blood | None
    visit: VisitTruth | None
    control_type: str = "none"
    control_marker: str = ""
    control_for: str = ""
    bead_lot: str = ""
    preparation: Preparation = AS_MEANT
    trouble: Trouble = NO_TROUBLE


@dataclass(frozen=True)
class CohortPlan:
    """A whole cohort; the same for the same scenario, seed, instrument and disease.

    The blood does not depend on the instrument. The disease is a name with its level, or ``none``.
    """

    scenario: Scenario
    seed: int
    patients: tuple[PatientPlan, ...]
    visits: tuple[VisitTruth, ...]
    samples: tuple[SamplePlan, ...]
    instrument: Instrument = HOME
    disease: str = "none"

    @property
    def key(self) -> PlanKey:
        """Return what `marrowgate.simulate.cohorts.cohort.make_plan` makes this plan of."""
        return self.scenario.name, self.seed, self.instrument.name, self.disease


def find_sample(plan: CohortPlan, sample_id: str) -> SamplePlan:
    """Return the sample of a name.

    Raises
    ------
    UserError
        The cohort has no such sample.
    """
    for sample in plan.samples:
        if sample.sample_id == sample_id:
            return sample
    where = f"scenario {plan.scenario.name} with seed {plan.seed}"
    example = plan.samples[0].sample_id
    raise fault(where, f"has no sample {sample_id!r}", f"use a sample_id of its sheet, such as {example}")

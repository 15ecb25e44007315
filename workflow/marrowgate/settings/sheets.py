"""Rows of the sheets: samples, patients, measurements of other instruments, toxicity.

Each field's docstring is what `config/README.md` says of the column.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from marrowgate.settings.messages import NAME_PATTERN
from marrowgate.settings.panel import Label


def _without_folder(name: str) -> str:
    if "/" in name or "\\" in name or name.startswith("."):
        msg = f"the name {name!r} holds a folder or begins with a point; write the name alone"
        raise ValueError(msg)
    return name


def _per_microlitre(value: float) -> float:
    # the lowest counts after a transplant are about 50; analysers print 10^9/L
    if value < 30:
        msg = f"{value:g} is too low for white cells per microlitre; multiply a count in 10^9/L by 1000"
        raise ValueError(msg)
    return value


DAYS_PER_MONTH = 30.4375
MOST_MONTHS = 600.0


def _in_months(value: float) -> float:
    # no follow-up is longer than 50 years: such a number counts days
    if value > MOST_MONTHS:
        msg = f"{value:g} months are {value / 12:.0f} years; divide a number of days by {DAYS_PER_MONTH}"
        raise ValueError(msg)
    return value


SampleId = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=100)]
FileName = Annotated[Label, AfterValidator(_without_folder)]
ControlType = Literal["none", "unstained", "single_stain", "fmo", "isotype", "beads"]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Months = Annotated[NotNegative, AfterValidator(_in_months)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Sample(_Row):
    """One FCS data set of `samples.tsv`. Columns beyond these are the user's own and are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)

    sample_id: SampleId
    """Unique name of the sample. It is used in file names; two names may not differ in case only."""
    patient_id: SampleId | None = None
    """Pseudonym of the patient. Empty for controls that belong to a batch."""
    fcs: Label
    """Path of the file: absolute, or from the folder in which the workflow is started."""
    data_set: Annotated[int, Field(ge=1)] = 1
    """Which data set of the file, from 1; most files hold one."""
    panel: SampleId
    """Name of a file in `config/panels/`, without `.yaml`."""
    batch: SampleId
    """Instrument run: same settings, reagents and day."""
    control_type: ControlType = "none"
    """What kind of control the sample is; `none` for a fully stained sample."""
    control_marker: Label | None = None
    """The marker left out (fmo, isotype) or stained (single_stain)."""
    control_for: SampleId | None = None
    """The sample_id that an fmo or isotype sample belongs to. Empty: all samples of its batch."""
    cycle: Annotated[int, Field(ge=0)] | None = None
    """Treatment cycle number."""
    cycle_day: Finite | None = None
    """Day in the cycle."""
    day: Finite | None = None
    """Days since the first dose; 0 or less is baseline."""
    days_off: NotNegative | None = None
    """Days since the last dose after stopping. Empty while on therapy."""
    preparation: Label | None = None
    """How the cells were prepared, for example `lysed_whole_blood` or `ficoll`."""
    lysis: Label | None = None
    """The lysing reagent."""
    anticoagulant: Label | None = None
    """The sample's anticoagulant."""
    wbc_per_ul: Annotated[Positive, AfterValidator(_per_microlitre)] | None = None
    """White cells per microlitre from the haematology analyser, not 10^9/L; below 30 it is refused."""
    nrbc_per_100_wbc: NotNegative | None = None
    """Nucleated red cells per 100 white cells from the analyser."""
    bead_lot: FileName | None = None
    """Lot of the calibration or counting beads."""
    beads_per_tube: Positive | None = None
    """Counting beads in the sample, from the lot's label: beads that are in the sample already (lyophilised)."""
    beads_per_ul: Positive | None = None
    """Liquid counting beads: beads per microlitre of the suspension, from the lot's label."""
    bead_volume_ul: Positive | None = None
    """Liquid counting beads: microlitres of the suspension that were pipetted into the sample."""
    sample_volume_ul: Positive | None = None
    """Blood in the sample, in microlitres."""
    dilution: Annotated[float, Field(ge=1, allow_inf_nan=False)] | None = None
    """Factor by which the blood was diluted before it was pipetted; 1 when it was not."""
    tube_volume_ul: Positive | None = None
    """All that is in the sample when it is measured, in microlitres: blood, antibodies, lysing reagent. For cytometers
    that measure the volume (`$VOL`)."""


class Patient(_Row):
    """One patient of `patients.tsv`. Columns beyond these are kept as covariates."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    patient_id: SampleId
    """Pseudonym, as in `samples.tsv`."""
    arm: Label
    """Arm of the patient: one of `arms.names` of the config."""
    regimen: Label | None = None
    """The drugs, for example `VRd`. The regimens of an arm are shown apart where it has several."""
    prior_lenalidomide_cycles: NotNegative | None = None
    """Cycles of lenalidomide before the first sample."""
    recent_gcsf: Literal["yes", "no"] | None = None
    """Whether G-CSF or plerixafor was given within the four weeks before a sample."""
    response: Label | None = None
    """Best response, for example `CR`: one of `cohort.response_words` of the config, in any case."""
    response_evaluable: Literal["yes", "no"] | None = None
    """Whether the response could be judged."""
    toxicity_evaluable: Literal["yes", "no"] | None = None
    """Whether toxicity was followed; `no` for a patient of whom it is not known. Empty: yes."""
    os_months: Months | None = None
    """Overall survival or follow-up in months."""
    os_event: Literal["0", "1"] | None = None
    """1 for death, 0 for alive at last contact."""
    dfs_months: Months | None = None
    """Disease-free survival in months from `dfs_origin`."""
    dfs_event: Literal["0", "1"] | None = None
    """1 for relapse or death."""
    relapse_event: Literal["0", "1"] | None = None
    """1 when that event was a relapse."""
    dfs_origin: Label | None = None
    """What `dfs_months` counts from, for example `remission`."""
    transplant_months: Months | None = None
    """Months from the start of treatment to transplant."""
    anc_recovery_days: NotNegative | None = None
    """Days to neutrophil recovery."""
    platelet_recovery_days: NotNegative | None = None
    """Days to platelet recovery."""


class Measurement(_Row):
    """What another instrument or a person measured at a visit."""

    patient_id: SampleId
    """Pseudonym, as in `patients.tsv`."""
    day: Finite
    """Days since the first dose."""
    measure: SampleId
    """Name of the measurement, for example `colony_forming_cells`."""
    value: Finite
    """The value."""
    unit: Label
    """Its unit, for example `per_ml`."""
    n_counted: Annotated[int, Field(ge=0)] | None = None
    """Cells or colonies that were counted, where it is a count."""
    source: Label | None = None
    """Who or what measured it."""


class Toxicity(_Row):
    """One adverse event of a patient."""

    patient_id: SampleId
    """Pseudonym, as in `patients.tsv`."""
    term: Label
    """The adverse event; `Fatigue` and `fatigue` are one."""
    grade: Annotated[int, Field(ge=1, le=5)]
    """Grade 1 to 5."""
    treatment_related_death: Literal["yes", "no"] | None = None
    """Whether the patient died of it."""

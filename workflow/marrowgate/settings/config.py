"""`config/config.yaml`: what the user chooses for a whole run. Each field's docstring is its documentation."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from marrowgate.settings.panel import Label
from marrowgate.settings.sheets import SampleId


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Simulation(_Section):
    """Files that the workflow makes itself."""

    scenario: SampleId
    """Name of a scenario of `marrowgate simulate`."""
    folder: Label = "data/demo"
    """Every file of the sheet in this folder is simulated when it is needed."""


class Signal(_Section):
    """From stored values to compensated fluorescence."""

    gain: Literal["ignore", "apply"] = "ignore"
    """`ignore`: like FlowJo and flowCore. `apply`: divide by `$PnG`, like FlowKit."""
    spillover: Literal["file", "none"] = "file"
    """`file`: the spillover keyword of each file. `none`: no compensation."""


class Intensity(_Section):
    """A marker to measure on a population."""

    population: Label
    """Name of a population of the strategy."""
    marker: Label
    """Name of a marker of the panel."""


class Measure(_Section):
    """Counts, fractions and intensities."""

    intensities: tuple[Intensity, ...] = ()
    """Markers to measure, each on a population."""
    few_events: Annotated[int, Field(ge=5)] = 20
    """Intensities of fewer events are given with the status few_events; below 5 they are missing."""
    wanted_cv_pct: Annotated[float, Field(gt=0)] = 20.0
    """Counting CV that a population needs to be called quantifiable."""
    control_quantile: Annotated[float, Field(gt=0.5, lt=1)] = 0.99
    """Quantile of the control above which an event counts in pct_above_control."""
    pipetting_cv_pct: Annotated[float, Field(ge=0)] = 5.0
    """Coefficient of variation of pipetting blood and beads, part of the interval of cells_per_ul."""
    analyser_cv_pct: Annotated[float, Field(ge=0)] = 3.0
    """Coefficient of variation of the analyser's white cell count."""


class Quality(_Section):
    """Limits of the quality checks. A check flags, it never removes a sample."""

    max_margin_pct: Annotated[float, Field(ge=0, le=100)] = 5.0
    """Share of events at the top of a scatter channel's range."""
    max_doublet_pct: Annotated[float, Field(ge=0, le=100)] = 20.0
    """Share of events outside the singlet gate."""
    min_viable_pct: Annotated[float, Field(ge=0, le=100)] = 70.0
    """Share of singlets inside the viable gate."""


class Cohort(_Section):
    """The comparison of the arms."""

    responder_per_100_cd45: Annotated[float, Field(gt=0)] = 0.9
    """Immature cells per 100 CD45+ above which a visit counts: the laboratory's upper limit of normal."""
    responder_fold: Annotated[float, Field(ge=1)] = 2.26
    """Reference change value: the rise over baseline that is more than a patient's usual variation."""
    window_days: tuple[float, float] = (1.0, 63.0)
    """On-therapy days that both arms are compared over, first and last."""
    primary: Label = "immature_per_100_cd45_log2_change"
    """The one endpoint whose contrast is primary."""
    draws: Annotated[int, Field(ge=1000)] = 20000
    """Draws of a permutation test when there are too many permutations to list."""


class Config(_Section):
    """The whole of `config/config.yaml`."""

    samples: Label = "config/samples.tsv"
    """The sample sheet: .tsv, .csv or .xlsx."""
    patients: Label | None = "config/patients.tsv"
    """The patient sheet; `null` for a run without a cohort."""
    measurements: Label | None = None
    """What other instruments measured, optional."""
    toxicity: Label | None = None
    """Adverse events, optional."""
    panels: Label = "config/panels"
    """Folder of the panels."""
    strategies: Label = "config/strategies"
    """Folder of the strategies."""
    strategy_of_panel: Annotated[dict[SampleId, SampleId], Field(min_length=1)]
    """Which strategy gates the tubes of each panel."""
    seed: Annotated[int, Field(ge=0)] = 20170405
    """Seed of every random draw."""
    simulation: Simulation | None = None
    """Present when some files are simulated."""
    signal: Signal = Signal()
    """From stored values to compensated fluorescence."""
    quality: Quality = Quality()
    """Limits of the quality checks."""
    measure: Measure = Measure()
    """Counts, fractions and intensities."""
    cohort: Cohort = Cohort()
    """The comparison of the arms."""

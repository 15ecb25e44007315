"""`config/config.yaml`: what the user chooses for a whole run. Each field's docstring is its documentation."""

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from marrowgate.settings.arms import Arms
from marrowgate.settings.files.path_text import PathText
from marrowgate.settings.messages import nearest
from marrowgate.settings.outcome_words import USUAL_RESPONSES, spelled
from marrowgate.settings.panel import Label
from marrowgate.settings.quality import Quality
from marrowgate.settings.report import ReportSettings
from marrowgate.settings.sheets import SampleId

SPILLOVER_SOURCES = ("file", "none", "stains")
"""Words for where a batch takes its spillover from; anything else is the path of a CSV file."""

NO_SAMPLES = "none"
"""What stands for the sample sheet in a run without FCS files."""

NO_REFERENCE = "none"
"""What stands for no release where the project has one."""

SHARE_TOLERANCE = 1e-6

IntensityColumn = Literal["ratio_fi", "abc", "median_fi"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Simulation(_Section):
    """Files that the workflow makes itself."""

    scenario: SampleId
    """Name of a scenario of `marrowgate simulate`."""
    folder: PathText = "data/demo"
    """Every file of the sheet in this folder is simulated when it is needed."""
    instrument: SampleId = "home"
    """Name of an instrument of `marrowgate simulate`."""
    disease: SampleId = "none"
    """Disease of every patient, with its level, as `marrowgate simulate` calls it."""


class Signal(_Section):
    """From stored values to compensated fluorescence."""

    gain: Literal["ignore", "apply"] = "ignore"
    """`ignore`: like FlowJo and flowCore. `apply`: divide by `$PnG`, like FlowKit."""
    spillover: PathText = "file"
    """`file`: the spillover keyword of each file. A file whose matrix cannot be used is rejected, and one without a
    matrix is flagged: neither is uncompensated by accident. `none`: no compensation, for files that need none, such as
    those of mass cytometry or compensated by another program. `stains`: computed from the single stains of the batch.
    Or the path of a CSV file: rows are fluorochromes, columns are detectors."""
    spillover_of_batch: dict[SampleId, PathText] = {}
    """Batches that take their spillover from elsewhere than `spillover` says, each with one of the same entries."""
    allow_unusual_spillover: bool = False
    """`true`: entries of a spillover matrix below 0 or above 1 are not flagged."""
    bead_lots: PathText = "config/bead_lots"
    """Folder with a file for each lot of calibration beads, `<bead_lot>.yaml`."""

    @model_validator(mode="after")
    def _sources_are_known(self) -> "Signal":
        for source in (self.spillover, *self.spillover_of_batch.values()):
            if source not in SPILLOVER_SOURCES and not source.lower().endswith(".csv"):
                msg = (
                    f"spillover {source!r} is no source; write {', '.join(SPILLOVER_SOURCES)} or a path to a .csv file"
                )
                raise ValueError(msg)
        return self

    def spillover_source(self, batch: str) -> str:
        """Return where a batch takes its spillover from: ``file``, ``none``, ``stains`` or the path of a CSV file."""
        return self.spillover_of_batch.get(batch, self.spillover)


class Intensity(_Section):
    """A marker to measure on a population."""

    population: Label
    """Name of a population of the strategy."""
    marker: Label
    """Name of a marker of the panel."""
    negative: Label | None = None
    """Population that does not carry the marker. Its values in the same sample are the control where no FMO or isotype
    sample serves. Empty: none."""
    strata: dict[Label, Annotated[float, Field(gt=0, lt=1)]] = {}
    """Populations inside this one, each with the share that it is given in the standardised median. They are measured
    too. Empty: no standardised median."""

    @model_validator(mode="after")
    def _strata_are_shares(self) -> "Intensity":
        total = sum(self.strata.values())
        if self.strata and abs(total - 1.0) > SHARE_TOLERANCE:
            msg = f"the shares of the strata sum to {total:g}, they must sum to 1"
            raise ValueError(msg)
        return self


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
    control_events: Annotated[int, Field(ge=5)] = 200
    """Events of the population that a sample's own control must have to serve alone; with fewer, the control samples of
    its batch are taken into account."""
    pipetting_cv_pct: Annotated[float, Field(ge=0)] = 5.0
    """Coefficient of variation of one pipetting step, part of the interval of cells_per_ul."""
    bead_lot_cv_pct: Annotated[float, Field(ge=0)] = 2.0
    """Coefficient of variation of the number of counting beads that a lot's label states."""
    analyser_cv_pct: Annotated[float, Field(ge=0)] = 3.0
    """Coefficient of variation of the analyser's white cell count."""
    max_platform_difference_pct: Annotated[float, Field(gt=0)] = 20.0
    """Difference between two ways of counting the CD45+ cells of one sample (beads, volume, analyser), per cent of the
    lower, above which its absolute counts are flagged."""

    @property
    def wanted(self) -> tuple[tuple[str, str], ...]:
        """Return every population and marker whose values are needed: those asked for, their strata and negatives."""
        pairs = [(intensity.population, intensity.marker) for intensity in self.intensities]
        pairs += [(stratum, intensity.marker) for intensity in self.intensities for stratum in intensity.strata]
        pairs += list(self.only_controls)
        return tuple(dict.fromkeys(pairs))

    @property
    def negatives(self) -> dict[tuple[str, str], str]:
        """Return the negative population of each population and marker that has one, and of its strata."""
        named = [intensity for intensity in self.intensities if intensity.negative]
        return {
            (name, intensity.marker): str(intensity.negative)
            for intensity in named
            for name in (intensity.population, *intensity.strata)
        }

    @property
    def only_controls(self) -> frozenset[tuple[str, str]]:
        """Return the populations and markers that serve as negatives and are not asked for themselves."""
        asked = {
            (name, intensity.marker)
            for intensity in self.intensities
            for name in (intensity.population, *intensity.strata)
        }
        return (
            frozenset((intensity.negative, intensity.marker) for intensity in self.intensities if intensity.negative)
            - asked
        )


class Cohort(_Section):
    """The comparison of the arms."""

    populations: tuple[Label, ...] = (
        "immature",
        "ig",
        "ig_stage1",
        "ig_stage2",
        "nrbc",
        "erythroid_cd71_pos",
        "megakaryocytic",
        "granulocytes",
        "cd34_hspc",
    )
    """Populations whose counts become endpoints, per 100 CD45+ cells and per microlitre."""
    intensity_columns: tuple[IntensityColumn, ...] = ("ratio_fi", "abc", "median_fi")
    """Columns of intensities.tsv that become endpoints, on the log2 scale."""
    align: Literal["phase", "day"] = "phase"
    """`phase`: time is counted in cycles of the patient's own length. `day`: in days since the first dose."""
    window_cycles: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] = (1, 3)
    """First and last cycle that both arms are compared over, when aligned by phase."""
    window_days: tuple[float, float] = (1.0, 63.0)
    """First and last day that both arms are compared over, when aligned by day or when cycles are not known."""
    after_stopping: Literal["leave_out", "keep"] = "leave_out"
    """Visits after the last dose: `leave_out` (while on treatment) or `keep` those in the window (treatment policy)."""
    recent_gcsf: Literal["keep", "leave_out"] = "keep"
    """Patients with recent G-CSF or plerixafor."""
    covariates: tuple[Label, ...] = ()
    """Columns of patients.tsv to adjust for; `baseline_wbc_per_ul` is the analyser's count at baseline, as log2."""
    primary: Label = "immature_per_100_cd45_log2_change"
    """The one endpoint whose contrast is primary: a measure (`<population>_per_100_cd45`, `<population>_per_ul`,
    `<population>_<marker>_ratio_fi`, `_abc` or `_median_fi`, or `<measure>_<unit>` of an imported measurement) followed
    by `_log2_change`, `_peak_matched_log2_change`, `_last_log2_change` or `_off_log2_change`; or the
    `responder_measure` followed by `_responder`."""
    secondary: tuple[Label, ...] = (
        "cd34_hspc_per_ul_log2_change",
        "cd34_hspc_CXCR4_ratio_fi_log2_change",
        "immature_per_100_cd45_responder",
    )
    """Key secondary endpoints, named like `primary`; their p-values are adjusted together (Holm)."""
    responder_measure: Label = "immature_per_100_cd45"
    """What the responder rule reads: `<population>_per_100_cd45`, or `<measure>_<unit>` of an imported measurement."""
    responder_limit: Annotated[float, Field(gt=0)] = 0.9
    """Value that a visit must exceed, in the measure's unit: the laboratory's upper limit of normal. It must be given
    with another `responder_measure`, since every way of counting has its own."""
    within_patient_sd: Annotated[float, Field(gt=0)] = 0.35
    """A patient's usual variation between visits (standard deviation, natural log)."""
    responder_fold: Annotated[float, Field(ge=1)] | None = None
    """Rise over baseline that a visit must exceed; empty: exp(1.645 sqrt(2) within_patient_sd)."""
    responder_min_events: Annotated[int, Field(ge=1)] = 20
    """Fewest events of a visit that can count as a response."""
    responder_limits: tuple[Annotated[float, Field(gt=0)], ...] = (0.6, 0.9, 1.95)
    """Limits that the sensitivity analysis tries, in the measure's unit; they too must be given with another
    `responder_measure`."""
    responder_folds: tuple[Annotated[float, Field(ge=1)], ...] = (1.0, 1.5, 2.26, 3.0)
    """Rises that the sensitivity analysis tries."""
    responses: Annotated[tuple[Label, ...], Field(min_length=1)] = ("CR",)
    """Words of the column response that count as a response in the clinical outcomes; case does not count."""
    response_words: Annotated[tuple[Label, ...], Field(min_length=1)] = USUAL_RESPONSES
    """All words that the column response may hold, the deepest response first."""
    survival_months: tuple[Annotated[float, Field(gt=0)], ...] = (12.0, 24.0)
    """Times at which survival is given."""
    draws: Annotated[int, Field(ge=1000)] = 20000
    """Draws of a permutation test when there are too many permutations to list."""
    bootstrap_draws: Annotated[int, Field(ge=99)] = 999
    """Draws of the parametric bootstrap of the primary contrast's mixed model."""
    stability_draws: Annotated[int, Field(ge=100)] = 200
    """Draws of the values from their own uncertainty."""

    @model_validator(mode="after")
    def _windows_rise(self) -> "Cohort":
        for name in ("window_cycles", "window_days"):
            first, last = getattr(self, name)
            if first > last:
                msg = f"{name} runs backwards, from {first:g} to {last:g}; give the first, then the last"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _limits_are_of_the_measure(self) -> "Cohort":
        default = type(self).model_fields["responder_measure"].default
        missing = [name for name in ("responder_limit", "responder_limits") if name not in self.model_fields_set]
        if self.responder_measure != default and missing:
            msg = f"responder_measure {self.responder_measure!r} needs {' and '.join(missing)} too, in its own unit"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _responses_are_words(self) -> "Cohort":
        for word in self.responses:
            if spelled(word, self.response_words) is None:
                near = nearest(word, self.response_words)
                cure = f"did you mean {near!r}?" if near else f"write one of {', '.join(self.response_words)}"
                msg = f"responses name {word!r}, which is not among response_words; {cure}"
                raise ValueError(msg)
        return self

    @property
    def reference_change(self) -> float:
        """Fold change that exceeds a patient's usual variation, one-sided at 95 %."""
        return self.responder_fold or math.exp(1.645 * math.sqrt(2.0) * self.within_patient_sd)


class BatchSettings(_Section):
    """What holds for one batch alone."""

    locked: bool = False
    """`true`: scales and consensus stay as the last run chose them. Samples that are added are gated against them and
    touch no other sample."""
    reference: SampleId | None = None
    """Release that the batch is gated against; `none` for its own consensus."""


class Config(_Section):
    """The whole of `config/config.yaml`."""

    samples: PathText = "config/samples.tsv"
    """The sample sheet: .tsv, .csv or .xlsx; `none` for outcomes and measurements alone, without FCS files."""
    patients: PathText | None = "config/patients.tsv"
    """The patient sheet; `null` for a run without a cohort."""
    measurements: PathText | None = None
    """What other instruments measured, optional."""
    toxicity: PathText | None = None
    """Adverse events, optional."""
    workbook_sheets: dict[Literal["samples", "patients", "measurements", "toxicity"], Label] = {}
    """Which sheet of a workbook to read. Not given: the one that is called like the entry (`patients`), else the
    first."""
    panels: PathText = "config/panels"
    """Folder of the panels."""
    strategies: PathText = "config/strategies"
    """Folder of the strategies."""
    reference: SampleId | None = None
    """Release (`marrowgate release`) that batches are gated against, not their own consensus (docs/regating.md)."""
    reference_of_panel: dict[SampleId, SampleId] = {}
    """Panels that are gated against another release; `none` for the consensus of each batch."""
    batches: dict[SampleId, BatchSettings] = {}
    """What holds for single batches."""
    overrides: PathText = "config/overrides"
    """Folder of the gates that a person gave, `<sample_id>.yaml` for each corrected sample (docs/regating.md)."""
    strategy_of_panel: dict[SampleId, SampleId]
    """Which strategy gates the samples of each panel; not needed with `samples: none`."""
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
    report: ReportSettings = ReportSettings()
    """What stands at the head of the report."""
    arms: Arms = Arms()
    """The arms of the patient sheet and which of them are compared."""
    cohort: Cohort = Cohort()
    """The comparison of the arms."""

    @model_validator(mode="before")
    @classmethod
    def _no_samples_need_no_strategy(cls, entries: Any) -> Any:
        if isinstance(entries, dict) and entries.get("samples") == NO_SAMPLES:
            return {"strategy_of_panel": {}, **entries}
        return entries

    @property
    def sample_sheet(self) -> str | None:
        """Return the path of the sample sheet; None for a run without FCS files."""
        return None if self.samples == NO_SAMPLES else self.samples

    def reference_for(self, panel: str, batch: str) -> str | None:
        """Return the release that a panel and batch are gated against; None for their own consensus."""
        own = self.batches[batch].reference if batch in self.batches else None
        name = own or self.reference_of_panel.get(panel) or self.reference
        return None if name == NO_REFERENCE else name

    def is_locked(self, batch: str) -> bool:
        """Say whether scales and consensus of a batch stay as they are."""
        return batch in self.batches and self.batches[batch].locked

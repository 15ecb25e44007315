"""Names of the cohort's measures, endpoints and outcomes: made and read here alone.

A measure is what is counted or measured at a visit, with its unit: ``ig_per_ul``. An endpoint is one summary of a
measure in a patient: ``ig_per_ul_log2_change``. An outcome is what happened to a group of patients:
``os_median_months``.
"""

from collections.abc import Mapping

from marrowgate.frozen import Frozen

DEFAULT_ARMS = ("triplet", "doublet")
"""Arms of a study whose settings name none."""

PER_100_CD45 = "per_100_cd45"
PER_UL = "per_ul"
COUNT_UNITS = (PER_100_CD45, PER_UL)
"""Units in which the count of a population is a measure."""

LEVELS: Mapping[str, str] = {
    "baseline": "baseline",
    "window_mean": "window_mean",
    "peak": "peak",
    "last_on_therapy": "last",
    "first_off_therapy": "off",
}
"""Level endpoints and the summary of the course that each holds."""

CHANGES: Mapping[str, str] = {
    "log2_change": "window_mean",
    "peak_log2_change": "peak",
    "last_log2_change": "last",
    "off_log2_change": "off",
}
"""Change endpoints and the summary that each holds against baseline."""

PEAK_DAY = "peak_day"
RESPONDER = "responder"
RESPONDER_ONE_VISIT = "responder_one_visit"
RESPONDER_LEAST = "responder_least_value"

COMPARED_CHANGES: Mapping[str, str] = {
    "log2_change": "window_mean",
    "peak_matched_log2_change": "peak_matched",
    "last_log2_change": "last",
    "off_log2_change": "off",
}
"""Change endpoints that are compared between the arms, and the summary that each holds against baseline."""

COMPARED_LEVEL = "window_mean"
"""The level that is compared where no patient has a baseline."""


INTENSITY_COLUMNS = ("ratio_fi", "abc", "median_fi")
"""Columns of the table `intensities` that can be measures."""

OUTCOME_UNITS = ("proportion", "months", "days", "patients", "p_value", "hazard_ratio")
"""Units in which an outcome is given."""


MEDIAN, FOLLOW_UP, LONGEST, SURVIVAL = "median", "follow_up_median", "longest_follow_up", "survival"
BELOW = ("at_risk", "censored", "events")
MARKED = "censored_then"
"""What is told of survival: its median, the median and the longest follow-up, survival at a time, the counts below its
curve, and how many are censored at the very time of a mark on it."""


class CountMeasure(Frozen):
    """The count of a population, in one of `COUNT_UNITS`."""

    population: str
    unit: str

    @property
    def name(self) -> str:
        """Name in the tables."""
        return f"{self.population}_{self.unit}"


class IntensityMeasure(Frozen):
    """A marker's intensity on a population; `column` is one of `INTENSITY_COLUMNS`."""

    population: str
    marker: str
    column: str

    @property
    def name(self) -> str:
        """Name in the tables."""
        return f"{self.population}_{self.marker}_{self.column}"


class ImportedMeasure(Frozen):
    """What another instrument measured, with its unit."""

    measure: str
    unit: str

    @property
    def name(self) -> str:
        """Name in the tables."""
        return f"{self.measure}_{self.unit}"


class Endpoint(Frozen):
    """A summary of the measure of this name; one that is read from the tables may have none."""

    measure: str
    summary: str

    @property
    def name(self) -> str:
        """Name in the tables."""
        return f"{self.measure}_{self.summary}" if self.summary else self.measure


SUMMARIES = (
    *dict.fromkeys((*COMPARED_CHANGES, *CHANGES, *LEVELS, PEAK_DAY, RESPONDER, RESPONDER_ONE_VISIT, RESPONDER_LEAST)),
)
"""Every summary that an endpoint may have."""


class OutcomeMeasure(Frozen):
    """What is told of an outcome.

    Parameters
    ----------
    outcome : str
        What happened, for example ``os``, ``response`` or ``toxicity``.
    what : str
        What is told of it, for example ``median``.
    unit : str
        One of `OUTCOME_UNITS`.
    months : float or None
        Time that it is told of; None where it is not of one time.
    """

    outcome: str
    what: str
    unit: str
    months: float | None = None

    @property
    def name(self) -> str:
        """Name in the column measure; the time stands in a column of its own."""
        return "_".join(part for part in (self.outcome, self.what, self.unit) if part)


def count_measure(population: str, unit: str) -> str:
    """Name the count of a population in one of `COUNT_UNITS`."""
    return CountMeasure(population, unit).name


def intensity_measure(population: str, marker: str, column: str) -> str:
    """Name a marker's intensity on a population."""
    return IntensityMeasure(population, marker, column).name


def imported_measure(measure: str, unit: str) -> str:
    """Name what another instrument measured."""
    return ImportedMeasure(measure, unit).name


def endpoint_name(measure: str, summary: str) -> str:
    """Name a summary of a measure."""
    return Endpoint(measure, summary).name


def read_endpoint(name: str) -> Endpoint:
    """Return the measure and the summary that a name of the tables is made of; the longest summary counts."""
    summary = max((known for known in SUMMARIES if name.endswith(f"_{known}")), key=len, default="")
    return Endpoint(name.removesuffix(f"_{summary}") if summary else name, summary)


def is_intensity(measure: str) -> bool:
    """Say whether a measure of this name is a marker's intensity."""
    return measure.endswith(tuple(f"_{column}" for column in INTENSITY_COLUMNS))

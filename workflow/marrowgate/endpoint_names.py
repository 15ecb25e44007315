"""Names of the cohort's measures and endpoints: made here alone, so that the settings can be held against them.

A measure is what is counted or measured at a visit, with its unit: ``ig_per_ul``. An endpoint is one summary of a
measure in a patient: ``ig_per_ul_log2_change``.
"""

from collections.abc import Mapping

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


def count_measure(population: str, unit: str) -> str:
    """Name the count of a population in one of `COUNT_UNITS`."""
    return f"{population}_{unit}"


def intensity_measure(population: str, marker: str, column: str) -> str:
    """Name a marker's intensity on a population; `column` is one of the table `intensities`."""
    return f"{population}_{marker}_{column}"


def imported_measure(measure: str, unit: str) -> str:
    """Name what another instrument measured."""
    return f"{measure}_{unit}"


def endpoint_name(measure: str, summary: str) -> str:
    """Name a summary of a measure."""
    return f"{measure}_{summary}"

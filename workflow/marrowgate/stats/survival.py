"""Survival of one group of patients. The only module that uses lifelines."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.stats.normal import Z_95

Floats = NDArray[np.float64]

LARGEST_LOG_RATIO = 20.0
"""Limits of a log hazard ratio beyond it, a ratio of 500 million, are those of a fit that has no maximum."""


@dataclass(frozen=True)
class FollowUp:
    """Follow-up of one patient.

    Parameters
    ----------
    patient_id : str
        Pseudonym.
    months : float
        Time to the event or to the last contact.
    event : int
        0 alive or free of the event at last contact, 1 the event, 2 a competing event.
    """

    patient_id: str
    months: float
    event: int


@dataclass(frozen=True)
class Estimated:
    """A value with its 95 % limits; NaN where a limit does not exist, an infinite value where it is not reached."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class AtTime:
    """Survival at a time, with the KMunicate counts (Morris 2019, BMJ Open 9:e030215)."""

    months: float
    survival: Estimated
    at_risk: int
    events: int
    censored: int


def survival_at(patients: Sequence[FollowUp], months: Sequence[float]) -> list[AtTime]:
    """Return Kaplan and Meier's survival at set times, with log-log limits from Greenwood's variance.

    Parameters
    ----------
    patients : sequence of FollowUp
        At least one.
    months : sequence of float
        Times. Past the last follow-up with patients still alive the survival is not known (NaN). A survival of 1 or 0
        has no limits.
    """
    fitter = _kaplan_meier(patients)
    limits = _limits(fitter)  # type: ignore[no-untyped-call]
    last = max(patient.months for patient in patients)
    at_times = []
    for time in months:
        done = [patient for patient in patients if patient.months <= time]
        events, at_risk = sum(patient.event == 1 for patient in done), sum(p.months >= time for p in patients)
        row = limits.loc[:time].iloc[-1]
        value = float(fitter.predict(time))
        low, high = (float(row.iloc[0]), float(row.iloc[1])) if 0 < value < 1 else (math.nan, math.nan)
        known = time <= last or value == 0.0
        estimate = Estimated(value, low, high) if known else Estimated(math.nan, math.nan, math.nan)
        at_times.append(AtTime(float(time), estimate, at_risk, events, len(done) - events))
    return at_times


def median_survival(patients: Sequence[FollowUp]) -> Estimated:
    """Return the first time at which survival is one half or less, and its limits (Brookmeyer and Crowley 1982).

    Infinite where the curve, or a limit, never comes down to one half.
    """
    fitter = _kaplan_meier(patients)
    limits = _limits(fitter)  # type: ignore[no-untyped-call]
    low, high = (_first_below_half(limits.iloc[:, column]) for column in (0, 1))
    return Estimated(_first_below_half(fitter.survival_function_.iloc[:, 0]), low, high)


def median_follow_up(patients: Sequence[FollowUp]) -> Estimated:
    """Return the median follow-up by reverse Kaplan-Meier (Schemper and Smith 1996, Control Clin Trials 17:343)."""
    return median_survival([FollowUp(p.patient_id, p.months, int(p.event == 0)) for p in patients])


def log_rank(first: Sequence[FollowUp], second: Sequence[FollowUp]) -> float:
    """Return the two-sided p-value of the log-rank test; NaN when nobody had the event."""
    from lifelines.statistics import logrank_test

    if not any(patient.event == 1 for patient in (*first, *second)):
        return math.nan
    arguments = [[p.months for p in group] for group in (first, second)]
    events = [[p.event == 1 for p in group] for group in (first, second)]
    return float(logrank_test(*arguments, *events).p_value)


def cumulative_incidence(patients: Sequence[FollowUp], months: Sequence[float]) -> list[Estimated]:
    """Return the cumulative incidence of event 1 with event 2 competing (Aalen and Johansen 1978, Scand J Stat 5:141).

    Limits are log-log, with the variance of Aalen's delta method (Marubini and Valsecchi 1995, 10.2.3).

    Parameters
    ----------
    patients : sequence of FollowUp
        At least one.
    months : sequence of float
        Times.
    """
    times = np.array(sorted({p.months for p in patients if p.event}))
    at_risk = np.array([sum(p.months >= time for p in patients) for time in times], dtype=np.float64)
    own, other = (
        np.array([sum(p.months == time and p.event == kind for p in patients) for time in times], dtype=np.float64)
        for kind in (1, 2)
    )
    both = own + other
    before = np.concatenate([[1.0], np.cumprod(1 - both / at_risk)])[:-1].astype(np.float64)
    incidence = np.cumsum(before * own / at_risk).astype(np.float64)
    return [_incidence_at(times, at_risk, own, both, before, incidence, time) for time in months]


def transplant_hazard_ratio(
    patients: Sequence[FollowUp], transplant_months: Sequence[float | None]
) -> Estimated | None:
    """Return the hazard ratio after against before transplant, the transplant being a time-dependent covariate.

    A patient counts as not transplanted until the transplant, so that nobody is credited with the time survived to it
    (Cox model with time-dependent covariate; Mantel and Byar 1974, JASA 69:81).

    Returns
    -------
    Estimated or None
        None where there are fewer than five events, none on one side, or never patients of both sides at risk together;
        also where the events that had both sides at risk are all on one side, since the ratio is then 0 or infinite.
    """
    import pandas as pd

    rows = []
    for number, (patient, month) in enumerate(zip(patients, transplant_months, strict=True)):
        if month is not None and 0 < month < patient.months:
            rows.append((number, 0.0, month, 0, False))
            rows.append((number, month, patient.months, 1, patient.event == 1))
        else:
            rows.append((number, 0.0, patient.months, int(month == 0), patient.event == 1))
    table = pd.DataFrame(rows, columns=["id", "start", "stop", "transplanted", "event"])
    table = table[table["stop"] > table["start"]]
    by_state = table.groupby("transplanted")["event"].sum()
    if len(by_state) < 2 or by_state.min() == 0 or by_state.sum() < 5:
        return None
    from lifelines import CoxTimeVaryingFitter

    with warnings.catch_warnings():
        # what it warns of ends in an infinite or missing limit, which is looked at below
        warnings.simplefilter("ignore")
        try:
            fitter = CoxTimeVaryingFitter().fit(
                table, id_col="id", event_col="event", start_col="start", stop_col="stop"
            )
        except np.linalg.LinAlgError:
            # older versions of scipy refuse an information of zero, newer ones give it an infinite limit
            return None
    low, high = fitter.confidence_intervals_.loc["transplanted"]
    # where events fall on one side alone whenever both are at risk, the likelihood has no maximum: the limits run away
    if not (math.isfinite(low) and math.isfinite(high)) or max(abs(low), abs(high)) > LARGEST_LOG_RATIO:
        return None
    return Estimated(float(np.exp(fitter.params_["transplanted"])), float(np.exp(low)), float(np.exp(high)))


def _kaplan_meier(patients: Sequence[FollowUp]):  # type: ignore[no-untyped-def]
    from lifelines import KaplanMeierFitter

    return KaplanMeierFitter().fit([p.months for p in patients], [p.event == 1 for p in patients])


def _limits(fitter):  # type: ignore[no-untyped-def]
    """Return the limits of the curve; where nobody is left the variance, and so the upper limit, does not exist."""
    limits = fitter.confidence_interval_survival_function_.copy()
    limits.iloc[(fitter.survival_function_.iloc[:, 0] <= 0).to_numpy(), 1] = math.nan
    return limits


def _first_below_half(curve) -> float:  # type: ignore[no-untyped-def]
    below = curve[curve <= 0.5 + 1e-12]
    return float(below.index[0]) if len(below) else math.inf


def _incidence_at(
    times: Floats, at_risk: Floats, own: Floats, both: Floats, before: Floats, incidence: Floats, time: float
) -> Estimated:
    k = int(np.searchsorted(times, time, side="right"))
    if k == 0:
        return Estimated(0.0, math.nan, math.nan)
    n, d1, d, s, value = at_risk[:k], own[:k], both[:k], before[:k], float(incidence[k - 1])
    gap = value - incidence[:k]
    left = np.where(n > d, n * (n - d), np.inf)
    variance = float(np.sum(gap**2 * d / left + s**2 * d1 * (n - d1) / n**3 - 2 * gap * s * d1 / n**2))
    if not 0 < value < 1 or variance <= 0:
        return Estimated(value, math.nan, math.nan)
    half = Z_95 * math.sqrt(variance) / abs(value * math.log(value))
    return Estimated(value, value ** math.exp(half), value ** math.exp(-half))

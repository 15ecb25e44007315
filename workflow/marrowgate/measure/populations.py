"""Counts and fractions of every population of a tube, each with its denominator, interval and status."""

from collections.abc import Mapping
from typing import Any

from marrowgate.measure.absolute import absolute_count
from marrowgate.measure.intervals import binomial_interval, ratio_interval
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.sheets import Sample

CD45 = "cd45_pos"
BEADS = "bead_singlets"


def population_rows(record: SampleRecord, sample: Sample, arm: str | None, settings: Measure) -> list[dict[str, Any]]:
    """Give the rows of `tables/populations.tsv` for one tube.

    Parameters
    ----------
    record : SampleRecord
        Counts of the tube.
    sample : Sample
        Its row in the sheet.
    arm : str or None
        Arm of its patient.
    settings : Measure
        Wanted precision and further errors.

    Returns
    -------
    list of dict
        One row per population; numbers that rest on a population without a gate are missing.
    """
    events = {count.population: count.n_events for count in record.counts}
    return [
        {**_who(sample, arm), **_fractions(count, events, settings), **_absolute(count, events, sample, settings)}
        for count in record.counts
    ]


def _who(sample: Sample, arm: str | None) -> dict[str, Any]:
    names = ("sample_id", "patient_id", "day", "cycle", "cycle_day", "days_off", "panel", "batch", "control_type")
    return {"arm": arm, **{name: getattr(sample, name) for name in names}}


def _fractions(count: PopulationCount, events: Mapping[str, int | None], settings: Measure) -> dict[str, Any]:
    row: dict[str, Any] = {
        "population": count.population,
        "parent": count.parent,
        "n_events": count.n_events,
        "n_parent": count.n_parent,
        "n_cd45": events.get(CD45),
        "gate_status": count.gate_status,
        "gate_reason": count.gate_reason,
        "detection": "not_gated",
    }
    n, n_parent, n_cd45 = count.n_events, count.n_parent, events.get(CD45)
    if n is None:
        return row
    row |= _share("pct_of_parent", n, n_parent)
    if n_cd45:
        low, high = ratio_interval(n, n_cd45) if not _in_cd45(count) else binomial_interval(n, n_cd45)
        row |= _interval("per_100_cd45", 100 * n / n_cd45, 100 * low, 100 * high)
        if _in_cd45(count):
            row |= _share("pct_of_cd45", n, n_cd45)
    row["cv_pct"] = 100 / n**0.5 if n else None
    row["detection"] = _detection(n, settings)
    return row


def _in_cd45(count: PopulationCount) -> bool:
    return CD45 in (count.population, *count.inside)


def _share(name: str, n: int, of: int | None) -> dict[str, Any]:
    if not of:
        return {}
    low, high = binomial_interval(n, of)
    return _interval(name, 100 * n / of, 100 * low, 100 * high)


def _interval(name: str, value: float, low: float, high: float) -> dict[str, Any]:
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _detection(n: int, settings: Measure) -> str:
    # without a blank tube for the population nothing but its own counting error can be judged
    if n == 0:
        return "not_detected"
    return "quantifiable" if 100 / n**0.5 <= settings.wanted_cv_pct else "detected"


def _absolute(
    count: PopulationCount, events: Mapping[str, int | None], sample: Sample, settings: Measure
) -> dict[str, Any]:
    if count.n_events is None or count.population in {BEADS, "beads"}:
        return {"count_method": "none"}
    found = absolute_count(
        sample,
        count.n_events,
        events.get(CD45),
        events.get(BEADS),
        settings.pipetting_cv_pct / 100,
        settings.analyser_cv_pct / 100,
    )
    limits = {"cells_per_ul": found.cells_per_ul, "cells_per_ul_low": found.low, "cells_per_ul_high": found.high}
    return {**limits, "count_method": found.method}

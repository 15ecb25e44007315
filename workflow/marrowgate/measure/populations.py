"""Counts and fractions of every population of a sample, each with its denominator, interval and status."""

import math
from dataclasses import dataclass, replace
from typing import Any

from marrowgate.measure.absolute import (
    NO_GATE_ERROR,
    Counted,
    CountingSample,
    absolute_counts,
    platform_difference_pct,
)
from marrowgate.measure.blanks import NO_BLANKS, Blanks
from marrowgate.measure.limit_of_blank import Blank, detection_of, find_limits
from marrowgate.measure.measured_volume import usable_volume
from marrowgate.measure.record import PopulationCount, SampleRecord
from marrowgate.settings.config import Measure
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import USUAL_ROLES, Roles
from marrowgate.stats.intervals import binomial_interval, ratio_interval, widened

Row = dict[str, Any]


@dataclass(frozen=True)
class _Shared:
    """What all populations of a sample have in common."""

    sample: Sample
    settings: Measure
    blanks: Blanks
    counting: CountingSample
    cd45: PopulationCount | None
    volume_fault: str
    difference_pct: float | None
    roles: Roles


def population_rows(
    record: SampleRecord,
    sample: Sample,
    arm: str | None,
    settings: Measure,
    blanks: Blanks = NO_BLANKS,
    roles: Roles = USUAL_ROLES,
) -> list[Row]:
    """Return the rows of `tables/populations.tsv` for one sample.

    Parameters
    ----------
    record : SampleRecord
        Counts of the sample.
    sample : Sample
        Its row in the sheet.
    arm : str or None
        Arm of its patient.
    settings : Measure
        Wanted precision and further errors.
    blanks : Blanks
        Samples of the run that lack a population's marker.
    roles : Roles
        What the strategy's populations are for.

    Returns
    -------
    list of dict
        One row per population; numbers that rest on a population without a gate are missing. The limits of fractions
        and absolute counts carry the counting error and what the boundaries of the gates add to it.
    """
    shared = _shared(record, sample, settings, blanks, roles)
    return [
        {**_who(sample, arm), **_fractions(count, shared), **_detection(count, shared), **_absolute(count, shared)}
        for count in record.counts
    ]


def platform_difference(
    record: SampleRecord, sample: Sample, settings: Measure, roles: Roles = USUAL_ROLES
) -> float | None:
    """Return the difference between the platforms that count a sample's CD45+ cells, per cent; None with only one."""
    return _shared(record, sample, settings, NO_BLANKS, roles).difference_pct


def events_needed(wanted_cv_pct: float) -> int:
    """Return the events whose counting error is a coefficient of variation: (100 / CV)^2, rounded up."""
    return math.ceil((100 / wanted_cv_pct) ** 2 - 1e-9)


def _shared(record: SampleRecord, sample: Sample, settings: Measure, blanks: Blanks, roles: Roles) -> _Shared:
    counts = {count.population: count for count in record.counts}
    cd45, beads = counts.get(roles.denominator), counts.get(roles.counting_beads)
    n_cd45 = cd45.n_events if cd45 else None
    viability = n_cd45 / record.n_cd45_with_dead if n_cd45 and record.n_cd45_with_dead else None
    counting = CountingSample(sample, n_cd45, beads.n_events if beads else None, viability)
    others = absolute_counts(Counted(n_cd45 or 0, in_cd45=True), counting, settings).values()
    per_ul = [count.cells_per_ul for count in others if count.cells_per_ul]
    volume, fault = usable_volume(record.volume, record.manifest.get("n_events") or 0, sample, n_cd45, per_ul)
    counting = replace(counting, volume_ul=volume)
    leucocytes = absolute_counts(Counted(n_cd45 or 0, in_cd45=True), counting, settings)
    difference = platform_difference_pct(leucocytes)
    return _Shared(sample, settings, blanks, counting, cd45, fault, difference, roles)


def _who(sample: Sample, arm: str | None) -> Row:
    names = ("sample_id", "patient_id", "day", "cycle", "cycle_day", "days_off", "panel", "batch", "control_type")
    return {"arm": arm, **{name: getattr(sample, name) for name in names}}


def _fractions(count: PopulationCount, shared: _Shared) -> Row:
    n, n_parent, n_cd45 = count.n_events, count.n_parent, shared.counting.n_cd45
    row: Row = {
        "population": count.population,
        "parent": count.parent,
        "n_events": n,
        "n_parent": n_parent,
        "n_cd45": n_cd45,
        "gate_status": count.gate_status,
        "gate_reason": count.gate_reason,
        "gate_reason_code": count.gate_reason_code,
        "weakest_gate": count.weakest_gate,
        "cd45_gate_status": shared.cd45.gate_status if shared.cd45 else "not_gated",
        "cd45_gate_reason": shared.cd45.gate_reason
        if shared.cd45
        else f"the strategy has no {shared.roles.denominator}",
        "cd45_gate_reason_code": shared.cd45.gate_reason_code if shared.cd45 else "no_denominator",
        "missing_reason": _missing(count, shared),
    }
    if n is None:
        return row
    cv = count.gate_cv or NO_GATE_ERROR
    if n_parent:
        row |= _interval("pct_of_parent", n / n_parent, binomial_interval(n, n_parent), cv.of_parent, 1.0)
    if n_cd45 and _in_cd45(count, shared):
        limits = binomial_interval(n, n_cd45)
        row |= _interval("pct_of_cd45", n / n_cd45, limits, cv.of_cd45, 1.0)
        row |= _interval("per_100_cd45", n / n_cd45, limits, cv.of_cd45, 1.0)
    elif n_cd45:
        row |= _interval("per_100_cd45", n / n_cd45, ratio_interval(n, n_cd45), cv.of_cd45, math.inf)
    row["cv_pct"] = 100 / n**0.5 if n else None
    row["gate_cv_pct"] = 100 * count.gate_cv.count if count.gate_cv else None
    return row


def _in_cd45(count: PopulationCount, shared: _Shared) -> bool:
    return shared.roles.denominator in (count.population, *count.inside)


def _interval(name: str, value: float, limits: tuple[float, float], gate_cv: float, highest: float) -> Row:
    """Return a proportion or ratio per 100 with its limits, widened by what the gates' boundaries do to it."""
    low, high = widened(value, *limits, gate_cv)
    return {name: 100 * value, f"{name}_low": 100 * low, f"{name}_high": 100 * min(high, highest)}


def _missing(count: PopulationCount, shared: _Shared) -> str:
    """Say why a fraction of a gated population is missing."""
    if count.n_events is None:
        return ""
    reasons = []
    if not count.n_parent:
        what = "has no gate" if count.n_parent is None else "has no events"
        reasons.append(f"pct_of_parent: {count.parent} {what}")
    if not shared.counting.n_cd45:
        what = "has no gate" if shared.counting.n_cd45 is None else "has no events"
        name = "pct_of_cd45, per_100_cd45" if _in_cd45(count, shared) else "per_100_cd45"
        reasons.append(f"{name}: {shared.roles.denominator} {what}")
    return "; ".join(reasons)


def _detection(count: PopulationCount, shared: _Shared) -> Row:
    wanted = shared.settings.wanted_cv_pct
    n, n_cd45 = count.n_events, shared.counting.n_cd45
    blank = shared.blanks.blank_of(shared.sample, count.population)
    if blank.source == "no_blank":
        blank = _neighbours(count, n_cd45) or blank
    limits = find_limits(blank, n_cd45, wanted)
    needed = events_needed(wanted)
    row: Row = {
        "detection": detection_of(n, limits, wanted, _gate_cv(count)),
        "events_needed": needed,
        "cd45_events_needed": math.ceil(needed * n_cd45 / n) if n and n_cd45 else None,
        "blank_source": blank.source,
        "blank_n_tubes": 0 if blank.source == "neighbours" else len(blank.n_events),
    }
    if blank.n_events and blank.source != "neighbours":
        row |= {"blank_n_events": sum(blank.n_events), "blank_n_cd45": sum(blank.n_cd45)}
    if limits is not None:
        row |= {"lob_events": limits.blank, "lod_events": limits.detection, "loq_events": limits.quantitation}
        row["lob_method"] = limits.method
    return row


def _neighbours(count: PopulationCount, n_cd45: int | None) -> Blank | None:
    """Return the cells beyond a border as a blank: so many events, seen with as many CD45+ events as they stand for."""
    crossing = count.crossing
    if crossing is None or not n_cd45 or not crossing.expected > 0:
        return None
    return Blank("neighbours", (crossing.rests_on,), (max(1, round(n_cd45 * crossing.rests_on / crossing.expected)),))


def _gate_cv(count: PopulationCount) -> float | None:
    """Return what the gates add to the counting error; of a gate in doubt nothing is known."""
    return count.gate_cv.count if count.gate_cv and count.gate_status != "doubtful" else None


def _absolute(count: PopulationCount, shared: _Shared) -> Row:
    if count.n_events is None or count.population in shared.roles.beads:
        return {"count_method": "none", "count_status": "none", "count_reason": ""}
    counted = Counted(count.n_events, _in_cd45(count, shared), count.gate_cv or NO_GATE_ERROR)
    counts = absolute_counts(counted, shared.counting, shared.settings)
    if not counts:
        fault = shared.volume_fault or "the sheet has no beads, sample volume or white cell count that could be used"
        return {"cells_per_ul": None, "count_method": "none", "count_status": "none", "count_reason": fault}
    best = next(iter(counts.values()))
    limits = {"cells_per_ul": best.cells_per_ul, "cells_per_ul_low": best.low, "cells_per_ul_high": best.high}
    status, reason = _platforms(shared)
    dead = best.method == "dual_platform" and shared.counting.viability is None
    unknown = "dead cells are counted, too: the sample has no viability gate" if dead else ""
    reason = "; ".join(part for part in (shared.volume_fault, reason, unknown) if part)
    return {**limits, "count_method": best.method, "count_status": status, "count_reason": reason}


def _platforms(shared: _Shared) -> tuple[str, str]:
    """Say whether the platforms that count the sample agree."""
    if shared.difference_pct is None:
        return "one_platform", ""
    limit = shared.settings.max_platform_difference_pct
    if shared.difference_pct <= limit:
        return "agree", ""
    return "disagree", f"the platforms differ by {shared.difference_pct:.0f} %, {limit:g} % is allowed"

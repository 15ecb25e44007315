"""Count a gated tube: events per population, status along the path, marker values, quality checks."""

from collections.abc import Mapping, Sequence

import numpy as np

from marrowgate.gating.records import USABLE, GateRecord
from marrowgate.gating.tube import Rows, Tube
from marrowgate.measure.record import Check, PopulationCount
from marrowgate.measure.sketch import Sketch, make_sketch
from marrowgate.settings.config import Quality
from marrowgate.settings.strategy import ROOT, ancestors

WEAKEST_FIRST = (
    "not_gated",
    "failed",
    "no_valley",
    "too_few_events",
    "borrowed",
    "shifted",
    "fixed",
    "overridden",
    "ok",
)


def count_populations(records: Sequence[GateRecord], rows: Mapping[str, Rows]) -> tuple[PopulationCount, ...]:
    """Count the events of every population; those without a gate have no number.

    Parameters
    ----------
    records : sequence of GateRecord
        The gates as used.
    rows : mapping of str to ndarray of intp
        Events of each population that was gated.
    """
    parents = {record.population: record.parent for record in records}
    by_name = {record.population: record for record in records}
    counts = []
    for record in records:
        inside = tuple(ancestors(record.population, parents))
        weakest = _weakest([by_name[name] for name in (record.population, *inside) if name in by_name])
        gated = record.population in rows
        counts.append(
            PopulationCount(
                record.population,
                record.parent,
                int(rows[record.population].size) if gated else None,
                int(rows[record.parent].size) if record.parent in rows else None,
                inside,
                weakest.status if gated else "not_gated",
                _reason(record, weakest),
            )
        )
    return tuple(counts)


def marker_sketches(tube: Tube, rows: Mapping[str, Rows], wanted: Sequence[tuple[str, str]]) -> tuple[Sketch, ...]:
    """Take the values of each wanted (population, marker) that the tube has, on the compensated linear scale."""
    return tuple(
        make_sketch(population, marker, tube.linear(marker, rows[population]))
        for population, marker in wanted
        if population in rows and marker in tube.channels
    )


def quality_checks(tube: Tube, rows: Mapping[str, Rows], limits: Quality) -> tuple[Check, ...]:
    """Check margins, doublets and viability. A check without its gate or channel is `not_checked`."""
    checks = [_margin(tube, rows[ROOT], name, limits.max_margin_pct) for name in ("FSC-A", "SSC-A")]
    checks.append(_share_check("doublets_pct", rows, "singlets", limits.max_doublet_pct, most=True))
    checks.append(_share_check("viable_pct", rows, "viable", limits.min_viable_pct, most=False))
    return tuple(checks)


def _weakest(path: Sequence[GateRecord]) -> GateRecord:
    return min(path, key=lambda record: WEAKEST_FIRST.index(record.status))


def _reason(record: GateRecord, weakest: GateRecord) -> str:
    if record.status not in USABLE and record.reason:
        return record.reason
    return weakest.reason if weakest is record else f"{weakest.population}: {weakest.reason}".removesuffix(": ")


def _margin(tube: Tube, start: Rows, name: str, limit: float) -> Check:
    check = f"margin_pct_{name}"
    channel = tube.channels.get(name)
    if channel is None or channel.range <= 0 or start.size == 0:
        return Check(check, None, limit, "not_checked", f"no {name} channel with a range, or no events")
    pct = 100.0 * float(np.mean(tube.linear(name, start) >= 0.999 * channel.range))
    return _judged(check, pct, limit, flagged=pct > limit, why=f"{pct:.2f} % of events at the top of {name}")


def _share_check(check: str, rows: Mapping[str, Rows], population: str, limit: float, *, most: bool) -> Check:
    if population not in rows:
        return Check(check, None, limit, "not_checked", f"{population} has no gate")
    outer = rows["singlets"] if population == "viable" and "singlets" in rows else rows[ROOT]
    if outer.size == 0:
        return Check(check, None, limit, "not_checked", "no events")
    share = 100.0 * rows[population].size / outer.size
    value = 100.0 - share if most else share
    flagged = value > limit if most else value < limit
    return _judged(check, value, limit, flagged=flagged, why=f"{value:.1f} %, the limit is {limit:g} %")


def _judged(check: str, value: float, limit: float, *, flagged: bool, why: str) -> Check:
    return Check(check, value, limit, "flagged" if flagged else "ok", why if flagged else "")

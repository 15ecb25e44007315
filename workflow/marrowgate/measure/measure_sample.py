"""Count a gated sample: events per population, status along the path, marker values, quality checks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from marrowgate.gating.apply import rows_inside
from marrowgate.gating.doubts.consequences import Harmless, said_of
from marrowgate.gating.geometry.gates import Boolean
from marrowgate.gating.reasons import has_code
from marrowgate.gating.records import USABLE, WEAKEST_FIRST, GateRecord, Status
from marrowgate.gating.sample_events import EventRows, SampleEvents
from marrowgate.measure.intensity.sketch import Sketch, make_sketch
from marrowgate.measure.record import Crossing, GateCv, PopulationCount
from marrowgate.settings.panel import Panel
from marrowgate.settings.quality import Quality
from marrowgate.settings.strategies.strategy import ROOT, USUAL_ROLES, Roles, ancestors
from marrowgate.signal.checks import Check, at_least, at_most, not_checked
from marrowgate.signal.label_check import label_check
from marrowgate.signal.margins import margin_check, margin_pct

NONE_HARMLESS: Harmless = MappingProxyType({})
"""Where nobody looked what the doubts change."""


def count_populations(
    records: Sequence[GateRecord],
    rows: Mapping[str, EventRows],
    cvs: Mapping[str, GateCv] | None = None,
    harmless: Harmless = NONE_HARMLESS,
    crossings: Mapping[str, Crossing] | None = None,
) -> tuple[PopulationCount, ...]:
    """Count the events of every population; those without a gate have no number.

    Parameters
    ----------
    records : sequence of GateRecord
        The gates as used.
    rows : mapping of str to ndarray of intp
        Events of each population that was gated.
    cvs : mapping of str to GateCv, optional
        Uncertainty from the boundaries (`marrowgate.measure.gate_uncertainty.gate_cvs`); absent where it is not known.
    harmless : mapping of str to mapping of str to float
        Gates in doubt on the way to a population that do not change it, with the share of its events that come or go
        (`marrowgate.gating.doubts.consequences.without_consequence`).
    crossings : mapping of str to Crossing, optional
        Neighbours expected by chance (`marrowgate.measure.crossing_cells.crossing_cells`).
    """
    parents = {record.population: record.parent for record in records}
    by_name = {record.population: record for record in records}
    counts = []
    for record in records:
        inside = tuple(ancestors(record.population, parents))
        spared = harmless.get(record.population, {})
        weakest = _weakest(
            [_without_doubt(gate) if gate.population in spared else gate for gate in _rests_on(record, by_name)]
        )
        reason, codes, of_gate = _reason(replace(record, reasons=(*record.reasons, *said_of(spared))), weakest)
        gated = record.population in rows
        counts.append(
            PopulationCount(
                record.population,
                record.parent,
                int(rows[record.population].size) if gated else None,
                int(rows[record.parent].size) if record.parent in rows else None,
                inside,
                weakest.status if gated else "not_gated",
                reason,
                (cvs or {}).get(record.population),
                codes,
                of_gate,
                (crossings or {}).get(record.population),
            )
        )
    return tuple(counts)


def marker_sketches(
    sample: SampleEvents, rows: Mapping[str, EventRows], wanted: Sequence[tuple[str, str]]
) -> tuple[Sketch, ...]:
    """Take the values of each wanted (population, marker) that the sample has, on the compensated linear scale."""
    return tuple(
        make_sketch(population, marker, sample.linear(marker, rows[population]))
        for population, marker in wanted
        if population in rows and marker in sample.channels
    )


def quality_checks(
    sample: SampleEvents, rows: Mapping[str, EventRows], panel: Panel, limits: Quality, roles: Roles = USUAL_ROLES
) -> tuple[Check, ...]:
    """Check margins, doublets, viability and labels. A check without its gate or channel is `not_checked`."""
    return (
        *(_margin(sample, rows[ROOT], name, limits.max_margin_pct) for name in ("FSC-A", "SSC-A")),
        margin_check(sample.file, limits.max_margin_pct),
        _doublets(rows, limits.max_doublet_pct, roles),
        _viable(rows, limits.min_viable_pct, roles),
        label_check(sample.file.channels, panel, limits.max_other_labels_pct),
    )


def count_with_dead(
    sample: SampleEvents,
    records: Sequence[GateRecord],
    rows: Mapping[str, EventRows],
    roles: Roles = USUAL_ROLES,
) -> int | None:
    """Count the events inside the CD45 gate before dead cells are left out; None without a gate for dead cells.

    A haematology analyser counts dead leucocytes, too.
    """
    by_name = {record.population: record for record in records}
    parents = {record.population: record.parent for record in records}
    path = [roles.denominator, *ancestors(roles.denominator, parents)]
    if roles.denominator not in rows or roles.viable not in path:
        return None
    inside = rows[by_name[roles.viable].parent]
    for name in reversed(path[: path.index(roles.viable)]):
        gate = by_name[name].gate
        inside = inside if gate is None else rows_inside(gate, sample, inside, rows)
    return int(inside.size)


def _rests_on(record: GateRecord, by_name: Mapping[str, GateRecord]) -> list[GateRecord]:
    """Return a gate, those it lies in, and those it is joined of with theirs."""
    chain = [record]
    for relative in chain:
        operands = relative.gate.operands if isinstance(relative.gate, Boolean) else ()
        above = [by_name[name] for name in (relative.parent, *operands) if name in by_name]
        chain += [candidate for candidate in above if candidate not in chain]
    return chain


def _weakest(path: Sequence[GateRecord]) -> GateRecord:
    return min(path, key=lambda record: WEAKEST_FIRST.index(record.status))


def _without_doubt(record: GateRecord) -> GateRecord:
    """Return a gate with the status that it would have if nothing spoke against it."""
    status: Status = "borrowed" if has_code(record.reasons, "from_batch") else "ok"
    return replace(record, status="fixed" if has_code(record.reasons, "fallback") and status == "ok" else status)


def _reason(record: GateRecord, weakest: GateRecord) -> tuple[str, str, str]:
    """Return the reason of a population's status, its codes, and the population whose gate gave the status."""
    if weakest.population == record.population or (record.status not in USABLE and record.reasons):
        return record.reason, record.reason_code, record.population
    of_weakest = f"{weakest.population}: {weakest.reason}".removesuffix(": ")
    reason = "; ".join(part for part in (record.reason, of_weakest) if part)
    codes = "; ".join(part for part in (record.reason_code, weakest.reason_code) if part)
    return reason, codes, weakest.population


def _margin(sample: SampleEvents, start: EventRows, name: str, limit: float) -> Check:
    check = f"margin_pct_{name}"
    channel = sample.channels.get(name)
    pct = margin_pct(sample.file, channel) if channel is not None else None
    if pct is None or start.size == 0:
        return not_checked(check, f"no {name} channel with a range, or no events", limit)
    return at_most(check, pct, limit, f"{pct:.2f} % of the events are at the top of {name}")


def _doublets(rows: Mapping[str, EventRows], limit: float, roles: Roles) -> Check:
    outer = rows.get(roles.cells, rows[ROOT])
    if roles.singlets not in rows or outer.size == 0:
        return not_checked("doublets_pct", f"{roles.singlets} has no gate, or there are no events", limit)
    pct = 100.0 - 100.0 * rows[roles.singlets].size / outer.size
    return at_most("doublets_pct", pct, limit, f"{pct:.1f} % of the events are no singlets")


def _viable(rows: Mapping[str, EventRows], limit: float, roles: Roles) -> Check:
    outer = rows.get(roles.singlets, rows[ROOT])
    if roles.viable not in rows or outer.size == 0:
        return not_checked("viable_pct", f"{roles.viable} has no gate, or there are no events", limit)
    pct = 100.0 * rows[roles.viable].size / outer.size
    return at_least("viable_pct", pct, limit, f"{pct:.1f} % of the singlets are viable")

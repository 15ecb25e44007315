"""How many cells of the other side are found in a population by chance, where kinds of cells run into each other."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.apply import common_rows
from marrowgate.gating.densities.balanced_border import crossing_by_chance
from marrowgate.gating.geometry.gates import Polygon
from marrowgate.gating.methods import get_method
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import NO_EVENT_ROWS, EventRows, SampleEvents
from marrowgate.measure.record import Crossing
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.stats.robust import robust_sd


def crossing_cells(
    sample: SampleEvents, records: Sequence[GateRecord], rows: Mapping[str, EventRows], strategy: Strategy
) -> dict[str, Crossing]:
    """Return how many neighbours are expected in populations below a border that cells cross by chance.

    What the population would hold without a single cell of its own, as
    `marrowgate.gating.densities.balanced_border.crossing_by_chance` has it.

    Parameters
    ----------
    sample : SampleEvents
        The events.
    records : sequence of GateRecord
        The gates as used.
    rows : mapping of str to ndarray of intp
        Events of each population that was gated.
    strategy : Strategy
        What the gates were found by.

    Returns
    -------
    dict of str to Crossing
        For the populations of such a gate and those whose events all lie in it, in proportion to their events.
    """
    found: dict[str, Crossing] = {}
    by_name = {record.population: record for record in records}
    for population in strategy.populations:
        record, method = by_name.get(population.name), get_method(population.method)
        chance = method.chance_spreads(method.arguments.from_checked(population.arguments))
        if record is None or record.method != population.method or chance is None:
            continue
        reference, spreads = chance
        gate = record.gate
        if population.name not in rows or not isinstance(gate, Polygon) or not rows.get(reference, NO_EVENT_ROWS).size:
            continue
        crossing = _crossing(sample, gate, rows[record.parent], rows[reference], spreads)
        found |= {name: crossing.of_share(share) for name, share in _shares(rows, population.name).items()}
    return found


def _crossing(sample: SampleEvents, line: Polygon, parent: EventRows, reference: EventRows, spreads: float) -> Crossing:
    (x1, y1), (x2, y2) = line.vertices[:2]
    slope = (y2 - y1) / (x2 - x1)
    first, second = line.dimensions

    def across(events: EventRows) -> NDArray[np.float64]:
        return sample.scaled(second, events) - slope * sample.scaled(first, events)

    spread = spreads * robust_sd(across(reference))
    if not spread > 0:
        return Crossing(0.0, 0)
    return Crossing(*crossing_by_chance(across(parent), y1 - slope * x1, spread))


def _shares(rows: Mapping[str, EventRows], gated: str) -> dict[str, float]:
    """Return the populations whose events all lie in a gated one, each with its share of them."""
    own = rows[gated]
    return {
        name: events.size / own.size if own.size else 1.0
        for name, events in rows.items()
        if name == gated or (events.size and common_rows(events, own).size == events.size)
    }

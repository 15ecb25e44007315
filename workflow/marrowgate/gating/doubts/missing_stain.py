"""What speaks for a stain that was forgotten: no border of it was found, and cells without the marker are too dark."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from marrowgate.gating.landmarks.readings import Readings
from marrowgate.gating.methods import needs_of
from marrowgate.gating.reasons import because
from marrowgate.gating.records import USABLE, GateRecord
from marrowgate.settings.strategies.strategy import Strategy, ancestors

NO_BORDER = frozenset({"no_valley", "no_cluster", "no_component", "no_mode", "no_negative_peak", "outside_bounds"})
"""Codes of reasons that say that the events show no border, though there are enough of them."""
FEWEST_SAMPLES = 3
"""Samples of a batch that say how bright lymphocytes are in it."""
MOST_LEFT = 1 / 3
"""Brightness of the lymphocytes, as a share of the batch's, that speaks for a forgotten stain."""
LEAST_DARKER = 0.5
"""How much darker they must be, in standard deviations of the lymphocytes."""

Brightness = Mapping[str, tuple[float, float]]
"""Dimension to the median of lymphocytes and the distance of their 16 % from their 84 % quantile, channel units."""


def batch_brightness(samples: Sequence[Readings]) -> dict[str, tuple[float, float]]:
    """Return how bright lymphocytes are in a batch: medians over its samples, at least `FEWEST_SAMPLES`.

    Parameters
    ----------
    samples : sequence of Readings
        Of each sample, without dimensions whose stain it was meant to lack.
    """
    own = [readings.get("lymphocytes", {}) for readings in samples]
    found: dict[str, tuple[float, float]] = {}
    for dimension in sorted({name for readings in own for name in readings}):
        values = [readings[dimension] for readings in own if dimension in readings]
        if len(values) >= FEWEST_SAMPLES:
            middle, _, width = np.median(values, axis=0)
            found[dimension] = float(middle), float(width)
    return found


def doubt_dark(record: GateRecord, own: Readings, batch: Brightness) -> GateRecord:
    """Put a gate in doubt of which the sample shows no border and in whose stain its lymphocytes are too dark.

    Antibodies also bind a little to cells without the marker, so lymphocytes are brighter with the stain than without.
    No CD34+ cells in a sample are a finding; with lymphocytes as dark as without the stain they are none. Of a gate
    that the sample found itself nothing is said: lymphocytes may lack a marker for other reasons.

    Parameters
    ----------
    record : GateRecord
        Settled gate.
    own : Readings
        Of the sample.
    batch : mapping of str to tuple of (float, float)
        See `batch_brightness`.
    """
    gate, codes = record.gate, {reason.code for reason in record.reasons}
    if gate is None or record.status not in USABLE or record.status == "overridden" or not codes & NO_BORDER:
        return record
    for dimension in gate.dimensions:
        own_middle = own.get("lymphocytes", {}).get(dimension, (np.nan,))[0]
        middle, width = batch.get(dimension, (np.nan, np.nan))
        if own_middle <= MOST_LEFT * middle and middle - own_middle >= LEAST_DARKER * width / 2:
            share = max(own_middle, 0.0) / middle
            sentence = f"lymphocytes have {share:.2f} times the {dimension} of the batch's: the stain may be missing"
            return replace(record, status="doubtful", reasons=(because("stain_missing", sentence), *record.reasons))
    return record


def doubt_unplaced(strategy: Strategy, records: Sequence[GateRecord]) -> tuple[GateRecord, ...]:
    """Put gates in doubt that stand in because their reference has too few events, for want of the gate's own stain.

    Parameters
    ----------
    strategy : Strategy
        What the gates were found by.
    records : sequence of GateRecord
        Settled gates.

    Returns
    -------
    tuple of GateRecord
        In the same order. The gates stay as they are.
    """
    populations = {population.name: population for population in strategy.populations}
    parents = {population.name: population.parent for population in strategy.populations}
    unseen = {record.population for record in records if {reason.code for reason in record.reasons} & NO_BORDER}

    def checked(record: GateRecord) -> GateRecord:
        population, codes = populations.get(record.population), {reason.code for reason in record.reasons}
        if population is None or record.gate is None or not {"fallback", "too_few_events"} <= codes:
            return record
        above = [
            name
            for reference in needs_of(population).references
            for name in (reference, *ancestors(reference, parents))
            if name in unseen and set(populations[name].dimensions) & set(record.gate.dimensions)
        ]
        if not above:
            return record
        sentence = f"no border was found for {above[0]}, on which its reference rests: no such cells, or no stain"
        return replace(record, status="doubtful", reasons=(because("nothing_stained", sentence), *record.reasons))

    return tuple(checked(record) for record in records)

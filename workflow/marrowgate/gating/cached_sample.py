"""A sample that brings each event to a scale once, however many gates ask for it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from marrowgate.gating.sample_events import EventRows, SampleEvents


@dataclass
class CachedSample:
    """See `marrowgate.gating.sample_events.SampleEvents.scaled`; no value is computed twice."""

    sample_events: SampleEvents
    columns: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    known: dict[str, NDArray[np.bool_]] = field(default_factory=dict)

    def scaled(self, dimension: str, rows: EventRows) -> NDArray[np.float64]:
        """Return compensated values on the dimension's scale; shape of `rows`."""
        n_events = self.sample_events.file.n_events
        column = self.columns.setdefault(dimension, np.full(n_events, np.nan))
        known = self.known.setdefault(dimension, np.zeros(n_events, dtype=np.bool_))
        new = rows[~known[rows]]
        if new.size:
            column[new] = self.sample_events.scaled(dimension, new)
            known[new] = True
        return column[rows]

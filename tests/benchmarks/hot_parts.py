"""Where the time of the hot path goes, and what the uncertainty of the gates costs beside it."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from marrowgate.gating.apply import apply_gates
from marrowgate.gating.open_sample import start_rows
from marrowgate.gating.records import GateRecord
from marrowgate.gating.sample_events import SampleEvents
from marrowgate.measure.gate_uncertainty import gate_cvs

PARTS = ("read", "compensate", "gates", "medians", "uncertainty")


def part_times(
    open_: Callable[[], SampleEvents],
    records: Sequence[GateRecord],
    populations: Sequence[str],
    marker: str,
    rounds: int,
) -> dict[str, float]:
    """Return the least CPU time of each part, in seconds.

    Parameters
    ----------
    open_ : callable
        Reads the tube; it is read anew in every round, because a tube keeps what it compensated.
    records : sequence of GateRecord
        The gates.
    populations : sequence of str
        Populations whose median of `marker` is wanted.
    marker : str
        A compensated marker.
    rounds : int
        How often to measure.
    """
    times: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        clock = [time.process_time()]
        tube = open_()
        clock.append(time.process_time())
        tube.linear(marker, start_rows(tube))
        clock.append(time.process_time())
        rows = apply_gates(tube, records, start_rows(tube))
        clock.append(time.process_time())
        for name in populations:
            np.median(tube.linear(marker, rows[name]))
        clock.append(time.process_time())
        gate_cvs(tube, records, rows, "cd45_pos")
        clock.append(time.process_time())
        for part, seconds in zip(PARTS, np.diff(clock), strict=True):
            times[part].append(float(seconds))
    return {part: min(found) for part, found in times.items()}

"""Reference cells that the detector could not measure: what it cut off no gate can bring back."""

from collections.abc import Sequence

from marrowgate.gating.reasons import Reasons, because
from marrowgate.gating.sample_events import EventRows, SampleEvents
from marrowgate.signal.margins import share_at_top

MOST_AT_TOP = 0.10
"""Share of a reference's events that may lie at the top of a channel: its median and its spread stay what they are."""

MOST_CUT_OFF = 0.01
"""The same of a method that looks for doublets: they are about 2 % of events, and the brightest, so cut off first."""


def saturated(
    sample_events: SampleEvents, dimensions: Sequence[str], name: str, rows: EventRows, most: float = MOST_AT_TOP
) -> Reasons:
    """Doubt a gate whose reference population lies at the top of one of the gate's channels.

    Parameters
    ----------
    sample_events : SampleEvents
        The events.
    dimensions : sequence of str
        Dimensions of the gate.
    name : str
        The reference.
    rows : ndarray of intp
        Its events.
    most : float
        Share of them that may lie at the top.

    Returns
    -------
    tuple of Note
        One for each such dimension; empty without a doubt.
    """
    shares = {
        dimension: share_at_top(sample_events.file, sample_events.channels[dimension], rows)
        for dimension in dimensions
        if dimension in sample_events.channels
    }
    return tuple(
        because("at_full_scale", f"{100 * share:.0f} % of {name} lie at the top of {dimension}")
        for dimension, share in shares.items()
        if share is not None and share > most
    )

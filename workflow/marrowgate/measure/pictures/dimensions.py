"""Which two dimensions a gate is drawn on, as a cytometrist would look at it."""

from collections.abc import Collection, Sequence

HISTOGRAM = "histogram"
"""What a strategy gives as `plot` for a gate that is to be drawn on a histogram."""

SIDE_SCATTER = ("SSC-A", "SSC-H", "SSC-W")
_BESIDE = {
    "FSC-A": ("SSC-A", "SSC-H"),
    "FSC-H": ("SSC-A", "SSC-H"),
    "FSC-W": ("FSC-A", "FSC-H", "SSC-A"),
    "SSC-A": ("CD45", "FSC-A"),
    "SSC-H": ("CD45", "FSC-A"),
    "SSC-W": ("SSC-A", "CD45"),
    "CD16": ("CD11b",),
    "CD11b": ("CD16",),
}
"""A threshold on the first is drawn against the first of the others that the sample has, else against side scatter."""


def plot_dimensions(gated: Sequence[str], available: Collection[str], plot: str = "") -> tuple[str, ...]:
    """Return the dimensions that a gate is drawn on: across, and upwards.

    Parameters
    ----------
    gated : sequence of str
        Dimensions of the gate; of more than two the first two are drawn.
    available : collection of str
        Dimensions of the sample.
    plot : str
        What the strategy says: a second dimension, `HISTOGRAM`, or nothing.

    Returns
    -------
    tuple of str
        Empty where the sample lacks a dimension of the gate, or the gate has none. Side scatter goes upwards.
    """
    if not gated or not set(gated) <= set(available):
        return ()
    if len(gated) > 1:
        return _upwards(gated[0], gated[1])
    if plot == HISTOGRAM:
        return (gated[0],)
    wanted = (plot, *_BESIDE.get(gated[0], ()), *SIDE_SCATTER)
    beside = next((name for name in wanted if name in available and name != gated[0]), None)
    return (gated[0],) if beside is None else _upwards(gated[0], beside)


def _upwards(first: str, second: str) -> tuple[str, str]:
    """Put side scatter upwards, and CD11b above CD16, as the plots of the field have them."""
    if second not in SIDE_SCATTER and (first in SIDE_SCATTER or (first, second) == ("CD11b", "CD16")):
        return second, first
    return first, second

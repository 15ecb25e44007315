"""What is known about one data set of an FCS file."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.frozen import Frozen
from marrowgate.settings.panel import Role

Status = Literal["accepted", "repaired", "rejected"]
Gain = Literal["ignore", "apply"]


class Note(Frozen):
    """A reason for a rejection, or a repair that was made.

    Parameters
    ----------
    code : str
        One of `marrowgate.fcs.verdict.CODES`.
    sentence : str
        The same with its numbers, in a sentence that holds nothing private.
    """

    code: str
    sentence: str


class Verdict(Frozen):
    """What may be done with a data set."""

    status: Status
    reasons: tuple[Note, ...] = ()
    repairs: tuple[Note, ...] = ()


class Channel(Frozen):
    """One column of the data.

    Parameters
    ----------
    index : int
        Column, from 0.
    name : str
        `$PnN` as written.
    label : str
        `$PnS` as written, empty when absent.
    marker : str
        What is stained, from the panel or else from `$PnS`; empty when there is none.
    fluorochrome : str
        From the panel, or from a `$PnS` such as ``CD15-FITC``; empty when unknown.
    role : Role
        What the channel is for.
    scatter : str
        ``FSC-A`` and the like; empty for other channels. No two channels of a file share one.
    bits : int
        `$PnB`; 0 when the file does not say.
    range : float
        `$PnR`; 0 when the file does not say.
    amplification : tuple of float
        `$PnE`: decades, and the value of the lowest channel. (0, 0) is linear.
    gain, voltage : float or None
        `$PnG` and `$PnV`.
    in_panel : bool
        False when a panel was given that does not name the channel.
    compensated : bool
        The stored values are compensated or unmixed already; no matrix may be applied to them.
    """

    index: int
    name: str
    label: str
    marker: str
    fluorochrome: str
    role: Role
    scatter: str
    bits: int
    range: float
    amplification: tuple[float, float]
    gain: float | None
    voltage: float | None
    in_panel: bool = True
    compensated: bool = False


class Spillover(Frozen, eq=False):
    """A spillover matrix.

    Parameters
    ----------
    labels : tuple of str, length k
        Detectors, as `$PnN`.
    matrix : ndarray of float64, shape (k, k)
        Rows are fluorochromes, columns are detectors.
    """

    labels: tuple[str, ...]
    matrix: NDArray[np.float64]


class FcsFile(Frozen, eq=False):
    """One data set of an FCS file, and the verdict on it.

    Parameters
    ----------
    data_set : int
        Number of the data set in its file, from 1.
    verdict : Verdict
        What may be done with it, why, and what was repaired.
    version : str
        ``2.0`` to ``3.2``; empty when the file is not FCS.
    n_events : int
        Events that the data hold; 0 when rejected before they could be counted.
    channels : tuple of Channel
        The columns in file order.
    spillover : Spillover or None
        The spillover matrix in the file.
    cytometer : str
        `$CYT`, the make of the instrument; empty when absent.
    facts : mapping of str to str
        Acquisition facts that may leave the file: no names, no dates.
    policy : mapping of str to str
        What was applied to the stored values: ``amplification``, ``gain``, ``timestep``.
    events : ndarray, shape (n_events, n_channels), or None
        float32 or float64, read-only. None when rejected, and when only the header was read.
    """

    data_set: int
    verdict: Verdict
    version: str
    n_events: int
    channels: tuple[Channel, ...]
    spillover: Spillover | None
    cytometer: str
    facts: Mapping[str, str]
    policy: Mapping[str, str]
    events: NDArray[np.floating] | None

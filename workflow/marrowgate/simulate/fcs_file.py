"""A measured tube as an FCS file, like the ones of common acquisition software."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from marrowgate.fcs.model import Spillover
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.settings.panel import Panel
from marrowgate.simulate.instrument import Optics
from marrowgate.simulate.tube import Tube

SCATTER_VOLTAGE = {"FSC": 320.0, "SSC": 250.0}


@dataclass(frozen=True)
class FileKind:
    """Version and layout of the FCS files to write."""

    version: Literal["2.0", "3.0", "3.1", "3.2"] = "3.1"
    datatype: Literal["F", "I"] = "F"
    byteord: Literal["little", "big"] = "little"


def write_tube(path: Path, tube: Tube, panel: Panel, optics: Optics, spillover: Spillover, kind: FileKind) -> None:
    """Write a tube.

    Parameters
    ----------
    path : Path
        The file to make.
    tube : Tube
        The events.
    panel : Panel
        Names of the channels and markers.
    optics : Optics
        Voltages.
    spillover : Spillover
        The matrix to write, right or wrong.
    kind : FileKind
        As integers, values are rounded and negative ones become 0.
    """
    events = tube.events.T
    if kind.datatype == "I":
        events = np.maximum(np.rint(events), 0)
    keywords = {
        "$CYT": "Simulated analyser",
        "$TIMESTEP": "0.01",
        "CREATOR": "marrowgate simulate",
    }
    write_fcs(
        path,
        events,
        _channels(panel, optics),
        version=kind.version,
        datatype=kind.datatype,
        bits=32,
        byteord=kind.byteord,
        keywords=keywords,
        spillover=spillover,
    )


def _channels(panel: Panel, optics: Optics) -> list[WriteChannel]:
    voltage = dict(zip(optics.channels, optics.voltages, strict=True))
    channels = []
    for entry in panel.channels:
        if entry.scatter:
            channels.append(WriteChannel(entry.channel, voltage=SCATTER_VOLTAGE[entry.scatter[:3]]))
        elif entry.role == "time":
            channels.append(WriteChannel(entry.channel, gain=0.01))
        else:
            channels.append(WriteChannel(entry.channel, entry.marker or "", voltage=voltage.get(entry.channel)))
    return channels

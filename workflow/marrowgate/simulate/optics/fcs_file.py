"""A measured sample as an FCS file, like the ones of common acquisition software."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from marrowgate.fcs.model import Spillover
from marrowgate.fcs.write import WriteChannel, write_fcs
from marrowgate.settings.panel import Panel
from marrowgate.simulate.optics.instrument import Optics
from marrowgate.simulate.optics.instruments import Instrument
from marrowgate.simulate.sample import Tube

TIME_RANGE = 65536  # words of 16 bits hold eleven minutes
SCATTER_VOLTAGE = {"FSC": 320.0, "SSC": 250.0}


@dataclass(frozen=True)
class FileKind:
    """Version and layout of the FCS files to write; without a datatype it is the instrument's."""

    version: Literal["2.0", "3.0", "3.1", "3.2"] = "3.1"
    datatype: Literal["F", "I"] | None = None
    byteord: Literal["little", "big"] = "little"


def write_tube(path: Path, tube: Tube, panel: Panel, optics: Optics, spillover: Spillover, kind: FileKind) -> None:
    """Write a sample.

    Parameters
    ----------
    path : Path
        The file to make.
    tube : Tube
        The events.
    panel : Panel
        Names of the channels and markers.
    optics : Optics
        Voltages, and the instrument with its full scale and its amplifiers.
    spillover : Spillover
        The matrix to write, right or wrong.
    kind : FileKind
        As integers, values are rounded and negative ones become 0. Logarithmic amplifiers give integers whatever
        it says.
    """
    instrument = optics.instrument
    is_integer = bool(instrument.decades) or (kind.datatype or instrument.datatype) == "I"
    channels = _channels(panel, optics)
    events = _stored(tube, channels, instrument) if is_integer else tube.events.T
    keywords = {
        "$CYT": "Simulated analyser" if instrument.name == "home" else f"Simulated {instrument.name}",
        "$TIMESTEP": "0.01",
        "CREATOR": "marrowgate simulate",
    }
    write_fcs(
        path,
        events,
        channels,
        version=kind.version,
        datatype="I" if is_integer else "F",
        bits=instrument.word_bits,
        byteord=kind.byteord,
        keywords=keywords,
        spillover=spillover,
    )


def _stored(tube: Tube, channels: list[WriteChannel], instrument: Instrument) -> NDArray[np.float64]:
    """Return the integers of each channel, shape (n_events, n_channels); logarithmic amplifiers hold nothing below 1.

    The stored number of a logarithmic channel is the whole part of ``range / decades * log10(value)``.
    """
    stored = np.rint(tube.events.T.astype(np.float64))
    for column, channel in enumerate(channels):
        if channel.amplification[0]:
            value = np.maximum(tube.events[column].astype(np.float64), 1.0)
            stored[:, column] = np.floor(np.log10(value) * channel.range / instrument.decades)
        np.clip(stored[:, column], 0, channel.range - 1, out=stored[:, column])
    return stored


def _channels(panel: Panel, optics: Optics) -> list[WriteChannel]:
    voltage = dict(zip(optics.channels, optics.voltages, strict=True))
    instrument = optics.instrument
    full_scale = instrument.full_scale
    log = (instrument.decades, 0.0)
    channels = []
    for entry in panel.channels:
        if entry.scatter:
            channels.append(WriteChannel(entry.channel, range=full_scale, voltage=SCATTER_VOLTAGE[entry.scatter[:3]]))
        elif entry.role == "time":
            channels.append(WriteChannel(entry.channel, range=max(full_scale, TIME_RANGE), gain=0.01))
        else:
            own = WriteChannel(entry.channel, entry.marker or "", full_scale, 1.0, log, voltage.get(entry.channel))
            channels.append(own)
    return channels

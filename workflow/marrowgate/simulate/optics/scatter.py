"""Scatter pulses: area, height and width of single cells and of two cells that pass the laser together.

A pulse is a bell curve in time. For one cell the height follows the area over the pulse's width. For two cells the
areas add, the heights add only as far as the pulses overlap, and the width is the area over the height, as the
instrument reports it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.simulate.optics.instruments import HOME_SCALE, Instrument

FloatArray = NDArray[np.float32]

NOMINAL_WIDTH = 62_500.0  # width of a single cell's pulse on the 18-bit scale, as in FACSDiva files
HEIGHT_PER_AREA = 0.86  # area scaling leaves heights a little below areas
WIDTH_SD = 0.022
SIZE_EXPONENT = 0.045  # large cells have slightly longer pulses
REFERENCE_AREA = 80_000.0
NOISE = 350.0


@dataclass(frozen=True, eq=False)
class Pulse:
    """Area, height and width of one scatter detector, each float32 of shape (n,)."""

    area: FloatArray
    height: FloatArray
    width: FloatArray


def single_pulse(rng: np.random.Generator, area: FloatArray) -> Pulse:
    """Return the pulses of single cells.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the jitter.
    area : ndarray of float32, shape (n,)
        True areas.

    Returns
    -------
    Pulse
        Not yet cut at the converter's range.
    """
    noisy = area + np.float32(NOISE) * rng.standard_normal(area.size, dtype=np.float32)
    np.maximum(noisy, np.float32(200.0), out=noisy)
    length = (noisy * np.float32(1 / REFERENCE_AREA)) ** np.float32(SIZE_EXPONENT)
    length *= 1 + np.float32(WIDTH_SD) * rng.standard_normal(area.size, dtype=np.float32)
    return Pulse(noisy, np.float32(HEIGHT_PER_AREA) * noisy / length, np.float32(NOMINAL_WIDTH) * length)


def join_pulses(first: Pulse, second: Pulse, overlap: FloatArray) -> Pulse:
    """Return the pulses of pairs of cells.

    Parameters
    ----------
    first, second : Pulse
        The cells of each pair.
    overlap : ndarray of float32, shape (n,)
        Share of the lower pulse that stands under the peak of the higher one: 0 one after the other, 1 side by side.

    Returns
    -------
    Pulse
        Areas add; the height is less than the sum of the heights, and the width longer.
    """
    area = first.area + second.area
    height = np.maximum(first.height, second.height) + overlap * np.minimum(first.height, second.height)
    width = np.float32(NOMINAL_WIDTH * HEIGHT_PER_AREA) * area / height
    return Pulse(area, height, width.astype(np.float32))


def digitised(pulse: Pulse, detector: str, instrument: Instrument) -> Pulse:
    """Return the pulses as an instrument reports them.

    Parameters
    ----------
    pulse : Pulse
        On the home instrument's scale.
    detector : str
        ``FSC`` or ``SSC``.
    instrument : Instrument
        Its gain multiplies areas and heights, widths keep their share of the full scale, and all are cut at its top.
    """
    gain, top = np.float32(instrument.scatter_gain(detector)), np.float32(instrument.top)
    width = np.float32(instrument.full_scale / HOME_SCALE)
    return Pulse(
        np.minimum(pulse.area * gain, top), np.minimum(pulse.height * gain, top), np.minimum(pulse.width * width, top)
    )

"""Instruments by name: what each makes of the same light, and how it writes its files.

The figures of the simulator belong to one instrument, `home`. The others multiply its signals by a gain for each
detector, cut them at their own full scale, add more or less noise, and may amplify logarithmically. The named ones
stand in `instruments.yaml`; `any_7` is drawn at random from the seed 7.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import yaml

from marrowgate.errors import fault
from marrowgate.simulate.streams import stream

HOME_SCALE = 262144
RANDOM = "any_"
"""Beginning of the names of instruments that are drawn at random; the seed follows."""
GAIN_RANGE = (0.2, 5.0)
SCATTER_RANGE = (0.4, 2.5)
FULL_SCALES = (2**18, 2**20, 2**22, 2**24)
DETECTOR_NAMES = (
    "FITC", "PE", "PE-CF594", "PerCP-Cy5-5", "PE-Cy7", "APC", "APC-Cy7", "BV421", "BV510", "BV605", "BV650", "BV711",
    "BV786",
)  # fmt: skip


@dataclass(frozen=True)
class Instrument:
    """What differs between instruments.

    Parameters
    ----------
    name : str
        Its name on the command line.
    note : str
        What it stands for.
    full_scale : int
        ``$PnR`` of every channel; a linear channel cannot report this value or more.
    decades : float
        Decades of the fluorescence's logarithmic amplifiers, from 1 to ``10**decades``; 0 for linear ones. Scatter is
        linear.
    datatype : str
        ``F`` floats, ``I`` unsigned integers; integers cannot hold negative values.
    gain : float
        Factor on all fluorescence, relative to home.
    gains : mapping of str to float
        Further factor of each detector; 1 for those that are not in it.
    fsc, ssc : float
        Factors on area and height of the scatter pulses, relative to home.
    photons : float
        Factor on the variance of the photons' noise: 4 means a quarter of the photoelectrons.
    electronic : float
        Factor on the standard deviation of the electronic noise, before the gain.
    """

    name: str
    note: str = ""
    full_scale: int = HOME_SCALE
    decades: float = 0.0
    datatype: Literal["F", "I"] = "F"
    gain: float = 1.0
    gains: Mapping[str, float] = field(default_factory=dict)
    fsc: float = 1.0
    ssc: float = 1.0
    photons: float = 1.0
    electronic: float = 1.0

    @property
    def top(self) -> float:
        """Return the highest value of a linear channel."""
        return self.full_scale - 1.0

    @property
    def fluorescence_top(self) -> float:
        """Return the highest value of fluorescence on the linear scale."""
        return float(10.0**self.decades) if self.decades else self.top

    @property
    def word_bits(self) -> int:
        """Return the length of a stored number."""
        return 16 if self.full_scale <= 2**16 else 32

    def gain_of(self, detector: str) -> float:
        """Return the factor on the fluorescence of a detector, relative to home."""
        return self.gain * self.gains.get(detector, 1.0)

    def scatter_gain(self, detector: str) -> float:
        """Return the factor on ``FSC`` or ``SSC``, relative to home."""
        return {"FSC": self.fsc, "SSC": self.ssc}[detector]


HOME = Instrument("home", "what the simulator's figures are written for")


@cache
def named_instruments() -> Mapping[str, Instrument]:
    """Return the instruments of `instruments.yaml` by name."""
    text = Path(__file__).with_name("instruments.yaml").read_text(encoding="utf-8")
    return {name: Instrument(name=name, **facts) for name, facts in yaml.safe_load(text).items()}


def draw_instrument(seed: int) -> Instrument:
    """Draw an instrument: what another operator, on another make, might have set.

    Parameters
    ----------
    seed : int
        The same seed gives the same instrument.

    Returns
    -------
    Instrument
        Gains evenly spread on a logarithmic scale, 0.2 to 5 for each fluorescence detector and 0.4 to 2.5 for each
        scatter, full scale 2^18, 2^20, 2^22 or 2^24, floats or integers; noise as at home.
    """
    rng = stream("instrument", seed)
    gains = {name: _between(rng, *GAIN_RANGE) for name in DETECTOR_NAMES}
    fsc, ssc = (_between(rng, *SCATTER_RANGE) for _ in range(2))
    full_scale = int(rng.choice(FULL_SCALES))
    is_float = bool(rng.random() < 0.5)
    note = "drawn at random"
    return Instrument(f"{RANDOM}{seed}", note, full_scale, 0.0, "F" if is_float else "I", 1.0, gains, fsc, ssc)


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return round(float(np.exp(rng.uniform(np.log(low), np.log(high)))), 3)


def find_instrument(name: str) -> Instrument:
    """Return the instrument of a name.

    Raises
    ------
    UserError
        There is no such instrument.
    """
    number = name.removeprefix(RANDOM)
    if name.startswith(RANDOM) and number.isascii() and number.isdigit():
        return draw_instrument(int(number))
    known = named_instruments()
    if name not in known:
        where, cure = "option --instrument", f"use one of {', '.join(known)}, or {RANDOM} and a seed, such as any_7"
        raise fault(where, f"there is no instrument {name!r}", cure)
    return known[name]

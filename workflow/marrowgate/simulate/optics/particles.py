"""Beads: what they send out in every detector, and how they scatter.

Counting beads are counted; PE beads carry known numbers of PE molecules; rainbow beads have eight brightnesses in every
detector; capture beads bind one antibody, or none. All levels are assumptions of the usual order of magnitude.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from marrowgate.simulate.optics.instrument import FloatArray, Optics

PE_MOLECULES = (520.0, 5600.0, 24_500.0, 64_000.0)
RAINBOW_LEVELS = (90.0, 380.0, 1150.0, 3400.0, 9800.0, 27_500.0, 68_000.0, 150_000.0)
COUNTING_LEVEL = 42_000.0
CAPTURED_LEVEL = 45_000.0


@dataclass(frozen=True)
class Particle:
    """A kind of bead: median and spread (ln) of its scatter, and the spread of its fluorescence."""

    name: str
    fsc: float
    ssc: float
    scatter_sd: float
    signal_sd: float


PARTICLES: tuple[Particle, ...] = (
    Particle("counting_bead", 47e3, 205e3, 0.05, 0.04),
    Particle("capture_bead_blank", 42e3, 28e3, 0.06, 0.10),
    Particle("capture_bead_stained", 42e3, 28e3, 0.06, 0.15),
    *(Particle(f"pe_bead_{level}", 90e3, 60e3, 0.06, 0.06) for level in range(1, len(PE_MOLECULES) + 1)),
    *(Particle(f"rainbow_bead_{level}", 60e3, 70e3, 0.05, 0.04) for level in range(1, len(RAINBOW_LEVELS) + 1)),
)
# Kinds of bead in a sample, by lot, as shares.
LOTS: Mapping[str, Mapping[str, float]] = {
    "COUNT01": {"counting_bead": 1.0},
    "CAPTURE01": {"capture_bead_blank": 0.5, "capture_bead_stained": 0.5},
    "PE01": {f"pe_bead_{level}": 1.0 for level in range(1, len(PE_MOLECULES) + 1)},
    "RAINBOW01": {f"rainbow_bead_{level}": 1.0 for level in range(1, len(RAINBOW_LEVELS) + 1)},
}


def particle_signals(optics: Optics, captured: str) -> Mapping[str, FloatArray]:
    """Return the median signal of every kind of bead.

    Parameters
    ----------
    optics : Optics
        The instrument.
    captured : str
        Marker whose antibody the stained capture beads bind; empty for none.

    Returns
    -------
    mapping of str to ndarray of float32, shape (k,)
        Signal at the reference gain in the home detector of each stain of the panel.
    """
    n = len(optics.markers)
    caught = np.array([CAPTURED_LEVEL if marker == captured else 0.0 for marker in optics.markers], dtype=np.float32)
    is_pe = np.array([channel == "PE-A" for channel in optics.channels], dtype=np.float32)
    signals = {
        "counting_bead": np.full(n, COUNTING_LEVEL, dtype=np.float32),
        "capture_bead_blank": np.zeros(n, dtype=np.float32),
        "capture_bead_stained": caught,
    }
    for level, molecules in enumerate(PE_MOLECULES, start=1):
        signals[f"pe_bead_{level}"] = is_pe * optics.brightness * np.float32(molecules)
    # rainbow beads shine in every detector by themselves: light is given per detector and taken back through the matrix
    spill = optics.spillover * (optics.gain[:, None] / optics.gain[None, :])
    shape = np.linalg.solve(spill.T, np.ones(n)).astype(np.float32)
    for level, brightness in enumerate(RAINBOW_LEVELS, start=1):
        signals[f"rainbow_bead_{level}"] = shape * np.float32(brightness)
    return signals

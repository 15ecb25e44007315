"""Simulated spectral samples: 64 detectors, photon and electronic noise, fluorochromes with overlapping spectra."""

from dataclasses import dataclass

import numpy as np

from marrowgate.fcs.model import Channel, FcsFile, Verdict

N_DETECTORS = 64
LASERS = (0, 16, 30, 44, 56)
"""First detector of each laser."""
GAIN, FLOOR = 4.0, 400.0


def spectra(rng: np.random.Generator, n_dyes: int) -> np.ndarray:
    """Return signatures, shape (n_dyes, 64): a peak of one laser, and weaker copies of the same emission for others."""
    emission = np.linspace(0, 1, 16)
    rows = []
    for number in range(n_dyes):
        peak, width = (number + 0.5) / n_dyes, rng.uniform(0.07, 0.12)
        shape = np.exp(-0.5 * ((emission - peak) / width) ** 2) + 0.25 * np.exp(
            -0.5 * ((emission - peak - 0.2) / 0.15) ** 2
        )
        excited = rng.dirichlet(np.full(len(LASERS), 0.6))
        row = np.concatenate([excited[laser] * shape[: end - begin] for laser, (begin, end) in enumerate(_blocks())])
        rows.append(row / row.max())
    return np.array(rows)


def cells(rng: np.random.Generator, n: int, kinds: int = 1) -> np.ndarray:
    """Return the cells' own fluorescence, shape (n, 64), of one or two kinds of cells."""
    x = np.arange(N_DETECTORS)
    shapes = np.array([np.exp(-x / 25.0), 0.5 * np.exp(-0.5 * ((x - 40) / 12.0) ** 2) + 0.05])
    kind = rng.integers(0, kinds, n)
    return rng.lognormal(6.5, 0.35, n)[:, None] * shapes[kind]


def measured(rng: np.random.Generator, signal: np.ndarray) -> np.ndarray:
    """Return what the detectors show of a mean signal: photons of `GAIN` units and a floor."""
    return rng.poisson(signal / GAIN) * GAIN + rng.normal(0, np.sqrt(FLOOR), signal.shape)


def raw_file(values: np.ndarray) -> FcsFile:
    """Return a raw file with these detector values."""
    channels = tuple(
        Channel(place, f"D{place + 1}-A", "", "", "", "fluorescence", "", 32, 4e6, (0.0, 0.0), None, None)
        for place in range(values.shape[1])
    )
    return FcsFile(1, Verdict("accepted"), "3.1", len(values), channels, None, "", {}, {}, values.astype(np.float32))


@dataclass(frozen=True)
class Experiment:
    """Single stains, an unstained sample, and a stained one with its truth."""

    dyes: np.ndarray
    unstained: FcsFile
    stains: list[FcsFile]
    truth: np.ndarray
    own: np.ndarray
    observed: np.ndarray


def experiment(seed: int, n_dyes: int = 12, kinds: int = 1, n: int = 6000) -> Experiment:
    """Simulate an experiment; a third of the sample's events lack each fluorochrome."""
    rng = np.random.default_rng(seed)
    dyes = spectra(rng, n_dyes)
    unstained = raw_file(measured(rng, cells(rng, n, kinds)))
    stains = []
    for row in dyes:
        amount = rng.lognormal(9.5, 0.5, n) * (rng.random(n) < 0.6)
        stains.append(raw_file(measured(rng, cells(rng, n, kinds) + amount[:, None] * row)))
    truth = rng.lognormal(8.5, 1.0, (n, n_dyes)) * (rng.random((n, n_dyes)) < 0.67)
    own = cells(rng, n, kinds)
    return Experiment(dyes, unstained, stains, truth, own, measured(rng, truth @ dyes + own))


def _blocks() -> list[tuple[int, int]]:
    return list(zip(LASERS, (*LASERS[1:], N_DETECTORS), strict=True))

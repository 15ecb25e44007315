"""Cells drawn from the tables: their molecules as fluorochrome signal, their scatter, and what is true of each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.simulate.cell_types import (
    BACKGROUND,
    CELL_TYPES,
    CROWDING,
    DNA_DYES,
    NAMES,
    NUCLEATED,
    neighbours,
    true_members,
)
from marrowgate.simulate.optics.instrument import FloatArray, Optics
from marrowgate.simulate.optics.particles import PARTICLES, particle_signals
from marrowgate.simulate.parameters import APOPTOTIC, COAT, COMMON_BINDING, DEAD, SHARED_VARIANCE, STICKY, Parameter

KINDS = (*NAMES, *(particle.name for particle in PARTICLES))
# Stages before and after each kind; beads and cells that do not mature are their own neighbours.
BEFORE, AFTER = (np.array([KINDS.index(neighbours(name)[side]) for name in KINDS]) for side in (0, 1))
CROWD = np.array([CROWDING.get(name, 1.0) for name in KINDS], dtype=np.float32)
IS_NUCLEATED = np.array([name in NUCLEATED for name in KINDS])

OWN = np.float32(np.sqrt(1 - SHARED_VARIANCE))
SHARED = np.float32(np.sqrt(SHARED_VARIANCE))


@dataclass(frozen=True, eq=False)
class Recipe:
    """What is in a sample and how it was stained.

    Parameters
    ----------
    rates : ndarray of float64, shape (len(KINDS),)
        Events of each kind in proportion to each other, as the cytometer meets them.
    dead, coated : ndarray of float64, shape (len(KINDS),)
        Share of each kind that is dead, or coated with platelets.
    apoptotic : float
        Share of living nucleated cells that are apoptotic.
    sticky : float
        Share of nucleated cells that bind antibody without its antigen.
    doublets : float
        Share of events that are two cells.
    shift : mapping of (str, str) to float
        Change of the log abundance of a marker, by kind and marker; the kind ``*`` stands for every cell that
        carries the marker.
    left_out : frozenset of str
        Markers whose antibody is not in the sample.
    isotype : frozenset of str
        Markers whose antibody is replaced by one without antigen.
    captured : str
        Marker whose antibody the stained capture beads bind.
    """

    rates: NDArray[np.float64]
    dead: NDArray[np.float64]
    coated: NDArray[np.float64]
    apoptotic: float
    sticky: float
    doublets: float
    shift: Mapping[tuple[str, str], float]
    left_out: frozenset[str] = frozenset()
    isotype: frozenset[str] = frozenset()
    captured: str = ""


@dataclass(frozen=True, eq=False)
class Cells:
    """Particles before they meet the instrument.

    Parameters
    ----------
    kind : ndarray of int8, shape (n,)
        Index into `KINDS`.
    is_dead, is_apoptotic, is_coated, is_sticky : ndarray of bool, shape (n,)
        What is true of each.
    signal : ndarray of float32, shape (k, n)
        Signal of each stain in its home detector at the reference gain.
    autofluorescence : ndarray of float32, shape (n,)
        Multiple of a lymphocyte's.
    fsc, ssc : ndarray of float32, shape (n,)
        Areas of the scatter pulses.
    """

    kind: NDArray[np.int8]
    is_dead: NDArray[np.bool_]
    is_apoptotic: NDArray[np.bool_]
    is_coated: NDArray[np.bool_]
    is_sticky: NDArray[np.bool_]
    signal: FloatArray
    autofluorescence: FloatArray
    fsc: FloatArray
    ssc: FloatArray


def draw_kinds(rng: np.random.Generator, rates: NDArray[np.float64], n: int) -> NDArray[np.int8]:
    """Draw the kinds of `n` particles in random order, in proportion to `rates`."""
    counts = rng.multinomial(n, rates / rates.sum())
    kinds = np.repeat(np.arange(len(rates), dtype=np.int8), counts)
    rng.shuffle(kinds)
    return kinds


def draw_cells(rng: np.random.Generator, optics: Optics, recipe: Recipe, kind: NDArray[np.int8]) -> Cells:
    """Draw particles of given kinds.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of all randomness.
    optics : Optics
        Names the markers and their brightness.
    recipe : Recipe
        Shares of dead, coated and sticky cells, and the stains.
    kind : ndarray of int8, shape (n,)
        Index into `KINDS`.

    Returns
    -------
    Cells
        The particles in the order of `kind`.
    """
    n = kind.size
    is_dead = rng.random(n, dtype=np.float32) < recipe.dead.astype(np.float32)[kind]
    is_apoptotic = (rng.random(n, dtype=np.float32) < np.float32(recipe.apoptotic)) & IS_NUCLEATED[kind] & ~is_dead
    is_coated = rng.random(n, dtype=np.float32) < recipe.coated.astype(np.float32)[kind]
    is_sticky = (rng.random(n, dtype=np.float32) < np.float32(recipe.sticky)) & IS_NUCLEATED[kind]
    size = rng.standard_normal(n, dtype=np.float32)
    back, ahead = _maturity(rng, kind)
    medians, spreads = abundance_tables(optics.markers, recipe)
    before, after = medians[:, BEFORE] - medians, medians[:, AFTER] - medians
    signal = np.empty((len(optics.markers), n), dtype=np.float32)
    for row in range(len(optics.markers)):
        draw = rng.standard_normal(n, dtype=np.float32)
        draw *= OWN
        draw += SHARED * size
        draw *= spreads[row][kind]
        draw += medians[row][kind] + back * before[row][kind] + ahead * after[row][kind]
        np.exp(draw, out=signal[row])
    _coat(rng, optics.markers, signal, is_coated)
    _bind_unspecifically(rng, optics.markers, signal, is_sticky, STICKY)
    _wither(rng, optics.markers, signal, is_apoptotic)
    _kill(rng, optics.markers, signal, is_dead)
    _leave_out(optics.markers, signal, recipe.left_out)
    signal *= optics.brightness[:, None]
    _light_particles(rng, signal, kind, particle_signals(optics, recipe.captured))
    fsc, ssc = _scatter(rng, kind, size, is_dead, is_apoptotic, is_coated)
    glow = np.array([cell.autofluorescence for cell in CELL_TYPES] + [0.0] * len(PARTICLES), dtype=np.float32)[kind]
    glow *= np.exp(np.float32(0.25) * (SHARED * size + OWN * rng.standard_normal(n, dtype=np.float32)))
    glow[is_dead] *= np.float32(DEAD["autofluorescence"].value)
    return Cells(kind, is_dead, is_apoptotic, is_coated, is_sticky, signal, glow, fsc, ssc)


def _maturity(rng: np.random.Generator, kind: NDArray[np.int8]) -> tuple[FloatArray, FloatArray]:
    """Draw how far each cell is on the way to the stage before and to the stage after; half way is the border."""
    maturity = 2 * rng.random(kind.size, dtype=np.float32) - 1
    distance = np.float32(0.5) * np.abs(maturity) ** CROWD[kind]
    return np.where(maturity < 0, distance, 0), np.where(maturity > 0, distance, 0)


def abundance_tables(markers: tuple[str, ...], recipe: Recipe) -> tuple[FloatArray, FloatArray]:
    """Return the log median and the spread of every marker on every kind.

    Parameters
    ----------
    markers : tuple of str, length k
        Stains in the order of the channels.
    recipe : Recipe
        Shifts of the sample, and isotype controls.

    Returns
    -------
    tuple of (ndarray of float32, ndarray of float32), each of shape (k, len(KINDS))
        Natural logarithm of the median in molecules (diploid amounts for DNA dyes), and its standard deviation.
    """
    medians = np.zeros((len(markers), len(KINDS)))
    spreads = np.zeros_like(medians)
    for row, marker in enumerate(markers):
        for column, cell in enumerate(CELL_TYPES):
            if marker in DNA_DYES:
                share = DEAD["dye_live"].value if marker == "7-AAD" else 1.0
                median, spread = cell.dna * share, cell.dna_sd if marker == "DNA" else DEAD["dye_sd"].value
            else:
                median, spread = BACKGROUND[marker]
                if marker in cell.markers and marker not in recipe.isotype:
                    median, spread = cell.markers[marker]
                    shifts = (recipe.shift.get(("*", marker), 0.0), recipe.shift.get((cell.name, marker), 0.0))
                    median *= np.exp(sum(shifts))
            medians[row, column], spreads[row, column] = np.log(median), spread
    return medians.astype(np.float32), spreads.astype(np.float32)


def _coat(rng: np.random.Generator, markers: tuple[str, ...], signal: FloatArray, who: NDArray[np.bool_]) -> None:
    """Add the antigens of adhering platelets."""
    where = np.flatnonzero(who)
    amount = np.log(COAT["platelet_antigen"].value) + COAT["platelet_sd"].value * rng.standard_normal(where.size)
    for row, marker in enumerate(markers):
        if marker in {"CD41a", "CD61"}:
            signal[row, where] += np.exp(amount).astype(np.float32)


def _bind_unspecifically(
    rng: np.random.Generator,
    markers: tuple[str, ...],
    signal: FloatArray,
    who: NDArray[np.bool_],
    rates: Mapping[str, Parameter],
) -> None:
    """Add antibody that is bound without antigen, more to some cells and antibodies than to others."""
    where = np.flatnonzero(who)
    common = rng.standard_normal(where.size)
    shared, alone = np.sqrt(COMMON_BINDING), np.sqrt(1 - COMMON_BINDING)
    median, spread = np.log(rates["bound_antibody"].value), rates["bound_sd"].value
    for row, marker in enumerate(markers):
        own = rng.standard_normal(where.size)
        if marker not in DNA_DYES:
            signal[row, where] += np.exp(median + spread * (shared * common + alone * own)).astype(np.float32)


def _kill(rng: np.random.Generator, markers: tuple[str, ...], signal: FloatArray, who: NDArray[np.bool_]) -> None:
    """Let dead cells lose antigen, bind antibody and take up the viability dye."""
    where = np.flatnonzero(who)
    for row, marker in enumerate(markers):
        if marker == "7-AAD":
            signal[row, where] *= np.float32(DEAD["dye"].value / DEAD["dye_live"].value)
        elif marker not in DNA_DYES:
            signal[row, where] *= np.float32(DEAD["kept_antigen"].value)
    _bind_unspecifically(rng, markers, signal, who, DEAD)


def _wither(rng: np.random.Generator, markers: tuple[str, ...], signal: FloatArray, who: NDArray[np.bool_]) -> None:
    """Let apoptotic cells lose CD45 and CD16, bind antibody, and take up a little of the viability dye."""
    kept = {"CD45": "kept_cd45", "CD16": "kept_cd16", "7-AAD": "dye"}
    where = np.flatnonzero(who)
    for row, marker in enumerate(markers):
        if marker in kept:
            signal[row, where] *= np.float32(APOPTOTIC[kept[marker]].value)
    _bind_unspecifically(rng, markers, signal, who, APOPTOTIC)


def _leave_out(markers: tuple[str, ...], signal: FloatArray, left_out: frozenset[str]) -> None:
    for row, marker in enumerate(markers):
        if marker in left_out:
            signal[row] = 0


def _light_particles(
    rng: np.random.Generator, signal: FloatArray, kind: NDArray[np.int8], medians: Mapping[str, FloatArray]
) -> None:
    """Replace the signal of beads by their own light."""
    for index, particle in enumerate(PARTICLES, start=len(NAMES)):
        where = np.flatnonzero(kind == index)
        factor = np.exp(particle.signal_sd * rng.standard_normal(where.size))
        signal[:, where] = medians[particle.name][:, None] * factor


def _scatter(
    rng: np.random.Generator,
    kind: NDArray[np.int8],
    size: FloatArray,
    is_dead: NDArray[np.bool_],
    is_apoptotic: NDArray[np.bool_],
    is_coated: NDArray[np.bool_],
) -> tuple[FloatArray, FloatArray]:
    """Draw scatter areas: forward scatter is the cell's size, side scatter follows it loosely."""
    rows = [(cell.fsc, cell.fsc_sd, cell.ssc, cell.ssc_sd) for cell in CELL_TYPES]
    rows += [(bead.fsc, bead.scatter_sd, bead.ssc, bead.scatter_sd) for bead in PARTICLES]
    table = np.array(rows, dtype=np.float32)
    fsc = np.exp(np.log(table[:, 0])[kind] + table[:, 1][kind] * size)
    grain = np.float32(0.3) * size + np.float32(0.954) * rng.standard_normal(kind.size, dtype=np.float32)
    ssc = np.exp(np.log(table[:, 2])[kind] + table[:, 3][kind] * grain)
    fsc[is_dead] *= np.float32(DEAD["fsc"].value)
    ssc[is_dead] *= np.float32(DEAD["ssc"].value)
    fsc[is_apoptotic] *= np.float32(APOPTOTIC["fsc"].value)
    ssc[is_apoptotic] *= np.float32(APOPTOTIC["ssc"].value)
    fsc[is_coated] *= np.float32(COAT["fsc"].value)
    return fsc, ssc


def kinds_of(population: str) -> NDArray[np.int8]:
    """Return the indices into `KINDS` of the cell types of a population of the strategy."""
    members = true_members(population)
    return np.array([index for index, name in enumerate(KINDS) if name in members], dtype=np.int8)

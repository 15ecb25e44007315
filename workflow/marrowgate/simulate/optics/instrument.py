"""The optics: fluorochromes, detectors, spillover, photons, electronic noise and the converter's range.

Signals are in channels of the home instrument's 18-bit scale; `set_up_on` brings them to another instrument's. The
figures are those of a usual analyser with violet, blue, yellow-green and red lasers; they are assumptions, since no
spectra of a real configuration are part of the project.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marrowgate.errors import Fault, UserError
from marrowgate.settings.panel import Panel
from marrowgate.simulate.cell_types import BACKGROUND, DNA_DYES
from marrowgate.simulate.optics.instruments import HOME, Instrument
from marrowgate.simulate.streams import stream

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Detector:
    """Gain-independent facts of one detector.

    Parameters
    ----------
    autofluorescence : float
        Signal of an unstained lymphocyte.
    per_photon : float
        Channels for one photoelectron; larger means fewer photons and a wider spread.
    electronic : float
        Standard deviation of the electronic noise.
    voltage : float
        Written to the file.
    """

    autofluorescence: float
    per_photon: float
    electronic: float
    voltage: float


@dataclass(frozen=True)
class Fluorochrome:
    """Where a fluorochrome is seen.

    Parameters
    ----------
    home : str
        Its own detector.
    brightness : float
        Signal for one molecule of antibody, or for one diploid amount of DNA.
    spill : mapping of str to float
        Signal in other detectors for one unit of signal at home.
    """

    home: str
    brightness: float
    spill: Mapping[str, float]


DETECTORS: Mapping[str, Detector] = {
    "FITC": Detector(190, 14, 32, 470),
    "PE": Detector(90, 14, 26, 480),
    "PE-CF594": Detector(80, 16, 26, 500),
    "PerCP-Cy5-5": Detector(70, 30, 32, 560),
    "PE-Cy7": Detector(30, 26, 34, 600),
    "APC": Detector(45, 16, 30, 520),
    "APC-Cy7": Detector(55, 40, 42, 540),
    "BV421": Detector(220, 12, 28, 400),
    "BV510": Detector(280, 18, 34, 430),
    "BV605": Detector(120, 18, 32, 480),
    "BV650": Detector(100, 20, 34, 500),
    "BV711": Detector(80, 24, 36, 520),
    "BV786": Detector(60, 36, 42, 560),
}
FLUOROCHROMES: Mapping[str, Fluorochrome] = {
    "FITC": Fluorochrome("FITC", 0.28, {
        "PE": 0.14, "PE-CF594": 0.05, "PerCP-Cy5-5": 0.015, "PE-Cy7": 0.003, "BV510": 0.02, "BV605": 0.01,
        "BV650": 0.003}),
    "PE": Fluorochrome("PE", 1.6, {
        "FITC": 0.010, "PE-CF594": 0.34, "PerCP-Cy5-5": 0.10, "PE-Cy7": 0.015, "BV605": 0.04, "BV650": 0.015}),
    "PE-CF594": Fluorochrome("PE-CF594", 1.2, {
        "PE": 0.24, "PerCP-Cy5-5": 0.36, "PE-Cy7": 0.05, "APC": 0.008, "BV605": 0.10, "BV650": 0.06, "BV711": 0.03}),
    "PerCP-Cy5-5": Fluorochrome("PerCP-Cy5-5", 0.30, {
        "PE-CF594": 0.004, "PE-Cy7": 0.24, "APC": 0.015, "APC-Cy7": 0.05, "BV650": 0.03, "BV711": 0.28, "BV786": 0.11}),
    "7-AAD": Fluorochrome("PerCP-Cy5-5", 22e3, {
        "PE": 0.03, "PE-CF594": 0.32, "PE-Cy7": 0.11, "APC": 0.012, "APC-Cy7": 0.01, "BV605": 0.02, "BV650": 0.10,
        "BV711": 0.12, "BV786": 0.03}),
    "PE-Cy7": Fluorochrome("PE-Cy7", 1.0, {
        "PE": 0.02, "PE-CF594": 0.01, "PerCP-Cy5-5": 0.03, "APC-Cy7": 0.09, "BV786": 0.07}),
    "APC": Fluorochrome("APC", 1.0, {
        "PerCP-Cy5-5": 0.01, "PE-Cy7": 0.004, "APC-Cy7": 0.08, "BV650": 0.14, "BV711": 0.07, "BV786": 0.02}),
    "APC-Cy7": Fluorochrome("APC-Cy7", 0.25, {
        "PE-Cy7": 0.05, "APC": 0.04, "BV650": 0.008, "BV711": 0.01, "BV786": 0.10}),
    "DyeCycle Violet": Fluorochrome("BV421", 45e3, {
        "FITC": 0.002, "BV510": 0.09, "BV605": 0.015, "BV650": 0.008, "BV711": 0.004, "BV786": 0.002}),
    "BV421": Fluorochrome("BV421", 1.4, {
        "BV510": 0.10, "BV605": 0.012, "BV650": 0.006, "BV711": 0.004, "BV786": 0.002}),
    "BV510": Fluorochrome("BV510", 0.10, {
        "FITC": 0.03, "PE": 0.004, "BV421": 0.04, "BV605": 0.24, "BV650": 0.14, "BV711": 0.06, "BV786": 0.03}),
    "BV605": Fluorochrome("BV605", 0.5, {
        "PE": 0.05, "PE-CF594": 0.26, "PerCP-Cy5-5": 0.03, "BV421": 0.03, "BV510": 0.02, "BV650": 0.52,
        "BV711": 0.22, "BV786": 0.08}),
    "BV650": Fluorochrome("BV650", 0.5, {
        "PE-CF594": 0.01, "PerCP-Cy5-5": 0.06, "PE-Cy7": 0.01, "APC": 0.30, "APC-Cy7": 0.03, "BV421": 0.02,
        "BV605": 0.06, "BV711": 0.40, "BV786": 0.16}),
    "BV711": Fluorochrome("BV711", 0.6, {
        "PerCP-Cy5-5": 0.10, "PE-Cy7": 0.02, "APC": 0.03, "APC-Cy7": 0.04, "BV421": 0.02, "BV650": 0.02,
        "BV786": 0.32}),
    "BV786": Fluorochrome("BV786", 0.5, {
        "PE-Cy7": 0.10, "APC-Cy7": 0.13, "BV421": 0.03, "BV650": 0.008, "BV711": 0.04}),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Optics:
    """An instrument with one panel and the gains of one batch.

    Parameters
    ----------
    markers : tuple of str, length k
        What is stained, in the panel's order.
    channels : tuple of str, length k
        The channels of the detectors.
    brightness : ndarray of float32, shape (k,)
        Signal for one molecule in the home detector at the reference gain.
    spillover : ndarray of float64, shape (k, k)
        Rows are fluorochromes, columns detectors, at the batch's gains: what a perfect single stain would give.
    autofluorescence, per_photon, electronic : ndarray of float32, shape (k,)
        As in `Detector`.
    gain : ndarray of float32, shape (k,)
        The batch's gain over the reference.
    drift : ndarray of float32, shape (k,)
        The sample's gain over the batch's, which the matrix knows nothing of.
    voltages : tuple of float, length k
        Written to the file.
    instrument : Instrument
        Its full scale, its amplifiers and its scatter.
    """

    markers: tuple[str, ...]
    channels: tuple[str, ...]
    brightness: FloatArray
    spillover: NDArray[np.float64]
    autofluorescence: FloatArray
    per_photon: FloatArray
    electronic: FloatArray
    gain: FloatArray
    drift: FloatArray
    voltages: tuple[float, ...]
    instrument: Instrument = HOME


def _spill(dye: Fluorochrome, gain: Mapping[str, float]) -> list[float]:
    """Return what a dye's detectors see of it, in units of its own detector's signal."""
    return [1.0 if home == dye.home else dye.spill.get(home, 0.0) * own / gain[dye.home] for home, own in gain.items()]


def make_optics(panel: Panel, gain_stream: Sequence[str | int] | None = None, gain_sd: float = 0.06) -> Optics:
    """Set the instrument up for a panel.

    Parameters
    ----------
    panel : Panel
        Its stained channels must be named after detectors that the simulated instrument has.
    gain_stream : sequence of str or int, optional
        Names the random stream of the batch's gains; without it all gains are 1.
    gain_sd : float
        Spread of the gains between batches (ln).

    Returns
    -------
    Optics
        The set-up instrument.

    Raises
    ------
    UserError
        A marker, fluorochrome or detector is not one that can be simulated; one fault for each.
    """
    stained = [entry for entry in panel.channels if entry.marker]
    _refuse_unknown(panel)
    homes = [entry.channel.removesuffix("-A") for entry in stained]
    dyes = [FLUOROCHROMES[str(entry.fluorochrome)] for entry in stained]
    gain = _drawn_gains(homes, gain_stream, gain_sd) if gain_stream is not None else dict.fromkeys(homes, 1.0)
    spillover = np.array([_spill(dye, gain) for dye in dyes])
    facts = [DETECTORS[home] for home in homes]
    return Optics(
        markers=tuple(str(entry.marker) for entry in stained),
        channels=tuple(entry.channel for entry in stained),
        brightness=np.array([dye.brightness for dye in dyes], dtype=np.float32),
        spillover=spillover,
        autofluorescence=np.array([fact.autofluorescence for fact in facts], dtype=np.float32),
        per_photon=np.array([fact.per_photon for fact in facts], dtype=np.float32),
        electronic=np.array([fact.electronic for fact in facts], dtype=np.float32),
        gain=np.array([gain[home] for home in homes], dtype=np.float32),
        drift=np.ones(len(homes), dtype=np.float32),
        voltages=tuple(fact.voltage for fact in facts),
    )


def _drawn_gains(homes: Sequence[str], gain_stream: Sequence[str | int], gain_sd: float) -> dict[str, float]:
    return {home: float(np.exp(gain_sd * stream(*gain_stream, home).standard_normal())) for home in homes}


def set_up_on(optics: Optics, instrument: Instrument) -> Optics:
    """Return the optics as another instrument has them.

    Parameters
    ----------
    optics : Optics
        Of the home instrument.
    instrument : Instrument
        The other one.

    Returns
    -------
    Optics
        Signals are multiplied by the gain of their detector. The spillover matrix is what single stains would give
        there: each row multiplied by the gain of the other detector over that of the fluorochrome's own.
    """
    gain = np.array([instrument.gain_of(channel.removesuffix("-A")) for channel in optics.channels])
    return replace(
        optics,
        gain=(optics.gain * gain).astype(np.float32),
        spillover=optics.spillover * gain[None, :] / gain[:, None],
        per_photon=optics.per_photon * np.float32(instrument.photons),
        electronic=optics.electronic * np.float32(instrument.electronic),
        instrument=instrument,
    )


def _refuse_unknown(panel: Panel) -> None:
    known_markers = {*BACKGROUND, *DNA_DYES}
    faults = []
    for entry in panel.channels:
        if not entry.marker:
            continue
        where = f"panel channel {entry.channel}"
        dye = FLUOROCHROMES.get(str(entry.fluorochrome))
        if entry.marker not in known_markers:
            cure = f"use one of {', '.join(sorted(known_markers))}"
            faults.append(Fault(where, f"the simulator has no marker {entry.marker!r}", cure))
        if dye is None:
            cure = f"use one of {', '.join(FLUOROCHROMES)}"
            faults.append(Fault(where, f"the simulator has no fluorochrome {entry.fluorochrome!r}", cure))
        elif entry.channel.removesuffix("-A") != dye.home:
            what = f"{entry.fluorochrome} is seen in {dye.home}-A on the simulated instrument"
            faults.append(Fault(where, what, f"name the channel {dye.home}-A"))
    if faults:
        raise UserError(faults)


def detect(
    rng: np.random.Generator,
    optics: Optics,
    signal: FloatArray,
    autofluorescence: FloatArray,
    factor: FloatArray | None,
) -> FloatArray:
    """Turn the fluorochromes' signal into what the detectors report.

    Photons are counted with Poisson noise in its normal approximation (a dim event has tens of photoelectrons),
    electronic noise is added, and the sum is cut at the top of the converter's range.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the noise.
    optics : Optics
        The instrument.
    signal : ndarray of float32, shape (k, n)
        Signal of each fluorochrome in its home detector at the reference gain.
    autofluorescence : ndarray of float32, shape (n,)
        Multiple of a lymphocyte's autofluorescence.
    factor : ndarray of float32, shape (n,), optional
        Factor on the gain of every detector for each event.

    Returns
    -------
    ndarray of float32, shape (k, n)
        Values on the instrument's linear scale; negative ones happen.
    """
    top = np.float32(optics.instrument.fluorescence_top)
    spill = optics.spillover * (optics.gain[:, None] / optics.gain[None, :])
    detected = np.empty_like(signal)
    for column in range(len(signal)):
        light = autofluorescence * optics.autofluorescence[column]
        for row in np.flatnonzero(spill[:, column]):
            light += signal[row] * np.float32(spill[row, column])
        spread = np.sqrt(light * optics.per_photon[column] + optics.electronic[column] ** 2)
        spread *= rng.standard_normal(signal.shape[1], dtype=np.float32)
        light += spread
        light *= optics.gain[column] * optics.drift[column]
        if factor is not None:
            light *= factor
        np.minimum(light, top, out=detected[column])
    return detected

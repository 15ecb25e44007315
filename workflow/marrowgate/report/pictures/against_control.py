"""A stained sample against its control, along the marker that the control lacks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marrowgate.measure.pictures.density import FINE, N_CELLS, Density, coded, decoded
from marrowgate.measure.pictures.model import MEASURED, STEP, Picture, SamplePictures
from marrowgate.report.pictures.draw import draw_picture
from marrowgate.report.pictures.histogram import Control
from marrowgate.report.pictures.scene import Scene

_NO_DOTS: NDArray[np.uint16] = np.zeros((0, 3), dtype=np.uint16)


@dataclass(frozen=True)
class ControlPictures:
    """The pictures of a control that serves a sample.

    Parameters
    ----------
    kind, marker : str
        fmo, isotype or unstained; the marker that it lacks, empty for all.
    pictures : SamplePictures
        Its pictures.
    """

    kind: str
    marker: str
    pictures: SamplePictures

    @property
    def name(self) -> str:
        """Its kind and sample_id."""
        return f"{self.kind} {self.pictures.sample_id}"

    def lacks(self, marker: str) -> bool:
        """Say whether the control lacks a marker."""
        return self.kind == "unstained" or self.marker == marker


def against_controls(
    pictures: SamplePictures, controls: Iterable[ControlPictures]
) -> Iterator[tuple[Picture, Scene, str]]:
    """Draw the sample's histogram with the control's over it, for measured markers and for gates of the marker.

    Yields
    ------
    tuple of (Picture, Scene, str)
        The histogram, drawn, and the controls in words; a measured marker without a control has none.
    """
    wanted = [*pictures.of_kind(MEASURED), *pictures.of_kind(STEP)]
    served = list(controls)
    for picture in wanted:
        for marker in picture.dimensions:
            own = along(picture, marker)
            without_marker = [
                control for control in served if control.lacks(marker) and _is_gated(pictures, picture, marker)
            ]
            laid = [
                (control, other) for control in without_marker if (other := _same(control.pictures, picture, marker))
            ]
            if own is not None and (laid or picture.kind == MEASURED):
                over = [
                    Control(c.pictures.axes[marker], o.density, o.n_parent or 0, c.name) for c, o in laid if o.density
                ]
                names = ", ".join(control.name for control, _ in laid)
                yield own, draw_picture(pictures, own, over), names


def _is_gated(pictures: SamplePictures, picture: Picture, marker: str) -> bool:
    """Say whether a picture is there for a marker: measured, or the gate's own dimension."""
    if picture.kind == MEASURED:
        return True
    gates = [pictures.gates[name].gate for name in picture.gates if name in pictures.gates]
    return any(gate is not None and marker in gate.dimensions for gate in gates)


def _same(control: SamplePictures, picture: Picture, marker: str) -> Picture | None:
    for other in control.of_kind(picture.kind):
        if (other.parent, other.gates) == (picture.parent, picture.gates) and marker in other.dimensions:
            return along(other, marker)
    return None


def along(picture: Picture, marker: str) -> Picture | None:
    """Return a picture's histogram along one of its dimensions; nothing where there are no events.

    The counts of cells are known within 9 % (`marrowgate.measure.pictures.density.coded`), their sums better.
    """
    density = picture.density
    if density is None:
        return None
    if not density.is_histogram:
        axis = picture.dimensions.index(marker)
        if density.codes.any():
            counts = np.rint(decoded(density.codes).sum(axis=axis)).astype(np.int64)
        else:
            cells = np.minimum(density.dots[:, axis].astype(np.int64) * N_CELLS // (FINE + 1), N_CELLS - 1)
            counts = np.bincount(cells, minlength=N_CELLS)
        density = Density(coded(counts), np.zeros(counts.size, dtype=np.uint8), _NO_DOTS)
    return Picture(picture.kind, "", picture.parent, (marker,), picture.gates, (), picture.n_parent, density)

"""What a picture is made of: a list of marks with the name of their look, written as SVG, PNG or PDF elsewhere."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Points = tuple[Point, ...]


@dataclass(frozen=True)
class Raster:
    """Cells of colour, drawn sharp.

    Parameters
    ----------
    x, y, width, height : float
        Where, in units of the scene; y runs downwards.
    pixels : ndarray of uint8, shape (rows, columns)
        Index into the palette, the uppermost row first.
    palette : tuple of str
        Colours as ``#rrggbb``; the first is empty and means: nothing.
    """

    x: float
    y: float
    width: float
    height: float
    pixels: NDArray[np.uint8]
    palette: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """Lines or areas of one look; each part is a run of points."""

    look: str
    parts: tuple[Points, ...]
    is_closed: bool = False


@dataclass(frozen=True)
class Dots:
    """Round marks of one look."""

    look: str
    points: Points


@dataclass(frozen=True)
class Words:
    """A line of text.

    Parameters
    ----------
    look : str
        Its look.
    x, y : float
        Where its base line begins, ends or has its middle.
    text : str
        As it is; whoever writes it escapes it.
    anchor : str
        start, middle or end.
    upwards : bool
        Whether it runs from below upwards.
    """

    look: str
    x: float
    y: float
    text: str
    anchor: str = "start"
    upwards: bool = False


Mark = Raster | Shape | Dots | Words


@dataclass(frozen=True)
class Scene:
    """A picture.

    Parameters
    ----------
    width, height : float
        Its size; a unit is a pixel at its natural size.
    title : str
        What it shows, in a sentence, for those who do not see it.
    marks : tuple
        From the back to the front.
    plot : tuple of float
        Left, top, width and height of the plot without its labels.
    """

    width: float
    height: float
    title: str
    marks: tuple[Mark, ...]
    plot: tuple[float, float, float, float]

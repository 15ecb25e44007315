"""Many scenes as one, for a figure of a paper's supplement."""

from collections.abc import Sequence
from dataclasses import replace

from marrowgate.report.pictures.scene import Dots, Mark, Points, Raster, Scene, Shape, Words

GAP = 16.0
HEAD = 24.0


def grid_of(scenes: Sequence[Scene], title: str, columns: int = 4) -> Scene:
    """Return scenes of one size in rows, under a title.

    Parameters
    ----------
    scenes : sequence of Scene
        At least one.
    title : str
        What stands above them.
    columns : int
        How many stand in a row.
    """
    width, height = scenes[0].width + GAP, scenes[0].height + GAP
    marks: list[Mark] = [Words("title", 4, 15, title)]
    for number, scene in enumerate(scenes):
        across, down = (number % columns) * width, HEAD + (number // columns) * height
        marks += [_moved(mark, across, down) for mark in scene.marks]
    n_rows = -(-len(scenes) // columns)
    whole = (columns * width - GAP, HEAD + n_rows * height - GAP)
    return Scene(*whole, title, (_paper(*whole), *marks), (0.0, 0.0, *whole))


def _paper(width: float, height: float) -> Shape:
    return Shape("paper", (((0.0, 0.0), (width, 0.0), (width, height), (0.0, height)),), is_closed=True)


def _moved(mark: Mark, across: float, down: float) -> Mark:
    if isinstance(mark, Raster | Words):
        return replace(mark, x=mark.x + across, y=mark.y + down)
    if isinstance(mark, Dots):
        return replace(mark, points=_shifted(mark.points, across, down))
    return replace(mark, parts=tuple(_shifted(part, across, down) for part in mark.parts))


def _shifted(points: Points, across: float, down: float) -> Points:
    return tuple((x + across, y + down) for x, y in points)

"""Corners of polygons that reach beyond the scales."""

from collections.abc import Sequence

Corner = tuple[float, float]


def part_on_scale(vertices: Sequence[Corner]) -> list[Corner]:
    """Cut a polygon off at both ends of its scales (Sutherland and Hodgman 1974), so that its corners can be read."""
    corners = list(vertices)
    for axis, end, sign in ((0, 0.0, 1), (0, 1.0, -1), (1, 0.0, 1), (1, 1.0, -1)):
        before, corners = corners, []
        for previous, other in zip(before[-1:] + before[:-1], before, strict=True):
            inner = [sign * (corner[axis] - end) >= 0 for corner in (previous, other)]
            if inner[0] != inner[1]:
                part = (end - previous[axis]) / (other[axis] - previous[axis])
                corners.append(
                    (previous[0] + part * (other[0] - previous[0]), previous[1] + part * (other[1] - previous[1]))
                )
            if inner[1]:
                corners.append(other)
    return corners

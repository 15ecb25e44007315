"""Corners of polygons that reach beyond the scales."""

from collections.abc import Sequence

Corner = tuple[float, float]


def part_on_scale(vertices: Sequence[Corner]) -> list[Corner]:
    """Cut a polygon off at both ends of its scales (Sutherland and Hodgman 1974), so that its corners can be read."""
    corners = list(vertices)
    for axis, end, sign in ((0, 0.0, 1), (0, 1.0, -1), (1, 0.0, 1), (1, 1.0, -1)):
        before, corners = corners, []
        for one, other in zip(before[-1:] + before[:-1], before, strict=True):
            inner = [sign * (corner[axis] - end) >= 0 for corner in (one, other)]
            if inner[0] != inner[1]:
                part = (end - one[axis]) / (other[axis] - one[axis])
                corners.append((one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])))
            if inner[1]:
                corners.append(other)
    return corners

"""How the place of a gate is told in the table of gates."""

from marrowgate.gating.geometry.gates import Polygon
from marrowgate.gating.outputs import describe
from marrowgate.signal.transforms import Transform

SCALES = {"X": Transform("linear", 100.0), "Y": Transform("linear", 1000.0)}


def test_describe__a_polygon_is_cut_off_at_the_ends_of_its_scales():
    gate = Polygon(("X", "Y"), ((-1.0, 0.5), (1.5, 0.5), (1.5, 3.0), (-1.0, 3.0)))
    assert describe(gate, SCALES) == "X,Y in polygon (0,1000) (0,500) (100,500) (100,1000)"


def test_describe__a_polygon_on_the_scale_is_told_as_it_is():
    gate = Polygon(("X", "Y"), ((0.1, 0.1), (0.5, 0.1), (0.5, 0.9)))
    assert describe(gate, SCALES) == "X,Y in polygon (10,100) (50,100) (50,900)"


def test_describe__a_polygon_beyond_the_scale_is_told_as_it_is():
    gate = Polygon(("X", "Y"), ((2.0, 2.0), (3.0, 2.0), (3.0, 3.0)))
    assert describe(gate, SCALES) == "X,Y in polygon (200,2000) (300,2000) (300,3000)"

"""The densest region of scatter."""

import numpy as np
import pytest

from marrowgate.errors import NotEstimableError
from marrowgate.signal.scatter_region import densest_region


def cloud(rng, n, centre, spread=0.08):
    return np.array(centre) * rng.lognormal(0, spread, (n, 2))


def test_densest_region__holds_its_share_and_little_else():
    rng = np.random.default_rng(1)
    cells, debris = cloud(rng, 8000, (6e4, 3e4)), rng.uniform(2e3, 2e5, (4000, 2))
    region = densest_region(np.concatenate([cells, debris]), 0.6)
    assert region.inside(cells).mean() > 0.8
    assert region.inside(debris).mean() < 0.1


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
def test_densest_region__share_is_kept(share):
    points = cloud(np.random.default_rng(2), 20_000, (6e4, 3e4))
    # a cell of the grid holds some per cent of so narrow a cloud
    assert share <= densest_region(points, share).inside(points).mean() < share + 0.1


def test_densest_region__scale_of_the_instrument_does_not_matter():
    points = cloud(np.random.default_rng(3), 3000, (6e4, 3e4))
    small = densest_region(points / 256, 0.7).inside(points / 256)
    assert np.mean(small == densest_region(points, 0.7).inside(points)) > 0.99


def test_inside__events_below_the_grid_are_outside():
    points = cloud(np.random.default_rng(4), 3000, (6e4, 3e4))
    assert not densest_region(points, 0.7).inside(np.array([[-50.0, 3e4], [6e4, 0.0], [1e9, 3e4]])).any()


@pytest.mark.parametrize("points", [np.ones((5, 2)), -np.ones((100, 2))])
def test_densest_region__too_little_to_tell(points):
    with pytest.raises(NotEstimableError, match="say nothing of where such events lie"):
        densest_region(points, 0.7)

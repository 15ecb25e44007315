import numpy as np

from marrowgate.gating.geometry.squared_lengths import squared_lengths


def test_squared_lengths__are_those_of_a_slanted_ellipse():
    generator = np.random.default_rng(1)
    vectors = generator.normal(size=(2, 500))
    inverse = np.linalg.inv([[2.0, 0.7], [0.7, 0.5]])
    assert np.array_equal(squared_lengths(*vectors, inverse), np.einsum("ji,jk,ki->i", vectors, inverse, vectors))

"""Spectral unmixing against simulated truth: 64 detectors, 12 fluorochromes, one or two kinds of cells.

The methods were chosen on seeds 1 to 4; these tests judge them on others.
"""

import numpy as np
import pytest

from marrowgate.errors import NotEstimableError
from marrowgate.signal.spillover.stained_events import StainError
from marrowgate.signal.unmixing.signatures import SpectralStain, detectors_of, find_signatures
from marrowgate.signal.unmixing.spectral_checks import hot_spots, unmixing_checks
from marrowgate.signal.unmixing.unmix import DetectorNoise, Signatures, smallest_error, unmix
from unit.signal.unmixing.spectral import FLOOR, GAIN, Experiment, experiment, raw_file

DETECTORS = tuple(f"D{place + 1}-A" for place in range(64))


def found_in(made: Experiment) -> tuple[Signatures, DetectorNoise]:
    stains = [SpectralStain(f"F{place}", f"S{place}", file) for place, file in enumerate(made.stains)]
    return find_signatures(stains, made.unstained)


def bound(made: Experiment, signatures: Signatures) -> np.ndarray:
    """The Cramer-Rao bound with the true signal of every event, and the components that unmixing has."""
    n = signatures.n_dyes
    matrix = np.vstack([made.dyes, signatures.matrix[n:]])
    weights = 1 / (GAIN * (made.truth @ made.dyes + made.own) + FLOOR)
    information = np.einsum("kd,nd,ld->nkl", matrix, weights, matrix)
    return np.sqrt(np.einsum("nii->ni", np.linalg.inv(information)))[:, :n]


@pytest.mark.parametrize(("seed", "kinds"), [(11, 1), (12, 2)])
def test_unmix__errors_are_within_a_fifth_of_the_cramer_rao_bound(seed: int, kinds: int) -> None:
    made = experiment(seed, kinds=kinds, n=4000)
    signatures, noise = found_in(made)
    n = signatures.n_dyes
    assert len(signatures.components) == n + kinds
    np.testing.assert_allclose(signatures.matrix[:n], made.dyes, atol=0.015)
    limit = bound(made, signatures)

    def ratio(abundances: np.ndarray) -> np.ndarray:
        error = abundances[:, :n] - made.truth
        return np.sqrt((error**2).mean(axis=0) / (limit**2).mean(axis=0))

    assert ratio(unmix(made.observed, signatures, noise)).max() < 1.2
    # without weights they are larger, so that the weights do something
    assert ratio(unmix(made.observed, signatures, None)).max() > 1.15
    # events that lack a fluorochrome scatter around 0
    found = unmix(made.observed, signatures, noise)
    for place in range(n):
        negative = found[made.truth[:, place] == 0, place]
        assert abs(np.median(negative)) < 0.3 * negative.std()


def small(k: int = 3, d: int = 5) -> Signatures:
    matrix = np.random.default_rng(2).random((k, d))
    return Signatures(tuple("ABC"[:k]), DETECTORS[:d], matrix / matrix.max(axis=1)[:, None], k)


def test_unmix__equals_the_least_squares_of_numpy() -> None:
    signatures, rng = small(), np.random.default_rng(3)
    observed = rng.random((50, 5)) * 1000
    expected = np.linalg.lstsq(signatures.matrix.T, observed.T, rcond=None)[0].T
    np.testing.assert_allclose(unmix(observed, signatures, None), expected, rtol=1e-9)
    # with the same variance for all detectors weights make no difference
    flat = DetectorNoise(np.zeros(5), np.full(5, 9.0))
    np.testing.assert_allclose(unmix(observed, signatures, flat), expected, rtol=1e-9)


def test_unmix__weights_are_those_of_the_detectors_noise() -> None:
    signatures, rng = small(), np.random.default_rng(3)
    observed = rng.random((50, 5)) * 1000
    floor = np.array([1.0, 4.0, 9.0, 100.0, 2.0])
    scaled = np.sqrt(1 / floor)
    expected = np.linalg.lstsq((signatures.matrix * scaled).T, (observed * scaled).T, rcond=None)[0].T
    np.testing.assert_allclose(unmix(observed, signatures, DetectorNoise(np.zeros(5), floor)), expected, rtol=1e-9)


def test_unmix__a_square_matrix_is_compensation() -> None:
    signatures, rng = small(3, 3), np.random.default_rng(3)
    observed = rng.random((20, 3)) * 1000
    noise = DetectorNoise(np.ones(3), np.ones(3))
    expected = observed @ np.linalg.inv(signatures.matrix)
    np.testing.assert_allclose(unmix(observed, signatures, noise), expected, rtol=1e-7)


def test_unmix__non_negative_equals_that_of_scipy() -> None:
    from scipy.optimize import nnls

    signatures, rng = small(), np.random.default_rng(3)
    observed = rng.normal(0, 1000, (40, 5))
    found = unmix(observed, signatures, None, non_negative=True)
    expected = np.array([nnls(signatures.matrix.T, row)[0] for row in observed])
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert (found >= 0).all()
    assert (unmix(observed, signatures, None) < 0).any()


def test_unmix__components_that_cannot_be_told_apart_are_refused() -> None:
    same = Signatures(("A", "B"), DETECTORS[:3], np.array([[1.0, 0.5, 0], [1.0, 0.5, 0]]), 2)
    with pytest.raises(NotEstimableError, match="2 components cannot be told apart by 3 detectors"):
        unmix(np.ones((2, 3)), same, None)


def test_smallest_error__by_hand() -> None:
    # one component in two detectors, variances 4 and 1: 1 / (1 / 4 + 0.25 / 1) = 2
    signatures = Signatures(("A",), DETECTORS[:2], np.array([[1.0, 0.5]]), 1)
    noise = DetectorNoise(np.zeros(2), np.array([4.0, 1.0]))
    np.testing.assert_allclose(smallest_error(np.zeros((1, 1)), signatures, noise), [[np.sqrt(2)]])


def test_hot_spots__by_hand() -> None:
    # likeness 0.6: the inverse of [[1, 0.6], [0.6, 1]] is [[1.5625, -0.9375], [-0.9375, 1.5625]]
    signatures = Signatures(("A", "B"), DETECTORS[:2], np.array([[1.0, 0.0], [0.75, 1.0]]), 2)
    np.testing.assert_allclose(hot_spots(signatures), [[1.25, 0.9682], [0.9682, 1.25]], atol=1e-4)
    checks = {check.check: check for check in unmixing_checks(signatures, 20)}
    assert checks["unmixing_condition"].value == pytest.approx(2.0)
    assert checks["unmixing_likeness"].value == pytest.approx(0.6)
    assert {check.verdict for check in checks.values()} == {"ok"}


def test_checks__name_the_fluorochromes_that_are_alike() -> None:
    matrix = np.array([[1.0, 0.5, 0.1], [1.0, 0.52, 0.1], [0.0, 0.2, 1.0]])
    checks = {
        check.check: check for check in unmixing_checks(Signatures(("A", "B", "C"), DETECTORS[:3], matrix, 3), 20)
    }
    assert checks["unmixing_likeness"].reason == "the signatures of A and B are nearly the same"
    assert [checks[name].verdict for name in ("unmixing_condition", "unmixing_likeness", "unmixing_hot_spot")] == [
        "flagged"
    ] * 3


def test_find_signatures__a_stain_without_stained_cells_is_named() -> None:
    made = experiment(5, n_dyes=3, n=1500)
    stains = [SpectralStain("F0", "S0", made.stains[0]), SpectralStain("F1", "S1", made.unstained)]
    with pytest.raises(StainError, match=r"^S1 \(F1\): "):
        find_signatures(stains, made.unstained)


def test_detectors__are_the_raw_areas() -> None:
    file = raw_file(np.ones((3, 4)))
    assert detectors_of(file) == ("D1-A", "D2-A", "D3-A", "D4-A")

import numpy as np
import pytest

from marrowgate.gating.densities.density import BINS, CENTRES, binned, quantile, quantiles, resample, smoothed
from marrowgate.gating.densities.valleys import deepest_valleys, depths, sides
from marrowgate.gating.estimators.valley import widened


def counts_of(seed: int, n: int = 3000) -> np.ndarray:
    """Return two modes and a few events far from both."""
    generator = np.random.default_rng(seed)
    share = generator.uniform(0.2, 0.8)
    low, high = generator.normal(0.3, 0.05, int(share * n)), generator.normal(0.65, 0.08, n - int(share * n))
    return binned(np.concatenate([low, high, generator.uniform(-0.3, 1.3, 10)]))


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    return np.array([counts_of(seed) for seed in range(12)] + [np.zeros(BINS)])


def test_smoothed__many_rows_are_each_smoothed_by_themselves(draws: np.ndarray):
    for width in (0.008, 0.05):
        together = smoothed(draws, width)
        assert all(np.array_equal(row, smoothed(own, width)) for row, own in zip(together, draws, strict=True))


def test_smoothed__is_the_sum_of_kernels_around_the_events():
    counts, width = counts_of(1), 0.02
    kernels = np.exp(-0.5 * ((CENTRES[:, None] - CENTRES) / width) ** 2)
    expected = kernels @ counts / (width * np.sqrt(2 * np.pi)) / BINS * 1.5
    inner = (CENTRES > 0) & (CENTRES < 1)
    assert smoothed(counts, width)[inner] == pytest.approx(expected[inner], rel=1e-3, abs=1e-3)


def test_deepest_valleys__each_density_is_searched_in_its_own_stretch(draws: np.ndarray):
    low = np.linspace(0.3, 0.5, len(draws))
    high = np.linspace(0.7, 0.55, len(draws))
    density = smoothed(draws, 0.01)
    together = deepest_valleys(density, low, high, 1.0)
    alone = [depths(own, a, b, 1.0) for own, a, b in zip(density, low, high, strict=True)]
    assert together == alone
    assert together[-1] is None
    assert sum(valley is not None for valley in together) > 6


def test_deepest_valleys__place_is_the_lowest_between_the_modes():
    counts = counts_of(3, 100_000)
    density = smoothed(counts, 0.01)
    (valley,) = deepest_valleys(density[None], np.array([0.3]), np.array([0.65]), 1.0)
    between = (CENTRES > 0.3) & (CENTRES < 0.65)
    lowest = density[between].min()
    assert valley is not None
    assert valley.at == pytest.approx(CENTRES[between][np.argmin(density[between])])
    lower_mode = min(density[CENTRES < valley.at].max(), density[CENTRES > valley.at].max())
    assert valley.ratio == pytest.approx(lowest / lower_mode)


def test_sides__each_row_has_so_many_events_on_either_side(draws: np.ndarray):
    first, last = sides(draws, 50)
    for row, a, b in zip(draws[:-1], first, last, strict=False):
        begin, end = np.searchsorted(CENTRES, [a, b])
        assert row[: begin + 1].sum() >= 50 > row[:begin].sum()
        assert row[end + 1 :].sum() >= 50 > row[end + 2 :].sum()
    assert (first[-1], last[-1]) == (1.0, 0.0)


def test_quantiles__each_row_has_its_own_probability(draws: np.ndarray):
    rows, probabilities = draws[:-1], np.linspace(0.01, 0.99, len(draws) - 1)
    expected = [quantile(row, probability) for row, probability in zip(rows, probabilities, strict=True)]
    assert quantiles(rows, probabilities).tolist() == expected
    values = np.random.default_rng(1).normal(0.5, 0.1, 20_000)
    assert quantile(binned(values), 0.9) == pytest.approx(np.quantile(values, 0.9), abs=1e-3)


@pytest.mark.parametrize(("keep", "sign"), [("above", -1), ("below", 1)])
def test_widened__each_boundary_gains_its_share_of_its_own_kept_events(draws: np.ndarray, keep: str, sign: int):
    rows, at = draws[:3], [0.45, None, 0.5]
    moved = widened(rows, at, keep, 0.01)
    assert moved[1] is None
    for row, before, after in zip(rows[::2], at[::2], moved[::2], strict=True):
        assert np.sign(after - before) == sign
        kept = row[CENTRES > before].sum() if keep == "above" else row[CENTRES < before].sum()
        gained = row[(CENTRES - before) * (CENTRES - after) < 0].sum()
        assert gained == pytest.approx(0.01 * kept, abs=3)
    assert widened(rows, at, keep, 0.0) == at


def test_resample__draws_are_those_of_one_generator():
    counts = counts_of(5)
    seen: list[np.ndarray] = []

    def medians(drawn: np.ndarray) -> list[float | None]:
        seen.append(drawn)
        return [None, *quantiles(drawn[1:], 0.5).tolist()]

    found = resample(counts, medians, seed=7, draws=25)
    generator = np.random.default_rng(7)
    expected = np.array([generator.poisson(counts) for _ in range(25)])
    assert np.array_equal(seen[0], expected)
    assert found.share_found == 24 / 25
    assert found.error.sds[0] == pytest.approx(np.std(quantiles(expected[1:].astype(float), 0.5), ddof=1))

import numpy as np
import pytest

from marrowgate.simulate.optics.timing import STEADY, Anomalies, event_times, signal_factor

N = 50_000


def times(anomalies, seed=3):
    return event_times(np.random.default_rng(seed), N, 2500.0, anomalies)


def distance_from_uniform(values):
    share = np.sort(values) / values.max()
    return np.abs(share - np.linspace(0, 1, share.size)).max()


def test_event_times__are_ascending_and_last_as_long_as_the_rate_says():
    found = times(STEADY)
    assert np.all(np.diff(found) >= 0)
    assert found[-1] == pytest.approx(N / 2500 * 100, rel=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_event_times__are_uniform_without_anomalies(seed):
    # 1.95 / sqrt(n) is passed by chance once in a thousand runs (Kolmogorov)
    assert distance_from_uniform(times(STEADY, seed)) < 1.95 / np.sqrt(N)


@pytest.mark.parametrize("anomalies", [Anomalies(clog=True), Anomalies(burst=True)])
def test_event_times__are_not_uniform_with_anomalies(anomalies):
    assert distance_from_uniform(times(anomalies)) > 4 / np.sqrt(N)


def test_event_times__hardly_anything_passes_a_clog():
    found = times(Anomalies(clog=True))
    share = found / found[-1]
    assert ((share > 0.46) & (share < 0.54)).mean() < 0.01


def test_signal_factor__is_none_when_nothing_drifts():
    assert signal_factor(times(STEADY), STEADY) is None


def test_signal_factor__drifts_from_first_to_last_event():
    factor = signal_factor(times(STEADY), Anomalies(signal_drift=-0.5))
    assert factor[0] == pytest.approx(1.0, abs=0.01)
    assert factor[-1] == pytest.approx(0.5, abs=0.01)

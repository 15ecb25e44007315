"""Can events carried over from the sample before be seen by the mix of the first tenth of a run? A trial, not a check.

The run is cut into ten windows of equal numbers of events, and every channel at its octiles. The share of each octile
in the first window is held against a straight line through the other nine, and the score is the mean over channels and
octiles of the squared t-value of the prediction (Draper and Smith 1998, 1.4). The score of the last window says how
much the ends of a run differ without anything carried over.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from accuracy.figures import Figure, middle, number, share
from accuracy.scratch import REPOSITORY
from accuracy.signal_stability import SCENARIO, faulty_and_sound
from marrowgate.fcs.read import read_fcs
from marrowgate.settings.panel import load_panel
from marrowgate.signal.stability.acquisition_time import acquisition_time
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import find_sample
from marrowgate.simulate.make import make_tube

WINDOWS, OCTILES = 10, 8
FEWEST_EVENTS = 10_000
LARGEST_FILE = 80_000_000  # bytes
SOUND_TUBES = 10  # of each seed

Shares = NDArray[np.float64]


def window_shares(columns: Sequence[NDArray[np.floating]]) -> Shares:
    """Return the share of each octile of each channel in each window; shape (WINDOWS, n_channels * OCTILES).

    Parameters
    ----------
    columns : sequence of ndarray of float, shape (n_events,)
        Channels in the order of time.
    """
    size = columns[0].size // WINDOWS
    n = size * WINDOWS
    window = np.repeat(np.arange(WINDOWS), size)
    shares = []
    for values in columns:
        ranks = np.empty(n, dtype=np.intp)
        ranks[np.argsort(values[:n], kind="stable")] = np.arange(n)
        counts = np.bincount(window * OCTILES + ranks * OCTILES // n, minlength=WINDOWS * OCTILES)
        shares.append(counts.reshape(WINDOWS, OCTILES) / size)
    return np.concatenate(shares, axis=1)


def start_score(shares: Shares, n_events: int) -> float:
    """Return how far the first window is from the line through the others; about 1 when it is one of them."""
    rest = np.column_stack([np.ones(WINDOWS - 1), np.arange(1, WINDOWS)])
    line, first = np.linalg.pinv(rest), np.array([1.0, 0.0])
    beta = line @ shares[1:]
    variance = np.sum((shares[1:] - rest @ beta) ** 2, axis=0) / (WINDOWS - 3)
    # nine windows tell a variance badly, so it is not let below half of that of counting
    counting = shares.mean(axis=0) * (1 - shares.mean(axis=0)) / (n_events / WINDOWS)
    error = np.maximum(variance, 0.5 * counting) * (1 + first @ np.linalg.inv(rest.T @ rest) @ first)
    known = error > 0
    return float(np.mean((shares[0] - first @ beta)[known] ** 2 / error[known]))


def simulated_score(seed: int, sample_id: str) -> float:
    """Return the score of a sample of the dirty cohort."""
    plan = make_plan(SCENARIO, seed)
    tube, panel = find_sample(plan, sample_id), load_panel(REPOSITORY / "config" / "panels" / "hspc.yaml")
    events = make_tube(plan, tube, panel, tube.n_events).events
    seen = [row for row, entry in enumerate(panel.channels) if entry.marker or entry.scatter]
    return start_score(window_shares([events[row] for row in seen]), events.shape[1])


def real_scores(path: Path) -> tuple[float, float] | None:
    """Return the score of the first and of the last window of a file; None when it cannot be scored."""
    if path.stat().st_size > LARGEST_FILE:
        return None
    file = read_fcs(path)
    times = acquisition_time(file)
    if times is None or file.events is None or file.n_events < FEWEST_EVENTS:
        return None
    ordered = file.events[np.argsort(times, kind="stable")]
    columns = [ordered[:, one.index] for one in file.channels if one.role in {"fluorescence", "scatter"}]
    shares = window_shares(columns)
    return start_score(shares, file.n_events), start_score(shares[::-1], file.n_events)


def start_figures(seeds: Sequence[int], real_data: Path | None, cores: int) -> list[Figure]:
    """Return how often the score is above that of all sound simulated samples.

    Parameters
    ----------
    seeds : sequence of int
        Of dirty cohorts: their samples with carry-over, and ten sound ones each.
    real_data : Path or None
        Folder of real FCS files; without it they have no figures.
    cores : int
        Processes; the answer does not depend on it.
    """
    carried: list[float] = []
    sound: list[float] = []
    with ProcessPoolExecutor(cores) as pool:
        for seed in seeds:
            tubes = faulty_and_sound(make_plan(SCENARIO, seed))
            names = [tube.sample_id for tube in tubes if tube.trouble.name == "carry_over"]
            carried += pool.map(partial(simulated_score, seed), names)
            names = [tube.sample_id for tube in tubes if not tube.trouble.name][:SOUND_TUBES]
            sound += pool.map(partial(simulated_score, seed), names)
        files = sorted(real_data.rglob("*.fcs")) if real_data else []
        real = [scores for scores in pool.map(real_scores, files) if scores is not None]
    limit, told = max(sound), f"scenario {SCENARIO}, seeds {min(seeds)} to {max(seeds)}"
    return [
        *_figures("sound samples", sound, limit, told),
        *_figures("samples with carry-over", carried, limit, told),
        *_figures(
            "real files, first window", [first for first, _ in real], limit, "nothing is known to be carried over"
        ),
        *_figures("real files, last window", [last for _, last in real], limit, "where nothing can be carried over"),
    ]


def _figures(item: str, scores: Sequence[float], limit: float, told: str) -> Iterator[Figure]:
    yield number(item, "", "samples", len(scores))
    yield middle(item, "", "median score", scores, "", told)
    yield Figure(item, "", "largest score", max(scores, default=None), "", "", told)
    above = sum(score > limit for score in scores)
    yield share(item, "", "above all sound samples", above, len(scores), f"score above {limit:.2f}; {told}")

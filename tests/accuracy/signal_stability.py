"""Quality over time on the simulator's faulty samples: which events and samples are flagged, against the truth."""

import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from accuracy.figures import Figure, number, share
from accuracy.scratch import REPOSITORY
from marrowgate.fcs.read import read_fcs
from marrowgate.settings.quality import Quality
from marrowgate.signal.limits import stability_limits
from marrowgate.signal.stability.acquisition_time import acquisition_time
from marrowgate.signal.stability.unstable_stretches import find_unstable, stable_events
from marrowgate.simulate.cohorts.cohort import make_plan
from marrowgate.simulate.cohorts.plan import CohortPlan, SamplePlan, find_sample
from marrowgate.simulate.cohorts.project import write_sample
from marrowgate.simulate.optics.fcs_file import FileKind
from marrowgate.simulate.optics.timing import BURST, CLOG

SCENARIO = "dirty"
ODD_STRETCHES = {"clog": CLOG, "burst": BURST}
FAULTS = (*ODD_STRETCHES, "signal_drift", "carry_over")
"""Troubles that come about while a sample is measured."""
DRIFT = "signal_drift_pct"


@dataclass(frozen=True)
class Watched:
    """What quality over time says of one sample, beside the truth.

    Parameters
    ----------
    trouble : str
        Empty for a sound sample.
    n_odd, n_odd_flagged : int
        Events of a clog or burst, and those of them that are flagged.
    n_carried, n_carried_flagged : int
        Events from the sample before, and those of them that are flagged.
    n_other, n_other_flagged : int
        All other events, and those of them that are flagged.
    checks : tuple of str
        Checks over time that flag the sample.
    drift_pct : float or None
        The drift that was measured; None where it could not be.
    """

    trouble: str
    n_odd: int
    n_odd_flagged: int
    n_carried: int
    n_carried_flagged: int
    n_other: int
    n_other_flagged: int
    checks: tuple[str, ...]
    drift_pct: float | None


def faulty_and_sound(plan: CohortPlan) -> list[SamplePlan]:
    """Return the stained CD34 samples that go wrong while they are measured, and those that have no trouble."""
    stained = [tube for tube in plan.samples if tube.panel == "hspc" and tube.control_type == "none"]
    return [tube for tube in stained if tube.trouble.name in {"", *FAULTS}]


def watch(seed: int, sample_id: str) -> Watched:
    """Simulate a sample of the dirty cohort and look at it over time, with the limits of the shipped settings."""
    plan = make_plan(SCENARIO, seed)
    tube = find_sample(plan, sample_id)
    with tempfile.TemporaryDirectory() as folder:
        path, truth = Path(folder) / "tube.fcs", Path(folder) / "tube.parquet"
        panels = REPOSITORY / "config" / "panels"
        write_sample(plan, tube, panels, path, truth, n_events=tube.n_events, kind=FileKind())
        file = read_fcs(path)
        carried = pq.read_table(truth, columns=["is_carry_over"])["is_carry_over"].to_numpy()
    times = acquisition_time(file)
    if times is None:
        msg = f"{sample_id} has no time"
        raise RuntimeError(msg)
    found = find_unstable(file, stability_limits(Quality()))
    # what is told of a run: a change of rate is flagged, a change of signal takes the events out
    flagged = ~stable_events(times, (*found.stretches, *found.rate_stretches))
    odd = _is_odd(times, tube.trouble.name)
    drift = next(check for check in found.checks if check.check == DRIFT)
    return Watched(
        trouble=tube.trouble.name,
        n_odd=int(odd.sum()),
        n_odd_flagged=int((flagged & odd).sum()),
        n_carried=int((carried & ~odd).sum()),
        n_carried_flagged=int((flagged & carried & ~odd).sum()),
        n_other=int((~odd & ~carried).sum()),
        n_other_flagged=int((flagged & ~odd & ~carried).sum()),
        checks=tuple(check.check for check in found.checks if check.verdict == "flagged"),
        drift_pct=drift.value,
    )


def _is_odd(times: NDArray[np.float64], trouble: str) -> NDArray[np.bool_]:
    """Say which events lie in the clog or burst that the simulator puts at a fixed share of the run."""
    if trouble not in ODD_STRETCHES:
        return np.zeros(times.size, dtype=np.bool_)
    first, last = ODD_STRETCHES[trouble]
    place = times / times.max()
    return np.asarray((place > first) & (place < last))


def stability_figures(seeds: Sequence[int], cores: int) -> list[Figure]:
    """Return the events and the samples that are flagged, over all seeds.

    Parameters
    ----------
    seeds : sequence of int
        Of dirty cohorts; every CD34 sample that goes wrong over time or has no trouble is taken.
    cores : int
        Processes; the answer does not depend on it.
    """
    tubes: list[Watched] = []
    with ProcessPoolExecutor(cores) as pool:
        for seed in seeds:
            names = [tube.sample_id for tube in faulty_and_sound(make_plan(SCENARIO, seed))]
            tubes += pool.map(partial(watch, seed), names)
    told = f"scenario {SCENARIO}, seeds {', '.join(map(str, seeds))}"
    odd, odd_flagged = sum(one.n_odd for one in tubes), sum(one.n_odd_flagged for one in tubes)
    carried, carried_flagged = sum(one.n_carried for one in tubes), sum(one.n_carried_flagged for one in tubes)
    other, other_flagged = sum(one.n_other for one in tubes), sum(one.n_other_flagged for one in tubes)
    return [
        share("events of clogs and bursts", "", "flagged", odd_flagged, odd, told),
        share("events carried over", "", "flagged", carried_flagged, carried, told),
        share("all other events", "", "flagged", other_flagged, other, told),
        *(figure for trouble in (*FAULTS, "") for figure in _of_tubes(trouble, tubes)),
    ]


def _of_tubes(trouble: str, tubes: Sequence[Watched]) -> list[Figure]:
    group = [one for one in tubes if one.trouble == trouble]
    item = f"samples with {trouble}" if trouble else "sound samples"
    flagged = [one for one in group if one.checks]
    told = ", ".join(sorted({check for one in flagged for check in one.checks}))
    figures = [
        number(item, "", "samples", len(group)),
        share(item, "", "flagged", len(flagged), len(group), f"checks: {told or 'none'}"),
    ]
    drifts = [one.drift_pct for one in group if one.drift_pct is not None]
    if trouble == "signal_drift" and drifts:
        figures += [
            Figure(item, "", "smallest drift", max(drifts), "%", "", "the truth is -50 %"),
            Figure(item, "", "largest drift", min(drifts), "%", "", "the truth is -50 %"),
        ]
    return figures

"""How much is simulated: the full run behind docs/accuracy.md, and a quick one for work on the code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Size of an accuracy run.

    Parameters
    ----------
    name : str
        full or quick.
    seed : int
        Seed of everything.
    events : int
        Events of a CD34 sample of the file-level cohorts; other samples keep their proportion.
    patients : mapping of str to (int, int)
        Patients of each arm, by the scenario that goes through the real workflow.
    true_cells : int
        Cells behind each true intensity.
    tubes_per_band : int
        Samples through the real gates, for each panel and band of expected events.
    draws_per_band : int
        Draws at the level of counts, for each band.
    null_cohorts, effect_cohorts, refused_cohorts : int
        Cohorts at the level of counts: null; published and weak; confounded.
    limit_tubes : int
        Samples of each panel whose Bayes-optimal F1 is found.
    """

    name: str
    seed: int
    events: int
    patients: dict[str, tuple[int, int]]
    true_cells: int
    tubes_per_band: int
    draws_per_band: int
    null_cohorts: int
    effect_cohorts: int
    refused_cohorts: int
    limit_tubes: int


FULL = Size(
    name="full",
    seed=20260101,
    events=100_000,
    patients={"published": (6, 6), "dirty": (6, 6)},
    true_cells=1_000_000,
    tubes_per_band=200,
    draws_per_band=4000,
    null_cohorts=300,
    effect_cohorts=100,
    refused_cohorts=20,
    limit_tubes=4,
)
QUICK = Size(
    name="quick",
    seed=20260101,
    events=40_000,
    patients={"published": (2, 2), "dirty": (2, 2)},
    true_cells=100_000,
    tubes_per_band=10,
    draws_per_band=200,
    null_cohorts=10,
    effect_cohorts=6,
    refused_cohorts=2,
    limit_tubes=1,
)

"""Which samples of a simulated project are made by one job."""

from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Sample

SAMPLES_A_JOB = 100
"""So few that a command line holds their names."""


def simulated_together(project: Project) -> list[tuple[Sample, ...]]:
    """Return the simulated samples of each batch in portions for one job each, in the sheet's order.

    Samples of a batch wait for each other anyway, so a job for a part of them keeps nothing else waiting.
    """
    of_batch: dict[str, list[Sample]] = {}
    for sample in project.samples:
        if project.is_simulated(sample):
            of_batch.setdefault(sample.batch, []).append(sample)
    return [
        tuple(samples[start : start + SAMPLES_A_JOB])
        for samples in of_batch.values()
        for start in range(0, len(samples), SAMPLES_A_JOB)
    ]

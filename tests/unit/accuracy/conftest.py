"""Scored samples that are written by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from accuracy.scored import Scored
from accuracy.scores import Confusion
from marrowgate.simulate.cohorts.plan import SamplePlan, Trouble
from marrowgate.simulate.truth import PopulationTruth


@pytest.fixture
def make_scored() -> Callable[..., Scored]:
    def make(
        confusion: tuple[int, int, int] | None,
        *,
        population: str = "ig",
        status: str = "ok",
        checks: tuple[str, ...] = (),
        truth: PopulationTruth | None = None,
        trouble: str = "",
        verdict: str = "accepted",
        sample_id: str = "T01_v1_immature",
        panel: str = "immature",
        **row: Any,
    ) -> Scored:
        sample = SamplePlan(sample_id, panel, "B1", 1000, None, None, trouble=Trouble(trouble))
        truth = truth or PopulationTruth(population, None, None, None, 0, 1000)
        found = Confusion(*confusion) if confusion else None
        return Scored(sample, population, verdict, found, {"gate_status": status, **row}, truth, checks, 1.0)

    return make

"""Small projects whose report is planned."""

from typing import Any

from marrowgate.settings.config import Config
from marrowgate.settings.panel import Panel
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Measurement, Patient, Sample
from marrowgate.settings.strategies.strategy import Strategy

Populations = dict[str, str]
"""Name of each population to its parent."""


def strategy(populations: Populations) -> Strategy:
    listed = [{"name": name, "parent": parent, "method": "fixed"} for name, parent in populations.items()]
    return Strategy.model_validate({"populations": listed})


def panel(*markers: str) -> Panel:
    return Panel.model_validate({"channels": [{"channel": f"{name}-A", "marker": name} for name in markers]})


def sample(sample_id: str, day: float | None, **more: Any) -> Sample:
    return Sample(**{"sample_id": sample_id, "fcs": f"{sample_id}.fcs", "panel": "p", "batch": "b", "day": day} | more)


def project(
    strategies: dict[str, Populations],
    samples: list[Sample],
    *,
    markers: tuple[str, ...] = ("CXCR4",),
    sheet: str | None = "config/patients.tsv",
    patients: tuple[Patient, ...] = (),
    measurements: tuple[Measurement, ...] = (),
    **config: Any,
) -> Project:
    """Return a project whose panels each have a strategy of the same name."""
    named = {name: name for name in strategies} or {"p": "p"}
    settings = Config(strategy_of_panel=named, patients=sheet, **config)
    return Project(
        settings,
        tuple(samples),
        {patient.patient_id: patient for patient in patients},
        measurements,
        (),
        dict.fromkeys(strategies, panel(*markers)),
        {name: strategy(populations) for name, populations in strategies.items()},
    )

"""The samples of a cohort: two or three a visit, the controls of each batch, and on request samples that went wrong."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from marrowgate.simulate.blood import Blood, Response, draw_blood, draw_constitution
from marrowgate.simulate.cohorts.plan import Preparation, SamplePlan, Trouble, VisitTruth
from marrowgate.simulate.cohorts.scenarios import Scenario
from marrowgate.simulate.optics.timing import Anomalies
from marrowgate.simulate.parameters import TUBE
from marrowgate.simulate.streams import stream

# Stains of each panel that get a sample of their own; the dyes for DNA need cells, antibodies are caught on beads.
SINGLE_STAINS: Mapping[str, tuple[str, ...]] = {
    "hspc": ("CD38", "CXCR4", "7-AAD", "CD34", "CD14", "CD235a", "CD45"),
    "immature": (
        "DNA", "CD45", "CD235a", "CD15", "CD41a", "CD71", "CD16", "CRTH2", "CD33", "7-AAD", "CD10", "CD11b", "CD14",
    ),
}  # fmt: skip
NEED_CELLS = ("7-AAD", "DNA")
# What goes wrong in the scenario with faults: each in one CD34 sample.
TROUBLES = (
    Trouble("clog", anomalies=Anomalies(clog=True)),
    Trouble("clog", anomalies=Anomalies(clog=True)),
    Trouble("burst", anomalies=Anomalies(burst=True)),
    Trouble("signal_drift", anomalies=Anomalies(signal_drift=-0.5)),
    Trouble("signal_drift", anomalies=Anomalies(signal_drift=-0.5)),
    Trouble("carry_over", anomalies=Anomalies(carry_over=0.03)),
    Trouble("wrong_spillover", spillover_factor=2.0),
    Trouble("wrong_spillover", spillover_factor=2.0),
    Trouble("swapped_panel", stained_as="immature"),
    Trouble("truncated", kept_bytes=0.6),
)


def plan_tubes(scenario: Scenario, seed: int, visits: tuple[VisitTruth, ...]) -> tuple[SamplePlan, ...]:
    """Plan all samples of a cohort.

    Parameters
    ----------
    scenario : Scenario
        Sizes of the samples, and whether there are controls of batches and faults.
    seed : int
        Seed of all randomness.
    visits : tuple of VisitTruth
        The visits in the sheet's order.

    Returns
    -------
    tuple of SamplePlan
        In the sheet's order: the visits' samples, then the controls of each batch.
    """
    samples = [sample for visit in visits for sample in _visit_tubes(scenario, seed, visit)]
    if scenario.faults:
        samples = _spoil(scenario, seed, samples)
    for batch in sorted({visit.batch for visit in visits}):
        blood = _donor(scenario, seed, batch)
        if scenario.controls:
            samples += _batch_controls(scenario, batch, blood)
        if scenario.pe_beads:
            samples.append(_pe_beads(scenario, batch))
        samples += _cd34_controls(scenario, batch, blood)
    return tuple(samples)


def _visit_tubes(scenario: Scenario, seed: int, visit: VisitTruth) -> list[SamplePlan]:
    stem = f"{visit.patient_id}_{visit.name}"
    rng = stream(scenario.name, seed, "tubes", stem)  # the word is part of every seed
    bench = [_preparation(rng) for _ in range(3)]
    n, batch, blood = scenario.events, visit.batch, visit.blood
    stained = SamplePlan(
        f"{stem}_hspc", "hspc", batch, n["hspc"], blood, visit, bead_lot="COUNT01", preparation=bench[0]
    )
    fmo = SamplePlan(
        f"{stem}_fmo", "hspc", batch, n["fmo"], blood, visit, "fmo", "CXCR4", stained.sample_id, "COUNT01", bench[1]
    )
    immature = SamplePlan(f"{stem}_immature", "immature", batch, n["immature"], blood, visit, preparation=bench[2])
    if visit.name in scenario.only_immature:
        return [immature]
    if scenario.fmo_at_baseline and (visit.cycle or visit.days_off is not None):
        return [stained, immature]
    return [stained, fmo, immature]


def _preparation(rng: np.random.Generator) -> Preparation:
    # below half of the meant volume a technician would see it
    blood_share = max(float(1 + TUBE["pipetting_cv"].value * rng.standard_normal()), 0.5)
    spreads = (TUBE[f"{name}_sd"].value for name in ("lysis", "debris", "coating"))
    return Preparation(blood_share, *(float(np.exp(spread * rng.standard_normal())) for spread in spreads))


def _batch_controls(scenario: Scenario, batch: str, blood: Blood) -> Iterable[SamplePlan]:
    """Plan single stains, unstained samples and rainbow beads for each panel."""
    n = scenario.events["control"]
    for panel, markers in SINGLE_STAINS.items():
        yield SamplePlan(f"{batch}_{panel}_unstained", panel, batch, n, blood, None, "unstained")
        for marker in markers:
            name = f"{batch}_{panel}_only_{re.sub('[^A-Za-z0-9]', '', marker)}"
            content, lot = (blood, "") if marker in NEED_CELLS else (None, "CAPTURE01")
            yield SamplePlan(name, panel, batch, n, content, None, "single_stain", marker, bead_lot=lot)
        yield SamplePlan(f"{batch}_{panel}_rainbow", panel, batch, n, None, None, "beads", bead_lot="RAINBOW01")


def _pe_beads(scenario: Scenario, batch: str) -> SamplePlan:
    """Plan the sample of beads that calibrates CXCR4."""
    n = scenario.events["control"]
    return SamplePlan(f"{batch}_hspc_pe_beads", "hspc", batch, n, None, None, "beads", bead_lot="PE01")


def _cd34_controls(scenario: Scenario, batch: str, blood: Blood) -> Iterable[SamplePlan]:
    """Plan samples that lack CD34, in a donor's blood: what they hold in the CD34+ gates is the blank."""
    n = scenario.events["hspc"]
    for kind in scenario.cd34_controls:
        yield SamplePlan(f"{batch}_hspc_{kind}_CD34", "hspc", batch, n, blood, None, kind, "CD34", bead_lot="COUNT01")


def _donor(scenario: Scenario, seed: int, batch: str) -> Blood:
    rng = stream(scenario.name, seed, "donor", batch)
    return draw_blood(rng, draw_constitution(rng, 0.0, 0.0), Response(on_therapy=False), 0.0)


def _spoil(scenario: Scenario, seed: int, samples: list[SamplePlan]) -> list[SamplePlan]:
    """Return CD34 samples with troubles drawn at random; the first sample has none before it to carry over from."""
    rng = stream(scenario.name, seed, "troubles")
    stained = [
        index for index, sample in enumerate(samples) if sample.control_type == "none" and sample.bead_lot and index
    ]
    spoiled = list(samples)
    for index, trouble in zip(rng.permutation(stained)[: len(TROUBLES)].tolist(), TROUBLES, strict=True):
        spoiled[index] = replace(samples[index], trouble=trouble)
    return spoiled

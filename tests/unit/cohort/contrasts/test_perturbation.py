"""Gates and values moved within their own uncertainty."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from marrowgate.cohort.contrasts import changes
from marrowgate.cohort.contrasts.perturbation import Gated, gated_changes, move_gates, move_values
from marrowgate.cohort.contrasts.sensitivity import perturbation_rows
from marrowgate.cohort.study import Comparison, make_study
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.project import Project
from marrowgate.stats.two_arms import welch

Project_ = Callable[..., Project]
Rows = Callable[..., list[dict[str, object]]]
MEASURE = "immature_per_100_cd45"
ENDPOINT = f"{MEASURE}_log2_change"


@pytest.fixture
def made(project: Project_, rows: Rows) -> Callable[..., Comparison]:
    """Make a study whose triplet arm rises fourfold, with a gate uncertainty per sample in percent, or none."""

    def make(
        cv: Callable[[float], float | None], batch: Callable[[str, float], str] = lambda arm, day: "B1"
    ) -> Comparison:
        cohort = project(batch=batch, stability_draws=100)
        days = {sample.sample_id: sample.day or 0.0 for sample in cohort.samples}
        arms = {sample.sample_id: cohort.patients[sample.patient_id or ""].arm for sample in cohort.samples}
        table = rows(cohort, lambda sample, place: 300 + 40 * place)
        for row in table:
            name = str(row["sample_id"])
            row["gate_cv_pct"] = cv(days[name])
            if arms[name] == "triplet" and days[name] > 0:
                row |= {"n_events": 4 * int(str(row["n_events"]))}
        return make_study(cohort, table, []).compare(ArmPair("triplet", "doublet"))

    return make


def pairs_of(study: Comparison) -> changes.Pairs:
    return changes.make_pairs(study.courses[MEASURE], study.arms, "window_mean")


def test_gated_changes__weighted_readings_are_the_changes(made: Callable[..., Comparison]) -> None:
    study = made(lambda day: 10.0)
    gated = gated_changes(study.courses[MEASURE], study.arms, study.clock)
    assert gated.change == pytest.approx(pairs_of(study).change, abs=1e-12)
    assert gated.weights.sum(axis=1) == pytest.approx(0, abs=1e-12)
    assert gated.n_known == gated.gate_sd.size == 32
    assert gated.gate_sd == pytest.approx(0.1 / np.log(2))


def test_move_gates__shared_boundary_of_one_batch_cancels_in_every_change(made: Callable[..., Comparison]) -> None:
    study = made(lambda day: 50.0)
    gated = gated_changes(study.courses[MEASURE], study.arms, study.clock)
    seen = welch(*pairs_of(study).of_arms(pairs_of(study).change))
    together, status = move_gates(gated, 100, 1, by_batch=True)
    assert (together.low, together.high) == pytest.approx((seen.value, seen.value))
    assert status == "stable"
    apart, _ = move_gates(gated, 100, 1, by_batch=False)
    assert apart.high - apart.low > 0.5


def test_move_gates__shared_boundary_of_a_batch_of_one_arm_moves_all_its_changes(
    made: Callable[..., Comparison],
) -> None:
    def later(arm: str, day: float) -> str:
        return "B2" if arm == "triplet" and day > 0 else "B1"

    study = made(lambda day: 50.0, later)
    gated = gated_changes(study.courses[MEASURE], study.arms, study.clock)
    together, apart = (move_gates(gated, 400, 1, by_batch=shared)[0] for shared in (True, False))
    assert together.high - together.low > 1.5 * (apart.high - apart.low)
    # the difference of the arms moves by the difference of two batches' draws
    assert together.high - together.low == pytest.approx(2 * 1.96 * 2**0.5 * 0.5 / np.log(2), rel=0.15)


def test_move_gates__spread_is_that_of_the_weighted_draws() -> None:
    gated = Gated(
        np.array([2.0, 2.1, 0.0, 0.1]), np.array([True, True, False, False]), np.eye(4), np.full(4, 0.3), ("",) * 4, 4
    )
    estimate, status = move_gates(gated, 4000, 7, by_batch=False)
    assert estimate.value == pytest.approx(2.0, abs=0.02)
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 * 0.3, rel=0.06)
    assert status == "unstable"
    assert move_gates(gated, 4000, 7, by_batch=False)[0].low == estimate.low
    assert move_gates(gated, 4000, 8, by_batch=False)[0].low != estimate.low


def test_move_values__certain_values_are_stable_and_uncertain_ones_are_not(made: Callable[..., Comparison]) -> None:
    pairs = pairs_of(made(lambda day: None))
    certain, vague = (replace(pairs, sd=np.full(8, sd)) for sd in (0.01, 5.0))
    assert move_values(certain, 100, 1)[1] == "stable"
    estimate, status = move_values(vague, 100, 1)
    assert status == "unstable"
    assert estimate.high - estimate.low > 5
    assert estimate.note.endswith(" of 100 draws end like the values themselves (p below 5 % or not)")


def test_perturbation_rows__gates_apart_and_by_batch(made: Callable[..., Comparison]) -> None:
    study = made(lambda day: 10.0)
    rows = perturbation_rows(study, MEASURE, ENDPOINT, pairs_of(study))
    assert [(row["method"], row["contrast"], row["status"]) for row in rows] == [
        ("perturbation", "triplet - doublet, values drawn from their uncertainty", "stable"),
        (
            "perturbation_gates",
            "triplet - doublet, gates drawn from their uncertainty, each sample by itself",
            "stable",
        ),
        (
            "perturbation_gates",
            "triplet - doublet, gates drawn from their uncertainty, one draw for each batch",
            "stable",
        ),
    ]
    assert [row["reason"] for row in rows] == [
        "100 of 100 draws end like the values themselves (p below 5 % or not)"
    ] * 3


def test_perturbation_rows__readings_without_gate_uncertainty_are_counted(made: Callable[..., Comparison]) -> None:
    study = made(lambda day: 10.0 if day > 0 else None)
    rows = perturbation_rows(study, MEASURE, ENDPOINT, pairs_of(study))
    assert rows[1]["reason"].endswith("; gates of 8 of 32 readings are held fixed: their uncertainty is not known")


def test_perturbation_rows__without_any_gate_uncertainty_it_is_said(made: Callable[..., Comparison]) -> None:
    study = made(lambda day: None)
    values, gates = perturbation_rows(study, MEASURE, ENDPOINT, pairs_of(study))
    assert values["method"] == "perturbation"
    assert (gates["method"], gates["status"]) == ("perturbation_gates", "not_estimable")
    assert gates["reason"] == (
        "the tables do not give how far these values move with their gates (gate_cv_pct), so gates are held fixed"
    )
    assert "estimate" not in gates

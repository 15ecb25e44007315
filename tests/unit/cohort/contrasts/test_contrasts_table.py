"""The whole table of contrasts: roles, statuses, refusals, and what it never says."""

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from marrowgate.cohort.contrasts.table import adjust, contrast_table
from marrowgate.cohort.study import Comparison, make_study
from marrowgate.settings.config import Intensity
from marrowgate.settings.project import Project
from marrowgate.settings.project_checks.endpoint_checks import Nameable
from marrowgate.settings.sheets import Measurement

Project_ = Callable[..., Project]
Study_ = Callable[..., Comparison]
Row = dict[str, Any]
ASKED = Intensity(population="ig", marker="CXCR4")
PRIMARY = "immature_per_100_cd45_log2_change"
QUICK = {"draws": 1000, "bootstrap_draws": 99, "stability_draws": 100}


def of(rows: list[Row], **wanted: str) -> list[Row]:
    return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]


@pytest.fixture(scope="module")
def table(project: Project_, study: Study_) -> list[Row]:
    regimens = {"patient": lambda number: {"regimen": ("VRd" if number < 4 else ("Vd", "Rd")[number % 2])}}
    return contrast_table(study(project(**QUICK, **regimens)))


def test_contrast_table__one_primary_row_and_it_comes_first(table: list[Row]) -> None:
    (primary,) = of(table, role="primary")
    assert (primary["endpoint"], primary["method"]) == (PRIMARY, "conditional_binomial")
    assert table[0] is primary
    assert primary["p_adjusted"] == primary["p_value"] < 0.01


def test_contrast_table__methods_stand_beside_the_primary(table: list[Row]) -> None:
    methods = Counter(row["method"] for row in of(table, endpoint=PRIMARY, contrast="triplet - doublet"))
    wanted = {"conditional_binomial", "change_score", "ancova", "permutation", "hodges_lehmann", "mixed_model_change"}
    wanted |= {"mixed_model_covariate", "parametric_bootstrap", "negative_binomial"}
    assert set(methods) == wanted
    assert set(methods.values()) == {1}


def test_contrast_table__regimens_of_the_doublet_arm_stand_apart(table: list[Row]) -> None:
    names = {row["contrast"] for row in of(table, endpoint=PRIMARY, role="sensitivity")}
    assert {"triplet - doublet Vd", "triplet - doublet Rd"} <= names
    assert "triplet - doublet, without doubtful, borrowed or shifted gates" in names


def test_contrast_table__responders(table: list[Row]) -> None:
    rows = of(table, endpoint="immature_per_100_cd45_responder")
    assert rows[0]["method"] == "fisher_exact"
    assert rows[0]["role"] == "secondary"
    methods = {row["method"] for row in rows}
    assert {"fisher_mid_p", "newcombe", "miettinen_nurminen", "clopper_pearson"} <= methods
    assert sum("limit" in row["contrast"] for row in rows) == 25


def test_contrast_table__every_row_has_a_status_and_no_number_is_missing_without_one(table: list[Row]) -> None:
    known = {"ok", "flagged", "disagree", "refused", "described", "stable", "unstable", "not_estimable"}
    for row in table:
        assert row["estimand"]
        assert row["status"] in known | {"not_converged"}
        if row["status"] in {"ok", "flagged", "disagree"}:
            assert isinstance(row["estimate"], float)
            assert row["estimate"] is not None
            assert not math.isnan(row["estimate"])
        else:
            assert row["reason"]


def test_contrast_table__says_nothing_of_causes(table: list[Row]) -> None:
    text = " ".join(str(row["reason"]) for row in table).lower()
    for word in ("cause", "effect of", "due to", "because of treatment", "leads to"):
        assert word not in text


def test_contrast_table__is_the_same_twice(project: Project_, study: Study_, table: list[Row]) -> None:
    regimens = {"patient": lambda number: {"regimen": ("VRd" if number < 4 else ("Vd", "Rd")[number % 2])}}
    again = contrast_table(study(project(**QUICK, **regimens)))
    assert [repr(row) for row in again] == [repr(row) for row in table]


def test_contrast_table__confounded_batches_are_refused_without_any_number(project: Project_, study: Study_) -> None:
    rows = contrast_table(study(project(batch=lambda arm, day: {"triplet": "B1", "doublet": "B2"}[arm], **QUICK)))
    assert rows
    assert {row["status"] for row in rows} == {"refused"}
    assert all(row.get("estimate") is None and row.get("p_value") is None for row in rows)
    (primary,) = of(rows, role="primary")
    assert "arm and batch cannot be told apart" in primary["reason"]


@pytest.mark.parametrize("arms", [("triplet",) * 5, ("triplet",) * 5 + ("doublet",)])
def test_contrast_table__without_a_second_arm_is_refused(project: Project_, study: Study_, arms: tuple[str]) -> None:
    (primary,) = of(contrast_table(study(project(arms, **QUICK))), role="primary")
    assert primary["status"] == "refused"
    assert "the doublet arm has" in primary["reason"]


def test_contrast_table__without_baseline_levels_are_compared_and_flagged(project: Project_, study: Study_) -> None:
    rows = contrast_table(study(project(days=(7.0, 14.0, 28.0), **QUICK)))
    (primary,) = of(rows, role="primary")
    assert primary["status"] == "refused"
    assert primary["reason"].startswith("0 triplet and 0 doublet patients have both values")
    (level,) = of(rows, endpoint="immature_per_100_cd45_window_mean")
    assert level["status"] == "flagged"
    assert "no patient has a baseline" in level["reason"]
    assert level["role"] == "exploratory"
    declared = project(days=(7.0, 14.0, 28.0), primary="immature_per_100_cd45_window_mean", **QUICK)
    (primary,) = of(contrast_table(study(declared)), role="primary")
    assert primary["estimate"] == level["estimate"]
    (responders,) = of(rows, endpoint="immature_per_100_cd45_responder", role="secondary")
    assert responders["status"] == "refused"


def test_contrast_table__declared_endpoints_without_values_are_told(project: Project_, study: Study_) -> None:
    rows = contrast_table(study(project(primary="cd34_per_ul_log2_change", **QUICK)))
    (primary,) = of(rows, role="primary")
    assert primary["status"] == "refused"
    assert primary["reason"].startswith("no value of this endpoint")


def test_contrast_table__no_patients(project: Project_) -> None:
    assert contrast_table(make_study(project(()), [], [])) == []


def test_contrast_table__patients_without_rows(project: Project_) -> None:
    rows = contrast_table(make_study(project(**QUICK), [], []))
    assert {row["status"] for row in rows} == {"refused"}


def test_contrast_table__covariates_are_adjusted_for(project: Project_, study: Study_) -> None:
    def patient(number: int) -> Row:
        return {"recent_gcsf": ("yes", "no")[number % 2]} | (
            {} if number == 7 else {"prior_lenalidomide_cycles": number}
        )

    names = ("prior_lenalidomide_cycles", "recent_gcsf", "baseline_wbc_per_ul")
    made = project(("triplet",) * 6 + ("doublet",) * 6, patient=patient, covariates=names[:2], **QUICK)
    (row,) = of(contrast_table(study(made)), endpoint=PRIMARY, method="ancova_adjusted")
    assert (row["n_triplet"], row["n_doublet"]) == (6, 5)
    assert "1 patients without prior_lenalidomide_cycles are left out" in row["reason"]
    # the white cell count is the same in all patients, so it cannot be held equal
    made = project(patient=patient, covariates=names[2:], **QUICK)
    (row,) = of(contrast_table(study(made)), endpoint=PRIMARY, method="ancova_adjusted")
    assert row["status"] == "refused"


def test_contrast_table__tubes_of_flagged_quality_are_left_out_beside(
    project: Project_, rows: Callable[..., list[Row]]
) -> None:
    made = project(**QUICK)
    quality = [{"sample_id": "P0_d7", "verdict": "flagged"}, {"sample_id": "P1_d7", "verdict": "ok"}]
    counts = rows(made, lambda sample, place: 100 + 10 * place + int(sample.day or 0))
    found = contrast_table(make_study(made, counts, [], quality))
    names = {row["contrast"] for row in of(found, endpoint=PRIMARY)}
    assert "triplet - doublet, without samples of flagged quality" in names


def test_adjust__holm_and_benjamini_hochberg_by_role() -> None:
    """Worked by hand: of 0.01, 0.02, 0.03 Holm makes 0.03, 0.04, 0.04, Benjamini and Hochberg 0.03, 0.03, 0.03."""
    rows = [{"role": role, "p_value": p} for role in ("secondary", "exploratory") for p in (0.01, 0.02, 0.03)]
    rows += [{"role": "sensitivity", "p_value": 0.01}, {"role": "secondary", "p_value": None}]
    rows += [{"role": "primary", "p_value": 0.04}]
    found = [row.get("p_adjusted") for row in adjust(rows)]
    assert found[:3] == pytest.approx([0.03, 0.04, 0.04])
    assert found[3:6] == pytest.approx([0.03, 0.03, 0.03])
    assert found[6:] == [None, None, 0.04]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(745)
@example(16)  # an interval of more than 2^1024-fold
@given(st.integers(0, 10_000))
def test_contrast_table__any_cohort_gives_rows_with_a_status(
    project: Project_, rows: Callable[..., list[Row]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    arms = rng.choice(["triplet", "doublet"], int(rng.integers(1, 13))).tolist()
    days = sorted({float(day) for day in rng.choice([-3, 0, 5, 7, 14, 28, 90], int(rng.integers(3, 9)))})
    batches = ["B1", "B2"][: 1 + int(rng.random() < 0.3)]

    def sample(arm: str, day: float) -> Row:
        return {"days_off": 3.0} if day == 90 else {"day": None} if rng.random() < 0.1 else {}

    made = project(
        arms,
        days=days,
        batch=lambda arm, day: str(rng.choice(batches)),
        patient=lambda number: {"regimen": str(rng.choice(["A", "B"])), "age": str(rng.integers(40, 80))},
        sample=sample,
        covariates=("age",),
        **QUICK,
    )
    counts = (None, 0, 0, 1, 5, 40, 900)
    table = rows(made, lambda sample, place: counts[int(rng.integers(len(counts)))])
    for row in contrast_table(make_study(made, table, [])):
        assert row["status"]
        if row["status"] in {"ok", "flagged", "disagree"}:
            assert row["estimate"] is not None
            assert not math.isnan(row["estimate"])
        else:
            assert row["reason"]


@pytest.mark.parametrize("days", [(0.0, 7.0, 14.0), (7.0, 14.0)], ids=["with_baseline", "without"])
def test_contrast_table__has_no_endpoint_that_the_settings_may_not_name(
    project: Project_, rows: Callable[..., list[Row]], days: tuple[float, ...]
) -> None:
    imported = [
        Measurement(patient_id=f"P{place}", day=day, measure="cfc", value=50 + place + day, unit="per_ml")
        for place in range(8)
        for day in days
    ]
    cohort = project(days=days, measurements=imported, **QUICK)
    values = dict.fromkeys(f"{name}{end}" for name in ("ratio_fi", "abc", "median_fi") for end in ("", "_low", "_high"))
    stained = [
        {**values, "sample_id": sample.sample_id, "population": "ig", "marker": "CXCR4", "n_events": 90}
        | {"ratio_fi": 2.0 + place / 9, "abc": 900.0 + place, "median_fi": 400.0 + place}
        for place, sample in enumerate(cohort.samples)
    ]
    counted = rows(cohort, lambda sample, place: 300 + 9 * place)
    made = {
        row["endpoint"]
        for row in contrast_table(make_study(cohort, counted, stained))
        if row["role"] in {"primary", "secondary", "exploratory"} and row["method"] != "none"
    }
    known = Nameable(("immature", "ig"), ("CXCR4",), (ASKED,), ("cfc_per_ml",), cohort.config.cohort)
    assert {"immature_per_ul_log2_change", "ig_CXCR4_abc_log2_change", "cfc_per_ml_log2_change"} <= made or days[0] > 0
    assert len(made) >= 6
    assert made <= set(known.endpoints)

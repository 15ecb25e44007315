"""Clinical outcomes: rows, denominators and units."""

import math
from typing import Any

import pytest
from scipy.stats import binom

from marrowgate.cohort.outcomes.outcome_row import outcome_row
from marrowgate.cohort.outcomes.survival_rows import grid, origin_note, survival_rows
from marrowgate.cohort.outcomes.table import make_groups, median_interval, outcome_table, recovery_rows, response_rows
from marrowgate.cohort.outcomes.toxicity import toxicity_rows
from marrowgate.endpoint_names import OutcomeMeasure
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.config import Cohort, Config
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Patient, Toxicity

ARMS = ("triplet", "doublet")
PAIRS = (ArmPair(*ARMS),)
MONTHS = (2.7, 5.3, 11.7, 14.9, 16.4, 17.4, 27.5, 36.9, 45.4)
Row = dict[str, Any]


def series(**more: Any) -> list[Patient]:
    """Nine patients, four deaths: reconstructed, illustrative, not the authors' table."""
    return [
        Patient(
            patient_id=f"P{n}",
            arm="triplet",
            os_months=months,
            os_event=str(int(n < 4)),
            response="CR" if n else "NR",
            **more,
        )
        for n, months in enumerate(MONTHS)
    ]


def by_measure(rows: list[Row], arm: str = "all") -> dict[Any, Row]:
    """Return the rows of a group by measure, those of one time by measure and months."""
    own = [row for row in rows if row["arm"] == arm]
    return {row["measure"] if row["months"] is None else (row["measure"], row["months"]): row for row in own}


def test_response_rows__golden_rate() -> None:
    row = by_measure(list(response_rows("all", series(), ["CR"], Cohort())))["response_all_treated_proportion"]
    assert (row["n"], row["n_events"]) == (9, 8)
    assert [round(row[name], 3) for name in ("estimate", "ci_low", "ci_high")] == [0.889, 0.518, 0.997]


def test_response_rows__all_treated_and_evaluable() -> None:
    patients = [
        Patient(patient_id="A", arm="triplet", response="CR"),
        Patient(patient_id="B", arm="triplet", response="PR", response_evaluable="no"),
        Patient(patient_id="C", arm="triplet"),
    ]
    rows = by_measure(list(response_rows("all", patients, ["CR", "PR"], Cohort(responses=("CR", "PR")))))
    treated, evaluable = rows["response_all_treated_proportion"], rows["response_evaluable_proportion"]
    assert (treated["n_events"], treated["n"]) == (2, 3)
    assert treated["note"] == "2 of 3; counts CR, PR; 1 without a response given count as none"
    assert (evaluable["n_events"], evaluable["n"]) == (1, 1)
    assert rows["best_response_PR_all_treated_proportion"]["n_events"] == 1


def test_response_rows__nobody_evaluable_and_nothing_given() -> None:
    lone = [Patient(patient_id="A", arm="triplet", response="CR", response_evaluable="no")]
    row = by_measure(list(response_rows("all", lone, ["CR"], Cohort())))["response_evaluable_proportion"]
    assert (row["estimate"], row["note"]) == (None, "nobody is evaluable")
    assert list(response_rows("all", [Patient(patient_id="A", arm="triplet")], [], Cohort())) == []


def test_survival_rows__golden_series() -> None:
    rows = by_measure(survival_rows(make_groups(series(), ARMS), Cohort(), PAIRS))
    at = rows["os_survival_proportion", 24]
    assert [round(at[name], 3) for name in ("estimate", "ci_low", "ci_high")] == [0.556, 0.204, 0.805]
    assert at["note"] == "3 at risk, 4 events, 2 censored"
    median = rows["os_median_months"]
    assert (median["estimate"], median["note"]) == (None, "not reached")
    assert rows["os_follow_up_median_months"]["estimate"] == 27.5
    assert rows["os_survival_proportion", 2.7]["note"].endswith("point of the curve")


def test_survival_rows__table_below_the_curve() -> None:
    rows = by_measure(survival_rows(make_groups(series(), ARMS), Cohort(), PAIRS))
    counts = {
        what: [rows[f"os_{what}_patients", time]["estimate"] for time in (0, 12, 24, 36)]
        for what in ("at_risk", "events", "censored")
    }
    assert counts == {"at_risk": [9, 6, 3, 2], "events": [0, 3, 4, 4], "censored": [0, 0, 2, 3]}


@pytest.mark.parametrize(
    ("last", "times"), [(5.0, [0, 3]), (30.0, [0, 6, 12, 18, 24, 30]), (60.0, [0, 12, 24, 36, 48, 60])]
)
def test_grid__even_steps(last: float, times: list[float]) -> None:
    assert grid(last) == times


def test_survival_rows__past_the_follow_up_is_unknown() -> None:
    rows = by_measure(survival_rows(make_groups(series(), ARMS), Cohort(survival_months=(60.0,)), PAIRS))
    at = rows["os_survival_proportion", 60]
    assert at["estimate"] is None
    assert at["note"].startswith("follow-up ends before this time")


def test_survival_rows__relapse_and_death_compete() -> None:
    patients = [
        Patient(patient_id=f"P{n}", arm="triplet", dfs_months=n + 1, dfs_event=event, relapse_event=relapse)
        for n, (event, relapse) in enumerate((("1", "1"), ("1", "0"), ("0", None), ("1", "1"), ("0", None)))
    ]
    rows = by_measure(survival_rows(make_groups(patients, ARMS), Cohort(survival_months=(4.0,)), PAIRS))
    assert rows["relapse_incidence_proportion", 4]["estimate"] == pytest.approx(1 / 5 + 3 / 5 / 2)
    assert rows["death_without_relapse_incidence_proportion", 4]["estimate"] == pytest.approx(1 / 5)
    assert rows["dfs_survival_proportion", 4]["note"].endswith("counted from an origin that is not stated")


def test_survival_rows__events_of_unknown_kind_are_told() -> None:
    patients = [
        Patient(patient_id=f"P{n}", arm="triplet", dfs_months=n + 1, dfs_event=event, relapse_event=relapse)
        for n, (event, relapse) in enumerate((("1", "1"), ("1", None), ("0", None)))
    ]
    row = by_measure(survival_rows(make_groups(patients, ARMS), Cohort(survival_months=(2.0,)), PAIRS))[
        "relapse_incidence_proportion", 2
    ]
    assert row["note"].endswith("; 1 patients with an event of unknown kind are left out")
    unknown = [patient.model_copy(update={"relapse_event": None}) for patient in patients]
    assert not any("relapse" in row["measure"] for row in survival_rows(make_groups(unknown, ARMS), Cohort(), PAIRS))


def test_survival_rows__nobody_relapsed_is_a_proportion_of_zero() -> None:
    patients = [Patient(patient_id=f"P{n}", arm="triplet", dfs_months=n + 5, dfs_event="0") for n in range(3)]
    row = by_measure(survival_rows(make_groups(patients, ARMS), Cohort(survival_months=(2.0,)), PAIRS))[
        "relapse_incidence_proportion", 2
    ]
    assert (row["estimate"], row["n"], row["n_events"]) == (0.0, 3, 0)


def test_survival_rows__groups_share_one_grid_and_state_their_follow_up() -> None:
    arms = [patient.model_copy(update={"arm": "doublet" if n < 2 else "triplet"}) for n, patient in enumerate(series())]
    rows = survival_rows(make_groups(arms, ARMS), Cohort(), PAIRS)
    times = {
        arm: [row["months"] for row in rows if row["arm"] == arm and row["measure"] == "os_at_risk_patients"]
        for arm in ("all", "triplet", "doublet")
    }
    assert times["all"] == times["triplet"] == times["doublet"]
    last = {row["arm"]: row["estimate"] for row in rows if row["measure"] == "os_longest_follow_up_months"}
    assert last == {"all": 45.4, "triplet": 45.4, "doublet": 5.3}


def test_outcome_table__group_without_an_event_has_zero_of_it() -> None:
    toxicity = (Toxicity(patient_id="A", term="rash", grade=2),)
    pair = [
        Patient(patient_id="A", arm="triplet", response="CR"),
        Patient(patient_id="B", arm="doublet", response="PR"),
    ]
    rows = outcome_table(
        Project(Config(strategy_of_panel={"p": "s"}), (), {p.patient_id: p for p in pair}, (), toxicity, {}, {})
    )
    found = {(row["arm"], row["measure"]): (row["n_events"], row["n"]) for row in rows}
    assert found["doublet", "toxicity_rash_grade_1_2_all_treated_proportion"] == (0, 1)
    assert found["doublet", "best_response_CR_all_treated_proportion"] == (0, 1)


def test_survival_rows__arms_are_compared_where_there_are_two() -> None:
    arms = [patient.model_copy(update={"arm": "doublet" if n % 2 else "triplet"}) for n, patient in enumerate(series())]
    rows = survival_rows(make_groups(arms, ARMS), Cohort(), PAIRS)
    (row,) = [row for row in rows if row["measure"] == "os_log_rank_p_value"]
    assert row["arm"] == "triplet - doublet"
    assert row["note"] == "arms as treated, not randomised"
    assert {"all", "triplet", "doublet"} <= {row["arm"] for row in rows}
    assert not [
        row for row in survival_rows(make_groups(series(), ARMS), Cohort(), PAIRS) if "log_rank" in row["measure"]
    ]


def test_survival_rows__missing_follow_up_is_told() -> None:
    patients = [*series(), Patient(patient_id="X", arm="triplet")]
    row = by_measure(survival_rows(make_groups(patients, ARMS), Cohort(), PAIRS))["os_median_months"]
    assert row["n"] == 9
    assert row["note"] == "not reached; 1 patients without os_months or os_event are left out"


def test_survival_rows__transplant_needs_enough_deaths() -> None:
    rows = by_measure(survival_rows(make_groups(series(transplant_months=4), ARMS), Cohort(), PAIRS))
    row = rows["os_after_transplant_hazard_ratio"]
    assert row["estimate"] is None
    assert row["note"].startswith("not estimated")


def test_survival_rows__transplant_and_disease_free_survival_need_the_same_origin() -> None:
    dfs = {"dfs_months": 5.0, "dfs_event": "1", "transplant_months": 4}
    for origin, said in (("remission", "from another origin"), ("start_of_treatment", "fewer than five events")):
        rows = by_measure(survival_rows(make_groups(series(dfs_origin=origin, **dfs), ARMS), Cohort(), PAIRS))
        assert said in rows["dfs_after_transplant_hazard_ratio"]["note"]


def test_survival_rows__transplant_ratio_is_given_where_it_can_be() -> None:
    patients = [
        Patient(patient_id=f"P{n}", arm="triplet", os_months=n + 1, os_event="1", transplant_months=(n % 3) * 4 or None)
        for n in range(30)
    ]
    row = by_measure(survival_rows(make_groups(patients, ARMS), Cohort(), PAIRS))["os_after_transplant_hazard_ratio"]
    assert row["ci_low"] < row["estimate"] < row["ci_high"]


def test_origin_note__contradictions() -> None:
    patients = [
        Patient(patient_id="A", arm="triplet", dfs_months=9, os_months=8, dfs_origin="remission"),
        Patient(patient_id="B", arm="triplet", dfs_months=3, os_months=8, dfs_origin="transplant"),
    ]
    note = origin_note(patients)
    assert note.startswith("counted from remission and transplant, which do not mix")
    assert "1 patients have a longer disease-free than overall survival" in note


def test_recovery_rows__median_with_exact_interval() -> None:
    patients = [Patient(patient_id=f"P{n}", arm="triplet", anc_recovery_days=10 + n) for n in range(9)]
    (row,) = recovery_rows("all", [*patients, Patient(patient_id="X", arm="triplet")])
    assert (row["measure"], row["estimate"]) == ("neutrophil_recovery_median_days", 14)
    assert (row["ci_low"], row["ci_high"]) == (11, 17)
    assert "1 patients without a value are left out" in row["note"]


@pytest.mark.parametrize("n", [6, 9, 20, 33])
def test_median_interval__covers_with_at_least_95_percent(n: int) -> None:
    low, _ = median_interval([float(k) for k in range(n)])
    cut = int(low) + 1
    assert 1 - 2 * binom.cdf(cut - 1, n, 0.5) >= 0.95
    assert 1 - 2 * binom.cdf(cut, n, 0.5) < 0.95


def test_median_interval__five_values_have_none() -> None:
    assert all(math.isnan(limit) for limit in median_interval([1.0] * 5))


def test_toxicity_rows__highest_grade_of_each_patient() -> None:
    patients = series()[:4]
    toxicity = [
        Toxicity(patient_id="P0", term="Neutropenia", grade=2),
        Toxicity(patient_id="P0", term="Neutropenia", grade=4),
        Toxicity(patient_id="P1", term="Neutropenia", grade=1),
        Toxicity(patient_id="P2", term="sepsis (CTCAE)", grade=5, treatment_related_death="yes"),
        Toxicity(patient_id="foreign", term="Rash", grade=1),
    ]
    rows = by_measure(list(toxicity_rows("all", patients, toxicity)))
    of_all = {name: (row["n_events"], row["n"]) for name, row in rows.items() if "all_treated" in name}
    assert {name.replace("_all_treated", ""): counts for name, counts in of_all.items()} == {
        "toxicity_neutropenia_grade_1_2_proportion": (1, 4),
        "toxicity_neutropenia_grade_3_4_proportion": (1, 4),
        "toxicity_sepsis_ctcae_grade_1_2_proportion": (0, 4),
        "toxicity_sepsis_ctcae_grade_3_4_proportion": (0, 4),
        "toxicity_sepsis_ctcae_grade_5_proportion": (1, 4),
        "toxicity_rash_grade_1_2_proportion": (0, 4),
        "toxicity_rash_grade_3_4_proportion": (0, 4),
        "treatment_related_death_proportion": (1, 4),
    }
    assert list(toxicity_rows("all", patients, [])) == []


def test_outcome_row__rate_in_months_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"survival_rate_proportion: 56\.4 .* is no proportion"):
        outcome_row(OutcomeMeasure("survival", "rate", "proportion"), "all", 9, 4, 56.4, low=8.9, high=30.7, method="x")


def test_outcome_row__name_without_unit() -> None:
    with pytest.raises(ValueError, match="os_two_year_percent: percent is no unit: proportion, months"):
        outcome_row(OutcomeMeasure("os", "two_year", "percent"), "all", 9, 4, 0.5, method="x")


def test_outcome_row__limits_must_hold_the_estimate() -> None:
    with pytest.raises(ValueError, match=r"the limits 8\.9 to 30\.7 do not hold the estimate 56\.4"):
        outcome_row(OutcomeMeasure("os", "median", "months"), "all", 9, 4, 56.4, low=8.9, high=30.7, method="x")


def test_outcome_row__missing_estimate_needs_a_note() -> None:
    with pytest.raises(ValueError, match="a missing estimate needs a note"):
        outcome_row(OutcomeMeasure("os", "median", "months"), "all", 9, 4, math.nan, method="x")


def test_outcome_table__nothing_given_is_empty() -> None:
    patients = {f"P{n}": Patient(patient_id=f"P{n}", arm="triplet") for n in range(3)}
    config = Config(strategy_of_panel={"p": "s"})
    assert outcome_table(Project(config, (), patients, (), (), {}, {})) == []
    assert outcome_table(Project(config, (), {}, (), (), {}, {})) == []


def test_outcome_table__whole_series() -> None:
    patients = {patient.patient_id: patient for patient in series(anc_recovery_days=12)}
    toxicity = (Toxicity(patient_id="P0", term="Rash", grade=1),)
    rows = outcome_table(Project(Config(strategy_of_panel={"p": "s"}), (), patients, (), toxicity, {}, {}))
    assert {row["arm"] for row in rows} == {"all"}
    measures = {row["measure"] for row in rows}
    assert {
        "response_all_treated_proportion",
        "os_median_months",
        "treatment_related_death_evaluable_proportion",
    } <= measures


def test_outcome_table__arms_of_other_names_and_declared_pairs() -> None:
    config = Config.model_validate(
        {"strategy_of_panel": {"p": "s"}, "arms": {"names": ["A", "B", "C"], "pairs": [["C", "A"]]}}
    )
    patients = {p.patient_id: p.model_copy(update={"arm": "ABC"[n % 3]}) for n, p in enumerate(series())}
    rows = outcome_table(Project(config, (), patients, (), (), {}, {}))
    assert list(dict.fromkeys(row["arm"] for row in rows)) == ["all", "A", "B", "C", "C - A"]
    assert {row["arm"] for row in rows if "log_rank" in row["measure"]} == {"C - A"}


def test_outcome_table__regimens_of_an_arm_stand_apart() -> None:
    patients = {
        p.patient_id: p.model_copy(update={"regimen": "VRd" if n < 5 else "VTd"}) for n, p in enumerate(series())
    }
    patients["D"] = Patient(patient_id="D", arm="doublet", regimen="Rd", response="CR")
    rows = outcome_table(Project(Config(strategy_of_panel={"p": "s"}), (), patients, (), (), {}, {}))
    found = {row["arm"]: row for row in rows if row["measure"] == "response_all_treated_proportion"}
    assert {arm: (row["n_events"], row["n"]) for arm, row in found.items()} == {
        "all": (9, 10),
        "triplet": (8, 9),
        "doublet": (1, 1),
        "triplet VRd": (4, 5),
        "triplet VTd": (4, 4),
    }


def test_outcome_table__words_of_response_in_any_case_are_one() -> None:
    words = ("cr", "CR", "Cr", "vgpr", "NR")
    patients = {w: Patient(patient_id=w, arm="triplet", response=w) for w in words}
    project = Project(Config(strategy_of_panel={"p": "s"}), (), patients, (), (), {}, {})
    rows = by_measure([row for row in outcome_table(project) if row["outcome"] in {"response", "best_response"}])
    assert rows["response_all_treated_proportion"]["n_events"] == 3
    assert [name for name in rows if "all_treated" in name] == [
        "response_all_treated_proportion",
        "best_response_CR_all_treated_proportion",
        "best_response_VGPR_all_treated_proportion",
        "best_response_NR_all_treated_proportion",
    ]


def test_toxicity_rows__spellings_are_one_term_and_count_a_patient_once() -> None:
    spellings = (("P0", "Fatigue", 1), ("P0", "fatigue", 2), ("P1", "FATIGUE ", 2), ("P2", "Fatigue", 3))
    toxicity = [Toxicity(patient_id=name, term=term, grade=grade) for name, term, grade in spellings]
    rows = by_measure(list(toxicity_rows("all", series(), toxicity)))
    row = rows["toxicity_fatigue_grade_1_2_evaluable_proportion"]
    assert (row["n_events"], row["n"], row["note"]) == (2, 9, "Fatigue: highest grade of each patient")
    assert rows["toxicity_fatigue_grade_3_4_evaluable_proportion"]["n_events"] == 1


def test_toxicity_rows__patients_not_followed_leave_the_evaluable_denominator() -> None:
    patients = [p.model_copy(update={"toxicity_evaluable": "no" if n == 8 else None}) for n, p in enumerate(series())]
    toxicity = [Toxicity(patient_id=f"P{n}", term="Neuropathy", grade=1) for n in (0, 1, 8)]
    rows = by_measure(list(toxicity_rows("all", patients, toxicity)))
    evaluable, treated = (
        rows[f"toxicity_neuropathy_grade_1_2_{name}_proportion"] for name in ("evaluable", "all_treated")
    )
    assert (evaluable["n_events"], evaluable["n"], evaluable["estimate"]) == (2, 8, 0.25)
    assert (treated["n_events"], treated["n"]) == (3, 9)
    nobody = [p.model_copy(update={"toxicity_evaluable": "no"}) for p in patients]
    row = by_measure(list(toxicity_rows("all", nobody, toxicity)))["treatment_related_death_evaluable_proportion"]
    assert (row["n"], row["estimate"], row["note"]) == (0, None, "nobody is evaluable")

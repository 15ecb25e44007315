"""The lead row, what stands beside it, and when methods disagree."""

import math
from dataclasses import replace

import numpy as np
import pytest

from accuracy.count_comparison import ENDPOINT, MEASURE, make_comparison
from marrowgate.cohort.contrasts import changes
from marrowgate.cohort.contrasts.count_pairs import has_few_events, paired_counts
from marrowgate.cohort.contrasts.disagreement import disagreements
from marrowgate.cohort.contrasts.estimands import ESTIMANDS, MEAN_CHANGE
from marrowgate.cohort.contrasts.estimate_row import detectable, estimate_row
from marrowgate.cohort.contrasts.lead import Lead, lead_row, unit_of, welch_influence
from marrowgate.cohort.contrasts.sensitivity import tipping_rows
from marrowgate.cohort.courses import make_courses
from marrowgate.cohort.study import Comparison
from marrowgate.cohort.summary_table import summary_table
from marrowgate.report.wording import METHODS
from marrowgate.simulate.cohorts.count_scenarios import COUNT_EFFECTS, COUNT_SCENARIOS, draw_counts_of
from marrowgate.stats.conditional_binomial import compare_counts
from marrowgate.stats.two_arms import Estimate, welch

NAME = (MEASURE, ENDPOINT, "triplet - doublet")


def study_of(scenario: str, seed: int = 1) -> Comparison:
    return make_comparison(draw_counts_of({**COUNT_SCENARIOS, **COUNT_EFFECTS}[scenario], seed))


def led(study: Comparison, part: str = "window_mean") -> tuple[dict[str, object], Lead]:
    found = lead_row(study.courses[MEASURE], study.arms, study.clock, NAME, part)
    assert found is not None
    return found


def test_lead_row__counts_are_compared_as_counts_with_their_original_difference() -> None:
    study = study_of("equal_120")
    row, _ = led(study)
    assert (row["method"], row["estimand"]) == ("conditional_binomial", MEAN_CHANGE)
    assert row["difference_unit"] == "per 100 CD45+ cells"
    values: dict[str, list[float]] = {arm: [] for arm in study.arms.pair}
    for name, course in study.courses[MEASURE].items():
        assert course.window_mean is not None
        assert course.baseline is not None
        values[study.arms[name]].append(course.window_mean.value - course.baseline.value)
    wanted = welch(*(np.array(own) for own in values.values()))
    assert (row["difference"], row["difference_low"]) == pytest.approx((wanted.value, wanted.low))


def test_lead_row__takes_back_what_the_gap_at_baseline_makes_by_chance() -> None:
    study = study_of("double_5", 3)
    row, lead = led(study)
    courses = study.courses[MEASURE]
    counts = paired_counts(
        courses, {name: study.arms.is_first(name) for name in study.arms}, "window_mean", study.clock
    )
    assert counts is not None
    alone = compare_counts(counts).estimate
    baseline = [course.baseline.log2 for course in courses.values() if course.baseline]
    wanted = compare_counts(counts, np.array(baseline)).estimate
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == (wanted.value, wanted.low, wanted.high)
    assert wanted.value != pytest.approx(alone.value, abs=0.01)
    assert wanted.high - wanted.low < alone.high - alone.low
    assert " log2 for the arms' gap of " in str(row["reason"])
    # its influences are those of the adjusted estimate, so that other methods are held against it rightly
    assert np.sum(lead.influence**2) < np.sum(compare_counts(counts).influence ** 2)


def test_lead_row__a_peak_is_no_sum_of_events() -> None:
    assert led(study_of("equal_120"), "peak_matched")[0]["method"] == "change_score"


def test_lead_row__too_many_zeros_are_said_and_have_no_number() -> None:
    row, lead = led(study_of("smears"))
    assert row["status"] == "not_estimable"
    assert "too many zeros" in str(row["reason"])
    assert math.isnan(lead.estimate.value)


def test_paired_counts__visits_weigh_by_time_not_by_cells() -> None:
    study = study_of("equal_120")
    courses = study.courses[MEASURE]
    in_first = {name: study.arms.is_first(name) for name in study.arms}
    found = paired_counts(courses, in_first, "window_mean", study.clock)
    assert found is not None
    # one visit of the first patient with ten times the cells and events: the share of its window stays
    own = [reading for reading in study.readings[MEASURE] if reading.visit.patient_id == "P000"]
    deeper = [
        replace(r, n_events=(r.n_events or 0) * 10, exposure=r.exposure * 10) if k == 3 else r
        for k, r in enumerate(own)
    ]
    again = paired_counts({"P000": make_courses(deeper, study.clock)["P000"]}, in_first, "window_mean", study.clock)
    assert again is not None
    assert again.during[0] / again.exposure_during[0] == pytest.approx(found.during[0] / found.exposure_during[0])
    assert again.exposure_during[0] > found.exposure_during[0]


def test_paired_counts__each_time_has_its_own_exposure() -> None:
    study = study_of("more_cells_5")
    in_first = {name: study.arms.is_first(name) for name in study.arms}
    found = paired_counts(study.courses[MEASURE], in_first, "window_mean", study.clock)
    assert found is not None
    # 100,000 cells before treatment in both arms, and the effective cells of six visits of 400,000 and of 100,000
    assert found.exposure_before == pytest.approx(np.full(47, 1_000.0))
    assert found.exposure_during[found.in_first] == pytest.approx(np.full(22, 6 * 4_000.0), rel=0.15)
    assert found.exposure_during[~found.in_first] == pytest.approx(np.full(25, 6 * 1_000.0), rel=0.15)


def test_paired_counts__every_baseline_visit_counts() -> None:
    study = study_of("some_120_two")
    in_first = {name: study.arms.is_first(name) for name in study.arms}
    found = paired_counts(study.courses[MEASURE], in_first, "window_mean", study.clock)
    assert found is not None
    wanted = sum(reading.n_events or 0 for reading in study.courses[MEASURE]["P000"].baselines)
    assert len(study.courses[MEASURE]["P000"].baselines) == 2
    assert found.before[0] == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("measure", "unit"),
    [
        ("immature_per_100_cd45", "per 100 CD45+ cells"),
        ("cd34_hspc_per_ul", "cells per uL"),
        ("cd34_hspc_CXCR4_abc", "molecules per cell"),
        ("cd34_hspc_CXCR4_ratio_fi", "ratio to the control"),
        ("cfu_gm_per_ml", "per mL"),
        ("blasts_smear", "blasts smear"),
    ],
)
def test_unit_of__units_are_words(measure: str, unit: str) -> None:
    assert unit_of(measure) == unit


@pytest.mark.parametrize(("width", "status"), [(9.9, None), (10.0, "not_estimable"), (54.0, "not_estimable")])
def test_estimate_row__an_interval_of_more_than_1000_fold_is_no_estimate(width: float, status: str | None) -> None:
    row = estimate_row("e", "c", "change_score", Estimate(1.0, 1 - width / 2, 1 + width / 2, 0.5), (2, 9))
    assert row.get("status") == status
    assert (row["estimate"] is None) == (status is not None)
    assert (row["p_value"] is None) == (status is not None)


def test_estimate_row__detectable_difference_stands_beside_a_null_result_alone() -> None:
    null = estimate_row("e", "c", "change_score", Estimate(0.1, -0.88, 1.08, 0.6), (22, 25))
    # 80 % of power at 5 % needs 2.802 standard errors, a half interval is 1.96 of them
    assert null["detectable"] == pytest.approx(0.98 * 2.8016 / 1.95996, rel=1e-4)
    assert null["detectable"] == detectable(1.96)
    assert "detectable" not in estimate_row("e", "c", "change_score", Estimate(2, 1, 3, 0.01), (22, 25))


def test_estimands__every_method_has_words() -> None:
    assert set(ESTIMANDS) == set(METHODS)
    assert all(ESTIMANDS.values())


def pairs_and_lead(gap: float) -> tuple[list[dict[str, object]], Lead, changes.Pairs]:
    rng = np.random.default_rng(4)
    change, in_first = rng.standard_normal(40), np.arange(40) < 20
    pairs = changes.Pairs(tuple(map(str, range(40))), in_first, np.zeros(40), change, np.zeros(40))
    own = welch(change[in_first], change[~in_first])
    other = Estimate(own.value + gap, own.low + gap, own.high + gap, 0.5)
    noise = 0.01 * rng.standard_normal(40)
    lead = Lead("conditional_binomial", other, (20, 20), welch_influence(pairs) + noise)
    rows = [
        estimate_row("e", "c", "conditional_binomial", other, (20, 20)),
        estimate_row("e", "c", "change_score", own, (20, 20)),
        estimate_row("e", "c", "ancova", Estimate(own.value + 5, own.low + 5, own.high + 5, 0.001), (20, 20)),
    ]
    return rows, lead, pairs


def test_disagreements__differences_beyond_their_own_error_are_said_on_both_rows() -> None:
    # the difference of the two estimates has the error sqrt(40) x 0.01 = 0.063: 0.1 is within, 0.5 beyond
    assert [row.get("status") for row in disagreements(*pairs_and_lead(0.1))] == [None, None, None]
    found = disagreements(*pairs_and_lead(0.5))
    assert [row.get("status") for row in found] == ["disagree", "disagree", None]
    assert "change_score and conditional_binomial differ by -0.50 log2" in str(found[0]["reason"])


def test_disagreements__attenuated_methods_are_not_held_against_the_lead() -> None:
    found = disagreements(*pairs_and_lead(0.5), attenuated=True)
    assert [row.get("status") for row in found] == [None, None, None]


@pytest.mark.parametrize(("scenario", "few"), [("equal_120", False), ("equal_5", True), ("zeros", True)])
def test_has_few_events__says_where_logarithms_of_counts_are_attenuated(scenario: str, few: bool) -> None:
    assert has_few_events(study_of(scenario).courses[MEASURE]) == few


def test_disagreements__another_estimand_is_no_disagreement() -> None:
    rows, lead, pairs = pairs_and_lead(0.0)
    assert disagreements(rows, lead, pairs)[2].get("status") is None


def test_tipping_rows__missing_visits_at_the_tipping_point_bring_the_limit_to_zero() -> None:
    drawn = draw_counts_of(COUNT_EFFECTS["double_5"], 3)
    kept = drawn.took_place.copy()
    kept[:22, 3:] = False
    study = make_comparison(replace(drawn, took_place=kept))
    pairs = changes.make_pairs(study.courses[MEASURE], study.arms, "window_mean")
    lead = led(study)[1].estimate
    (row,) = tipping_rows(study, MEASURE, ENDPOINT, pairs, lead)
    assert row["status"] == "described"
    assert row["contrast"].endswith("missing visits of triplet")
    nearest = min((lead.low, lead.high), key=abs)
    assert nearest != pytest.approx(min((changes.change_score(pairs).low, changes.change_score(pairs).high), key=abs))
    # half of the arm's visits are missing, so the arm's mean moves by half of their shift
    assert nearest + 0.5 * row["estimate"] == pytest.approx(0)


def test_unequal_exclusion__a_peak_is_not_compared_where_one_arm_stops_early() -> None:
    study = study_of("stops_one_arm", 2)
    assert "peaks are not compared" in changes.unequal_exclusion(study.courses[MEASURE], study.arms)
    alike = study_of("equal_120")
    assert changes.unequal_exclusion(alike.courses[MEASURE], alike.arms) == ""


def test_summary_table__says_the_lead_row_in_a_sentence() -> None:
    row = estimate_row("x", "T - D", "conditional_binomial", Estimate(1.0, 0.5, 1.5, 0.0004, "events: 3"), (22, 25))
    row |= {"role": "primary", "status": "ok", "arm_1": "T", "arm_2": "D", "p_adjusted": 0.0004}
    row |= {"difference": 0.5, "difference_low": 0.2, "difference_high": 0.8, "difference_unit": "cells per uL"}
    null = {**row, "p_value": 0.3, "p_adjusted": 0.6, "role": "secondary", "detectable": 2.0, "status": "flagged"}
    refused = {**row, "estimate": None, "p_value": None, "ci_low": None, "status": "refused", "reason": "one batch"}
    found = summary_table([row, null, refused, {**row, "role": "sensitivity"}])
    effect = "2-fold in T against D (95 % interval 1.41 to 2.83); +0.5 cells per uL (95 % interval +0.2 to +0.8)"
    effect += "; 22 T and 25 D patients; p "
    reach = "a 4-fold difference would be found in 4 of 5 such cohorts"
    assert [line["summary"] for line in found] == [
        f"{effect}below 0.001",
        f"{effect}0.300, adjusted 0.600; {reach}; with caution: events: 3",
        "not compared: one batch",
    ]
    many = {**row, "difference": -845.4, "difference_low": -1503.0, "difference_unit": "molecules per cell"}
    (line,) = summary_table([many])
    assert "; -845 molecules per cell (95 % interval -1,503 to +0.8); " in line["summary"]

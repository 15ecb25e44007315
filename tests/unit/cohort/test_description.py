"""The design in words."""

from collections.abc import Callable
from typing import Any

from marrowgate.cohort.contrasts.table import contrast_table
from marrowgate.cohort.description import describe_design, patient_flow
from marrowgate.cohort.study import Comparison, make_study
from marrowgate.settings.arms import ArmPair
from marrowgate.settings.project import Project

Make = Callable[..., Project]
Rows = Callable[..., list[dict[str, Any]]]


def with_gaps(project: Make, rows: Rows, **settings: Any) -> Comparison:
    """Return four and four patients: P0 had G-CSF, P1 no baseline, P2 no therapy, P5 one visit fewer, P7 nothing."""
    gone = {("P1", 0.0), ("P5", 14.0), *((("P2", day)) for day in (7.0, 14.0, 28.0))}
    gone |= {("P7", day) for day in (0.0, 7.0, 14.0, 28.0)}
    made = project(patient=lambda number: {"recent_gcsf": "yes" if number == 0 else "no"}, **settings)
    samples = {sample.sample_id: sample for sample in made.samples}
    table = [
        row
        for row in rows(made, lambda sample, place: 300)
        if (samples[row["sample_id"]].patient_id, samples[row["sample_id"]].day) not in gone
    ]
    return make_study(made, table, []).compare(ArmPair("triplet", "doublet"))


def test_patient_flow__counts_who_is_lost_at_each_step(project: Make, rows: Rows) -> None:
    steps = patient_flow(with_gaps(project, rows, recent_gcsf="leave_out"))
    assert [(step.name, step.n) for step in steps] == [
        ("in_the_sheet", (4, 4)),
        ("without_recent_gcsf", (3, 4)),
        ("with_a_value", (3, 3)),
        ("with_a_baseline", (2, 3)),
        ("with_a_value_in_the_window", (1, 3)),
    ]
    assert steps[2].sentence == "with a value of immature_per_100_cd45 at any visit"


def test_patient_flow__ends_with_the_patients_of_the_primary_contrast(project: Make, rows: Rows) -> None:
    study = with_gaps(project, rows, draws=1000, bootstrap_draws=99, stability_draws=100)
    (primary,) = (row for row in contrast_table(study) if row["role"] == "primary")
    assert patient_flow(study)[-1].n == (primary["n_triplet"], primary["n_doublet"]) == (2, 3)


def test_patient_flow__primary_that_nobody_has(project: Make, rows: Rows) -> None:
    steps = patient_flow(with_gaps(project, rows, primary="nrbc_per_ul_log2_change"))
    assert [step.n for step in steps] == [(4, 4), (0, 0), (0, 0), (0, 0)]
    assert steps[1].sentence == "with a value of the measure of nrbc_per_ul_log2_change at any visit"


def test_describe_design__missing_visits_are_counted(project: Make, rows: Rows) -> None:
    told = dict(describe_design(with_gaps(project, rows)))
    assert told["triplet_missing_visits"] == (
        "1 of 4 patients have fewer visits on therapy than the most, 3 (3 fewer: 1)"
    )
    assert told["doublet_missing_visits"] == (
        "2 of 4 patients have fewer visits on therapy than the most, 3 (1 fewer: 1, 3 fewer: 1)"
    )


def test_describe_design__arm_without_patients(project: Make, rows: Rows) -> None:
    made = project(arms=("triplet",) * 3)
    told = dict(
        describe_design(
            make_study(made, rows(made, lambda sample, place: 300), []).compare(ArmPair("triplet", "doublet"))
        )
    )
    assert told["doublet_patients"] == "no patient"
    assert told["doublet_visits"] == told["doublet_missing_visits"] == "no visits"

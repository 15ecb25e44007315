"""The clinical outcomes as the page arranges them."""

import pytest

from marrowgate.cohort.outcomes.table import outcome_table
from marrowgate.columns import TABLES
from marrowgate.endpoint_names import OutcomeMeasure
from marrowgate.report.sections.outcome_section import Line, Topic, label, outcome_topics
from marrowgate.settings.config import Config
from marrowgate.settings.project import Project
from marrowgate.settings.sheets import Patient, Toxicity

ARMS = ("triplet", "doublet")
MONTHS = (2.7, 5.3, 11.7, 14.9, 16.4, 17.4, 27.5, 36.9, 45.4)


def topics(*, two_arms: bool) -> dict[str, Topic]:
    """Return the topics of nine patients with four deaths: reconstructed, illustrative, not the authors' table."""
    patients = [
        Patient(
            patient_id=f"P{n}", arm="doublet" if two_arms and n % 2 else "triplet", response="PR" if n == 4 else "CR",
            os_months=months, os_event="1" if n < 4 else "0", dfs_months=months if n != 4 else None,
            dfs_event=("1" if n < 4 else "0") if n != 4 else None,
            relapse_event="1" if n < 2 else "0" if n < 4 else None,
            dfs_origin="remission", anc_recovery_days=10 + n,
        )
        for n, months in enumerate(MONTHS)
    ]  # fmt: skip
    toxicity = (Toxicity(patient_id="P0", term="rash", grade=3),)
    sheet = {patient.patient_id: patient for patient in patients}
    rows = outcome_table(Project(Config(strategy_of_panel={"p": "s"}), (), sheet, (), toxicity, {}, {}))
    read = [{name: row.get(name) for name in TABLES["outcomes"]} for row in rows]
    return {topic.title: topic for topic in outcome_topics(read, ARMS)}


def cells(topic: Topic, group: str) -> dict[str, str]:
    return {line.label: line.cells.get(group, "-") for line in topic.lines}


def test_outcome_topics__golden_series_without_a_second_arm() -> None:
    found = topics(two_arms=False)
    assert list(found) == [
        "Response",
        "Overall survival",
        "Disease-free survival",
        "Relapse, and death without relapse as its competing risk",
        "Recovery",
        "Toxicity, highest grade of each patient",
    ]
    assert all(topic.groups == ("all",) for topic in found.values())
    assert cells(found["Response"], "all")["response, of all treated"] == "89 % (52 to 100); 8 of 9"
    survival = cells(found["Overall survival"], "all")
    assert survival["median, months"] == "not reached (from 2.7)"
    assert survival["follow-up median, months"] == "27.5 (16.4 to not reached)"
    assert survival["survival at 24 months"] == "56 % (20 to 80); 3 at risk"
    assert "survival at 2.7 months" not in survival
    assert cells(found["Recovery"], "all") == {"neutrophil recovery median, days": "14 (11 to 17)"}
    assert (
        cells(found["Toxicity, highest grade of each patient"], "all")["rash grade 3 to 4, of all treated"]
        == "11 % (0 to 48); 1 of 9"
    )


def test_outcome_topics__notes_stand_once_with_their_groups() -> None:
    found = topics(two_arms=True)["Disease-free survival"]
    assert found.groups == ("all", "triplet", "doublet", "triplet - doublet")
    assert found.notes[:2] == (
        "all, triplet: 1 patients without dfs_months or dfs_event are left out",
        "counted from remission",
    )
    assert "log-rank test: arms as treated, not randomised" in found.notes
    assert cells(found, "triplet - doublet")["log-rank test"].startswith("p = ")


def test_outcome_topics__responses_stand_from_the_deepest_down() -> None:
    words = ("cr", "PR", "SD", "VGPR", "sCR")
    patients = {word: Patient(patient_id=word, arm="triplet", response=word) for word in words}
    project = Project(Config(strategy_of_panel={"p": "s"}), (), patients, (), (), {}, {})
    (topic,) = outcome_topics(outcome_table(project), ARMS)
    assert [line.label.removeprefix("best response ").partition(",")[0] for line in topic.lines][::2] == [
        *("response", "sCR", "CR", "VGPR", "PR", "SD"),
    ]


def test_outcome_topics__regimens_are_left_to_the_table() -> None:
    patients = {
        f"P{n}": Patient(patient_id=f"P{n}", arm="triplet", regimen=f"R{n % 2}", response="CR") for n in range(4)
    }
    project = Project(Config(strategy_of_panel={"p": "s"}), (), patients, (), (), {}, {})
    (topic,) = outcome_topics(outcome_table(project), ARMS)
    assert topic.groups == ("all",)


def test_line__a_dash_stands_only_where_an_estimate_is_missing() -> None:
    of_groups = Line("median", {"triplet": "7"})
    assert [of_groups.text_of(name) for name in ("triplet", "doublet", "triplet - doublet")] == ["7", "-", ""]
    of_both = Line("log-rank test", {"triplet - doublet": "p = 0.394"})
    assert [of_both.text_of(name) for name in ("triplet", "triplet - doublet")] == ["", "p = 0.394"]


def test_outcome_topics__nothing_given() -> None:
    assert outcome_topics([], ARMS) == []


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (OutcomeMeasure("best_response", "VGPR_evaluable", "proportion"), "best response VGPR, of evaluable"),
        (OutcomeMeasure("response", "evaluable", "proportion"), "response, of evaluable"),
        (OutcomeMeasure("dfs", "survival", "proportion", 24.0), "survival at 24 months"),
        (OutcomeMeasure("os", "after_transplant", "hazard_ratio"), "hazard ratio after transplant"),
        (OutcomeMeasure("os", "log_rank", "p_value"), "log-rank test"),
        (OutcomeMeasure("os", "follow_up_median", "months"), "follow-up median, months"),
        (
            OutcomeMeasure("death_without_relapse", "incidence", "proportion", 12.0),
            "death without relapse by 12 months",
        ),
        (
            OutcomeMeasure("toxicity", "peripheral_neuropathy_grade_1_2_evaluable", "proportion"),
            "peripheral neuropathy grade 1 to 2, of evaluable",
        ),
        (OutcomeMeasure("platelet_recovery", "median", "days"), "platelet recovery median, days"),
        (
            OutcomeMeasure("treatment_related_death", "all_treated", "proportion"),
            "treatment related death, of all treated",
        ),
    ],
)
def test_label(measure: OutcomeMeasure, said: str) -> None:
    assert label({"measure": measure.name, "outcome": measure.outcome, "months": measure.months}) == said

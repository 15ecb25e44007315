"""Names of endpoints, measures and populations that no table will have."""

import pytest

from marrowgate.settings.config import Cohort
from marrowgate.settings.project_checks.endpoint_checks import Nameable, impossible_names
from unit.settings.projects import CONFIG, Folder

ASKED = (
    "measure:\n  intensities:\n    - {population: cd45_pos, marker: CXCR4, strata: {cd45_pos: 0.5, singlets: 0.5}}\n"
)
SUMMARIES = "log2_change, peak_matched_log2_change, last_log2_change, off_log2_change, window_mean"


def told(folder: Folder, cohort: str, more: str = ASKED) -> list[str]:
    folder.write("config/config.yaml", f"{CONFIG}{more}cohort:\n  populations: [cd45_pos]\n  {cohort}\n")
    return [each.removeprefix("config/config.yaml ") for each in folder.faults()]


@pytest.mark.parametrize(
    "name",
    [
        "cd45_pos_per_100_cd45_log2_change",
        "cd45_pos_per_ul_peak_matched_log2_change",
        "cd45_pos_CXCR4_abc_last_log2_change",
        "singlets_CXCR4_ratio_fi_off_log2_change",
        "cd45_pos_CXCR4_median_fi_window_mean",
        "cd45_pos_per_ul_responder",
        "cfc_per_ml_log2_change",
    ],
)
def test_names_that_can_be__are_taken(folder, name):
    cohort = f"cohort:\n  populations: [cd45_pos]\n  primary: {name}\n  secondary: [{name}]\n"
    responders = "  responder_measure: cd45_pos_per_ul\n  responder_limit: 1\n  responder_limits: [1]\n"
    folder.write("config/m.csv", "patient_id,day,measure,value,unit\nP1,0,cfc,12,per_ml\n")
    folder.write("config/config.yaml", f"{CONFIG}measurements: config/m.csv\n{ASKED}{cohort}{responders}")
    assert folder.load().config.cohort.primary == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cd45_poss_per_ul_log2_change", "no strategy has the population 'cd45_poss'; did you mean 'cd45_pos'?"),
        (
            "hspc_per_ul_log2_change",
            "no strategy has the population 'hspc'; populations are singlets, cd45_pos",
        ),
        (
            "singlets_per_ul_log2_change",
            "singlets is not among cohort.populations, so it is no endpoint; add it there",
        ),
        ("cd45_pos_CXRC4_abc_log2_change", "no panel has the marker 'CXRC4'; did you mean 'CXCR4'?"),
        ("cd45_pos_KIT_abc_log2_change", "no panel has the marker 'KIT'; markers are CD45, CXCR4"),
        ("cd45pos_CXCR4_abc_log2_change", "no strategy has the population 'cd45pos'; did you mean 'cd45_pos'?"),
        (
            "cd45_pos_CD45_abc_log2_change",
            "CD45 on cd45_pos is not among measure.intensities; add {population: cd45_pos, marker: CD45} there",
        ),
        (
            "hspc_KIT_abc_log2_change",
            ("no intensity is called 'hspc_KIT_abc'; intensities are measured on cd45_pos_CXCR4, singlets_CXCR4"),
        ),
        (
            "cd45_pos_per_ul_log2_chnage",
            (
                "no table will have the endpoint 'cd45_pos_per_ul_log2_chnage'; "
                "did you mean 'cd45_pos_per_ul_log2_change'?"
            ),
        ),
        (
            "cd45_pos",
            f"no table will have the endpoint 'cd45_pos'; write <measure>_<summary>, with a summary of {SUMMARIES}",
        ),
        (
            "cd45_pos_per_ul_peak_day",
            (
                "peak_day of cd45_pos_per_ul is not compared between the arms; "
                f"write cd45_pos_per_ul_ and one of {SUMMARIES}"
            ),
        ),
        (
            "cd45_pos_per_ul_responder",
            (
                "only the responder_measure 'immature_per_100_cd45' has responders; "
                "name that one, or change responder_measure and its limits"
            ),
        ),
        (
            "cd45_pos_wide_log2_change",
            (
                "no table will have the measure 'cd45_pos_wide'; measures are cd45_pos_per_100_cd45, cd45_pos_per_ul, "
                "cd45_pos_CXCR4_ratio_fi, cd45_pos_CXCR4_abc, cd45_pos_CXCR4_median_fi, singlets_CXCR4_ratio_fi, "
                "singlets_CXCR4_abc, singlets_CXCR4_median_fi"
            ),
        ),
    ],
)
def test_primary_and_secondary__that_no_table_will_have_are_told(folder, name, message):
    assert told(folder, f"primary: {name}") == [f"line 8, cohort.primary: {message}"]
    assert told(folder, f"secondary:\n    - cd45_pos_per_ul_log2_change\n    - {name}") == [
        f"line 10, cohort.secondary: {message}"
    ]


def test_intensity_column__that_is_no_endpoint_is_told(folder):
    cohort = "intensity_columns: [ratio_fi]\n  primary: cd45_pos_CXCR4_abc_log2_change"
    message = "abc is not among cohort.intensity_columns, so it is no endpoint; add it there"
    assert told(folder, cohort) == [f"line 9, cohort.primary: {message}"]


def test_responder_measure__that_no_table_will_have_is_told(folder):
    cohort = "responder_measure: cd45_pos_per_100_cd54\n  responder_limit: 1\n  responder_limits: [1]"
    message = "no table will have the measure 'cd45_pos_per_100_cd54'; did you mean 'cd45_pos_per_100_cd45'?"
    assert told(folder, cohort) == [f"line 8, cohort.responder_measure: {message}"]


def test_imported_measure__that_is_misspelt_is_told(folder):
    folder.write("config/m.csv", "patient_id,day,measure,value,unit\nP1,0,reticulocytes,12,per_ul\n")
    found = told(folder, "primary: reticulocites_per_ul_log2_change", "measurements: config/m.csv\n")
    message = "no table will have the measure 'reticulocites_per_ul'; did you mean 'reticulocytes_per_ul'?"
    assert found == [f"line 6, cohort.primary: {message}"]


def test_populations__that_no_strategy_has_are_told_where_they_are_given(folder):
    folder.write("config/config.yaml", f"{CONFIG}cohort:\n  populations:\n    - cd45_pos\n    - singelts\n")
    message = "no strategy has the population 'singelts'; did you mean 'singlets'?"
    assert folder.faults() == [f"config/config.yaml line 6, cohort.populations: {message}"]


def test_other_fault_of_the_cohort__does_not_hide_a_name(folder):
    cohort = "cohort:\n  draws: 5\n  primary: cd54_pos_per_ul_log2_change\n"
    folder.write("config/config.yaml", CONFIG + cohort)
    assert folder.faults() == [
        "config/config.yaml line 4, cohort.draws: must be at least 1000, got 5; correct the value",
        (
            "config/config.yaml line 5, cohort.primary: no strategy has the population 'cd54_pos'; "
            "did you mean 'cd45_pos'?"
        ),
    ]


@pytest.mark.parametrize("wrong", ["populationz: [singlets]", "populations: singlets"])
def test_name__that_depends_on_a_wrong_entry_is_not_held_against_it(folder, wrong):
    folder.write("config/config.yaml", CONFIG + f"cohort:\n  {wrong}\n  primary: singlets_per_ul_log2_change\n")
    (only,) = folder.faults()
    assert only.startswith("config/config.yaml line 4, cohort.population")


def test_names_that_are_not_given__are_no_fault(folder):
    assert folder.load().config.cohort == Cohort()


def test_run_without_patients__compares_nothing_and_takes_any_name(folder):
    folder.write("config/config.yaml", CONFIG + "patients: null\ncohort: {primary: mine}\n")
    assert folder.load().config.cohort.primary == "mine"


def test_measurements_that_cannot_be_read__may_have_the_measure(folder):
    folder.write("config/config.yaml", CONFIG + "measurements: none.tsv\ncohort: {primary: cfc_per_ml_log2_change}\n")
    assert folder.faults() == [
        ("config/config.yaml line 3, measurements: there is no file 'none.tsv'; make it, or write measurements: null")
    ]


def test_populations_of_any_strategy_count__and_markers_of_any_panel():
    cohort = Cohort(populations=("ig", "hspc"), primary="hspc_per_ul_log2_change", secondary=("ig_per_ul_window_mean",))
    known = Nameable(("ig", "hspc"), (), (), ("immature_per_100_cd45",), cohort)
    assert list(impossible_names(known)) == []

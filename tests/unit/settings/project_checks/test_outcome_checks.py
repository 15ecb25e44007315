"""Outcomes that cannot be true together, and words that are no words for a response."""

import pytest

from marrowgate.settings.outcome_words import one_spelling, spelled, word_key
from unit.settings.projects import CONFIG, sheet

PATIENTS = "config/patients.tsv"
BASE = {"patient_id": "P1", "arm": "triplet", "response": "CR", "os_months": "20", "os_event": "1"}
OTHER = {"patient_id": "P2", "arm": "doublet"}


def told(folder, **cells):
    folder.write(PATIENTS, sheet([{**BASE, **cells}, OTHER]))
    return folder.faults()


def is_accepted(folder, **cells):
    folder.write(PATIENTS, sheet([{**BASE, **cells}, OTHER]))
    return bool(folder.load().patients)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            {"dfs_months": "10", "dfs_event": "0"},
            (
                "dfs_event: is 0, but os_event is 1: death is an event of disease-free survival too; "
                "write 1, or correct os_event"
            ),
        ),
        (
            {"dfs_months": "10", "dfs_event": "0", "relapse_event": "1", "os_event": "0"},
            (
                "relapse_event: is 1, but dfs_event is 0: a relapse is an event; "
                "write dfs_event 1, or correct relapse_event"
            ),
        ),
        (
            {"relapse_event": "1"},
            (
                "relapse_event: is 1, but dfs_event is empty: a relapse is an event; "
                "write dfs_event 1, or correct relapse_event"
            ),
        ),
        (
            {"response": "pd", "dfs_months": "10", "dfs_event": "1", "dfs_origin": "Remission"},
            (
                "dfs_months: counts from remission, but the best response is pd; "
                "empty the columns of disease-free survival, or correct response"
            ),
        ),
        (
            {"transplant_months": "20.1"},
            "transplant_months: the transplant at 20.1 months is after the death at 20; correct one of them",
        ),
        (
            {"anc_recovery_days": "700"},
            (
                "anc_recovery_days: the recovery at 700 days is after the death at 20 months; "
                "empty that cell, or correct os_months"
            ),
        ),
        (
            {"platelet_recovery_days": "611"},
            (
                "platelet_recovery_days: the recovery at 611 days is after the death at 20 months; "
                "empty that cell, or correct os_months"
            ),
        ),
        (
            {"os_months": "1200"},
            "os_months: 1200 months are 100 years; divide a number of days by 30.4375",
        ),
        ({"response": "CCR"}, "response: 'CCR' is no word for a response; did you mean 'CR'?"),
        (
            {"response": "good"},
            (
                "response: 'good' is no word for a response; write one of sCR, CR, CRi, nCR, VGPR, PR, MR, SD, PD, NR, "
                "NE, or add it to cohort.response_words of the config"
            ),
        ),
    ],
)
def test_contradiction__is_a_fault_of_the_sheet(folder, cells, said):
    assert told(folder, **cells) == [f"{PATIENTS} line 2, column {said}"]


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"response": "cr", "dfs_months": "18", "dfs_event": "1", "relapse_event": "0", "dfs_origin": "remission"},
        {"response": "PR", "dfs_months": "18", "dfs_event": "1", "dfs_origin": "remission"},
        {"response": "SD", "dfs_months": "18", "dfs_event": "1", "dfs_origin": "treatment"},
        {"transplant_months": "20", "anc_recovery_days": "608", "platelet_recovery_days": "600"},
        {"os_event": "0", "transplant_months": "21", "anc_recovery_days": "700"},
        {"os_months": "599"},
    ],
)
def test_outcomes_that_can_be_true__are_no_fault(folder, cells):
    assert is_accepted(folder, **cells)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            {"grade": "3", "treatment_related_death": "yes"},
            "treatment_related_death: is yes, but os_event is 0 in config/patients.tsv line 2; correct one of them",
        ),
        ({"grade": "5"}, "grade: is 5 (death), but os_event is 0 in config/patients.tsv line 2; correct one of them"),
        ({"grade": "4", "treatment_related_death": "no"}, ""),
    ],
)
def test_death_of_a_survivor__is_a_fault_of_the_toxicity_sheet(folder, row, said):
    folder.write("config/config.yaml", CONFIG + "toxicity: config/toxicity.tsv\n")
    folder.write("config/toxicity.tsv", sheet([{"patient_id": "P1", "term": "sepsis", **row}]))
    if said:
        assert told(folder, os_event="0") == [f"config/toxicity.tsv line 2, column {said}"]
    else:
        assert is_accepted(folder, os_event="0")
    assert is_accepted(folder, os_event="1")


def test_own_words_of_response__are_named_in_the_config(folder):
    folder.write("config/config.yaml", CONFIG + "cohort: {response_words: [good, bad], responses: [Good]}\n")
    assert is_accepted(folder, response="GOOD")
    folder.write("config/config.yaml", CONFIG + "cohort: {responses: [VGRP]}\n")
    (fault,) = told(folder)
    assert "responses name 'VGRP', which is not among response_words; did you mean 'VGPR'?" in fault


def test_terms_that_may_be_slips__are_told(folder):
    from marrowgate.settings.project_checks.notes import project_notes

    folder.write("config/config.yaml", CONFIG + "toxicity: config/toxicity.tsv\n")
    terms = ("Fatigue", "fatigue", "Fatigue", "Fatige", "Rash")
    rows = [{"patient_id": "P1", "term": term, "grade": "1"} for term in terms]
    folder.write("config/toxicity.tsv", sheet(rows))
    notes = [note for note in project_notes(folder.load()) if note[0].startswith("toxicity")]
    what = "'Fatigue' stands there 3 times; if they are one adverse event, write one word for it"
    assert notes == [("toxicity term 'Fatige'", what)]


def test_words__are_one_in_any_case_with_any_blank():
    assert word_key(" Peripheral_Neuropathy ") == word_key("peripheral  neuropathy") == "peripheral neuropathy"
    assert spelled("vgpr", ("CR", "VGPR")) == "VGPR"
    assert spelled("sCRx", ("CR", "sCR")) is None
    assert one_spelling(["a b", "A-B", "A-B", "c"]) == {"a b": "A-B", "A-B": "A-B", "c": "c"}

"""Faults of config.yaml, of overrides and of the sheets: all at once, in order."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from marrowgate.errors import UserError
from marrowgate.settings.project_reader import load_config, parse_overrides
from marrowgate.settings.sheets import Sample
from unit.settings.projects import CONFIG, PATIENTS, changed, sheet

SHEET = "config/samples.tsv"
STRANGE_ARM = "config/patients.tsv line 3, column arm: the config names no arm 'singlet'"


# all at once


def test_faults_of_all_files__are_told_together(folder):
    rows = changed(0, fcs="none.fcs", day="0,5")
    rows[2] = {**rows[2], "sample_id": "A1"}
    folder.write(SHEET, sheet(rows).replace("batch", "bacth"))
    folder.write("config/patients.tsv", sheet([PATIENTS[0], {"patient_id": "P2", "arm": "singlet"}]))
    folder.write("config/panels/blood.yaml", "channels: [{chanel: A}]\n")
    folder.write("config/strategies/tree.yaml", "populations: []\n")
    assert folder.faults() == [
        f"{SHEET} line 1, column bacth: there is no such column; did you mean 'batch'?",
        f"{SHEET} line 2, column day: has a decimal comma, got '0,5'; write it with a point",
        f"{SHEET} line 2, column fcs: there is no such file; correct the path",
        f"{SHEET} line 4, column sample_id: sample_id 'A1' stands in line 2 already; give each row its own",
        "config/panels/blood.yaml line 1, channels.channel: this entry is missing; add it",
        "config/panels/blood.yaml line 1, channels.chanel: there is no such entry; did you mean 'channel'?",
        (
            "config/strategies/tree.yaml line 1, populations: has too few entries: at least 1 needed, 0 found; "
            "add what is missing"
        ),
        f"{STRANGE_ARM}; write one of triplet, doublet, or name the arms in arms.names of the config",
    ]


def test_faults_of_the_config__do_not_hide_those_of_the_sheets_that_it_names(folder):
    text = CONFIG + "samples: config/mine.tsv\nmeasure: {few_event: 7}\n"
    folder.write("config/config.yaml", text)
    folder.write("config/mine.tsv", sheet(changed(2, day="ten")))
    folder.write("config/patients.tsv", sheet([PATIENTS[0], {"patient_id": "P2", "arm": "singlet"}]))
    assert folder.faults() == [
        "config/config.yaml line 4, measure.few_event: there is no such entry; did you mean 'few_events'?",
        "config/mine.tsv line 4, column day: must be a number, got 'ten'; correct the value",
        f"{STRANGE_ARM}; write one of triplet, doublet, or name the arms in arms.names of the config",
    ]


def test_faults_of_the_config__that_are_found_late_come_first_too(folder):
    folder.write("config/config.yaml", CONFIG + "cohort: {covariates: [agee]}\n")
    folder.write(SHEET, sheet(changed(2, day="ten")))
    assert [each.partition(":")[0] for each in folder.faults()] == [
        "config/config.yaml line 3, cohort.covariates",
        f"{SHEET} line 4, column day",
    ]


def test_misspelt_sheet__is_read_all_the_same(folder):
    folder.write("config/config.yaml", CONFIG + "sample: config/mine.tsv\n")
    folder.write("config/mine.tsv", sheet(changed(2, day="ten")))
    assert folder.faults() == [
        "config/config.yaml line 3, sample: there is no such entry; did you mean 'samples'?",
        "config/mine.tsv line 4, column day: must be a number, got 'ten'; correct the value",
    ]


@pytest.mark.parametrize("entry", ["samples: [1]", "samples: null", "samples:"])
def test_sheet_whose_entry_is_wrong__is_not_looked_for_elsewhere(folder, entry):
    folder.write("config/config.yaml", f"{CONFIG}{entry}\n")
    folder.write(SHEET, sheet(changed(2, day="ten")))
    assert [each.partition(":")[0] for each in folder.faults()] == ["config/config.yaml line 3, samples"]


def test_strategy_of_panel__that_is_missing_does_not_hide_the_sheets(folder):
    folder.write("config/config.yaml", "seed: 1\n")
    folder.write(SHEET, sheet(changed(2, day="ten")))
    assert folder.faults() == [
        "config/config.yaml line 1, strategy_of_panel: this entry is missing; add it",
        f"{SHEET} line 4, column day: must be a number, got 'ten'; correct the value",
    ]


def test_simulation_that_is_wrong__tells_no_files_that_would_be_simulated(folder):
    folder.write("config/config.yaml", CONFIG + "simulation: {scenario: demo, foldr: data/mine}\n")
    folder.write(SHEET, sheet(changed(0, fcs="data/mine/A1.fcs")))
    assert folder.faults() == [
        "config/config.yaml line 3, simulation.foldr: there is no such entry; did you mean 'folder'?"
    ]


# overrides


def test_overrides__take_the_place_of_the_config(folder):
    assert folder.load({"seed": 7}).config.seed == 7


def test_overrides__take_the_place_of_a_wrong_entry(folder):
    folder.write("config/config.yaml", CONFIG.replace("seed: 1", "seed: -1"))
    assert folder.load({"seed": 7}).config.seed == 7


def test_wrong_override__is_told_as_an_option_and_the_file_with_its_line(folder):
    folder.write("config/config.yaml", CONFIG + "quality: {max_margin: 4}\n")
    assert folder.faults({"seed": "many", "sed": 3, "measure": {"few_events": 1}}) == [
        "--config seed: must be a whole number, got 'many'; correct the value",
        "--config measure.few_events: must be at least 5, got 1; correct the value",
        "--config sed: there is no such entry; did you mean 'seed'?",
        "config/config.yaml line 3, quality.max_margin: there is no such entry; did you mean 'max_margin_pct'?",
    ]


def test_overridden_sheet__that_is_missing_is_told_as_an_option(folder):
    assert folder.faults({"samples": "other.tsv"})[0] == (
        "--config samples: there is no file 'other.tsv'; make it, or correct samples"
    )


def test_missing_config__is_told(folder):
    with pytest.raises(UserError, match=r"^none\.yaml: there is no such file; make it, or correct the path$"):
        load_config(Path("none.yaml"), {"seed": 1})


def test_config_without_entries__is_told_with_overrides_too(folder):
    folder.write("config/config.yaml", "just words\n")
    assert folder.faults({"seed": 1}) == [
        "config/config.yaml: does not hold key: value entries; see config/README.md for its layout"
    ]


def test_parse_overrides__gives_entries():
    assert parse_overrides('{"seed": 3}') == {"seed": 3}


@pytest.mark.parametrize("text", ["{", "[1]", "seed=3", "3"])
def test_parse_overrides__tells_what_is_no_object(text):
    with pytest.raises(UserError, match=r'^--overrides: .*; write it like {"seed": 3}$'):
        parse_overrides(text)


@pytest.mark.parametrize("lot", ["../../../etc/passwd", "a/b", "..\\b", ".hidden"])
def test_bead_lot__is_a_name_and_no_path(lot):
    with pytest.raises(ValidationError, match="holds a folder or begins with a point; write the name alone"):
        Sample(sample_id="a", fcs="a.fcs", panel="p", batch="b", control_type="beads", bead_lot=lot)
    assert Sample(sample_id="a", fcs="a.fcs", panel="p", batch="b", control_type="beads", bead_lot="PE 01.b").bead_lot

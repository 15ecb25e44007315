from pathlib import Path

import pytest

from marrowgate.settings.config import Measure
from marrowgate.settings.project import project_files
from unit.settings.projects import CONFIG, PATIENTS, SAMPLES, changed, sheet

SHEET = "config/samples.tsv"


def test_project__holds_what_its_files_say(folder):
    project = folder.load()
    assert [sample.sample_id for sample in project.samples] == ["A1", "A2", "A3"]
    assert {name: patient.arm for name, patient in project.patients.items()} == {"P1": "triplet", "P2": "doublet"}
    assert set(project.panels) == {"blood"}
    assert set(project.strategies) == {"tree"}
    assert project.panel_path("blood") == Path("config/panels/blood.yaml")
    assert project.strategy_path("blood") == Path("config/strategies/tree.yaml")


def test_shipped_project__is_right(repository, monkeypatch):
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.settings.project_reader import load_project

    monkeypatch.chdir(repository)
    assert len(load_project(Path("config/config.yaml"), method_faults).samples) == 363


def test_project_files__have_names_that_tell_nothing_private(folder):
    assert set(project_files(folder.load())) == {"samples", "patients", "panel blood", "strategy tree"}


def test_project_files__hold_the_bead_lots_that_are_used(repository, monkeypatch):
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.settings.project_reader import load_project

    monkeypatch.chdir(repository)
    files = project_files(load_project(Path("config/config.yaml"), method_faults))
    assert files["bead lot PE01"] == Path("config/bead_lots/PE01.yaml")
    project = load_project(Path("config/config.yaml"), method_faults, {"signal": {"bead_lots": "nowhere"}})
    assert not [name for name in project_files(project) if name.startswith("bead lot")]


# samples


def test_sample_id_twice__is_told_with_both_lines(folder):
    folder.write(SHEET, sheet(changed(2, sample_id="A1")))
    assert folder.faults() == [
        f"{SHEET} line 4, column sample_id: sample_id 'A1' stands in line 2 already; give each row its own"
    ]


def test_sample_id__that_differs_in_case_only_is_told(folder):
    folder.write(SHEET, sheet(changed(2, sample_id="a1")))
    assert folder.faults() == [
        (
            f"{SHEET} line 4, column sample_id: sample_id 'a1' differs from 'A1' of line 2 in case only; "
            "give each row its own"
        )
    ]


def test_missing_file__is_told(folder):
    folder.write(SHEET, sheet(changed(0, fcs="raw/none.fcs")))
    assert folder.faults() == [f"{SHEET} line 2, column fcs: there is no such file; correct the path"]


def test_missing_file__with_another_case_on_the_disk_is_told(folder):
    folder.write(SHEET, sheet(changed(0, fcs="raw/A1.FCS")))
    assert folder.faults() == [
        f"{SHEET} line 2, column fcs: there is no such file; write capital letters as in the file's name"
    ]


@pytest.mark.parametrize(
    ("path", "cure"),
    [
        ("raw\\a1.fcs", "write / in place of \\"),
        ("~/a1.fcs", "write the whole path in place of ~"),
        ("x" * 300 + ".fcs", "correct the path"),
    ],
)
def test_path_that_is_no_file__is_told(folder, path, cure):
    folder.write(SHEET, sheet(changed(0, fcs=path)))
    assert folder.faults() == [f"{SHEET} line 2, column fcs: there is no such file; {cure}"]


def test_folder_in_place_of_a_file__is_told(folder):
    folder.write(SHEET, sheet(changed(0, fcs="raw")))
    assert folder.faults() == [f"{SHEET} line 2, column fcs: is a folder; name a file in it"]


def test_simulated_files__need_not_exist(folder):
    folder.write("config/config.yaml", CONFIG + "simulation: {scenario: demo, folder: data/demo}\n")
    folder.write(SHEET, sheet(changed(0, fcs="./data/demo/A1.fcs")))
    project = folder.load()
    assert [project.is_simulated(sample) for sample in project.samples] == [True, False, False]


def test_simulated_file__with_another_name_than_its_sample_is_told(folder):
    folder.write("config/config.yaml", CONFIG + "simulation: {scenario: demo, folder: data/demo}\n")
    folder.write(SHEET, sheet(changed(0, fcs="data/demo/mine.fcs")))
    assert folder.faults() == [
        (
            f"{SHEET} line 2, column fcs: files in data/demo are simulated, and that of this sample is called A1.fcs; "
            "correct the path, or keep your own files in another folder"
        )
    ]


def test_same_file_in_two_rows__is_told(folder):
    folder.write(SHEET, sheet(changed(2, fcs="raw/./a1.fcs")))
    assert folder.faults() == [
        (
            f"{SHEET} line 4, column fcs: line 2 names the same file, data set and panel; "
            "correct the path, or remove the row"
        )
    ]


def test_two_data_sets_of_a_file__are_two_samples(folder):
    folder.write(SHEET, sheet(changed(2, fcs="raw/a1.fcs", data_set="2")))
    assert len(folder.load().samples) == 3


def test_sheet_without_rows__is_told(folder):
    folder.write(SHEET, sheet(SAMPLES).splitlines()[0] + "\n")
    assert folder.faults() == [f"{SHEET}: has no rows; describe at least one FCS file"]


# controls


def test_fmo__needs_its_marker(folder):
    folder.write(SHEET, sheet(changed(1, control_marker="")))
    assert folder.faults() == [
        f"{SHEET} line 3, column control_marker: is empty, but control_type is fmo; name the marker"
    ]


def test_control_cells_of_a_stained_sample__are_both_told(folder):
    folder.write(SHEET, sheet(changed(2, control_marker="CXCR4", control_for="A1")))
    assert folder.faults() == [
        (
            f"{SHEET} line 4, column control_marker: control_type none takes no control_marker, got 'CXCR4'; "
            "empty that cell, or correct control_type"
        ),
        (
            f"{SHEET} line 4, column control_for: control_type none takes no control_for, got 'A1'; "
            "empty that cell, or correct control_type"
        ),
    ]


def test_control_marker__that_the_panel_has_not_is_told(folder):
    folder.write(SHEET, sheet(changed(1, control_marker="CXCR5")))
    (fault,) = folder.faults()
    assert fault.startswith(f"{SHEET} line 3, column control_marker: panel 'blood' has no marker 'CXCR5'; ")


@pytest.mark.parametrize("written", ["CXCR4", "cxcr4", "CXCR-4", "Cxcr 4"])
def test_control_marker__in_another_spelling_is_that_of_the_panel(folder, written):
    folder.write(SHEET, sheet(changed(1, control_marker=written)))
    assert [sample.control_marker for sample in folder.load().samples if sample.control_marker] == ["CXCR4"]


def beads(**cells):
    rows = [{"beads_per_ul": "", "bead_volume_ul": "", "beads_per_tube": "", **row} for row in SAMPLES]
    rows[0] |= cells
    return sheet(rows)


def test_beads__lyophilised_or_liquid_are_right(folder):
    for cells in ({"beads_per_tube": "50000"}, {"beads_per_ul": "1000", "bead_volume_ul": "50"}):
        folder.write(SHEET, beads(**cells))
        (first, *_) = folder.load().samples
        assert {name: f"{getattr(first, name):g}" for name in cells} == cells


def test_beads__counted_twice_are_told(folder):
    folder.write(SHEET, beads(beads_per_tube="50000", beads_per_ul="1000", bead_volume_ul="50"))
    assert folder.faults() == [
        (
            f"{SHEET} line 2, column beads_per_tube: stands beside beads_per_ul or bead_volume_ul; "
            "empty beads_per_tube for liquid beads, else the other two"
        )
    ]


def test_beads__half_of_liquid_ones_are_told(folder):
    folder.write(SHEET, beads(bead_volume_ul="50"))
    assert folder.faults() == [
        f"{SHEET} line 2, column beads_per_ul: is empty, but bead_volume_ul is not; liquid beads need both"
    ]


def test_control_for_nothing__is_told(folder):
    folder.write(SHEET, sheet(changed(1, control_for="Z9")))
    assert folder.faults() == [
        f"{SHEET} line 3, column control_for: there is no sample 'Z9'; name a sample_id of this sheet"
    ]


def test_control_for_a_control__is_told(folder):
    folder.write(SHEET, sheet(changed(1, control_for="A2")))
    assert folder.faults() == [
        f"{SHEET} line 3, column control_for: sample 'A2' is a control itself; name the fully stained sample"
    ]


@pytest.mark.parametrize(
    ("column", "value", "there"), [("batch", "B2", "B1"), ("patient_id", "P2", "P1")], ids=["batch", "patient"]
)
def test_control__of_another_batch_or_patient_is_told(folder, column, value, there):
    folder.write(SHEET, sheet(changed(1, **{column: value})))
    assert folder.faults() == [
        (
            f"{SHEET} line 3, column control_for: sample 'A1' has {column} {there!r}, this sample has {value!r}; "
            f"a control has the {column} of its sample"
        )
    ]


def test_control__without_patient_may_belong_to_a_sample(folder):
    folder.write(SHEET, sheet(changed(1, patient_id="")))
    assert folder.load().samples[1].patient_id is None


# patients and other sheets


def test_unknown_patient__is_told(folder):
    folder.write(SHEET, sheet(changed(2, patient_id="P9")))
    assert folder.faults() == [
        (
            f"{SHEET} line 4, column patient_id: patient 'P9' is not in config/patients.tsv; "
            "add the patient there, or correct the name"
        )
    ]


def test_patient_with_a_fault__is_not_called_unknown(folder):
    folder.write("config/patients.tsv", sheet([{**PATIENTS[0], "arm": "triple"}, PATIENTS[1]]))
    assert folder.faults() == [
        "config/patients.tsv line 2, column arm: the config names no arm 'triple'; did you mean 'triplet'?"
    ]


def test_missing_patient_sheet__is_one_fault_at_the_config(folder):
    Path("config/patients.tsv").unlink()
    assert folder.faults() == [
        "config/config.yaml line 1, patients: there is no file 'config/patients.tsv'; make it, or write patients: null"
    ]


def test_run_without_patient_sheet__takes_any_patient(folder):
    folder.write("config/config.yaml", CONFIG + "patients: null\n")
    assert dict(folder.load().patients) == {}


def test_patient_twice__is_told(folder):
    folder.write("config/patients.tsv", sheet([*PATIENTS, PATIENTS[0]]))
    assert folder.faults() == [
        "config/patients.tsv line 4, column patient_id: patient_id 'P1' stands in line 2 already; give each row its own"
    ]


def test_covariate_with_decimal_comma__is_told(folder):
    folder.write("config/patients.tsv", sheet([{**PATIENTS[0], "age": "61,5"}, PATIENTS[1]]))
    assert folder.faults() == [
        "config/patients.tsv line 2, column age: has a decimal comma, got '61,5'; write it with a point"
    ]


def test_covariate__that_is_no_column_is_told(folder):
    folder.write("config/config.yaml", CONFIG + "cohort:\n  covariates: [age, baseline_wbc_per_ul]\n")
    assert folder.faults() == [
        (
            "config/config.yaml line 4, cohort.covariates: config/patients.tsv has no column 'age'; "
            "name a column of that sheet, or baseline_wbc_per_ul"
        )
    ]


def test_measurement_of_a_stranger__is_told(folder):
    folder.write("config/config.yaml", CONFIG + "measurements: config/m.csv\n")
    folder.write("config/m.csv", "patient_id,day,measure,value,unit\nP9,0,cfc,12,per_ml\n")
    assert folder.faults() == [
        (
            "config/m.csv line 2, column patient_id: patient 'P9' is not in config/patients.tsv; "
            "add the patient there, or correct the name"
        )
    ]


# panels and strategies


def test_missing_panel__is_told_once_with_the_nearest_name(folder):
    rows = [{**row, "panel": "bloood"} for row in SAMPLES]
    folder.write(SHEET, sheet(rows))
    assert folder.faults() == [
        f"{SHEET} line 2, column panel: there is no panel file config/panels/bloood.yaml; did you mean 'blood'?"
    ]


def test_panel_that_leaves_its_folder__is_told_and_not_read(folder):
    folder.write("secret.yaml", "password: 1\n")
    folder.write(SHEET, sheet(changed(2, panel="../../secret")))
    assert folder.faults() == [
        (
            f"{SHEET} line 4, column panel: may hold only letters, digits and underscore, got '../../secret'; "
            "write _ for spaces, dashes and other signs"
        )
    ]


def test_panel_without_strategy__is_told(folder):
    folder.write("config/config.yaml", "strategy_of_panel: {other: tree}\n")
    assert folder.faults() == [
        "config/config.yaml line 1, strategy_of_panel: panel 'blood' has no strategy; add the line `blood: <strategy>`"
    ]


def test_panel_without_strategy__is_told_at_the_entry_that_is_probably_meant(folder):
    folder.write("config/config.yaml", "strategy_of_panel:\n  blodo: tree\n")
    assert folder.faults() == [
        (
            "config/config.yaml line 2, strategy_of_panel.blodo: panel 'blood' has no strategy; "
            "write blood in place of blodo"
        )
    ]


def test_missing_strategy__is_told_at_the_config(folder):
    folder.write("config/config.yaml", "seed: 1\nstrategy_of_panel:\n  blood: trees\n")
    assert folder.faults() == [
        (
            "config/config.yaml line 3, strategy_of_panel.blood: "
            "there is no strategy file config/strategies/trees.yaml; "
            "did you mean 'tree'?"
        )
    ]


def test_method_of_a_strategy__is_checked(folder):
    text = Path("config/strategies/tree.yaml").read_text(encoding="utf-8")
    folder.write("config/strategies/tree.yaml", text.replace("{low: [1000]}", "{lov: [1000]}"))
    assert any(
        fault.startswith("config/strategies/tree.yaml line 6, population cd45_pos: argument lov of method fixed: ")
        for fault in folder.faults()
    )


def test_measured_population_and_marker__must_exist(folder):
    more = "measure:\n  intensities:\n    - {population: cd45, marker: CXRC4}\n"
    folder.write("config/config.yaml", CONFIG + more)
    assert folder.faults() == [
        (
            "config/config.yaml line 5, measure.intensities.population: no strategy has the population 'cd45'; "
            "name a population of a strategy that is used"
        ),
        "config/config.yaml line 5, measure.intensities.marker: no panel has the marker 'CXRC4'; did you mean 'CXCR4'?",
    ]


def test_measured_twice__is_told(folder):
    entry = "    - {population: cd45_pos, marker: CXCR4}\n"
    folder.write("config/config.yaml", CONFIG + f"measure:\n  intensities:\n{entry}{entry}")
    assert folder.faults() == [
        "config/config.yaml line 6, measure.intensities.marker: CXCR4 on cd45_pos stands twice; keep one of them"
    ]


def test_measured_negative_and_strata__must_exist(folder):
    entry = "{population: cd45_pos, marker: CXCR4, negative: red_cells, strata: {progenitors: 0.2, singlets: 0.8}}"
    folder.write("config/config.yaml", CONFIG + f"measure:\n  intensities:\n    - {entry}\n")
    where = "config/config.yaml line 5, measure.intensities"
    strata = "no strategy has the population 'progenitors'; name a population of a strategy that is used"
    negative = "no strategy has the population 'red_cells'; name a population of a strategy that is used"
    assert folder.faults() == [f"{where}.strata: {strata}", f"{where}.negative: {negative}"]


def test_measured_negative__is_not_the_population_itself(folder):
    entry = "{population: cd45_pos, marker: CXCR4, negative: cd45_pos}"
    folder.write("config/config.yaml", CONFIG + f"measure:\n  intensities:\n    - {entry}\n")
    told = "cd45_pos is the population itself; name cells without the marker"
    assert folder.faults() == [f"config/config.yaml line 5, measure.intensities.negative: {told}"]


def test_measured_strata__sum_to_1(folder):
    entry = "{population: cd45_pos, marker: CXCR4, strata: {cd45_pos: 0.2, singlets: 0.7}}"
    folder.write("config/config.yaml", CONFIG + f"measure:\n  intensities:\n    - {entry}\n")
    told = "the shares of the strata sum to 0.9, they must sum to 1; correct it"
    assert folder.faults() == [f"config/config.yaml line 5, measure.intensities: {told}"]


def test_measured__strata_and_negatives_are_looked_at_and_negatives_have_no_row():
    entry = {"population": "hspc", "marker": "CXCR4", "negative": "nrbc", "strata": {"low": 0.5, "high": 0.5}}
    settings = Measure(intensities=[entry, {"population": "low", "marker": "CXCR4"}])
    assert settings.wanted == (("hspc", "CXCR4"), ("low", "CXCR4"), ("high", "CXCR4"), ("nrbc", "CXCR4"))
    assert settings.only_controls == {("nrbc", "CXCR4")}
    assert settings.negatives == dict.fromkeys([(name, "CXCR4") for name in ("hspc", "low", "high")], "nrbc")


def test_spillover_files__that_are_missing_are_told_with_the_faults_of_the_sheets(folder):
    folder.write("config/config.yaml", f"{CONFIG}signal:\n  spillover: n.csv\n  spillover_of_batch: {{B1: m.csv}}\n")
    folder.write("config/samples.tsv", sheet(changed(0, day="ten")))
    missing = "there is no file {!r}; make it, or correct the path"
    assert folder.faults() == [
        f"config/config.yaml line 4, signal.spillover: {missing.format('n.csv')}",
        f"config/config.yaml line 5, signal.spillover_of_batch.B1: {missing.format('m.csv')}",
        "config/samples.tsv line 2, column day: must be a number, got 'ten'; correct the value",
    ]

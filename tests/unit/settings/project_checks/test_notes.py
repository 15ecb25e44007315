"""What is no fault and is told all the same."""

import pytest

from marrowgate.settings.project_checks.notes import project_notes
from unit.settings.projects import CONFIG, PATIENTS, SAMPLES, changed, sheet

NAMED = CONFIG + "cohort:\n  populations: [cd45_pos]\n  primary: cd45_pos_per_ul_log2_change\n  secondary: []\n"
NAMED += "  responder_measure: cd45_pos_per_ul\n  responder_limit: 1\n  responder_limits: [1]\n"
DAY_0 = changed(2, day="0")
BEADS = {"sample_id": "Q1", "fcs": "raw/q1.fcs", "panel": "blood", "batch": "B1", "control_type": "beads"}
LOT = "lot: QB1\nunit: PE molecules per bead\nkinds: 4\nvalues:\n  PE: [520, 5600, 24500, 64000]\n"


@pytest.fixture
def told(folder):
    folder.write("config/config.yaml", NAMED)
    folder.write("config/samples.tsv", sheet(DAY_0))
    return lambda: [one for one in every_note(folder) if not one.startswith("strategy tree, ")]


def every_note(folder):
    return [f"{where}: {text}" for where, text in project_notes(folder.load())]


def test_project_that_fits_together__has_no_note(told):
    assert told() == []


def test_patients_without_a_stained_tube__are_told(folder, told):
    more = [{"patient_id": name, "arm": "triplet"} for name in ("P3", "P4")]
    folder.write("config/patients.tsv", sheet([*PATIENTS, *more]))
    folder.write("raw/a4.fcs", "FCS3.1")
    control = {**SAMPLES[1], "sample_id": "A4", "patient_id": "P4", "fcs": "raw/a4.fcs", "control_for": ""}
    folder.write("config/samples.tsv", sheet([*DAY_0, control]))
    assert told() == [
        (
            "patients P3, P4: no fully stained sample in the sample sheet; "
            "add its rows, or take the patient out of the patient sheet"
        )
    ]


def test_long_lists__are_shortened(folder, told):
    more = [{"patient_id": f"X{number}", "arm": "triplet"} for number in range(14)]
    folder.write("config/patients.tsv", sheet([*PATIENTS, *more]))
    assert told()[0].startswith("patients X0, X1, X2, X3, X4, X5, X6, X7, X8, X9 and 4 more: no fully stained sample")


@pytest.mark.parametrize("cells", [{"day": "1"}, {"day": "-3", "days_off": "9"}, {"day": "", "cycle": "1"}])
def test_patient_without_a_baseline__is_told(folder, told, cells):
    rows = [{"cycle": "", "days_off": "", **row} for row in changed(2, **cells)]
    folder.write("config/samples.tsv", sheet(rows))
    assert told() == [
        "patient P2: no sample at day 0 or before, so there is no change from baseline; day 0 is that of the first dose"
    ]


def test_stained_tubes__without_patient_or_time_are_told(folder, told):
    rows = [{**DAY_0[2], "sample_id": name, "fcs": f"raw/{name}.fcs"} for name in ("N1", "N2")]
    folder.write("config/samples.tsv", sheet([*DAY_0, {**rows[0], "patient_id": ""}, {**rows[1], "day": ""}]))
    for row in rows:
        folder.write(row["fcs"], "FCS3.1")
    assert told() == [
        "sample N1: no patient_id, so it is not compared; fill it in",
        "sample N2: neither day nor cycle, so it is not compared over time; fill in day",
    ]


def test_response__that_no_patient_has_is_told(folder, told):
    folder.write("config/patients.tsv", sheet([{**one, "response": "PR"} for one in PATIENTS]))
    assert told() == ["cohort.responses: no patient has the response 'CR'; responses are PR"]


@pytest.mark.parametrize(
    ("lot", "message"),
    [
        ("", "bead_lot is empty, so the beads calibrate nothing; name their lot"),
        (
            "QB01",
            (
                "there is no file config/bead_lots/QB01.yaml for lot 'QB01', so the beads calibrate nothing; "
                "did you mean lot 'QB1'?"
            ),
        ),
        (
            "RAINBOW",
            (
                "there is no file config/bead_lots/RAINBOW.yaml for lot 'RAINBOW', so the beads calibrate nothing; "
                "write the values of the lot's sheet into it"
            ),
        ),
    ],
)
def test_bead_tube__that_calibrates_nothing_is_told(folder, told, lot, message):
    folder.write("config/bead_lots/QB1.yaml", LOT)
    folder.write("raw/q1.fcs", "FCS3.1")
    folder.write("config/samples.tsv", sheet([*DAY_0, {**BEADS, "bead_lot": lot}]))
    assert told() == [f"sample Q1: {message}"]


def test_bead_tube__of_a_lot_with_a_file_has_no_note(folder, told):
    folder.write("config/bead_lots/QB1.yaml", LOT)
    folder.write("raw/q1.fcs", "FCS3.1")
    folder.write("config/samples.tsv", sheet([*DAY_0, {**BEADS, "bead_lot": "QB1"}]))
    assert told() == []


def test_endpoints_that_are_not_given__are_told_where_no_table_will_have_them(folder, told):
    folder.write("config/config.yaml", CONFIG + "cohort: {secondary: [], populations: [cd45_pos]}\n")
    usual = "no strategy has the population 'immature'; name what you compare"
    assert told() == [
        (f"cohort.responder_measure: is not given, and the usual 'immature_per_100_cd45' will be in no table: {usual}"),
        (
            "cohort.primary: is not given, and the usual 'immature_per_100_cd45_log2_change' will be in no table: "
            f"{usual}"
        ),
    ]


def test_run_without_patients__is_told_only_names_that_are_given(folder, told):
    folder.write("config/config.yaml", CONFIG + "patients: null\n")
    assert told() == []
    folder.write("config/config.yaml", CONFIG + "patients: null\ncohort: {primary: cd54_pos_per_ul_log2_change}\n")
    assert told() == [
        (
            "cohort.primary: no strategy has the population 'cd54_pos' (nothing is compared without patients); "
            "did you mean 'cd45_pos'?"
        )
    ]


def test_strategy_of_one_instrument__is_told(folder):
    assert (
        "strategy tree, population cd45_pos: numbers in the file's own units, which ties the strategy to one "
        "instrument; add the section home"
    ) in every_note(folder)
    tree = folder.path / "config" / "strategies" / "tree.yaml"
    home = "home:\n  landmarks: [{of: lymphocytes, by: median, values: {CD45: 20000}}]\n"
    tree.write_text(tree.read_text(encoding="utf-8") + home, encoding="utf-8")
    assert not [one for one in every_note(folder) if one.startswith("strategy ")]


def test_strategy_of_mass_cytometry__is_told_to_have_counts_of_ions(folder):
    tree = folder.path / "config" / "strategies" / "tree.yaml"
    scales = "scales:\n  fluorescence: {kind: asinh, cofactor: 5}\n"
    tree.write_text(scales + tree.read_text(encoding="utf-8"), encoding="utf-8")
    assert (
        "strategy tree, population cd45_pos: counts of ions as numbers, which ties the strategy to mass cytometers of "
        "like sensitivity"
    ) in every_note(folder)

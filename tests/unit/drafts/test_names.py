from datetime import date

import pytest

from marrowgate.drafts.controls import control_of
from marrowgate.drafts.file_names import compile_pattern, fields_of, propose_pattern, read_date
from marrowgate.drafts.visits import Visit, read_visit
from marrowgate.errors import UserError
from marrowgate.settings.panel import Panel

FORM = "write it like '{patient}_{visit}_{tube}'; {any} is anything"


@pytest.mark.parametrize(
    ("word", "visit"),
    [
        ("C1D8", Visit(1, 8, 7)),
        ("c1d1", Visit(1, 1, 0)),
        ("Cycle 2 Day 15", Visit(2, 15, 35)),
        ("D10", Visit(day=10)),
        ("day-3", Visit(day=-3)),
        ("Week2", Visit(day=14)),
        ("baseline", Visit(day=0)),
        ("BL", Visit(day=0)),
    ],
)
def test_visit__is_read_as_treatment_time(word: str, visit: Visit):
    assert read_visit(word, cycle_days=21) == visit


def test_later_cycle__has_no_day_when_its_length_is_not_known():
    assert read_visit("C2D15") == Visit(2, 15, None)


@pytest.mark.parametrize("word", ["V2", "T1", "FMO", "", "D", "C1", "tube1"])
def test_word_without_time__is_no_visit(word: str):
    assert read_visit(word) is None


@pytest.mark.parametrize("text", ["2024-03-05", "2024_03_05", "20240305", "05MAR2024", "5-Mar-2024", "05-MAR-24"])
def test_date__is_read(text: str):
    assert read_date(text) == date(2024, 3, 5)


@pytest.mark.parametrize("text", ["05.03.2024", "03/05/2024", "20241305", "P01", ""])
def test_date_of_two_meanings_or_none__is_not_read(text: str):
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("stems", "pattern"),
    [
        (["P01_C1D1_full", "P01_C1D8_FMO", "P02_C1D1_full"], "{patient}_{visit}_{tube}"),
        (["D0", "D4", "D10"], "{visit}"),
        (["euroflow_01", "euroflow_03"], "euroflow_{patient}"),
        (["2024-03-05_A_t1", "2024-03-12_B_t2"], "{date}_{patient}_{tube}"),
        (["A 05MAR2024", "B 12MAR2024"], "{patient} {date}"),
        (["one"], ""),
        (["a_b", "c-d-e", "f g h i"], ""),
        (["same", "same"], ""),
    ],
)
def test_pattern__is_proposed_from_what_differs(stems: list[str], pattern: str):
    assert propose_pattern(stems) == pattern


def test_fields__are_those_of_the_pattern_and_none_of_another_name():
    pattern = compile_pattern("{any}-{patient}_{visit}")
    assert fields_of("lab 3-P01_C1D8", pattern) == {"patient": "P01", "visit": "C1D8"}
    assert fields_of("P01", pattern) == {}


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("tubes", f"names no field; {FORM}"),
        ("{patient}_{day}", f"there is no field {{day}}, only patient, visit, date, tube, any; {FORM}"),
        ("{patient}_{patient}", f"{{patient}} stands twice; {FORM}"),
        ("{patient}{visit}", f"two fields have nothing between them; {FORM}"),
        ("{patient}_}", f"a brace has no partner; {FORM}"),
    ],
)
def test_wrong_pattern__is_told(pattern: str, fault: str):
    with pytest.raises(UserError) as error:
        compile_pattern(pattern)
    assert str(error.value) == f"option --pattern: {fault}"


PANEL = Panel.model_validate(
    {
        "channels": [
            {"channel": "PE-A", "marker": "CXCR4", "fluorochrome": "PE"},
            {"channel": "PE-Cy7-A", "marker": "CD34", "fluorochrome": "PE-Cy7"},
            {"channel": "APC-A", "marker": "CD45"},
        ]
    }
)


@pytest.mark.parametrize(
    ("stem", "kind", "marker"),
    [
        ("P01_C1D8_FMO_CXCR4", "fmo", "CXCR4"),
        ("P01 FMO CD184", "fmo", "CXCR4"),
        ("FMOCD34", "fmo", "CD34"),
        ("P01_FMO-PE", "fmo", "CXCR4"),
        ("P01_minus_CD45", "fmo", "CD45"),
        ("P01_FMO", "fmo", ""),
        ("P01_isotype_PE", "isotype", "CXCR4"),
        ("Unstained control", "unstained", ""),
        ("Compensation-APC", "single_stain", "CD45"),
        ("Comp_PE-Cy7", "single_stain", "CD34"),
        ("Rainbow beads", "beads", ""),
        ("test_comp_example", "none", ""),
        ("P01_C1D8_full", "none", ""),
        ("isolated_cells", "none", ""),
    ],
)
def test_control__is_told_by_the_files_name(stem: str, kind: str, marker: str):
    control = control_of(stem, [], PANEL)
    assert (control.control_type, control.control_marker) == (kind, marker)
    assert bool(control.to_do) == (kind in {"fmo", "isotype", "single_stain"} and not marker)

"""What to look at by hand: worst first, with the text of a correction."""

import re
from pathlib import Path

import pytest
import yaml

import marrowgate.report
from marrowgate.columns import TABLES
from marrowgate.report.sections.hand_section import correction_text, counting_notes, edges_of, to_look_at
from marrowgate.settings.override_entries import OverrideFile


def population(name, status, **more):
    row = {"sample_id": "a", "panel": "p", "batch": "b", "population": name, "control_type": "none"}
    return row | {"gate_status": status, "gate_reason": "", "gate_reason_code": "", "weakest_gate": name} | more


def check(name, verdict, **more):
    row = {"sample_id": "a", "batch": "b", "check": name, "verdict": verdict, "value": 2.0, "limit": 1.0, "reason": ""}
    return row | more


def test_to_look_at__worst_first_and_counting_errors_apart():
    rows = [
        population("x", "borrowed"),
        population("y", "doubtful"),
        population("z", "no_valley"),
        population("absent", "not_gated", gate_reason_code="marker_absent"),
        population("on_y", "doubtful", weakest_gate="y"),
    ]
    quality = [
        check("cv_pct_x", "flagged"),
        check("viable_pct", "flagged"),
        check("platform_difference_pct", "flagged"),
    ]
    looks = to_look_at([{"sample_id": "r", "verdict": "rejected", "reasons": "short"}], rows, quality, {}, ())
    assert [(entry.sample_id, entry.gate or entry.what.split(":")[0]) for entry in looks] == [
        ("r", "the whole sample"),
        ("a", "z"),
        ("a", "difference between ways of counting, %"),
        ("a", "y"),
        ("a", "viable among singlets, %"),
        ("a", "x"),
    ]
    assert looks[3].also == 1
    assert counting_notes(quality) == [("x", 1, 1, ["a"])]


def test_to_look_at__gates_of_what_is_reported_come_first_among_equals():
    rows = [population("x", "doubtful"), population("y", "doubtful")]
    assert [entry.gate for entry in to_look_at([], rows, [], {}, ("y",))] == ["y", "x"]


@pytest.mark.parametrize(
    ("boundary", "edges"),
    [
        ("CD45>=1151", [("CD45", ">=", 1151.0)]),
        ("CD45<10295 and SSC-A>=-5.5e+03", [("CD45", "<", 10295.0), ("SSC-A", ">=", -5500.0)]),
        ("ellipse around CD45=20584 SSC-A=25111 distance_square=18.42", []),
        (None, []),
    ],
)
def test_edges__are_read_from_the_table_of_gates(boundary, edges):
    assert edges_of(boundary) == edges


@pytest.mark.parametrize(
    "boundary", ["CD45>=1151", "SSC-A,CD14 in polygon (0,2.6739e+05) (0,1346.7) (2.3042e+05,2.6739e+05)"]
)
def test_correction__is_a_file_that_the_settings_take_once_it_is_filled_in(boundary):
    text = correction_text("a", "monocytes", [{"population": "monocytes", "boundary": boundary}])
    assert text.startswith("# config/overrides/a.yaml\n")
    filled = (
        text.replace("reviewer:", "reviewer: R")
        .replace("reason:", "reason: why")
        .replace("date:", "date: '2026-01-31'")
    )
    (gate,) = OverrideFile.model_validate(yaml.safe_load(filled)).gates
    assert gate.population == "monocytes"
    if gate.rectangle:
        assert gate.rectangle["CD45"].low == 1151.0
    else:
        assert gate.polygon.vertices[1] == (0.0, 1346.7)


def test_look__a_check_of_a_whole_batch_stands_once_for_each_batch_and_before_other_checks():
    check = {"check": "reference_fold_of_batch_CD11b", "verdict": "flagged", "value": 1.3, "limit": 1.2, "reason": "up"}
    other = {"check": "viable_pct", "verdict": "flagged", "value": 50.0, "limit": 70.0, "reason": "dead"}
    rows = [
        {**other, "sample_id": "a", "batch": "B1"},
        *({**check, "sample_id": name, "batch": "B1"} for name in "abc"),
        {**check, "sample_id": "d", "batch": "B2"},
    ]
    looks = to_look_at([], [], rows, {}, ())
    assert [(look.sample_id, look.batch, look.what) for look in looks] == [
        ("", "B1", "CD11b of the whole batch against the release, fold: 1.3, limit 1.2"),
        ("", "B2", "CD11b of the whole batch against the release, fold: 1.3, limit 1.2"),
        ("a", "B1", "viable among singlets, %: 50, limit 70"),
    ]


def test_by_hand__the_template_names_columns_that_the_table_of_corrections_has():
    template = Path(marrowgate.report.__file__).parent / "templates/sections/by_hand.html"
    of_corrections = (
        template.read_text(encoding="utf-8").partition("{% if corrections %}")[2].partition("{% endif %}\n{% if")[0]
    )
    named = set(re.findall(r"row\.(\w+)", of_corrections))
    assert "found_gate_status" in named
    assert named <= set(TABLES["corrections"])

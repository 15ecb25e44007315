"""A sample compensated otherwise than its batch or control has no number that is ok."""

from dataclasses import replace

import numpy as np
import pytest

from marrowgate.fcs.model import Spillover
from marrowgate.measure.collect import Measured
from marrowgate.measure.compensation_doubts import compensation_doubts, mark_tables, sample_doubts, stain_doubts
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.signal.checks import Check
from unit.measure.samples import control, record, sample

LABELS = ("PE-A", "FITC-A")
USUAL = Spillover(LABELS, np.array([[1.0, 0.1], [0.0, 1.0]]))
OTHER = Spillover(LABELS, np.array([[1.0, 0.2], [0.0, 1.0]]))
TURNED = Spillover(LABELS[::-1], np.array([[1.0, 0.0], [0.1, 1.0]]))
FEWER = Spillover(LABELS[:1], np.array([[1.0]]))
LIMIT = 0.01
STRATEGY = Strategy.model_validate(
    {
        "populations": [
            {"name": "cells", "parent": "root", "dimensions": ["FSC-A"], "method": "fixed", "arguments": {"low": [0]}},
            {"name": "cd45_pos", "parent": "cells", "dimensions": ["CD45"], "method": "valley"},
            {
                "name": "small",
                "parent": "cd45_pos",
                "dimensions": ["SSC-A"],
                "method": "fixed",
                "arguments": {"low": [0]},
            },
        ]
    }
)


def measured(name, spillover, repairs="", row=None, batch="B1"):
    own = record(name, np.ones(30))
    manifest = {**own.manifest, "repairs": repairs}
    given = row or sample(name, batch=batch)
    return Measured(replace(own, spillover=spillover, manifest=manifest), given, None, STRATEGY)


def doubts(*spillovers):
    return sample_doubts([measured(f"s{n}", one) for n, one in enumerate(spillovers)], LIMIT)


@pytest.mark.parametrize(
    ("spillovers", "wrong"),
    [
        ((USUAL, USUAL, USUAL), {}),
        ((None, None, None), {}),
        ((USUAL, USUAL, TURNED), {}),
        ((USUAL, None, USUAL), {"s1": "not compensated, 2 of 2 other samples of the batch are"}),
        (
            (USUAL, None),
            {
                "s1": "not compensated, 1 of 1 other samples of the batch are",
                "s0": "compensated, as only 0 of 1 other samples of the batch are",
            },
        ),
        ((USUAL, USUAL, OTHER, USUAL), {"s2": "PE-A in FITC-A: 0.2, in the batch 0.1"}),
        ((USUAL, USUAL, FEWER), {"s2": "the matrix has other detectors than in the batch"}),
    ],
)
def test_doubts__fall_on_the_sample_that_differs_from_its_batch(spillovers, wrong):
    assert doubts(*spillovers) == {name: f"compensated_otherwise: {why}" for name, why in wrong.items()}


def test_doubts__other_batches_do_not_count():
    entries = [measured("a", USUAL), measured("b", USUAL), measured("c", None, batch="B2")]
    assert sample_doubts(entries, LIMIT) == {}


def test_doubts__a_matrix_that_cannot_be_read_is_one_also_when_the_sample_is_alone():
    entry = measured("a", None, repairs="spillover_ignored: SPILL was ignored: its values are no numbers")
    assert sample_doubts([entry], LIMIT) == {"a": "spillover_unreadable: the file's matrix cannot be used"}


def tables(*entries, is_wanted=True, controls=None):
    populations = [
        {"sample_id": entry.sample.sample_id, "panel": "hspc", "population": name, "n_events": 5}
        | {"gate_status": "ok", "gate_reason": "", "cd45_gate_status": "ok", "cd45_gate_reason": ""}
        for entry in entries
        for name in ("cells", "cd45_pos", "small")
    ]
    intensities = [
        {"sample_id": entry.sample.sample_id, "status": status, "reason": "", "control_sample_id": controls}
        for entry in entries
        if entry.sample.control_type == "none"
        for status in ("ok", "few_events")
    ]
    return mark_tables(populations, intensities, entries, LIMIT, is_wanted=is_wanted)


def test_tables__numbers_that_rest_on_fluorescence_are_doubtful_with_the_reason():
    populations, intensities = tables(measured("a", None), measured("b", USUAL), measured("c", USUAL))
    why = "compensated_otherwise: not compensated, 2 of 2 other samples of the batch are"
    told = {(row["sample_id"], row["population"]): (row["gate_status"], row["gate_reason"]) for row in populations}
    assert told == {
        ("a", "cells"): ("ok", ""),
        ("a", "cd45_pos"): ("doubtful", why),
        ("a", "small"): ("doubtful", why),
        **{(name, one): ("ok", "") for name in "bc" for one in ("cells", "cd45_pos", "small")},
    }
    assert {(row["sample_id"], row["cd45_gate_status"]) for row in populations} == {
        ("a", "doubtful"),
        ("b", "ok"),
        ("c", "ok"),
    }
    codes = {row["gate_reason_code"] for row in populations if row["sample_id"] == "a" and row["gate_status"] != "ok"}
    assert codes | {row["reason_code"] for row in intensities if row["reason"]} == {"compensated_otherwise"}
    assert [(row["sample_id"], row["status"], row["reason"]) for row in intensities] == [
        ("a", "doubtful", why),
        ("a", "few_events", why),
        *((name, status, "") for name in "bc" for status in ("ok", "few_events")),
    ]


@pytest.mark.parametrize("spillover", [None, FEWER])
def test_tables__a_whole_batch_that_is_not_or_partly_compensated_is_doubtful(spillover):
    check = Check("compensated_channels_pct", 50.0, 100.0, "flagged", "no matrix holds FITC-A")
    entries = [measured(name, spillover) for name in "ab"]
    entries = [replace(entry, record=replace(entry.record, checks=(check,))) for entry in entries]
    populations, intensities = tables(*entries)
    assert {row["gate_status"] for row in populations if row["population"] != "cells"} == {"doubtful"}
    assert {row["reason"] for row in intensities} == {"not_compensated: no matrix holds FITC-A"}
    assert {row["reason_code"] for row in intensities} == {"not_compensated"}
    populations, intensities = tables(*entries, is_wanted=False)
    assert {row["gate_status"] for row in populations} == {"ok"}
    assert {row["reason"] for row in intensities} == {""}
    passed = [replace(entry, record=replace(entry.record, checks=(replace(check, verdict="ok"),))) for entry in entries]
    assert {row["reason"] for row in tables(*passed)[1]} == {""}


@pytest.mark.parametrize(("value", "verdict", "batch", "lost"), [
    (None, "flagged", "B1", True), (3.0, "flagged", "B1", False), (None, "flagged", "B2", False),
    (None, "not_checked", "B1", False),
])  # fmt: skip
def test_stains__one_that_gave_no_spillover_puts_its_batch_in_doubt(value, verdict, batch, lost):
    row = {"check": "stain_separation_FITC-A", "value": value, "verdict": verdict}
    other = {"check": "spillover_condition", "value": None, "verdict": "flagged"}
    found = stain_doubts([measured("a", USUAL)], {f"hspc_{batch}": [row, other]})
    assert found == ({"a": "stain_unusable: no usable single stain of FITC-A"} if lost else {})


def test_tables__a_batch_without_one_of_its_stains_is_doubtful():
    entries = [measured("a", USUAL), measured("b", USUAL)]
    row = {"check": "stain_separation_FITC-A", "value": None, "verdict": "flagged"}
    given = [{"sample_id": name, "status": "ok", "reason": "", "control_sample_id": None} for name in "ab"]
    doubts = compensation_doubts(entries, LIMIT, is_wanted=lambda _: True, of_stains={"hspc_B1": [row]})
    intensities = doubts.intensities(given)
    assert {(row["status"], row["reason_code"]) for row in intensities} == {("doubtful", "stain_unusable")}


def test_tables__a_control_compensated_otherwise_makes_its_sample_doubtful():
    entries = [measured("a", USUAL), measured("b", USUAL), measured("c", USUAL)]
    fmo = measured("f", None, row=control("f", "a"))
    _, intensities = tables(*entries, fmo, controls="f")
    assert {(row["status"], row["reason"]) for row in intensities} == {
        (status, "compensated_otherwise: the control is not compensated (f)") for status in ("doubtful", "few_events")
    }
    _, intensities = tables(*entries, replace(fmo, record=replace(fmo.record, spillover=OTHER)), controls="f")
    assert {row["reason"] for row in intensities} == {"compensated_otherwise: the control f has another matrix"}
    _, intensities = tables(*entries, replace(fmo, record=replace(fmo.record, spillover=TURNED)), controls="f")
    assert {row["reason"] for row in intensities} == {""}


def test_tables__where_no_compensation_is_asked_for_nothing_is_said():
    entry = measured("a", None, repairs="spillover_ignored: SPILL was ignored: its values are no numbers")
    populations, intensities = tables(entry, is_wanted=False)
    assert {row["gate_status"] for row in populations} == {"ok"}
    assert {row["status"] for row in intensities} == {"ok", "few_events"}

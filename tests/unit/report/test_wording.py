"""How the page says values and words."""

import math
from typing import Any

import pytest

from marrowgate.endpoint_names import COMPARED_CHANGES
from marrowgate.report.wording import (
    check_words,
    draws,
    effect,
    endpoint_words,
    method_words,
    note_words,
    number,
    p_value,
    patients,
    status_counts,
    status_words,
)


def contrast(scale: str, estimate: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    return {"scale": scale, "estimate": estimate, "ci_low": low, "ci_high": high}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (contrast("log2 fold", 1.0, 0.0, 2.0), "2-fold (1 to 4)"),
        (contrast("log2 fold", 1.0, None, None), "2-fold"),
        (contrast("odds_ratio", math.inf, 11.0, math.inf), "odds ratio infinite (11 to infinite)"),
        (contrast("risk_difference", 0.7273, 0.4796, 0.8685), "72.7 points (48 to 86.9)"),
        (contrast("proportion", 16 / 22, 0.4978, 0.8927), "72.7 % (49.8 to 89.3)"),
        (contrast("log2 fold", None, None, None), "-"),
    ],
)
def test_effect__estimate_in_the_unit_of_its_scale(row: dict[str, Any], said: str) -> None:
    assert effect(row) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "-"),
        (0.09481, "0.0948"),
        (4.9635e-08, "4.96e-08"),
        (12, "12"),
        (math.inf, "infinite"),
        (12345.6, "12,346"),
    ],
)
def test_number(value: float | None, said: str) -> None:
    assert number(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "-"), (1.0, "1.000"), (0.0412, "0.041"), (0.001, "0.001"), (0.0009, "<0.001"), (4e-8, "<0.001")],
)
def test_p_value(value: float | None, said: str) -> None:
    assert p_value(value) == said


def test_patients__both_arms_or_a_dash() -> None:
    assert patients({"n_arm_1": 22, "n_arm_2": 25}) == "22 + 25"
    assert patients({"n_arm_1": None, "n_arm_2": None}) == "-"
    assert patients({"n_arm_1": 9, "n_arm_2": None, "arm_2": None}) == "9"


def test_endpoint_words__every_change_has_its_own_name() -> None:
    said = [endpoint_words(f"cd34_hspc_per_ul_{part}") for part in COMPARED_CHANGES]
    assert said[0] == "CD34+ progenitors per \N{MICRO SIGN}L, mean change in the window"
    assert len(set(said)) == len(COMPARED_CHANGES)
    assert not any("_" in one for one in said)
    assert endpoint_words("immature_per_100_cd45_responder") == "immature cells per 100 CD45+ cells, responders"
    assert endpoint_words("cd34_hspc_CXCR4_ratio_fi_log2_change") == (
        "CD34+ progenitors CXCR4, ratio to its control, mean change in the window"
    )


def test_words__unknown_ones_stay_readable() -> None:
    assert method_words("some_new_method") == "some new method"
    assert status_words("some_new_status") == "some new status"
    assert status_words("unstable") == "conclusion is not stable"


def test_status_counts__best_first_and_unknown_ones_last() -> None:
    assert status_counts(["not_gated", "new_one", "ok", "ok"]) == "2 ok, 1 not gated, 1 new one"
    assert status_counts([]) == ""


def test_check_words__channels_and_populations_keep_their_names() -> None:
    assert check_words("cv_pct_cd34_hspc") == "counting CV of cd34_hspc, %"
    assert check_words("margin_pct_FSC-A") == "events at the top of FSC-A, %"
    assert check_words("some_new_check") == "some new check"


def test_note_words__columns_are_said_in_words() -> None:
    assert note_words("2 patients without dfs_months") == "2 patients without disease-free survival months"


def test_effect__draws_are_no_interval_and_the_original_scale_stands_beside() -> None:
    row = {"estimate": 1.0, "ci_low": None, "ci_high": None, "scale": "log2 fold", "range_low": 0.0, "range_high": 2.0}
    assert effect(row) == "2-fold"
    assert draws(row) == "95 % of draws from 1 to 4"
    assert draws(row | {"range_low": None}) == "-"
    beside = {"difference": 0.5, "difference_low": -0.25, "difference_high": 1.25, "difference_unit": "cells per uL"}
    both = row | beside | {"ci_low": 0.0, "ci_high": 2.0, "range_low": None}
    assert effect(both) == "2-fold (1 to 4); +0.5 cells per µL (-0.25 to +1.25)"
    assert effect(both | {"difference_low": None, "difference_high": None}) == "2-fold (1 to 4); +0.5 cells per µL"
    molecules = {
        "difference": -845.2,
        "difference_low": -1503.0,
        "difference_high": 0.0,
        "difference_unit": "molecules",
    }
    assert effect(both | molecules) == "2-fold (1 to 4); -845 molecules (-1,503 to +0)"

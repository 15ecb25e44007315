"""Rows of responders."""

import math

import pytest

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.contrasts.responder_contrasts import responder_rows, rule_row, two_by_two
from marrowgate.cohort.contrasts.responders import Response, Rule
from marrowgate.settings.arms import ArmPair
from marrowgate.stats.proportions import TwoByTwo

PAIR = ArmPair("triplet", "doublet")


def test_responder_rows__published_contrast() -> None:
    rows = {(row["method"], row["contrast"]): row for row in responder_rows(TwoByTwo(16, 22, 0, 25), PAIR)}
    fisher = rows["fisher_exact", "triplet - doublet"]
    assert f"{fisher['p_value']:.4e}" == "4.9635e-08"
    assert f"{fisher['ci_low']:.1f}" == "11.0"
    triplet, doublet = (rows["clopper_pearson", arm] for arm in ("triplet", "doublet"))
    assert [round(triplet[name], 4) for name in ("estimate", "ci_low", "ci_high")] == [0.7273, 0.4978, 0.8927]
    assert [round(doublet[name], 4) for name in ("estimate", "ci_low", "ci_high")] == [0.0, 0.0, 0.1372]
    newcombe = rows["newcombe", "triplet - doublet"]
    assert [round(newcombe[name], 3) for name in ("ci_low", "ci_high")] == [0.48, 0.868]
    score = rows["miettinen_nurminen", "triplet - doublet"]
    assert [round(score[name], 3) for name in ("ci_low", "ci_high")] == [0.516, 0.87]


def test_responder_rows__nobody_responds() -> None:
    first = responder_rows(TwoByTwo(0, 5, 0, 6), PAIR)[0]
    assert math.isnan(first["estimate"])
    assert first["p_value"] == 1
    assert first["status"] == "not_estimable"
    assert first["reason"] == (
        "0 of 5 triplet and 0 of 6 doublet patients respond; "
        "nobody responds, or everybody: the odds ratio is not defined"
    )


def test_two_by_two__unknown_responses_do_not_count() -> None:
    arms = ComparedArms(PAIR, {"A": "triplet", "B": "triplet", "C": "doublet", "D": "doublet"})
    verdicts = {"A": "responder", "B": "unknown", "C": "non_responder", "D": "non_responder"}
    responses = {name: Response(name, verdict, 2) for name, verdict in verdicts.items()}
    assert two_by_two(responses, arms) == TwoByTwo(1, 1, 0, 2)
    assert two_by_two({"A": responses["A"]}, arms) is None


def test_rule_row__without_known_patients_is_refused() -> None:
    row = rule_row({}, ComparedArms(PAIR, {}), Rule(0.9, 2.26, 20))
    assert row["status"] == "refused"
    assert row["reason"] == "an arm has no patient of whom the response is known"


@pytest.mark.parametrize("x", [0, 6])
def test_responder_rows__proportions_hold_their_limits(x: int) -> None:
    for row in responder_rows(TwoByTwo(x, 6, 3, 6), PAIR):
        if row["scale"] in {"proportion", "risk_difference"}:
            assert row["ci_low"] - 1e-12 <= row["estimate"] <= row["ci_high"] + 1e-12

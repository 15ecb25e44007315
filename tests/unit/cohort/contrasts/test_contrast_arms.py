"""Contrasts of arms as the lab calls them: other names, other directions, one arm, three arms."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from marrowgate.cohort.contrasts.table import adjust, contrast_table
from marrowgate.cohort.study import make_study
from marrowgate.settings.arms import Arms
from marrowgate.settings.project import Project

PRIMARY = "immature_per_100_cd45_log2_change"
QUICK: dict[str, Any] = {"draws": 1000, "bootstrap_draws": 99, "stability_draws": 100, "secondary": ()}
Row = dict[str, Any]
Make = Callable[..., list[Row]]


@pytest.fixture(scope="module")
def table(project: Callable[..., Project], rows: Callable[..., list[Row]]) -> Make:
    """Compare arms whose counts rise by a factor of their own."""

    def make(arms: Arms, rises: dict[str, float], members: tuple[str, ...]) -> list[Row]:
        made = project(members, days=(0.0, 7.0, 14.0), **QUICK)
        made = replace(made, config=made.config.model_copy(update={"arms": arms}))

        def count(sample: Any, place: int) -> int:
            arm = made.patients[sample.patient_id].arm
            return int((300 + 20 * place) * (rises[arm] if sample.day > 0 else 1.0))

        return contrast_table(make_study(made, rows(made, count), []))

    return make


def leads(table: list[Row]) -> dict[str, Row]:
    return {row["contrast"]: row for row in table if row["role"] == "primary"}


def test_contrast_table__arms_of_other_names_go_through_and_say_who_they_are(table: Make) -> None:
    found = table(Arms(names=("VRd", "Rd weekly")), {"VRd": 4.0, "Rd weekly": 1.0}, ("VRd",) * 3 + ("Rd weekly",) * 4)
    (row,) = leads(found).values()
    assert row["contrast"] == "VRd - Rd weekly"
    assert (row["arm_1"], row["arm_2"], row["n_arm_1"], row["n_arm_2"]) == ("VRd", "Rd weekly", 3, 4)
    assert "n_triplet" not in row
    assert "n_doublet" not in row
    assert row["estimate"] == pytest.approx(2.0, abs=0.05)
    assert not [row for row in found if "triplet" in str(row) or "doublet" in str(row)]


def test_contrast_table__columns_of_the_contract_are_filled_for_arms_of_their_names(table: Make) -> None:
    arms = Arms(pairs=(("doublet", "triplet"),))
    (row,) = leads(table(arms, {"triplet": 4.0, "doublet": 1.0}, ("triplet",) * 3 + ("doublet",) * 4)).values()
    assert row["contrast"] == "doublet - triplet"
    assert (row["n_triplet"], row["n_doublet"]) == (3, 4)
    assert (row["n_arm_1"], row["n_arm_2"]) == (4, 3)
    assert row["estimate"] == pytest.approx(-2.0, abs=0.05)


def test_contrast_table__declared_pairs_of_three_arms_are_adjusted_together(table: Make) -> None:
    arms = Arms(names=("A", "B", "C"), pairs=(("A", "C"), ("B", "C")))
    found = leads(table(arms, {"A": 4.0, "B": 2.0, "C": 1.0}, ("A", "B", "C") * 4))
    assert set(found) == {"A - C", "B - C"}
    assert [round(found[name]["estimate"]) for name in ("A - C", "B - C")] == [2, 1]
    assert all((row["n_arm_1"], row["n_arm_2"]) == (4, 4) for row in found.values())
    small, large = sorted(found.values(), key=lambda row: row["p_value"])
    assert small["p_adjusted"] == pytest.approx(2 * small["p_value"])
    assert large["p_adjusted"] == pytest.approx(max(large["p_value"], 2 * small["p_value"]))


def test_contrast_table__one_arm_has_its_own_change(table: Make) -> None:
    (row,) = leads(table(Arms(names=("VRd",)), {"VRd": 4.0}, ("VRd",) * 5)).values()
    assert row["contrast"] == "VRd, change from baseline"
    assert row["estimate"] == pytest.approx(2.0, abs=0.05)
    assert "arm_2" not in row


@pytest.mark.parametrize(
    ("role", "expected"),
    [("primary", [0.03, 0.04, 0.04]), ("secondary", [0.03, 0.04, 0.04]), ("exploratory", [0.03, 0.03, 0.03])],
)
def test_adjust__key_endpoints_by_holm_and_exploratory_ones_by_benjamini_and_hochberg(
    role: str, expected: list[float]
) -> None:
    rows = [{"role": role, "p_value": p} for p in (0.01, 0.02, 0.03)]
    assert [row["p_adjusted"] for row in adjust(rows)] == pytest.approx(expected)

"""`marrowgate compare` of studies that are not two arms over time: one arm, three arms, one time."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from cli.test_compare import Run

PRIMARY = "immature_per_100_cd45_log2_change"
LEVEL = "immature_per_100_cd45_window_mean"
ONE_ARM = "a change within one arm: nothing here says what would have happened without treatment"


@pytest.fixture
def command(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return Run(tmp_path, repository)


def counts(number: int, rise: float) -> dict[int, int]:
    return {0: 200 + 20 * number, 7: round((210 + 13 * number) * rise), 14: round((190 + 31 * number) * rise)}


def test_compare__one_arm_is_compared_with_its_own_baseline(command: Run) -> None:
    command.config += "arms: {names: [VRd]}\n"
    for number in range(6):
        command.patient(f"P{number}", "VRd", counts(number, 9.0 * 1.5 ** (number - 2.5)))
    code, made = command()
    assert code == 0
    (primary,) = [row for row in made["contrasts"] if row["role"] == "primary"]
    assert (primary["endpoint"], primary["contrast"]) == (PRIMARY, "VRd, change from baseline")
    assert (primary["method"], primary["status"]) == ("conditional_binomial_one_arm", "flagged")
    assert (primary["arm_1"], primary["arm_2"], primary["n_arm_1"], primary["n_arm_2"]) == ("VRd", None, 6, None)
    # with hundreds of events the interval is Student's of the log ratios of the summed counts
    own = [counts(number, 9.0 * 1.5 ** (number - 2.5)) for number in range(6)]
    logs = [np.log2((one[7] + one[14]) / 2 / one[0]) for one in own]
    wanted = ttest_1samp(logs, 0.0)
    assert primary["estimate"] == pytest.approx(np.mean(logs), abs=0.05)
    assert primary["ci_low"] == pytest.approx(wanted.confidence_interval().low, abs=0.05)
    assert primary["p_value"] == pytest.approx(wanted.pvalue, rel=0.5)
    assert primary["difference_unit"] == "per 100 CD45+ cells"
    assert primary["reason"].endswith(ONE_ARM)
    (responders,) = [row for row in made["contrasts"] if row["method"] == "clopper_pearson"]
    # the first patient rises to 0.7 per 100, below the limit of 0.9; exact interval of 5 of 6
    assert (responders["estimate"], responders["n_arm_1"]) == (5 / 6, 6)
    assert (responders["ci_low"], responders["ci_high"]) == pytest.approx((0.3588, 0.9958), abs=1e-4)
    (line,) = [row["summary"] for row in made["summary"] if row["role"] == "primary"]
    assert "-fold in VRd, during against before treatment (95 % interval " in line
    assert "; 6 VRd patients; p " in line


def test_compare__one_arm_whose_batch_is_the_time_is_refused(command: Run) -> None:
    command.config += "arms: {names: [VRd]}\n"
    for number in range(6):
        command.patient(f"P{number}", "VRd", counts(number, 4.0))
    for row in command.samples:
        row["batch"] = "B1" if row["day"] == "0" else "B2"
    _, made = command()
    (primary,) = [row for row in made["contrasts"] if row["role"] == "primary"]
    assert (primary["status"], primary["estimate"]) == ("refused", None)
    assert primary["reason"].startswith("no batch has readings both before and after the first dose")


def test_compare__declared_pairs_of_three_arms(command: Run) -> None:
    command.config += "arms: {names: [A, B, C], pairs: [[A, C], [B, C]]}\n"
    for number in range(4):
        for arm, rise in (("A", 4.0), ("B", 2.0), ("C", 1.0)):
            command.patient(f"{arm}{number}", arm, counts(number, rise))
    code, made = command(secondary=[])
    assert code == 0
    found = {row["contrast"]: row for row in made["contrasts"] if row["role"] == "primary"}
    assert [found[pair]["estimate"] for pair in ("A - C", "B - C")] == pytest.approx([2.0, 1.0], abs=0.05)
    small, large = sorted(found.values(), key=lambda row: row["p_value"])
    assert small["p_adjusted"] == pytest.approx(2 * small["p_value"])
    assert large["p_adjusted"] == pytest.approx(max(large["p_value"], 2 * small["p_value"]))
    assert {row["contrast"] for row in made["summary"] if row["role"] == "primary"} == set(found)
    assert {row["contrast"] for row in made["design"]} == set(found)


def test_compare__a_study_of_one_time_compares_levels(command: Run) -> None:
    for number in range(6):
        command.patient(f"T{number}", "triplet", {7: 800 + 90 * number})
        command.patient(f"D{number}", "doublet", {7: 200 + 20 * number})
    for row in command.samples:
        row["day"] = ""
    for counted in command.populations:
        counted["day"] = None
    code, made = command(primary=LEVEL)
    assert code == 0
    (primary,) = [row for row in made["contrasts"] if row["role"] == "primary"]
    assert (primary["method"], primary["status"]) == ("level_difference", "flagged")
    assert (primary["n_arm_1"], primary["n_arm_2"]) == (6, 6)
    assert primary["estimate"] == pytest.approx(2.0, abs=0.1)
    assert "no patient has a baseline" in primary["reason"]
    (estimand,) = [row["reason"] for row in made["design"] if row["item"] == "estimand"]
    assert "over the one time at which each patient was sampled" in estimand
    assert not [row for row in made["design"] if row["item"] == "unplaced"]
    (line,) = [row["summary"] for row in made["summary"] if row["role"] == "primary"]
    assert "-fold in triplet against doublet" in line


def test_compare__batches_of_one_arm_are_refused_at_one_time_too(command: Run) -> None:
    for number in range(6):
        command.patient(f"T{number}", "triplet", {7: 800 + 90 * number})
        command.patient(f"D{number}", "doublet", {7: 200 + 20 * number})
    for row in command.samples:
        row |= {"day": "", "batch": row["patient_id"][0]}
    for counted in command.populations:
        counted["day"] = None
    _, made = command(primary=LEVEL)
    (primary,) = [row for row in made["contrasts"] if row["role"] == "primary"]
    assert primary["status"] == "refused"
    assert "arm and batch cannot be told apart" in primary["reason"]

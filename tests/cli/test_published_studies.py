"""Two published studies as projects of sheets alone, without FCS files: what their numbers allow to be said.

The triplet study's counts are made up so that 16 of 22 patients rise to a mean peak of 2.6 per 100 white cells, as its
abstract says (Tochigi 2017, Int J Hematol 105:423). The leukaemia series is reconstructed from quoted times: it is
illustrative and not the authors' table (Zhao 2015, Int J Gen Med 8:211).
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from marrowgate.cli import main
from marrowgate.tables import read_rows, write_table

Row = dict[str, Any]
RISE = (0.25, 0.5, 0.75, 1.0, 1.0, 1.0)
"""Share of the peak at the visits on therapy."""
PEAKS = np.linspace(1.3, 3.9, 16)
MEASURE = "immature_per_100_wbc"
TRIPLETS = """samples: none
measurements: config/measurements.tsv
cohort:
  align: day
  populations: []
  responder_measure: immature_per_100_wbc
  responder_limit: 0.9
  responder_limits: [0.9]
  primary: immature_per_100_wbc_responder
  secondary: []
  draws: 1000
  bootstrap_draws: 99
  stability_draws: 100
"""
SERIES = "samples: none\ntoxicity: config/toxicity.tsv\narms: {names: [bortezomib]}\n"
MONTHS = (2.7, 5.3, 11.7, 14.9, 16.4, 17.4, 27.5, 36.9, 45.4)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    return tmp_path


def counts_of(peak: float, cells: int) -> list[int]:
    return [math.floor(peak / 100 * share * cells + 0.5) for share in RISE]


def triplet_study(folder: Path, cells: int) -> dict[str, list[Row]]:
    """Compare the arms of a study read by differentials of so many cells."""
    peaks = {f"T{n}": peak for n, peak in enumerate([*PEAKS, *[0.0] * 6])} | {f"D{n}": 0.0 for n in range(25)}
    patients = [f"{name}\t{'triplet' if name[0] == 'T' else 'doublet'}" for name in peaks]
    lines = []
    for name, peak in peaks.items():
        for day, n in zip((0, 10, 20, 30, 40, 50, 60), [0, *counts_of(peak, cells)], strict=True):
            lines.append(f"{name}\t{day}\timmature\t{100 * n / cells}\tper_100_wbc\t{cells}")
    (folder / "config/config.yaml").write_text(TRIPLETS)
    (folder / "config/patients.tsv").write_text("\n".join(["patient_id\tarm", *patients]) + "\n")
    header = "patient_id\tday\tmeasure\tvalue\tunit\tn_counted"
    (folder / "config/measurements.tsv").write_text("\n".join([header, *lines]) + "\n")
    arguments = ["compare", "--config", "config/config.yaml"]
    for name in ("populations", "intensities", "quality"):
        write_table(folder / f"{name}.tsv", name, [])
        arguments += [f"--{name}", f"{name}.tsv"]
    written = ("visits", "endpoints", "design", "contrasts", "summary")
    for name in written:
        arguments += [f"--{name}", f"{name}.tsv"]
    assert main(arguments) == 0
    return {name: read_rows(folder / f"{name}.tsv") for name in written}


def responders(tables: dict[str, list[Row]]) -> tuple[set[str], set[str]]:
    """Return the responders, and the patients of whom the rule cannot decide."""
    rows = [row for row in tables["endpoints"] if row["endpoint"] == f"{MEASURE}_responder"]
    assert len(rows) == 47
    return {r["patient_id"] for r in rows if r["value"] == 1}, {r["patient_id"] for r in rows if r["value"] is None}


def test_triplet_study__differentials_of_500_cells_show_all_16_responders_and_the_golden_numbers(folder: Path) -> None:
    tables = triplet_study(folder, 500)
    assert responders(tables) == ({f"T{n}" for n in range(16)}, set())
    rows = {
        row["method"]: row
        for row in tables["contrasts"]
        if row["endpoint"] == f"{MEASURE}_responder" and row["contrast"] == "triplet - doublet"
    }
    fisher, newcombe, score = (rows[name] for name in ("fisher_exact", "newcombe", "miettinen_nurminen"))
    assert (fisher["role"], fisher["n_arm_1"], fisher["n_arm_2"]) == ("primary", 22, 25)
    assert fisher["p_value"] == pytest.approx(4.9635e-08, rel=1e-4)
    assert (fisher["scale"], fisher["ci_low"]) == ("odds_ratio", pytest.approx(11.0, abs=0.05))
    assert fisher["ci_high"] in (None, math.inf)
    assert [round(newcombe[name], 4) for name in ("estimate", "ci_low", "ci_high")] == [0.7273, 0.4796, 0.8685]
    assert [round(score[name], 4) for name in ("ci_low", "ci_high")] == [0.5162, 0.8695]


def test_triplet_study__differentials_of_200_cells_show_those_whose_visits_together_can_count(folder: Path) -> None:
    # 0 of 200 before, n of 1,200 on therapy: the exact lower limit of the ratio is above 1 where 0.025^(1/n) > 6/7
    fewest = math.ceil(math.log(0.025) / math.log(6 / 7))
    assert fewest == 24
    able = {f"T{n}" for n, peak in enumerate(PEAKS) if sum(counts_of(peak, 200)) >= fewest}
    assert 0 < len(able) < 16
    assert responders(triplet_study(folder, 200)) == (able, set())


def test_triplet_study__differentials_of_100_cells_decide_nothing_and_say_so(folder: Path) -> None:
    # 24 of 600 cells are 4 per 100, more than three times the limit of 0.9: out of reach for everybody
    tables = triplet_study(folder, 100)
    found, undecided = responders(tables)
    assert (found, len(undecided)) == (set(), 47)
    rows = [row for row in tables["endpoints"] if row["endpoint"] == f"{MEASURE}_responder"]
    assert {(row["status"], row["reason"]) for row in rows} == {
        ("not_assessable", "too few cells: only 4 and more could count")
    }
    leads = [row for row in tables["contrasts"] if row["role"] == "primary"]
    assert [(row["status"], row["estimate"], row["p_value"]) for row in leads] == [("refused", None, None)]


def leukaemia_series(folder: Path) -> dict[Any, Row]:
    """Return the outcomes of nine patients, one of whom was not followed for toxicity."""
    patients = [
        f"P{n}\tbortezomib\t{'NR' if n == 0 else 'cr'}\t{months}\t{int(n < 4)}\t{'no' if n == 8 else ''}"
        for n, months in enumerate(MONTHS)
    ]
    header = "patient_id\tarm\tresponse\tos_months\tos_event\ttoxicity_evaluable"
    (folder / "config/config.yaml").write_text(SERIES)
    (folder / "config/patients.tsv").write_text("\n".join([header, *patients]) + "\n")
    events = [*(f"P{n}\tNeuropathy\t1" for n in range(3)), "P3\tneuropathy\t2", "P4\tInfection\t3"]
    (folder / "config/toxicity.tsv").write_text("\n".join(["patient_id\tterm\tgrade", *events]) + "\n")
    assert main(["outcomes", "--config", "config/config.yaml", "--outcomes", "outcomes.tsv"]) == 0
    rows = read_rows(folder / "outcomes.tsv")
    assert {row["arm"] for row in rows} == {"all"}
    return {row["measure"] if row["months"] is None else (row["measure"], row["months"]): row for row in rows}


def test_leukaemia_series__golden_numbers(folder: Path) -> None:
    rows = leukaemia_series(folder)
    response = rows["response_all_treated_proportion"]
    assert (response["n_events"], response["n"]) == (8, 9)
    assert [round(response[name], 3) for name in ("ci_low", "ci_high")] == [0.518, 0.997]
    at = rows["os_survival_proportion", 24.0]
    assert [round(at[name], 3) for name in ("estimate", "ci_low", "ci_high")] == [0.556, 0.204, 0.805]
    assert at["note"].startswith("3 at risk, 4 events")
    median = rows["os_median_months"]
    assert (median["estimate"], median["note"]) == (None, "not reached")
    assert rows["os_follow_up_median_months"]["estimate"] == 27.5


def test_leukaemia_series__toxicity_is_told_over_the_evaluable_patients(folder: Path) -> None:
    rows = leukaemia_series(folder)
    shares = {"neuropathy_grade_1_2": 0.5, "infection_grade_3_4": 0.125}
    for name, share in shares.items():
        evaluable = rows[f"toxicity_{name}_evaluable_proportion"]
        assert (evaluable["n"], evaluable["estimate"]) == (8, share)
        assert rows[f"toxicity_{name}_all_treated_proportion"]["n"] == 9

"""`marrowgate compare` from tables to tables."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from marrowgate.cli import main
from marrowgate.tables import read_rows, write_table

Row = dict[str, Any]
HEADER = (
    "sample_id",
    "patient_id",
    "fcs",
    "panel",
    "batch",
    "control_type",
    "control_marker",
    "control_for",
    "day",
    "days_off",
)
QUICK = {"draws": 1000, "bootstrap_draws": 99, "stability_draws": 100}


class Run:
    """A project folder with small tables, and the command on them."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.folder = folder
        for name in ("panels", "strategies"):
            shutil.copytree(repository / "config" / name, folder / "config" / name)
        self.samples: list[dict[str, str]] = []
        self.populations: list[Row] = []
        self.config = "samples: config/samples.tsv\nstrategy_of_panel: {hspc: blood_hspc, immature: blood_immature}\n"
        self.config += "simulation: {scenario: demo, folder: data}\n"
        self.patients: str | None = "patient_id\tarm\n"

    def patient(self, patient_id: str, arm: str, counts: dict[int, int]) -> None:
        """Add a patient with a sample and a count per day, and an FMO sample that must not count."""
        if self.patients is not None:
            self.patients += f"{patient_id}\t{arm}\n"
        for day, n in counts.items():
            self.tube(f"{patient_id}_d{day}", patient_id, day, n)
            fmo = {"control_type": "fmo", "control_marker": "CD16", "control_for": f"{patient_id}_d{day}"}
            self.tube(f"{patient_id}_d{day}_fmo", patient_id, day, 90_000, **fmo)

    def tube(self, sample_id: str, patient_id: str, day: int, n: int, **more: str) -> None:
        """Add a row to the sheet and one to the populations."""
        sheet = {"sample_id": sample_id, "patient_id": patient_id, "fcs": f"data/{sample_id}.fcs"}
        self.samples.append(sheet | {"panel": "immature", "batch": "B1", "day": str(day)} | more)
        row: Row = {"sample_id": sample_id, "patient_id": patient_id, "day": day, "population": "immature"}
        row |= {"n_events": n, "n_cd45": 100_000, "per_100_cd45": n / 1000, "per_100_cd45_low": n / 1100}
        row |= {"per_100_cd45_high": (n + 3) / 900, "count_method": "none", "gate_status": "ok"}
        self.populations.append(row | {"control_type": more.get("control_type", "none")})

    def __call__(self, **settings: Any) -> tuple[int, dict[str, list[Row]]]:
        """Write the sheets and tables and run the command."""
        lines = ["\t".join(HEADER), *("\t".join(row.get(name, "") for name in HEADER) for row in self.samples)]
        (self.folder / "config" / "samples.tsv").write_text("\n".join(lines) + "\n")
        patients = "null" if self.patients is None else "config/patients.tsv"
        if self.patients is not None:
            (self.folder / "config" / "patients.tsv").write_text(self.patients)
        (self.folder / "config" / "config.yaml").write_text(f"{self.config}patients: {patients}\n")
        tables = {name: self.folder / "tables" / f"{name}.tsv" for name in ("populations", "intensities", "quality")}
        for name, path in tables.items():
            write_table(path, name, self.populations if name == "populations" else [])
        made = {
            name: self.folder / "tables" / f"{name}.tsv"
            for name in ("visits", "endpoints", "design", "contrasts", "summary")
        }
        paths = [word for name, path in (tables | made).items() for word in (f"--{name}", str(path))]
        overrides = json.dumps({"cohort": QUICK | settings})
        code = main(["compare", "--config", "config/config.yaml", "--overrides", overrides, *paths])
        return code, {name: read_rows(path) for name, path in made.items()} if code == 0 else {}


@pytest.fixture
def command(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return Run(tmp_path, repository)


@pytest.fixture
def cohort(command: Run) -> Run:
    for number in range(4):
        flat = {0: 200 + 20 * number, 7: 210 + 10 * number, 14: 190 + 30 * number}
        command.patient(f"D{number}", "doublet", flat)
        command.patient(f"T{number}", "triplet", {day: n * (1 if day == 0 else 9) for day, n in flat.items()})
    return command


def test_compare__finds_a_planted_rise_and_leaves_control_tubes_out(cohort: Run) -> None:
    code, made = cohort()
    assert code == 0
    assert len(made["visits"]) == 24
    (primary,) = [row for row in made["contrasts"] if row["role"] == "primary"]
    assert primary["estimate"] == pytest.approx(3.17, abs=0.3)
    assert primary["status"] == "ok"
    values = [row["value"] for row in made["endpoints"] if row["endpoint"] == "immature_per_100_cd45_peak"]
    assert max(values) < 3
    responders = [row for row in made["endpoints"] if row["endpoint"] == "immature_per_100_cd45_responder"]
    assert sorted(row["patient_id"] for row in responders if row["value"] == 1) == ["T0", "T1", "T2", "T3"]


def test_compare__same_input_same_bytes(cohort: Run) -> None:
    cohort()
    first = (cohort.folder / "tables" / "contrasts.tsv").read_bytes()
    cohort()
    assert (cohort.folder / "tables" / "contrasts.tsv").read_bytes() == first


def test_compare__without_patients(cohort: Run) -> None:
    cohort.patients = None
    code, made = cohort()
    assert code == 0
    assert made["endpoints"] == made["contrasts"] == made["design"] == made["summary"] == []
    assert len(made["visits"]) == 24
    assert {row["arm"] for row in made["visits"]} == {None}


def test_compare__without_any_row(command: Run) -> None:
    command.patient("T0", "triplet", {0: 5})
    command.populations = []
    code, made = command()
    assert code == 0
    assert made["endpoints"] == []
    assert {row["status"] for row in made["contrasts"]} == {"refused"}
    assert {"declared", "described"} <= {row["status"] for row in made["design"]}
    assert {row["status"] for row in made["summary"]} == {"refused"}


@pytest.mark.parametrize("arms", [("triplet", "triplet"), ("triplet", "doublet")])
def test_compare__too_few_patients_are_refused(command: Run, arms: tuple[str, str]) -> None:
    for number, arm in enumerate(arms):
        command.patient(f"P{number}", arm, {0: 100, 7: 200})
    code, made = command()
    assert code == 0
    (primary,) = [row for row in made["contrasts"] if row["role"] == "primary"]
    assert primary["status"] == "refused"
    assert primary["estimate"] is None


def test_compare__without_baseline(command: Run) -> None:
    for number in range(3):
        command.patient(f"T{number}", "triplet", {7: 100 + number, 14: 200 - number})
        command.patient(f"D{number}", "doublet", {7: 90 + number, 14: 100 - number})
    code, made = command()
    assert code == 0
    statuses = {row["endpoint"]: row["status"] for row in made["contrasts"] if row["role"] == "exploratory"}
    assert statuses["immature_per_100_cd45_window_mean"] == "flagged"


def test_compare__unknown_setting_is_the_users_fault(cohort: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = cohort(responder_limt=2.0)
    assert code == 2
    assert "responder_limt" in capsys.readouterr().err


def test_compare__imported_differential_can_take_the_place_of_flow(cohort: Run) -> None:
    lines = ["patient_id\tday\tmeasure\tvalue\tunit\tn_counted"]
    for arm, value in (("T", 4.0), ("D", 0.0)):
        lines += [
            f"{arm}{n}\t{day}\tdifferential\t{value if day else 0}\tper_100_wbc\t1000"
            for n in range(4)
            for day in (0, 7, 14)
        ]
    (cohort.folder / "config" / "measurements.tsv").write_text("\n".join(lines) + "\n")
    cohort.config += "measurements: config/measurements.tsv\n"
    measure = "differential_per_100_wbc"
    chosen = {"responder_measure": measure, "responder_limits": [1.0], "secondary": [f"{measure}_responder"]}
    code, made = cohort(**chosen, responder_limit=0.5)
    assert code == 0
    (row,) = [row for row in made["contrasts"] if row["role"] == "secondary"]
    assert row["endpoint"] == f"{measure}_responder"
    assert row["p_value"] == pytest.approx(2 / 70)
    assert made["visits"][0]["differential_per_100_wbc"] == 0
    # the limit is that of the differential: 4 per 100 is no response where more than that is normal
    _, made = cohort(**chosen, responder_limit=5.0)
    (row,) = [row for row in made["contrasts"] if row["role"] == "secondary"]
    assert row["reason"].startswith("0 of 4 triplet and 0 of 4 doublet patients respond")
    assert cohort(responder_measure=measure)[0] == 2


def test_compare__help_names_every_table(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["compare", "--help"])
    text = capsys.readouterr().out
    assert all(f"--{name}" in text for name in ("populations", "visits", "endpoints", "contrasts"))

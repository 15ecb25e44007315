"""A small run whose tables are written, not measured: two arms, hostile words, a rejected and a repaired sample."""

import csv
import json
import math
import os
import shutil
from pathlib import Path
from typing import Any

import yaml

from marrowgate.cli import main
from marrowgate.columns import table_columns
from marrowgate.tables import write_table

Row = dict[str, Any]
SCRIPT = "<script>window.broken = 1</script>"
IMAGE = "\"><img src=x onerror='window.broken = 1'>"
LONG = "w" * 300
RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd"
EMOJI = "\N{MICROSCOPE} \N{DROP OF BLOOD}"
WORDS = (SCRIPT, IMAGE, LONG, RIGHT_TO_LEFT, EMOJI)
DAYS = (0, 7, 21, 42)
CYCLE_DAYS = 21
QUICK = {"draws": 1000, "bootstrap_draws": 99, "stability_draws": 100}
COUNTED = ("populations", "intensities", "quality", "corrections")
COMPARED = ("visits", "endpoints", "design", "contrasts", "summary")


class SmallRun:
    """A project folder with the results of a run that nobody measured."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.folder, self.results = folder, folder / "results"
        config = folder / "config"
        for name in ("panels", "strategies", "bead_lots"):
            shutil.copytree(repository / "config" / name, config / name)
        panel = yaml.safe_load((config / "panels" / "hspc.yaml").read_text(encoding="utf-8"))
        panel["channels"].append({"channel": "Odd-A", "marker": IMAGE, "fluorochrome": SCRIPT, "clone": EMOJI})
        (config / "panels" / "hspc.yaml").write_text(yaml.safe_dump(panel), encoding="utf-8")
        self.populations = {
            name: [
                (entry["name"], entry["parent"])
                for entry in yaml.safe_load((config / "strategies" / f"blood_{name}.yaml").read_text(encoding="utf-8"))[
                    "populations"
                ]
            ]
            for name in ("hspc", "immature")
        }
        self.samples: list[Row] = []
        self.tables: dict[str, list[Row]] = {name: [] for name in ("manifest", *COUNTED)}
        self._patients(config)
        self._sheet(config)
        (config / "config.yaml").write_text(yaml.safe_dump(_settings()), encoding="utf-8")
        self._write()

    def _patients(self, config: Path) -> None:
        header = ("patient_id", "arm", "regimen", "response", "os_months", "os_event", "dfs_months", "dfs_event")
        lines = ["\t".join(header)]
        for number in range(8):
            arm = "triplet" if number % 2 else "doublet"
            name = f"P{number}"
            values = (
                name,
                arm,
                "VRd" if number % 2 else "Rd",
                "CR" if number < 4 else "PR",
                10 + 3 * number,
                number % 3 % 2,
            )
            lines.append("\t".join(map(str, (*values, 8 + 3 * number, max(number % 2, number % 3 % 2)))))
            for day in DAYS:
                for panel in ("hspc", "immature"):
                    self._sample(name, arm, day, panel, number)
        (config / "patients.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _sample(self, patient: str, arm: str, day: int, panel: str, number: int) -> None:
        name = f"{patient}_d{day}_{panel}"
        cycle, cycle_day = (day // CYCLE_DAYS + 1, day % CYCLE_DAYS + 1) if day else ("", "")
        who = {"sample_id": name, "patient_id": patient, "panel": panel, "batch": f"B{number // 4}"}
        self.samples.append({**who, "fcs": f"raw/{name}.fcs", "day": day, "cycle": cycle, "cycle_day": cycle_day})
        verdict, reasons = "accepted", ""
        if name == "P0_d7_hspc":
            verdict, reasons = "rejected", " | ".join(f"odd: {words}" for words in WORDS)
        elif name == "P1_d7_hspc":
            verdict = "repaired"
        seen = {column.name: None for column in table_columns("manifest")}
        seen |= {"sample_id": name, "verdict": verdict, "reasons": reasons, "n_events": 100_000, "cytometer": EMOJI}
        self.tables["manifest"].append(seen)
        rise = 1 + (4 if arm == "triplet" else 0.3) * math.sin(day / 42 * math.pi / 2)
        for depth, (population, parent) in enumerate(self.populations[panel]):
            self._population({**who, "arm": arm, "day": day}, population, parent, depth, rise, verdict)
        if panel == "hspc" and verdict != "rejected":
            self._intensity({"sample_id": name, "patient_id": patient, "arm": arm, "day": day}, rise)
        for check, value, limit in (
            ("viable_pct", 95.0, 70.0),
            ("doublets_pct", 4.0, 20.0),
            ("cv_pct_cd34_hspc", 30.0, 20.0),
        ):
            is_bad = check.startswith("cv") or (check == "viable_pct" and number == 2 and day == 0)
            row = {"sample_id": name, "batch": who["batch"], "check": check, "value": value, "limit": limit}
            self.tables["quality"].append(
                row | {"verdict": "flagged" if is_bad else "ok", "reason": SCRIPT if is_bad else ""}
            )

    def _population(self, who: Row, name: str, parent: str, depth: int, rise: float, verdict: str) -> None:
        row: Row = {**who, "population": name, "parent": parent, "control_type": "none", "gate_status": "ok"}
        row |= {
            "cycle": None,
            "cycle_day": None,
            "days_off": None,
            "weakest_gate": name,
            "count_method": "dual_platform",
        }
        if verdict == "rejected":
            row |= {"gate_status": "not_gated", "gate_reason": SCRIPT, "detection": "not_gated", "count_method": "none"}
            self.tables["populations"].append(row)
            return
        n_cd45 = 80_000
        n = {"immature": 300, "ig": 280, "cd34_hspc": 60, "cd45_pos": n_cd45}.get(name, 5000 + 100 * depth)
        n = round(
            n * (rise if name in {"immature", "ig", "cd34_hspc"} else 1) * (1 + 0.02 * (int(who["patient_id"][1:]) % 5))
        )
        share = 100 * n / n_cd45
        low, high = share * (1 - 2 / math.sqrt(n)), share * (1 + 2 / math.sqrt(n))
        row |= {
            "n_events": n,
            "n_parent": 90_000,
            "n_cd45": n_cd45,
            "cv_pct": 100 / math.sqrt(n),
            "detection": "quantifiable",
        }
        row |= {
            "pct_of_parent": n / 900,
            "pct_of_parent_low": n / 950,
            "pct_of_parent_high": n / 850,
            "lod_events": 12.0,
        }
        row |= {"per_100_cd45": share, "per_100_cd45_low": low, "per_100_cd45_high": high, "gate_cv_pct": 2.0}
        row |= {"cells_per_ul": 60 * share, "cells_per_ul_low": 60 * low, "cells_per_ul_high": 60 * high}
        if name == "cd34_pos" and who["day"] == 7:
            row |= {"gate_status": "doubtful", "gate_reason": f"two valleys {IMAGE}", "gate_reason_code": "two_valleys"}
        self.tables["populations"].append(row)

    def _intensity(self, who: Row, rise: float) -> None:
        value = 4000 / math.sqrt(rise)
        row = {
            **who,
            "population": "cd34_hspc",
            "marker": "CXCR4",
            "n_events": 60,
            "status": "ok",
            "control_type": "fmo",
        }
        row |= {
            "median_fi": value,
            "median_fi_low": 0.9 * value,
            "median_fi_high": 1.1 * value,
            "control_median_fi": 100.0,
        }
        row |= {
            "delta_fi": value - 100,
            "ratio_fi": value / 100,
            "ratio_fi_low": value / 110,
            "ratio_fi_high": value / 90,
        }
        row |= {"abc": 0.8 * value, "abc_low": 0.7 * value, "abc_high": 0.9 * value, "visit_status": "ok"}
        self.tables["intensities"].append(row)

    def _sheet(self, config: Path) -> None:
        beads = {"sample_id": "beads", "fcs": "raw/beads.fcs", "panel": "hspc", "batch": "B0", "control_type": "beads"}
        rows = [*self.samples, beads | {"bead_lot": "PE01"}]
        header = (
            "sample_id",
            "patient_id",
            "fcs",
            "panel",
            "batch",
            "control_type",
            "day",
            "cycle",
            "cycle_day",
            "bead_lot",
        )
        with (config / "samples.tsv").open("w", encoding="utf-8", newline="") as sheet:
            writer = csv.DictWriter(sheet, header, delimiter="\t", restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        (self.folder / "raw").mkdir()
        for row in rows:
            # it is there, and nobody reads it
            (self.folder / row["fcs"]).touch()

    def _write(self) -> None:
        self.results.mkdir()
        for name, rows in self.tables.items():
            path = self.results / "manifest.tsv" if name == "manifest" else self.table(name)
            write_table(path, name, rows)
        write_table(self.table("concordance"), "concordance", [])
        (self.results / "check.txt").write_text(f"finding: {SCRIPT}\n", encoding="utf-8")
        seen = {"marrowgate": "0", "seed": 1, "settings_sha256": "a" * 64, "python": "3", "libraries": {"numpy": "2"}}
        (self.results / "provenance.json").write_text(json.dumps(seen | {"inputs_sha256": {}}), encoding="utf-8")
        for number, sample in enumerate(self.samples):
            self._sample_files(sample["sample_id"], number)

    def _sample_files(self, name: str, number: int) -> None:
        gate = {"population": "cd34_pos", "parent": "cd45_pos", "method": "valley", "boundary": f"CD34>={900 + number}"}
        write_table(self.results / "gates" / f"{name}.tsv", "gates", [gate | {"boundary_sd": "0.01", "status": "ok"}])
        for folder, content in (
            ("records", {"settings": {"FITC-A": [470.0, 1.0], "PE-A": [480.0 + 5 * (number == 3), 1.0]}}),
            (
                "fits",
                {
                    "landmarks": [
                        {
                            "of": "lymphocytes",
                            "by": "median",
                            "dimension": "CD45",
                            "value": 20_000.0 + 50 * number,
                            "status": "ok",
                        }
                    ]
                },
            ),
        ):
            (self.results / folder).mkdir(exist_ok=True)
            (self.results / folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")

    def table(self, name: str) -> Path:
        """Return the path of a table."""
        return self.results / "tables" / f"{name}.tsv"

    @property
    def page(self) -> Path:
        """Return the path of the report."""
        return self.results / "report.html"

    def finish(self) -> "SmallRun":
        """Run the comparison, the outcomes and the report on the tables."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            config = ["--config", "config/config.yaml"]
            tables = {name: str(self.table(name)) for name in (*COUNTED, *COMPARED, "outcomes", "concordance")}
            read = [
                word
                for name in ("populations", "intensities", "quality", *COMPARED)
                for word in (f"--{name}", tables[name])
            ]
            _call("compare", *config, *read)
            _call("outcomes", *config, "--outcomes", tables["outcomes"])
            _call(
                *("report", *config, "--check", "results/check.txt", "--manifest", "results/manifest.tsv"),
                *("--provenance", "results/provenance.json", "--tables", *tables.values(), "--samples", "results"),
                *("--figures", *(f"results/figures/{name}.svg" for name in FIGURES), "--page", "results/report.html"),
            )
        finally:
            os.chdir(before)
        return self


FIGURES = (
    *("gate_status", "immature_per_100_cd45_over_time", "cd34_hspc_per_ul_over_time"),
    *("cd34_hspc_CXCR4_ratio_fi_over_time", "overall_survival", "disease_free_survival"),
)


def _call(*words: str) -> None:
    if main(list(words)):
        raise AssertionError(words)


def _settings() -> Row:
    return {
        "strategy_of_panel": {"hspc": "blood_hspc", "immature": "blood_immature"},
        "measure": {"intensities": [{"population": "cd34_hspc", "marker": "CXCR4"}]},
        "cohort": {**QUICK, "populations": ["immature", "cd34_hspc"], "intensity_columns": ["ratio_fi"]},
        "report": {
            "project": f"{SCRIPT} {EMOJI}",
            "laboratory": RIGHT_TO_LEFT,
            "run_date": "2026-01-31",
            "reference_ranges": {"cd34_hspc_per_ul": [1, 6]},
        },
    }

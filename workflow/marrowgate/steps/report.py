"""`marrowgate report`: write the figures and the report page."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from marrowgate.settings.config import Cohort, Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", required=True, type=Path, help="config file")
    parser.add_argument("--overrides", default="{}", help="entries that take the place of the config's, as JSON")
    parser.add_argument("--check", required=True, type=Path, help="what check found, .txt")
    parser.add_argument("--manifest", required=True, type=Path, help="manifest.tsv")
    parser.add_argument("--provenance", required=True, type=Path, help="provenance.json")
    parser.add_argument("--tables", nargs="+", required=True, type=Path, help="the tables, each <name>.tsv")
    parser.add_argument("--figures", nargs="+", required=True, type=Path, help="figures to write, each <name>.svg")
    parser.add_argument("--page", required=True, type=Path, help="page to write, .html")


def run(args: argparse.Namespace) -> int:
    """Write figures and page."""
    import json

    from marrowgate.gating.methods import method_faults
    from marrowgate.report.page import write_page
    from marrowgate.report.style import save_svg
    from marrowgate.settings.project import load_project, parse_overrides
    from marrowgate.tables import read_rows

    project = load_project(args.config, method_faults, parse_overrides(args.overrides))
    tables = {path.stem: read_rows(path) for path in args.tables}
    figures = {path.stem: path for path in args.figures}
    for name, path in figures.items():
        save_svg(_draw(name, tables, project.config.cohort), path)
    strategies = project.config.strategy_of_panel
    write_page(
        args.page,
        description={panel: project.strategies[strategies[panel]].description for panel in project.panels},
        findings=[line for line in args.check.read_text(encoding="utf-8").splitlines() if line.startswith("finding:")],
        manifest=read_rows(args.manifest),
        tables=tables,
        figures=figures,
        provenance=json.loads(args.provenance.read_text(encoding="utf-8")),
        simulated=_say_simulated(project.config),
    )
    return 0


def _say_simulated(config: "Config") -> str:
    if config.simulation is None:
        return ""
    where, name = config.simulation.folder, config.simulation.scenario
    return (
        f"The files in {where} are simulated (scenario {name}). Its patients do not exist; their outcomes are invented."
    )


def _draw(name: str, tables: Mapping[str, Sequence[Mapping[str, Any]]], settings: "Cohort") -> "Figure":
    from marrowgate.report.figures import gate_status, over_time
    from marrowgate.report.survival_figure import survival

    stained = [row for row in tables["populations"] if row["control_type"] == "none"]
    if name == "gate_status":
        return gate_status(stained)
    if name == "overall_survival":
        return survival(tables["outcomes"], "os", "Overall survival")
    if name == "disease_free_survival":
        return survival(tables["outcomes"], "dfs", "Disease-free survival")
    if name == "immature_over_time":
        rows = [row for row in stained if row["population"] == "immature"]
        is_limit = settings.responder_measure == "immature_per_100_cd45"
        limit = settings.responder_limit if is_limit else None
        return over_time(rows, "per_100_cd45", "Immature cells", "per 100 CD45+ cells", log=True, limit=limit)
    if name == "cd34_over_time":
        rows = [row for row in stained if row["population"] == "cd34_hspc"]
        return over_time(rows, "cells_per_ul", "CD34+ progenitors", "cells/uL", log=True)
    days_off = {row["sample_id"]: row["days_off"] for row in stained}
    rows = [
        {**row, "days_off": days_off.get(row["sample_id"])}
        for row in tables["intensities"]
        if (row["population"], row["marker"]) == ("cd34_hspc", "CXCR4")
    ]
    return over_time(rows, "delta_fi", "CXCR4 on CD34+ progenitors", "median less FMO control", log=False)

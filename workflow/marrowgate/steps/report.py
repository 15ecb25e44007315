"""`marrowgate report`: write the figures and the report page."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marrowgate.errors import Fault, UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from marrowgate.report.charts.course_rows import CourseRows
    from marrowgate.report.plan import Course
    from marrowgate.settings.config import Cohort, Config
    from marrowgate.settings.project import Project
    from marrowgate.simulate.cohorts.planted import Planted

WIDE_INCHES, NARROW_INCHES = 7.5, 3.7
"""Widths of a figure on a sheet of paper and on a phone; the type is the same."""
Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", required=True, type=Path, help="config file")
    parser.add_argument("--overrides", default="{}", help="entries that take the place of the config's, as JSON")
    parser.add_argument("--check", required=True, type=Path, help="what check found, .txt")
    parser.add_argument("--manifest", required=True, type=Path, help="manifest.tsv")
    parser.add_argument("--provenance", required=True, type=Path, help="provenance.json")
    parser.add_argument("--tables", nargs="+", required=True, type=Path, help="the tables, each <name>.tsv")
    parser.add_argument("--figures", nargs="*", required=True, type=Path, help="figures to write, each <name>.svg")
    parser.add_argument("--samples", type=Path, help="folder with gates, records and fits of the samples")
    parser.add_argument("--calibration", nargs="*", default=[], type=Path, help="calibration of the batches, .tsv")
    parser.add_argument("--page", required=True, type=Path, help="page to write, .html")
    parser.add_argument("--summary", type=Path, help="a few lines on the run to write, .txt")


def run(args: argparse.Namespace) -> int:
    """Write figures and page."""
    import json

    from marrowgate.content import named_digests
    from marrowgate.files import write_text
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.report.charts.course_rows import course_rows
    from marrowgate.report.left_out import left_out
    from marrowgate.report.page import write_page
    from marrowgate.report.page_inputs import PageInputs
    from marrowgate.report.plan import planned_courses, planned_figures
    from marrowgate.report.run_summary import run_summary
    from marrowgate.report.sample_files import read_sample_files
    from marrowgate.report.sections.planted_section import planted_lines
    from marrowgate.settings.project_reader import load_project, parse_overrides
    from marrowgate.tables import read_rows

    project = load_project(args.config, method_faults, parse_overrides(args.overrides))
    figures = {path.stem: path for path in args.figures}
    _check_names(figures, planned_figures(project))
    # a run may have no comparison with FlowKit
    tables = {"concordance": [], "intensities": [], **{path.stem: read_rows(path) for path in args.tables}}
    planned = {course.figure: course for course in planned_courses(project)}
    courses = {name: course_rows(course, tables) for name, course in planned.items() if name in figures}
    _save_figures(figures, tables, courses, planned, project.config)
    inputs = PageInputs(
        project=project,
        findings=[line for line in args.check.read_text(encoding="utf-8").splitlines() if line.startswith("finding:")],
        manifest=read_rows(args.manifest),
        tables=tables,
        files=(args.manifest, *args.tables),
        figures=figures,
        courses={name: (planned[name], course) for name, course in courses.items() if course.rows},
        left_out=left_out(project, tables, courses),
        provenance=json.loads(args.provenance.read_text(encoding="utf-8")),
        simulated=_say_simulated(project.config),
        planted=planted_lines(_planted(project), tables, f"{project.config.cohort.responder_measure}_responder"),
        made_from=named_digests(
            path for table in (args.manifest, *args.tables) for path in (args.provenance, table.with_suffix(".parquet"))
        ),
        samples=read_sample_files(project, args.samples, args.calibration),
        narrow=_narrow_figures(figures, tables, project.config.arms.names),
    )
    answer = write_page(args.page, inputs)
    if args.summary:
        write_text(args.summary, run_summary(inputs.manifest, tables["populations"], args.page, answer.sentence))
    return 0


def _save_figures(
    figures: Mapping[str, Path],
    tables: Tables,
    courses: Mapping[str, "CourseRows"],
    planned: Mapping[str, "Course"],
    config: "Config",
) -> None:
    from marrowgate.report.charts.style import save_svg

    for name, path in figures.items():
        limit = _limit(planned[name], config.cohort) if name in planned else None
        save_svg(_draw(name, tables, courses, limit, config.arms.names), path)


def _narrow_figures(figures: Mapping[str, Path], tables: Tables, arms: Sequence[str]) -> dict[str, str]:
    """Return the figures that the page takes as they are, drawn for a narrow screen."""
    from marrowgate.report.charts.style import svg_of
    from marrowgate.report.plan import GATE_STATUS, SURVIVAL

    kept = [name for name in figures if name == GATE_STATUS or name in SURVIVAL]
    return {name: svg_of(_draw(name, tables, {}, None, arms, NARROW_INCHES)) for name in kept}


def _check_names(figures: Mapping[str, Path], planned: Sequence[str]) -> None:
    """Refuse figures that a report of these settings does not hold."""
    cure = f"name some of {', '.join(planned)}" if planned else "name none"
    faults = [Fault("--figures", f"the report has no figure {name!r}", cure) for name in figures if name not in planned]
    if faults:
        raise UserError(faults)


def _say_simulated(config: "Config") -> str:
    if config.simulation is None:
        return ""
    where, name = config.simulation.folder, config.simulation.scenario
    return (
        f"The files in {where} are simulated (scenario {name}). Its patients do not exist; their outcomes are invented."
    )


def _planted(project: "Project") -> "list[Planted]":
    """Return what was planted in the samples that the run simulated; nothing where their cohort is not known."""
    from marrowgate.simulate.cohorts.cohort import make_plan
    from marrowgate.simulate.cohorts.planted import planted_truth

    settings = project.config.simulation
    if settings is None:
        return []
    plan = make_plan(settings.scenario, project.config.seed, settings.instrument, settings.disease)
    return planted_truth(plan, {sample.sample_id for sample in project.samples if project.is_simulated(sample)})


def _limit(course: "Course", settings: "Cohort") -> float | None:
    return settings.responder_limit if course.measure == settings.responder_measure else None


def _draw(
    name: str,
    tables: Tables,
    courses: Mapping[str, "CourseRows"],
    limit: float | None,
    arms: Sequence[str],
    width: float | None = None,
) -> "Figure":
    from marrowgate.report.charts.course_figure import over_time
    from marrowgate.report.charts.gate_figure import gate_status
    from marrowgate.report.charts.survival_figure import survival
    from marrowgate.report.plan import SURVIVAL

    if name in courses:
        return over_time(courses[name], limit, arms)
    if name in SURVIVAL:
        outcome, title = SURVIVAL[name]
        return survival(tables["outcomes"], outcome, title, arms, width or WIDE_INCHES)
    return gate_status([row for row in tables["populations"] if row["control_type"] == "none"], width or WIDE_INCHES)

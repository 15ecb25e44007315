"""`marrowgate pictures`: contact sheets of the gates, pages of single samples, and figures of the gates of a panel."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from marrowgate.errors import Fault, UserError

if TYPE_CHECKING:
    from marrowgate.report.pictures.sheet_rows import SheetRow, SheetSample


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", required=True, type=Path, help="config file")
    parser.add_argument("--overrides", default="{}", help="entries that take the place of the config's, as JSON")
    parser.add_argument("--manifest", required=True, type=Path, help="manifest.tsv")
    parser.add_argument("--populations", required=True, type=Path, help="populations.tsv, for the statuses")
    parser.add_argument(
        "--pictures", nargs="*", required=True, type=Path, help="what gate left, <sample_id>.json each, or its folder"
    )
    parser.add_argument("--sheets", nargs="*", required=True, type=Path, help="contact sheets to write, .html")
    parser.add_argument("--figures", nargs="*", default=[], type=Path, help="figures to write: .svg, .pdf or .png")
    parser.add_argument(
        "--samples", nargs="*", default=[], type=Path, help="pages of samples, <sample_id>.html each, or a folder"
    )


def run(args: argparse.Namespace) -> int:
    """Write all pages and figures."""
    from marrowgate.files import write_text
    from marrowgate.gating.method_checks import method_faults
    from marrowgate.measure.pictures.model import read_pictures
    from marrowgate.progress import with_progress
    from marrowgate.report.pictures.pages import page_of_drawn
    from marrowgate.report.pictures.plan import planned_sheets
    from marrowgate.report.pictures.sheet_rows import drawn_sample, sheet_row
    from marrowgate.report.pictures.sheet_samples import sheet_samples
    from marrowgate.report.pictures.table_statuses import rows_of_samples, with_table_statuses
    from marrowgate.settings.project_reader import load_project, parse_overrides
    from marrowgate.steps.sample_files import sample_files
    from marrowgate.tables import read_rows

    project = load_project(args.config, method_faults, parse_overrides(args.overrides))
    planned = planned_sheets(project)
    _refuse_unknown(planned, "--sheets", args.sheets)
    _refuse_unknown(planned, "--figures", args.figures)
    rows = rows_of_samples(read_rows(args.populations))
    paths = sample_files(args.pictures, project, ".json")
    pictures = {path.stem: with_table_statuses(read_pictures(path), rows.get(path.stem, ())) for path in paths}
    samples = sheet_samples(project, pictures, read_rows(args.manifest))
    pages = {path.stem: path for path in sample_files(args.samples, project, ".html")}
    of_sheets: dict[Path, list[SheetRow]] = {sheet: [] for sheet in args.sheets}
    for sample in with_progress(samples, "pages of samples", 20):
        drawn = drawn_sample(sample)
        own = [sheet for sheet in args.sheets if _panel_of(sheet) == sample.panel]
        for sheet in own:
            of_sheets[sheet].append(sheet_row(drawn, _kind_of(sheet), is_lean=bool(pages)))
        if sample.sample_id in pages:
            path = pages[sample.sample_id]
            links = [(sheet.stem, _address(sheet, path)) for sheet in own]
            write_text(path, page_of_drawn(sample.sample_id, [drawn], links=links))
    for sheet, own_rows in of_sheets.items():
        write_text(sheet, _sheet(sheet, own_rows, pages, args.sheets))
    for path in args.figures:
        _write_figure(path, samples)
    return 0


def _refuse_unknown(planned: Sequence[str], option: str, paths: Sequence[Path]) -> None:
    cure = f"name some of {', '.join(planned)}" if planned else "name none"
    faults = [Fault(option, f"the project has no {path.stem!r}", cure) for path in paths if path.stem not in planned]
    if faults:
        raise UserError(faults)


def _panel_of(path: Path) -> str:
    return path.stem.partition("_")[2]


def _of_panel(path: Path, samples: "Sequence[SheetSample]") -> "list[SheetSample]":
    return [sample for sample in samples if sample.panel == _panel_of(path)]


def _kind_of(path: Path) -> str:
    from marrowgate.measure.pictures.model import PROTOCOL, STEP
    from marrowgate.report.pictures import plan

    return PROTOCOL if path.stem.startswith(f"{plan.PROTOCOL}_") else STEP


def _address(page: Path, start: Path) -> str:
    """Return the address of a page as seen from another."""
    import os
    from urllib.parse import quote

    return quote(Path(os.path.relpath(page, start.parent)).as_posix())


def _sheet(path: Path, rows: "Sequence[SheetRow]", pages: dict[str, Path], sheets: Sequence[Path]) -> str:
    from marrowgate.report.pictures.pages import sheet_of_rows

    links = [(sheet.stem.replace("_", " "), _address(sheet, path)) for sheet in sheets if sheet != path]
    addresses = {row.sample.sample_id: _address(pages[row.sample.sample_id], path) for row in rows} if pages else None
    title = f"{path.stem.partition('_')[0].capitalize()} of panel {_panel_of(path)}"
    return sheet_of_rows(title, rows, _kind_of(path), pages=addresses, links=links)


def _write_figure(path: Path, samples: "Sequence[SheetSample]") -> None:
    """Write all pictures of the surest sample of a panel as one figure."""
    from marrowgate.files import write_text
    from marrowgate.report.pictures.figure import save_figure
    from marrowgate.report.pictures.sample_figure import figure_of_surest
    from marrowgate.report.pictures.svg import svg_text, written

    scene = figure_of_surest(_of_panel(path, samples), _kind_of(path))
    if path.suffix == ".svg":
        write_text(path, svg_text(written(scene)) + "\n")
    else:
        save_figure(scene, path)

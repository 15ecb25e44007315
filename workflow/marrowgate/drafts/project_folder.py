"""The folder of a drafted project: what stands in it, and what is written into it without losing an edit."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from marrowgate.drafts.config_text import config_text, with_strategies
from marrowgate.drafts.draft import DataSet
from marrowgate.drafts.panel_draft import panel_text
from marrowgate.drafts.panels import NamedPanel
from marrowgate.drafts.proposal import Library
from marrowgate.drafts.sample_rows import COLUMNS, Cells, sheet_text, with_new_rows
from marrowgate.drafts.shipped import panel_file, strategy_file
from marrowgate.errors import fault
from marrowgate.fcs.mass_cytometry import is_mass_cytometry
from marrowgate.fcs.model import FcsFile
from marrowgate.files import write_text
from marrowgate.settings.files.sheet_file import Sheet, read_sheet
from marrowgate.settings.files.yaml_file import read_yaml
from marrowgate.settings.panel import Panel, load_panel

SHEET = "config/samples.tsv"
CONFIG = "config/config.yaml"
_LINKS = "data/fcs"


@dataclass(frozen=True)
class ProjectFolder:
    """What stands in the folder before anything is written.

    Parameters
    ----------
    folder : Path
        The folder.
    sheet : Sheet or None
        The sample sheet.
    panels : mapping of str to Panel
        By name.
    """

    folder: Path
    sheet: Sheet | None
    panels: Mapping[str, Panel]

    @property
    def sample_ids(self) -> tuple[str, ...]:
        """Return the ids that the sheet holds."""
        return tuple(row.cells.get("sample_id", "") for row in self.sheet.rows) if self.sheet else ()

    def known_files(self) -> Iterator[tuple[Path, int, Mapping[str, str]]]:
        """Return path, data set and cells of the rows whose file is there; of a link the file that it leads to."""
        for index, path, data_set, _ in self.rows():
            if path.is_file() and self.sheet:
                # the link's own name holds no date
                is_link = path.parent == self.folder / _LINKS and path.is_symlink()
                yield path.resolve() if is_link else path, data_set, self.sheet.rows[index].cells

    def rows(self) -> Iterator[tuple[int, Path, int, str]]:
        """Return place, path, data set and batch of the rows that name a file."""
        for index, row in enumerate(self.sheet.rows if self.sheet else ()):
            number = row.cells.get("data_set", "1")
            if "fcs" in row.cells and number.isdigit():
                yield index, self.folder / row.cells["fcs"], int(number), row.cells.get("batch", "")


def open_project(folder: Path) -> ProjectFolder:
    """Read what stands in the folder.

    Raises
    ------
    UserError
        It holds the demo, or a sheet or panel that cannot be read.
    """
    config, sheet = folder / CONFIG, folder / SHEET
    if config.is_file():
        content, _ = read_yaml(config)
        if isinstance(content, dict) and content.get("simulation"):
            raise fault(str(config), "is that of a simulated project", "name another folder")
        named = content.get("samples", SHEET) if isinstance(content, dict) else SHEET
        if named != SHEET:
            raise fault(
                str(config), f"names another sheet than {SHEET}", f"write samples: {SHEET}, or add the rows there"
            )
    panels = {path.stem: load_panel(path) for path in sorted((folder / "config" / "panels").glob("*.yaml"))}
    return ProjectFolder(folder, read_sheet(sheet) if sheet.is_file() else None, panels)


def write_panels(project: ProjectFolder, library: Library, panels: Sequence[NamedPanel]) -> None:
    """Write the panels that are new."""
    for named in panels:
        path = project.folder / "config" / "panels" / f"{named.name}.yaml"
        if not named.is_new or path.exists():
            continue
        if named.draft is None:
            write_text(path, panel_file(named.proposal.shipped_panel, library.folder).read_text(encoding="utf-8"))
            continue
        n = len(named.files)
        write_text(path, panel_text(named.draft, f"Drafted from the headers of {n} data set{'' if n == 1 else 's'}"))


def write_settings(
    project: ProjectFolder,
    library: Library,
    panels: Sequence[NamedPanel],
    rows: Sequence[Cells],
    headers: Sequence[FcsFile],
) -> None:
    """Write config.yaml, or the strategies of new panels into it, and the strategies that it names.

    Raises
    ------
    UserError
        The config that stands there has no list of strategies to write into.
    """
    best = {named.name: named.proposal.best for named in panels if named.is_new}
    strategies = {name: offer.strategy if offer else "" for name, offer in best.items()}
    for name in {name for name in strategies.values() if name}:
        path = project.folder / "config" / "strategies" / f"{name}.yaml"
        if not path.exists():
            write_text(path, strategy_file(name, library.folder).read_text(encoding="utf-8"))
    config = project.folder / CONFIG
    if not config.is_file():
        write_text(config, config_text(strategies, _spillover(rows, headers), _measured(panels)))
        return
    text = with_strategies(config.read_text(encoding="utf-8"), strategies)
    if text is None:
        lines = ", ".join(f"`{name}: {strategy}`" for name, strategy in strategies.items())
        raise fault(str(config), "has no section strategy_of_panel of its own lines", f"add {lines} to it, run again")
    if strategies:
        write_text(config, text)


def write_sheet(
    project: ProjectFolder,
    new: Sequence[tuple[DataSet, Cells]],
    old: Sequence[tuple[DataSet, Cells]],
    *,
    links: bool,
) -> int:
    """Write the rows of new files behind those that stand there; fill in empty cells of old ones.

    Returns
    -------
    int
        Old rows in which something was filled in.
    """
    sheet = project.folder / SHEET
    rows = [{**row, "fcs": _path_for_sheet(project, item.path, row["sample_id"], links=links)} for item, row in new]
    if project.sheet is None:
        write_text(sheet, sheet_text(COLUMNS, rows))
        return 0
    index_of = {(path.resolve(), data_set): index for index, path, data_set, _ in project.rows()}
    filled: dict[int, dict[str, str]] = {}
    for item, row in old:
        index = index_of[item.path.resolve(), item.header.data_set]
        empty = {
            name: cell
            for name, cell in row.items()
            if cell and name not in {"sample_id", "to_do"} and name not in project.sheet.rows[index].cells
        }
        filled |= {index: empty} if empty else {}
    if rows or filled:
        write_text(sheet, with_new_rows(sheet.read_text(encoding="utf-8-sig"), rows, filled))
    return len(filled)


def _path_for_sheet(project: ProjectFolder, path: Path, sample_id: str, *, links: bool) -> str:
    """Return the path as the sheet has it: from the project's folder where the file lies in it, else absolute."""
    if links:
        link = project.folder / _LINKS / f"{sample_id}.fcs"
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(os.path.relpath(path, link.parent.resolve()))
        return f"{_LINKS}/{sample_id}.fcs"
    inside = path.is_relative_to(project.folder.absolute())
    return str(path.relative_to(project.folder.absolute())) if inside else str(path)


def _spillover(rows: Sequence[Cells], headers: Sequence[FcsFile]) -> str:
    if headers and all(map(is_mass_cytometry, headers)):
        return "none"
    return "stains" if any(row["control_type"] == "single_stain" for row in rows) else "file"


def _measured(panels: Sequence[NamedPanel]) -> list[tuple[str, str]]:
    """Return CXCR4 on the progenitors, where a panel has it and its strategy has them."""
    had = any(
        "CXCR4" in named.panel.dimensions and named.proposal.best and "cd34_hspc" in named.proposal.best.had
        for named in panels
    )
    return [("cd34_hspc", "CXCR4")] if had else []

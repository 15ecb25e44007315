"""Which releases the batches of a project are gated against, and whether they can be."""

from collections.abc import Iterator, Mapping

from marrowgate.errors import Fault, UserError
from marrowgate.settings.files.given_file import is_there, names_in
from marrowgate.settings.files.sheet_file import Sheet
from marrowgate.settings.messages import correct_to
from marrowgate.settings.panel import Panel
from marrowgate.settings.released import ReleaseHead, misfits, read_head, release_path
from marrowgate.settings.settings_file import Settings
from marrowgate.settings.strategies.strategy import Strategy


def batch_faults(settings: Settings, sheet: Sheet) -> Iterator[Fault]:
    """Tell which batches and panels of the config are in no row of the sample sheet."""
    for entry, column in (("batches", "batch"), ("reference_of_panel", "panel")):
        known = list(dict.fromkeys(row.cells[column] for row in sheet.rows if column in row.cells))
        for name in getattr(settings.config, entry):
            if name not in known:
                cure = correct_to(name, known, f"name a {column} of the sheet, or remove the entry")
                yield Fault(settings.where(entry, name), f"{sheet.path} has no {column} {name!r}", cure)


def reference_faults(
    settings: Settings, sheet: Sheet, panels: Mapping[str, Panel], strategies: Mapping[str, Strategy]
) -> tuple[dict[str, ReleaseHead], list[Fault]]:
    """Read the releases that the sheet's batches are gated against.

    Parameters
    ----------
    settings : Settings
        The config.
    sheet : Sheet
        The sample sheet.
    panels, strategies : mapping
        By name, those that could be read.

    Returns
    -------
    tuple of (dict, list of Fault)
        Releases by name; what is missing, and what is of another panel or strategy.
    """
    config = settings.config
    pairs = dict.fromkeys((row.cells.get("panel", ""), row.cells.get("batch", "")) for row in sheet.rows)
    releases: dict[str, ReleaseHead] = {}
    faults: list[Fault] = []
    absent: set[str] = set()
    for panel, batch in pairs:
        name = config.reference_for(panel, batch)
        if name is None or name in absent or panel not in panels:
            continue
        where = _where(settings, panel, batch)
        if name not in releases:
            try:
                releases[name] = _read(settings, where, name)
            except UserError as error:
                faults += error.faults
                absent.add(name)
                continue
        strategy = config.strategy_of_panel.get(panel, "")
        if strategy in strategies:
            cure = "make a release of this panel and strategy, or write none for it in reference_of_panel"
            wrong = misfits(releases[name], panel, panels[panel], strategy, strategies[strategy])
            faults += [Fault(where, what, cure) for what in wrong]
    return releases, faults


def _where(settings: Settings, panel: str, batch: str) -> str:
    """Say where the release of a panel and batch is named."""
    config = settings.config
    if batch in config.batches and config.batches[batch].reference:
        return settings.where("batches", batch, "reference")
    return (
        settings.where("reference_of_panel", panel)
        if panel in config.reference_of_panel
        else settings.where("reference")
    )


def _read(settings: Settings, where: str, name: str) -> ReleaseHead:
    path = release_path(settings.config.strategies, name)
    if not is_there(path):
        there = names_in(path.parent, ".yaml")
        cure = correct_to(name, there, "correct the name, or make it with marrowgate release")
        raise UserError([Fault(where, f"there is no release {path}", cure)])
    return read_head(path)

"""Spillover matrices that the settings name: there, readable, and made for the panels of their batches."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from marrowgate.errors import Fault, UserError
from marrowgate.fcs.spillover_text import no_spillover
from marrowgate.settings.config import SPILLOVER_SOURCES
from marrowgate.settings.files.given_file import is_there
from marrowgate.settings.files.yaml_file import entry_where, read_yaml
from marrowgate.settings.messages import correct_to
from marrowgate.settings.panel import Panel
from marrowgate.settings.project import Project
from marrowgate.settings.sample_links import batches
from marrowgate.settings.settings_file import entry_paths
from marrowgate.signal.spillover.matrix_csv import read_spillover


def matrix_faults(project: Project, config: Path, overrides: Mapping[str, Any]) -> list[Fault]:
    """Tell what is wrong with the CSV files of `signal.spillover` and `signal.spillover_of_batch`.

    Parameters
    ----------
    project : Project
        Settings, sheets and panels.
    config : Path
        The config file, to say where an entry stands.
    overrides : mapping
        Entries that take the place of those of the config.

    Returns
    -------
    list of Fault
        One for each file that is missing, each fault inside a file, each detector that a panel does not have, each
        stained channel of a panel that the matrix does not have, and each batch that no sample has.
    """
    _, lines = read_yaml(config)

    def where(*entry: str) -> str:
        return entry_where(config, entry, lines, tuple(entry_paths(overrides)))

    known = sorted({sample.batch for sample in project.samples})
    faults = [
        Fault(
            where("signal", "spillover_of_batch", batch),
            f"no sample has the batch {batch!r}",
            correct_to(batch, known, "name a batch of the sample sheet"),
        )
        for batch in project.config.signal.spillover_of_batch
        if batch not in known
    ]
    for source, (entry, panels) in _given(project).items():
        faults += _file_faults(Path(source), where(*entry), {name: project.panels[name] for name in panels})
    return faults


def _given(project: Project) -> dict[str, tuple[tuple[str, ...], list[str]]]:
    """Return each CSV file in use with the entry that names it and the panels that it serves."""
    signal = project.config.signal
    given: dict[str, tuple[tuple[str, ...], list[str]]] = {}
    for panel, batch in batches(project):
        source = signal.spillover_source(batch)
        if source not in SPILLOVER_SOURCES:
            own = batch in signal.spillover_of_batch
            entry: tuple[str, ...] = ("signal", "spillover_of_batch", batch) if own else ("signal", "spillover")
            panels = given.setdefault(source, (entry, []))[1]
            if panel not in panels:
                panels.append(panel)
    return given


def _file_faults(path: Path, where: str, panels: Mapping[str, Panel]) -> Iterator[Fault]:
    if not is_there(path):
        yield Fault(where, f"there is no file {str(path)!r}", "make it, or correct the path")
        return
    try:
        matrix = read_spillover(path)
    except UserError as error:
        yield from error.faults
        return
    if what := no_spillover(matrix.matrix):
        cure = "give the spillover matrix: rows are fluorochromes in the order of the columns, 1 on the diagonal"
        yield Fault(str(path), what, cure)
    labels = matrix.labels
    for name, panel in panels.items():
        channels = [channel for entry in panel.channels for channel in (entry.channel, *entry.aliases)]
        for label in labels:
            if label not in channels:
                cure = correct_to(label, channels, "correct the name, or add the channel to the panel")
                yield Fault(f"{path} line 1", f"detector {label!r} is no channel of panel {name!r}", cure)
        for entry in panel.channels:
            if entry.marker and entry.role != "ignored" and not {entry.channel, *entry.aliases} & set(labels):
                what = f"{entry.marker} of panel {name!r} is in {entry.channel}, which the matrix does not have"
                yield Fault(f"{path} line 1", what, "add its row and column; write 0 where nothing spills over")

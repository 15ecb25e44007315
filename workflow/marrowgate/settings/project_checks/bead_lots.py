"""Whether calibration beads carry the fluorochrome of the channels that they are to calibrate."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marrowgate.errors import Fault, UserError
from marrowgate.settings.files.given_file import is_there
from marrowgate.settings.files.sheet_file import Sheet
from marrowgate.settings.files.yaml_file import EntryPath, line_of, read_yaml
from marrowgate.settings.panel import Panel, PanelChannel


@dataclass(frozen=True)
class _Lot:
    """What a lot's file says, as far as it can be read; the rest is told by `marrowgate calibrate`."""

    path: Path
    name: str
    fluorochrome: str
    names: tuple[str, ...]
    lines: Mapping[EntryPath, int]


def bead_faults(sheet: Sheet, panels: Mapping[str, Panel], folder: Path, measured: Sequence[str]) -> Iterator[Fault]:
    """Tell which bead samples cannot calibrate what they are meant to.

    Beads that carry one fluorochrome, such as Quantibrite PE, say nothing of the signal of another. A lot carries one
    when its file names `fluorochrome`, or counts ``<fluorochrome> molecules``. It is refused when it has values for a
    channel or marker of another fluorochrome, and when no measured marker of its panel has the fluorochrome of any bead
    sample of the batch.

    Parameters
    ----------
    sheet : Sheet
        The sample sheet.
    panels : mapping of str to Panel
        By name.
    folder : Path
        Folder of the lots.
    measured : sequence of str
        Markers whose intensity is asked for.
    """
    samples = _bead_samples(sheet, panels, folder)
    of_one_dye = {(panel, lot.name): lot for (panel, _), own in samples.items() for _, lot in own if lot.fluorochrome}
    for (panel, _), lot in of_one_dye.items():
        yield from _named_otherwise(lot, panel, panels[panel])
    useless: dict[tuple[str, str], Fault] = {}
    for (panel, _), own in samples.items():
        line, lot = own[0]
        carriers = [entry for entry in panels[panel].channels if entry.marker in measured]
        if carriers and not _is_useful([lot.fluorochrome for _, lot in own], carriers):
            stained = ", ".join(f"{entry.marker} carries {_dye(entry)}" for entry in carriers)
            what = f"beads of lot {lot.name} carry {lot.fluorochrome}, but in panel {panel!r} {stained}"
            cure = "they calibrate that fluorochrome only; use beads of the marker's own, or empty that cell"
            fault = Fault(sheet.where(line, "bead_lot"), what, cure)
            useless.setdefault((panel, lot.name), fault)
    yield from useless.values()


def _bead_samples(
    sheet: Sheet, panels: Mapping[str, Panel], folder: Path
) -> dict[tuple[str, str], list[tuple[int, _Lot]]]:
    """Return line and lot of the bead samples whose lot has a readable file, by panel and batch."""
    samples: dict[tuple[str, str], list[tuple[int, _Lot]]] = {}
    for row in sheet.rows:
        name, panel = row.cells.get("bead_lot"), row.cells.get("panel", "")
        if not name or row.cells.get("control_type") != "beads" or panel not in panels:
            continue
        lot = _read(folder / f"{name}.yaml")
        if lot is not None:
            samples.setdefault((panel, row.cells.get("batch", "")), []).append((row.line, lot))
    return samples


def _is_useful(dyes: Sequence[str], carriers: Sequence[PanelChannel]) -> bool:
    """Say whether beads of these dyes calibrate any of the channels; the dye of a lot may be unknown."""
    return "" in dyes or any(_is(entry, dye) for entry in carriers for dye in dyes)


def _named_otherwise(lot: _Lot, name: str, panel: Panel) -> Iterator[Fault]:
    for key in lot.names:
        for entry in panel.channels:
            if key in {entry.channel, *entry.aliases, entry.marker} and not _is(entry, lot.fluorochrome):
                what = f"the beads carry {lot.fluorochrome}, but {key} of panel {name!r} carries {_dye(entry)}"
                cure = "beads calibrate their own fluorochrome only; remove the entry, or use beads of the other"
                yield Fault(f"{lot.path} line {line_of(('values', key), lot.lines)}, values.{key}", what, cure)


def _dye(entry: PanelChannel) -> str:
    return entry.fluorochrome or "a fluorochrome that is not named"


def _is(entry: PanelChannel, fluorochrome: str) -> bool:
    return _plain(entry.fluorochrome or "") == _plain(fluorochrome)


def _plain(name: str) -> str:
    """Return a fluorochrome's name without case, spaces and hyphens."""
    return re.sub(r"[\s-]", "", name).casefold()


def _read(path: Path) -> _Lot | None:
    if not is_there(path):
        return None
    try:
        content, lines = read_yaml(path)
    except UserError:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("values"), dict):
        return None
    return _Lot(path, path.stem, _fluorochrome(content), tuple(str(key) for key in content["values"]), lines)


def _fluorochrome(content: Mapping[str, Any]) -> str:
    if content.get("fluorochrome"):
        return str(content["fluorochrome"])
    counted = re.match(r"(\S+) molecules", str(content.get("unit", "")))
    return counted[1] if counted else ""

"""A project while it is read: the settings, the sheets that could be read, and all faults so far."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from marrowgate.errors import Fault, UserError
from marrowgate.settings.files.given_file import is_something
from marrowgate.settings.files.sheet_file import Sheet, models_of, read_sheet
from marrowgate.settings.settings_file import Settings

Row = TypeVar("Row", bound=BaseModel)


@dataclass
class Reading:
    """What is read so far."""

    settings: Settings
    faults: list[Fault]
    sheets: dict[str, Sheet] = field(default_factory=dict)
    show_paths: bool = False

    def sheet(self, entry: str, model: type[Row]) -> tuple[Row, ...]:
        """Read the sheet that an entry of the config names; a sheet that cannot be read has no rows."""
        config = self.settings.config
        name = config.sample_sheet if entry == "samples" else getattr(config, entry)
        if name is None or self.settings.doubts(entry):
            return ()
        if not is_something(Path(name)):
            cure = f"make it, or correct {entry}" if entry == "samples" else f"make it, or write {entry}: null"
            self.faults.append(Fault(self.settings.where(entry), f"there is no file {name!r}", cure))
            return ()
        try:
            tab = {str(name): tab for name, tab in config.workbook_sheets.items()}.get(entry)
            more = {"arm": config.arms.names} if entry == "patients" and not self.settings.doubts("arms") else {}
            self.sheets[entry] = read_sheet(Path(name), model, more, tab=tab or entry, must_be_there=tab is not None)
        except UserError as error:
            self.faults += error.faults
            return ()
        rows, faults = models_of(self.sheets[entry], model)
        self.faults += faults
        return tuple(row for _, row in rows)

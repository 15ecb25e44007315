"""What a lot of calibration beads is made of: the number of molecules on each kind of bead, from the lot's sheet."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from marrowgate.fcs.model import Channel
from marrowgate.settings.files.yaml_file import load_model
from marrowgate.settings.panel import Label

FEWEST_LEVELS = 3
"""A line needs at least three kinds of bead that carry a known number of molecules."""

Level = Annotated[float, Field(ge=0, allow_inf_nan=False)] | None


class BeadLot(BaseModel):
    """A lot of calibration beads."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    lot: Label
    """Name of the lot, as in the column `bead_lot` of the sample sheet."""
    unit: Label
    """What is counted, for example `PE molecules per bead` or `MEFL`."""
    fluorochrome: Label | None = None
    """The one fluorochrome that the beads carry, for example PE. Empty: read from `unit`, where it names one."""
    kinds: Annotated[int, Field(ge=FEWEST_LEVELS, le=20)]
    """Kinds of bead in the sample, with those that carry nothing."""
    values: Annotated[dict[Label, tuple[Level, ...]], Field(min_length=1)]
    """For each fluorochrome, marker or channel the value of every kind from dim to bright; 0 for the blank bead, `null`
    where the sheet gives none."""

    @model_validator(mode="after")
    def _levels_fit(self) -> "BeadLot":
        for name, levels in self.values.items():
            if len(levels) != self.kinds:
                msg = f"{name!r} has {len(levels)} values for {self.kinds} kinds of bead"
                raise ValueError(msg)
            known = [level for level in levels if level is not None]
            if any(high <= low for low, high in pairwise(known)):
                msg = f"the values of {name!r} do not rise from one kind of bead to the next"
                raise ValueError(msg)
            if sum(level > 0 for level in known) < FEWEST_LEVELS:
                msg = f"{name!r} has fewer than {FEWEST_LEVELS} values above 0"
                raise ValueError(msg)
        return self


def load_bead_lot(path: Path) -> BeadLot:
    """Read the file of a bead lot.

    Raises
    ------
    UserError
        One fault per wrong entry.
    """
    return load_model(path, BeadLot)


def levels_of(lot: BeadLot, channels: tuple[Channel, ...]) -> Mapping[str, tuple[Level, ...]]:
    """Return the levels of each channel that the lot has values for, by the channel's name.

    A channel is meant by its own name, its marker or its fluorochrome, in that order.
    """
    levels = {}
    for channel in channels:
        for key in (channel.name, channel.marker, channel.fluorochrome):
            if key and key in lot.values:
                levels[channel.name] = lot.values[key]
                break
    return levels

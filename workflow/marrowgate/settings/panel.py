"""A panel: which channel carries which marker."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal, get_args

from marrowgate.errors import Fault, UserError
from marrowgate.plain_text import has_unprintable, printable
from marrowgate.settings.marker_names import canonical
from marrowgate.settings.section import Limit, Section

Role = Literal["scatter", "time", "fluorescence", "index", "ignored"]
Scatter = Literal["FSC-A", "FSC-H", "FSC-W", "SSC-A", "SSC-H", "SSC-W"]
SCATTER: tuple[str, ...] = get_args(Scatter)


def without_control_characters(text: str) -> str:
    """Return the text, or refuse one that a terminal, a table or XML cannot show."""
    if has_unprintable(text):
        msg = f"there is a control character in {printable(text)!r}; remove it"
        raise ValueError(msg)
    return text


Label = Annotated[str, Limit(strip=True, min_length=1, after=without_control_characters)]


class PanelChannel(Section):
    """One channel of a panel."""

    # clones such as 581 are written without quotes
    __pydantic_config__: ClassVar = {**Section.__pydantic_config__, "coerce_numbers_to_str": True}

    channel: Label
    """The channel's name in the file, `$PnN`."""
    aliases: tuple[Label, ...] = ()
    """Other names of the same channel, on other instruments or in older files."""
    marker: Label | None = None
    """What is stained, for example CD34; `DNA` for a nuclear dye, `7-AAD` for the viability dye."""
    fluorochrome: Label | None = None
    """The dye that is measured."""
    clone: Label | None = None
    """The antibody's clone."""
    marker_class: Literal["type", "state", "none"] = "none"
    """`type` for markers that define a population, `state` for those that are measured on it: what the library measures
    when it is not said otherwise (`docs/library.md`)."""
    scatter: Scatter | None = None
    """The canonical name of a scatter channel."""
    role: Role | None = None
    """Given for time, index and ignored channels; fluorescence and scatter follow from the entries above."""

    def __post_init__(self) -> None:
        """Refuse a channel with two meanings."""
        if self.marker and self.scatter:
            msg = f"channel {self.channel!r} has both a marker and a scatter name; keep one of them"
            raise ValueError(msg)
        if self.role == "scatter" and not self.scatter:
            msg = f"channel {self.channel!r} is scatter but does not say which; add scatter: FSC-A or the like"
            raise ValueError(msg)
        if self.marker and self.role not in {None, "fluorescence", "ignored"}:
            msg = f"channel {self.channel!r} has the role {self.role} and a marker; keep one of them"
            raise ValueError(msg)

    @property
    def resolved_role(self) -> Role | None:
        """The role that the panel gives, or None when it leaves it to the channel's name."""
        if self.role:
            return self.role
        if self.scatter:
            return "scatter"
        return "fluorescence" if self.marker else None


class Panel(Section):
    """Channel to marker, fluorochrome, clone and marker class."""

    description: str = ""
    """A sentence for the report."""
    channels: Annotated[tuple[PanelChannel, ...], Limit(min_length=1)]
    """The channels that matter; others in the file are left alone."""

    @property
    def dimensions(self) -> frozenset[str]:
        """Markers and scatter names that a strategy may name."""
        names = (entry.marker or entry.scatter for entry in self.channels)
        return frozenset(name for name in names if name)


def is_scatter(dimension: str) -> bool:
    """Say whether a dimension of a strategy is a scatter name; else it is a marker."""
    return dimension in SCATTER


def load_panel(path: Path) -> Panel:
    """Read `config/panels/<name>.yaml`.

    Raises
    ------
    UserError
        One fault per wrong entry, and per channel or marker that stands twice.
    """
    from marrowgate.settings.files.yaml_file import build_model, line_of, read_yaml

    content, lines = read_yaml(path)
    panel = build_model(path, content, lines, Panel)
    faults = [
        Fault(f"{path} line {line_of(('channels', index), lines)}, {field}", what, "each may stand once")
        for index, field, what in _twice(panel)
    ]
    if faults:
        raise UserError(faults)
    return panel


def own_marker(panel: Panel, name: str) -> str | None:
    """Return a marker as the panel spells it, whatever its case, signs or other name; None where it has no such one."""
    markers = [entry.marker for entry in panel.channels if entry.marker]
    if name in markers:
        return name
    same = [marker for marker in markers if canonical(marker) == canonical(name)]
    return same[0] if len(same) == 1 else None


def _twice(panel: Panel) -> Iterator[tuple[int, str, str]]:
    seen: set[str] = set()
    for index, entry in enumerate(panel.channels):
        for field, name in (("channel", entry.channel), *(("aliases", alias) for alias in entry.aliases)):
            if name in seen:
                yield index, field, f"the channel {name!r} stands twice"
            seen.add(name)
    labels: set[str] = set()
    for index, entry in enumerate(panel.channels):
        label = entry.marker or entry.scatter
        if label and label.casefold() in labels:
            yield index, "marker" if entry.marker else "scatter", f"{label!r} stands twice"
        labels |= {label.casefold()} if label else set()

"""What a YAML file may ask for before it is built: depth, size with all its aliases, length of numbers."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from marrowgate.errors import fault

DEEPEST = 50
LARGEST = 100_000
"""Most entries, those that aliases repeat counted each time."""
LONGEST_NUMBER = 300
_DIGITS = re.compile(r"[-+]?[0-9]+")


@dataclass
class _Walk:
    """Sizes of the collections that are open, and of what has an anchor."""

    open: list[tuple[str | None, int]] = field(default_factory=list)
    anchored: dict[str, int] = field(default_factory=dict)
    entries: int = 0

    def add(self, size: int, anchor: str | None = None) -> None:
        """Count an entry where the walk stands."""
        self.entries += size
        if anchor:
            self.anchored[anchor] = size
        if self.open:
            name, before = self.open[-1]
            self.open[-1] = (name, before + size)


def refuse_without_bound(path: Path, text: str) -> None:
    """Refuse a text that would take very long, or more memory or stack than there is.

    Parameters
    ----------
    path : Path
        The file, for messages.
    text : str
        Its content.

    Raises
    ------
    UserError
        It is nested too deep, has too many entries, an alias inside its own anchor, or a number without end.
    yaml.YAMLError
        It is no YAML.
    """
    walk = _Walk()
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        where = f"{path} line {event.start_mark.line + 1}" if event.start_mark else str(path)
        if isinstance(event, yaml.CollectionStartEvent):
            walk.open.append((event.anchor, 1))
            if len(walk.open) > DEEPEST:
                raise fault(where, f"is nested more than {DEEPEST} deep", "look whether it is the right file")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = walk.open.pop()
            walk.entries -= size - 1
            walk.add(size, anchor)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in walk.anchored:
                raise fault(where, f"the alias *{event.anchor} stands before or inside its anchor", "write it out")
            walk.add(walk.anchored[event.anchor])
        elif isinstance(event, yaml.ScalarEvent):
            walk.add(1, event.anchor)
            if len(event.value) > LONGEST_NUMBER and _DIGITS.fullmatch(event.value):
                raise fault(where, f"a number has {len(event.value):,} digits", "correct it")
        if walk.entries > LARGEST:
            what = f"has more than {LARGEST:,} entries, those that aliases repeat counted each time"
            raise fault(where, what, "look whether it is the right file")

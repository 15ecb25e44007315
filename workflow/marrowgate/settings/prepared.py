"""A panel, its strategy and the limits of the quality checks as plain data that were checked before.

A sample's step reads one such file, which `marrowgate prepare` writes once per panel, in place of checking the same
words of the user again for every sample: the models that check cost more to import than gating 300,000 events.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from marrowgate import __version__
from marrowgate.errors import fault
from marrowgate.files import write_text
from marrowgate.frozen import Frozen
from marrowgate.settings.panel import Panel
from marrowgate.settings.quality import Quality
from marrowgate.settings.strategies.strategy import Strategy


class Prepared(Frozen):
    """What was checked."""

    panel: Panel
    strategy: Strategy
    quality: Quality


def write_prepared(path: Path, prepared: Prepared) -> None:
    """Write what was checked, bound to this version."""
    plain = {
        "marrowgate": __version__,
        "quality": asdict(prepared.quality),
        "panel": asdict(prepared.panel),
        "strategy": asdict(prepared.strategy),
    }
    write_text(path, f"{json.dumps(plain, indent=1)}\n")


def read_prepared(path: Path) -> Prepared:
    """Read what `write_prepared` wrote.

    Raises
    ------
    UserError
        Another version wrote it, whose checks may have been others.
    OSError
        The file cannot be read.
    """
    plain: dict[str, Any] = json.loads(path.read_bytes())
    if plain["marrowgate"] != __version__:
        raise fault(str(path), "was written by another version of marrowgate", "run marrowgate prepare again")
    return Prepared(
        panel=Panel.from_checked(plain["panel"]),
        strategy=Strategy.from_checked(plain["strategy"]),
        quality=Quality.from_checked(plain["quality"]),
    )

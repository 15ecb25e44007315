"""A panel, its strategy and the limits of the quality checks as plain data that were checked before.

A sample's step reads one such file, which `marrowgate prepare` writes once per panel, in place of checking the same
words of the user again for every sample: the models that check cost more to import than gating 300,000 events.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from marrowgate import __version__
from marrowgate.files import write_text
from marrowgate.settings.panel import Panel
from marrowgate.settings.quality import Quality
from marrowgate.settings.strategies.strategy import Strategy


@dataclass(frozen=True)
class Prepared:
    """What was checked, and the option ``--quality`` that the limits are from."""

    panel: Panel
    strategy: Strategy
    quality: Quality
    quality_text: str


def write_prepared(path: Path, prepared: Prepared, panel_file: Path, strategy_file: Path) -> None:
    """Write what was read from a panel and a strategy file, bound to their bytes and to this version."""
    plain = {
        **_bound_to(panel_file, strategy_file),
        "quality_text": prepared.quality_text,
        "quality": asdict(prepared.quality),
        "panel": asdict(prepared.panel),
        "strategy": asdict(prepared.strategy),
    }
    write_text(path, f"{json.dumps(plain, indent=1)}\n")


def read_prepared(path: Path, panel_file: Path, strategy_file: Path) -> Prepared | None:
    """Read what `write_prepared` wrote.

    Parameters
    ----------
    path : Path
        The file.
    panel_file, strategy_file : Path
        What the user wrote.

    Returns
    -------
    Prepared or None
        None when the file was made of other bytes or by another version, so that all must be checked again.

    Raises
    ------
    OSError
        A file cannot be read.
    """
    plain: dict[str, Any] = json.loads(path.read_bytes())
    bound = _bound_to(panel_file, strategy_file)
    if {name: plain.get(name) for name in bound} != bound:
        return None
    return Prepared(
        panel=Panel.from_checked(plain["panel"]),
        strategy=Strategy.from_checked(plain["strategy"]),
        quality=Quality.from_checked(plain["quality"]),
        quality_text=plain["quality_text"],
    )


def _bound_to(panel_file: Path, strategy_file: Path) -> dict[str, str]:
    digests = {"panel_sha256": panel_file, "strategy_sha256": strategy_file}
    hashes = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in digests.items()}
    return {"marrowgate": __version__, **hashes}

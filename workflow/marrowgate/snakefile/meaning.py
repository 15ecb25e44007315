"""What of a panel or strategy matters to a run: words that describe it are left out, so that nobody waits for them.

A digest is text with names of its parts, so that `marrowgate plan` can say which part changed.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from marrowgate.settings.panel import Panel
from marrowgate.settings.strategies.strategy import Strategy

_SETTINGS_OF_GATES = ("arguments", "fallback")


def panel_meaning(panel: Panel) -> str:
    """Return digests of what a panel says beside its description."""
    plain = asdict(panel)
    return _digests("panel", {"channels": plain["channels"]})


def strategy_meaning(strategy: Strategy) -> str:
    """Return digests of what a strategy says beside its description and the notes of its populations."""
    plain = asdict(strategy)
    populations = [
        {name: value for name, value in population.items() if name != "note"} for population in plain["populations"]
    ]
    arguments = [{name: population[name] for name in _SETTINGS_OF_GATES} for population in populations]
    tree = [{name: population[name] for name in population.keys() - _SETTINGS_OF_GATES} for population in populations]
    rest = {name: plain[name] for name in plain.keys() - {"description", "populations"}}
    return _digests("strategy", {"arguments": arguments, "populations": tree, "units": rest})


def file_content(kind: str, digest: str) -> str:
    """Return the digest of files with what kind of files they are."""
    return f"{kind} content={digest}"


def descriptions_content(strategies: Iterable[Strategy]) -> str:
    """Return the digest of what strategies say for the report alone."""
    return file_content("words", _digest([strategy.description for strategy in strategies]))


def changed_parts(old: str, new: str) -> list[str]:
    """Return the parts that differ between two digests of one kind, as ``strategy arguments``; none of other texts."""
    before, after = parts_of(old), parts_of(new)
    return [name for name, digest in after.items() if name in before and before[name] != digest]


def parts_of(text: str) -> dict[str, str]:
    """Return the named digests of a text; none of another one."""
    kind, _, rest = text.partition(" ")
    pairs = [word.partition("=") for word in rest.split(" ")]
    return {f"{kind} {name}": digest for name, equals, digest in pairs if equals}


def _digests(kind: str, parts: Mapping[str, Any]) -> str:
    return " ".join([kind, *(f"{name}={_digest(value)}" for name, value in parts.items())])


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]

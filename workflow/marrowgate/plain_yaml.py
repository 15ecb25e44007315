"""Files that one step writes for another and people may read: YAML in the way of JSON, which needs no YAML library."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marrowgate.files import write_text


def write_plain(path: Path, plain: Mapping[str, Any]) -> None:
    """Write entries as JSON, which is YAML too; each part of a list or mapping at the top has a line of its own."""
    write_text(path, text_of_plain(plain))


def text_of_plain(plain: Mapping[str, Any]) -> str:
    """Return the text that `write_plain` writes."""
    entries = ",\n".join(f"{json.dumps(name)}: {_lines(value)}" for name, value in plain.items())
    return f"{{\n{entries}\n}}\n"


def read_plain(path: Path) -> Any:
    """Read what `write_plain` wrote, or any other YAML."""
    text = path.read_text(encoding="utf-8")
    if text.startswith("{"):
        return json.loads(text)
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe ones


def _lines(value: Any) -> str:
    if value and isinstance(value, list):
        return "[\n " + ",\n ".join(map(json.dumps, value)) + "]"
    if value and isinstance(value, dict):
        return "{\n " + ",\n ".join(f"{json.dumps(name)}: {json.dumps(part)}" for name, part in value.items()) + "}"
    return json.dumps(value)

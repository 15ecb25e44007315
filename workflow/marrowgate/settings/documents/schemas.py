"""JSON schemas of the settings files, for editors that complete and check entries while they are written.

``python -m marrowgate.settings.documents.schemas config/schemas`` writes them.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from marrowgate.files import write_text
from marrowgate.settings.config import Config
from marrowgate.settings.panel import Panel
from marrowgate.settings.strategies.strategy import Strategy

FILES: dict[str, Any] = {"config": Config, "panel": Panel, "strategy": Strategy}


def schema_text(name: str) -> str:
    """Return the JSON schema of a settings file: ``config``, ``panel`` or ``strategy``.

    Raises
    ------
    KeyError
        There is no such file.
    """
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **TypeAdapter(FILES[name]).json_schema()}
    return f"{json.dumps(schema, indent=1, ensure_ascii=False)}\n"


def main(folder: Path) -> None:
    """Write all schemas."""
    for name in FILES:
        write_text(folder / f"{name}.schema.json", schema_text(name))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

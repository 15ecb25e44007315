"""Where results come from: the code of each step, library versions, settings and files."""

import ast
import hashlib
import json
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from marrowgate import __version__

PACKAGE = "marrowgate"
LIBRARIES = ("flowkit", "flowutils", "lxml", "numpy", "pandas", "pyarrow", "pydantic", "scipy", "snakemake")


def code_digest(step: str, root: Path | None = None) -> str:
    """Return a digest of the source of a step and of every module of the package that it imports, directly or not.

    Templates and other data beside a package's modules belong to it.

    Snakemake does not notice a change in an imported module; a rule that has this digest among its `params` runs again.

    Parameters
    ----------
    step : str
        Name of a sub-command.
    root : Path, optional
        Folder of the package; by default the one that is imported.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    folder = root or Path(__file__).parent
    digest = hashlib.sha256()
    sources = [_source(module, folder) for module in _closure(f"{PACKAGE}.steps.{step.replace('-', '_')}", folder)]
    for path in sorted({each for source in sources if source for each in (source, *_data_of(source))}):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def provenance(settings: Mapping[str, Any], inputs: Mapping[str, Path], samples: Mapping[str, str]) -> dict[str, Any]:
    """Describe a run.

    Parameters
    ----------
    settings : mapping
        The whole config as plain data.
    inputs : mapping of str to Path
        Panels, strategies and sheets by a name that tells nothing private.
    samples : mapping of str to str
        sample_id to SHA-256 of its file.

    Returns
    -------
    dict
        Versions, digests and seed; no path, user, host or date.
    """
    canonical = json.dumps(settings, sort_keys=True, default=str)
    return {
        "marrowgate": __version__,
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "seed": settings.get("seed"),
        "settings_sha256": hashlib.sha256(canonical.encode()).hexdigest(),
        "inputs_sha256": {name: file_digest(path) for name, path in sorted(inputs.items())},
        "files_sha256": dict(sorted(samples.items())),
    }


def _closure(start: str, folder: Path) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        module = waiting.pop()
        source = _source(module, folder)
        if module in found or source is None:
            continue
        found.add(module)
        waiting += _imports(source)
        waiting.append(module.rpartition(".")[0])
    return found


def _data_of(source: Path) -> list[Path]:
    """Return what a package's folder holds besides modules and packages, when `source` is a package's own module."""
    if source.name != "__init__.py":
        return []
    found = []
    waiting = [source.parent]
    while waiting:
        for path in waiting.pop().iterdir():
            if path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").exists():
                waiting.append(path)
            elif path.is_file() and path.suffix not in {".py", ".pyc"}:
                found.append(path)
    return found


def _imports(source: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # registries name their modules as text
            names.append(node.value)
    return [name for name in names if name.startswith(PACKAGE)]


def _source(module: str, folder: Path) -> Path | None:
    if not module or module.split(".", maxsplit=1)[0] != PACKAGE:
        return None
    path = folder.joinpath(*module.split(".")[1:])
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None

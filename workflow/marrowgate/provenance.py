"""Where results come from: the code of each step, library versions, settings and files."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from marrowgate import __version__
from marrowgate.code_digest import DISTRIBUTIONS, code_digests, library_versions
from marrowgate.settings.config import SPILLOVER_SOURCES, Config

LIBRARIES = (*DISTRIBUTIONS.values(), "snakemake")
_SHEETS = ("samples", "patients", "measurements", "toxicity", "panels", "strategies", "overrides")


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def provenance(
    config: Config, inputs: Mapping[str, Path], samples: Mapping[str, str], steps: Iterable[str]
) -> dict[str, Any]:
    """Describe a run.

    Parameters
    ----------
    config : Config
        The settings.
    inputs : mapping of str to Path
        Panels, strategies and sheets by a name that tells nothing private.
    samples : mapping of str to str
        sample_id to SHA-256 of its file.
    steps : iterable of str
        Sub-commands whose code made the results.

    Returns
    -------
    dict
        Versions, revision, settings, digests and seed; no path, user, host or date.
    """
    canonical = json.dumps(config.model_dump(mode="json"), sort_keys=True)
    return {
        "marrowgate": __version__,
        "git_revision": git_revision(Path(__file__).parent),
        "code_digests": code_digests(steps),
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "libraries": library_versions(LIBRARIES),
        "seed": config.seed,
        "settings": settings_without_paths(config),
        "settings_sha256": hashlib.sha256(canonical.encode()).hexdigest(),
        "inputs_sha256": {name: file_digest(path) for name, path in sorted(inputs.items())},
        "files_sha256": dict(sorted(samples.items())),
    }


def git_revision(folder: Path) -> str | None:
    """Return the commit that the code in a folder stands at, with ``-changed`` if a file there differs from it.

    None without git, and where the folder's files belong to no repository: a package that is installed in an
    environment inside somebody's project is not part of that project.
    """
    git = shutil.which("git")
    if git is None or _git(git, folder, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    revision = _git(git, folder, "rev-parse", "HEAD")
    if revision is None:
        return None
    return f"{revision}-changed" if _git(git, folder, "status", "--porcelain", "--", ".") else revision


def settings_without_paths(config: Config) -> dict[str, Any]:
    """Return the settings as plain data; a path gives way to the digest of its file, or to nothing if it is a folder.

    The sheets' digests stand among the inputs.
    """
    settings: dict[str, Any] = config.model_dump(mode="json", exclude=set(_SHEETS))
    if config.simulation is not None:
        del settings["simulation"]["folder"]
    signal = settings["signal"]
    del signal["bead_lots"]
    signal["spillover"] = _without_path(signal["spillover"])
    signal["spillover_of_batch"] = {name: _without_path(word) for name, word in signal["spillover_of_batch"].items()}
    return settings


def _without_path(source: str) -> str:
    if source in SPILLOVER_SOURCES:
        return source
    path = Path(source)
    return f"file with SHA-256 {file_digest(path)}" if path.is_file() else "file"


def _git(git: str, folder: Path, *words: str) -> str | None:
    answer = subprocess.run([git, "-C", str(folder), *words], capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else None

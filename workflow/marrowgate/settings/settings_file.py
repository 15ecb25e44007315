"""The config with the places of its entries; where some are wrong, the rest of it, so that the sheets can be read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from marrowgate.errors import Fault, UserError, fault
from marrowgate.settings.config import Config
from marrowgate.settings.files.yaml_file import EntryPath, build_model, entry_where, known_names, read_yaml
from marrowgate.settings.messages import nearest

_STAND_IN: Mapping[str, Any] = {"strategy_of_panel": {"none": "none"}}
"""What stands for an entry that must be given and is not; it is doubtful, so nothing is held against it."""


@dataclass(frozen=True)
class Settings:
    """The config and where its entries stand.

    Parameters
    ----------
    path : Path
        The config file.
    config : Config
        The entries that are right; for the others what holds when they are not given.
    lines : mapping
        Line of each entry, see `read_yaml`.
    overridden : tuple of tuple
        Entries that come from ``--config`` or a later config file, by their path.
    faults : tuple of Fault
        What is wrong with the entries.
    doubtful : frozenset of str
        Entries that are wrong, as ``seed`` or ``cohort.draws``; misspelt ones as they are probably meant.
    """

    path: Path
    config: Config
    lines: Mapping[EntryPath, int]
    overridden: tuple[EntryPath, ...]
    faults: tuple[Fault, ...] = ()
    doubtful: frozenset[str] = frozenset()

    def where(self, *path_in_file: str | int) -> str:
        """Say where an entry stands."""
        return entry_where(self.path, path_in_file, self.lines, self.overridden)

    def doubts(self, *entries: str) -> bool:
        """Say whether an entry, a part of it or its section is wrong, so that what follows from it must not be told."""
        return any(
            f"{name}.".startswith(f"{entry}.") or f"{entry}.".startswith(f"{name}.")
            for name in self.doubtful
            for entry in entries
        )


def merged(content: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """Return entries with later ones laid over them, section by section, as Snakemake merges its config files."""
    both = dict(content)
    for name, value in later.items():
        before = both.get(name)
        both[name] = merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return both


def overriding_entries(later_files: Iterable[Path], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what takes the place of entries of the first config file: those of later ones, then those of ``--config``.

    Raises
    ------
    UserError
        A file cannot be read or holds no entries.
    """
    entries: dict[str, Any] = {}
    for path in later_files:
        content, _ = read_yaml(path)
        if not isinstance(content, dict):
            raise fault(str(path), "does not hold key: value entries", "see config/README.md for its layout")
        entries = merged(entries, content)
    return merged(entries, given)


def entry_paths(entries: Mapping[str, Any], above: EntryPath = ()) -> Iterator[EntryPath]:
    """Yield the path of every entry that is no section of further ones."""
    for name, value in entries.items():
        path = (*above, str(name))
        if isinstance(value, dict) and value:
            yield from entry_paths(value, path)
        else:
            yield path


def read_settings(path: Path, overrides: Mapping[str, Any]) -> Settings:
    """Read the config; `overrides` take the place of its entries, section by section.

    Raises
    ------
    UserError
        The file cannot be read or holds no entries. Faults of single entries are in the result.
    """
    content, lines = read_yaml(path)
    if isinstance(content, dict):
        content = merged(content, overrides)
    overridden = tuple(entry_paths(overrides))
    try:
        return Settings(path, build_model(path, content, lines, Config, overridden), lines, overridden)
    except UserError as error:
        if not isinstance(content, dict):
            raise
        faults = error.faults
    content, lines = _as_meant(content, lines)
    config, doubtful = _without_faults(content)
    return Settings(path, config, lines, overridden, faults, doubtful)


def _as_meant(
    content: Mapping[Any, Any], lines: Mapping[EntryPath, int]
) -> tuple[dict[Any, Any], dict[EntryPath, int]]:
    """Take misspelt entries of the first level for those that they are probably meant to be."""
    known = tuple(Config.model_fields)
    near = {
        name: nearest(str(name), [known_name for known_name in known if known_name not in content]) for name in content
    }
    meant = {name: meant_name for name, meant_name in near.items() if meant_name and name not in known}
    renamed = {meant.get(name, name): entry for name, entry in content.items()}
    return renamed, {
        (str(meant.get(path_in_file[0], path_in_file[0])), *path_in_file[1:]) if path_in_file else (): n
        for path_in_file, n in lines.items()
    }


def _without_faults(content: dict[Any, Any]) -> tuple[Config, frozenset[str]]:
    """Take out what is wrong until the rest is right; give it and the names of the entries that were touched."""
    doubtful: set[str] = set()
    while True:
        try:
            return Config.model_validate(content), frozenset(doubtful)
        except ValidationError as error:
            paths_in_file = [entry["loc"] for entry in error.errors(include_url=False)]
        doubtful |= {_entry_name(path_in_file) for path_in_file in paths_in_file}
        smaller = content
        for path_in_file in paths_in_file:
            smaller = _without(smaller, path_in_file)
        # a part that was taken out may be missing in the next round: then what it belongs to goes, too
        smaller = {**_STAND_IN, **smaller}
        if smaller == content:
            return Config.model_validate(_STAND_IN), frozenset(Config.model_fields)
        content = smaller


def _entry_name(path_in_file: EntryPath) -> str:
    """Name an entry of the first or second level; a misspelt one of a section as it is probably meant."""
    first, *rest = (str(part) for part in path_in_file[:2])
    if not rest or not isinstance(path_in_file[1], str):
        return first
    known = known_names(Config, path_in_file[:2])
    return f"{first}.{nearest(rest[0], known) or rest[0]}"


def _without(content: dict[Any, Any], path_in_file: EntryPath) -> dict[Any, Any]:
    """Return a mapping without the entry at a place, or without the nearest one above it that is there."""
    name, rest = path_in_file[0], path_in_file[1:]
    inner = content.get(name)
    if rest and isinstance(inner, dict) and rest[0] in inner:
        return {**content, name: _without(inner, rest)}
    return {key: entry for key, entry in content.items() if key != name}

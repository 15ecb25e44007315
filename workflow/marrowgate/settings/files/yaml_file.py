"""YAML files with the line of every entry, so that a fault can name the place to mend."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from marrowgate.errors import Fault, UserError, fault
from marrowgate.settings.checking import fields_of
from marrowgate.settings.files.given_file import given_bytes
from marrowgate.settings.files.yaml_bounds import refuse_without_bound
from marrowgate.settings.messages import sentence
from marrowgate.settings.section import Section

Model = TypeVar("Model", bound=BaseModel | Section)
EntryPath = tuple[str | int, ...]

_LARGEST = 4_000_000
_TEXT_TAGS = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int"}


class _Loader(yaml.CSafeLoader):
    """Safe loader in C that leaves dates, yes/no words, 0x1F, 010 and 12:30 as the text that was written."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag not in _TEXT_TAGS]
    for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|false|False)$"), list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_CONSTRUCTORS = yaml.CSafeLoader.yaml_constructors
_Loader.yaml_constructors = {**_CONSTRUCTORS, "tag:yaml.org,2002:timestamp": _CONSTRUCTORS["tag:yaml.org,2002:str"]}


def read_yaml(path: Path) -> tuple[Any, dict[EntryPath, int]]:
    """Read a YAML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of (object, dict)
        The content, and the line (from 1) of each place in it.

    Raises
    ------
    UserError
        The file is missing, is not YAML, or names a key twice.
    """
    text = _text(path)
    try:
        refuse_without_bound(path, text)
        loader = _Loader(text)
        node = loader.get_single_node()
        lines: dict[EntryPath, int] = {}
        if node is None:
            return {}, lines
        faults = _note_lines(node, (), lines, path)
        if faults:
            raise UserError(faults)
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        raise UserError([_not_yaml(path, text, error)]) from None
    except (yaml.YAMLError, ValueError, KeyError, RecursionError):
        raise fault(str(path), "is not YAML", "save it as plain UTF-8 text") from None


def load_model(path: Path, model: type[Model]) -> Model:
    """Read a YAML file as a pydantic model.

    Raises
    ------
    UserError
        One fault per wrong entry, each with its line.
    """
    content, lines = read_yaml(path)
    return build_model(path, content, lines, model)


def build_model(
    path: Path, content: Any, lines: Mapping[EntryPath, int], model: type[Model], overridden: Sequence[EntryPath] = ()
) -> Model:
    """Make a model of what `read_yaml` gave.

    Parameters
    ----------
    path : Path
        The file, for messages.
    content, lines : object, mapping
        See `read_yaml`.
    model : type
        The pydantic model, or the light section.
    overridden : sequence of tuple
        Entries that come from ``--config``, not from the file, by their path.

    Raises
    ------
    UserError
        One fault per wrong entry, each with its line.
    """
    if not isinstance(content, dict):
        raise fault(str(path), "does not hold key: value entries", "see config/README.md for its layout")
    try:
        made: Model = model.model_validate(content)  # type: ignore[assignment]
        return made
    except ValidationError as error:
        raise UserError(_faults(path, error, lines, model, overridden)) from None


def line_of(entry_path: Sequence[str | int], lines: Mapping[EntryPath, int]) -> int:
    """Return the line of a place, or of the nearest entry above it that is in the file."""
    for end in range(len(entry_path), -1, -1):
        if tuple(entry_path[:end]) in lines:
            return lines[tuple(entry_path[:end])]
    return 1


def entry_where(
    path: Path, entry_path: Sequence[str | int], lines: Mapping[EntryPath, int], overridden: Sequence[EntryPath]
) -> str:
    """Say where an entry stands: file, line and dotted name, or the ``--config`` option that gave it."""
    # places in a list are left out: the line says which one, and people do not count from 0
    field = ".".join(part for part in entry_path if isinstance(part, str))
    if _is_overridden(entry_path, overridden):
        return f"--config {field}"
    where = f"{path} line {line_of(entry_path, lines)}"
    return f"{where}, {field}" if field else where


def _is_overridden(entry_path: Sequence[str | int], overridden: Sequence[EntryPath]) -> bool:
    return any(tuple(entry_path[: len(path)]) == path for path in overridden)


def _text(path: Path) -> str:
    try:
        return given_bytes(path, _LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise fault(str(path), "is not UTF-8 text", "save it as UTF-8 text") from None


def _not_yaml(path: Path, text: str, error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    where = f"{path} line {mark.line + 1}" if mark else str(path)
    if mark and "".join(text.splitlines()[mark.line : mark.line + 1])[mark.column :].startswith("\t"):
        return Fault(where, "has a tab where YAML wants spaces", "indent with spaces")
    return Fault(where, f"is not YAML: {error.problem}", "correct the indentation, the colons or the quotes")


def _faults(
    path: Path,
    error: ValidationError,
    lines: Mapping[EntryPath, int],
    model: Any,
    overridden: Sequence[EntryPath],
) -> list[Fault]:
    faults = []
    entries = error.errors(include_url=False)
    for entry in entries:
        if entry["type"] == "too_short" and any(_is_inside(other["loc"], entry["loc"]) for other in entries):
            continue  # a list whose entries are wrong is not empty
        # pydantic marks a wrong key of a mapping with a part that is not in the file
        entry_path = tuple(part for part in entry["loc"] if part != "[key]")
        what, cure = sentence(entry, known_names(model, entry_path))
        line = 0 if _is_overridden(entry_path, overridden) else line_of(entry_path, lines)
        faults.append((line, Fault(entry_where(path, entry_path, lines, overridden), what, cure)))
    return [fault for _, fault in sorted(faults, key=lambda pair: pair[0])]


def _is_inside(entry_path: EntryPath, outer: EntryPath) -> bool:
    return len(entry_path) > len(outer) and entry_path[: len(outer)] == outer


def known_names(model: Any, entry_path: EntryPath) -> tuple[str, ...]:
    """Return the entries that the model has where `place` stands."""
    at = model
    for part in entry_path[:-1]:
        if isinstance(part, str) and part in fields_of(at):
            at = _model_in(fields_of(at)[part].annotation) or at
    return tuple(fields_of(at))


def _model_in(annotation: Any) -> type[BaseModel | Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel | Section):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)


def _note_lines(node: yaml.Node, entry_path: EntryPath, lines: dict[EntryPath, int], path: Path) -> list[Fault]:
    """Write the line of every place below `node` into `lines`; give the keys that stand twice."""
    faults: list[Fault] = []
    lines.setdefault(entry_path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in first and name != "<<":
                what = f"the key {name!r} stands in line {first[name]} already"
                faults.append(Fault(f"{path} line {line}", what, "keep one of them"))
            first.setdefault(name, line)
            lines[(*entry_path, name)] = line
            faults += _note_lines(value, (*entry_path, name), lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            faults += _note_lines(value, (*entry_path, index), lines, path)
    return faults

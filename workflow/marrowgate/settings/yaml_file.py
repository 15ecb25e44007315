"""YAML files with the line of every entry, so that a fault can name the place to mend."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from marrowgate.errors import Fault, UserError, fault
from marrowgate.settings.messages import sentence

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """Safe loader that leaves dates and yes/no words as the text that was written."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> tuple[Any, dict[Place, int]]:
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
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise fault(str(path), "there is no such file", "make it, or correct the path") from None
    except (UnicodeDecodeError, OSError) as error:
        raise fault(str(path), f"cannot be read ({type(error).__name__})", "save it as UTF-8 text") from None
    try:
        node = yaml.compose(text, Loader=_Loader)
        lines: dict[Place, int] = {}
        if node is not None:
            _note_lines(node, (), lines, path)
        return (_Loader(text).get_single_data() if node is not None else {}), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path} line {mark.line + 1}" if mark else str(path)
        raise fault(where, f"is not YAML: {error.problem}", "correct the indentation or the quotes") from None
    except yaml.YAMLError:
        raise fault(str(path), "is not YAML", "save it as plain UTF-8 text") from None


def load_model(path: Path, model: type[Model]) -> Model:
    """Read a YAML file as a pydantic model.

    Raises
    ------
    UserError
        One fault per wrong entry, each with its line.
    """
    content, lines = read_yaml(path)
    if not isinstance(content, dict):
        raise fault(str(path), "does not hold key: value entries", "see config/README.md for its layout")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise UserError(_faults(path, error, lines)) from None


def _faults(path: Path, error: ValidationError, lines: dict[Place, int]) -> list[Fault]:
    faults = []
    for entry in error.errors(include_url=False):
        place = tuple(part for part in entry["loc"] if _is_written(part))
        what, cure = sentence(entry)
        field = ".".join(str(part) for part in place)
        where = f"{path} line {line_of(place, lines)}"
        faults.append(Fault(f"{where}, {field}" if field else where, what, cure))
    return faults


def _is_written(part: str | int) -> bool:
    # pydantic adds the names of union members and validators to a location; they are not in the file
    return isinstance(part, int) or not part.startswith(("function-", "tagged-union", "list["))


def line_of(place: Sequence[str | int], lines: dict[Place, int]) -> int:
    """Give the line of a place, or of the nearest entry above it that is in the file."""
    for end in range(len(place), -1, -1):
        if tuple(place[:end]) in lines:
            return lines[tuple(place[:end])]
    return 1


def _note_lines(node: yaml.Node, place: Place, lines: dict[Place, int], path: Path) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                where = f"{path} line {key.start_mark.line + 1}"
                raise fault(where, f"the key {key.value!r} stands here for the second time", "keep one of them")
            seen.add(key.value)
            lines[(*place, key.value)] = key.start_mark.line + 1
            _note_lines(value, (*place, key.value), lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*place, index), lines, path)

"""Released gate sets as the settings see them: whether a release is there, and made for the panel and strategy."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from marrowgate.errors import UserError, fault
from marrowgate.settings.files.given_file import given_bytes
from marrowgate.settings.panel import Panel
from marrowgate.settings.strategies.strategy import Strategy

_LARGEST = 50_000_000
NOT_AS_WRITTEN = (KeyError, TypeError, AttributeError, ValueError)
"""What reading a release raises where a part of it is missing or of another kind."""
_DESCRIBES = ("channel", "aliases", "marker", "fluorochrome", "clone", "scatter", "role")


@dataclass(frozen=True)
class ReleasedPanel:
    """One panel of a release, as its first document says it.

    Parameters
    ----------
    strategy : str
        Name of the strategy that the panel was gated with.
    strategy_sha256 : str
        Of what gates: populations, methods, scales; see `strategy_digest`.
    channels : tuple of mapping
        The panel's channels, see `panel_channels`.
    detectors : mapping of str to tuple of float or None
        Voltage and gain that most samples had, by channel.
    batches : mapping of str to mapping of str to str
        Batch to the SHA-256 of its ``consensus`` and, where it has some, of its ``scales``.
    """

    strategy: str
    strategy_sha256: str
    channels: tuple[Mapping[str, Any], ...]
    detectors: Mapping[str, tuple[float | None, float | None]]
    batches: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class ReleaseHead:
    """What a release says of itself.

    Parameters
    ----------
    name, version : str
        Its name, and the version of marrowgate that made it.
    code : mapping of str to str
        Step to the digest of the code that found the gates.
    panels : mapping of str to ReleasedPanel
        By name.
    samples : mapping of str to str
        sample_id to the SHA-256 of its file.
    """

    name: str
    version: str
    code: Mapping[str, str]
    panels: Mapping[str, ReleasedPanel]
    samples: Mapping[str, str]


def no_release(path: Path) -> UserError:
    """Return the fault of a file that is not as a release is written."""
    return fault(str(path), "is no release", "make it again with marrowgate release")


def release_path(strategies: str, name: str) -> Path:
    """Return the file of a release."""
    return Path(strategies) / "released" / f"{name}.yaml"


def read_documents(path: Path) -> Iterator[Any]:
    """Return the two documents of a release one after the other; only what is asked for is read.

    Raises
    ------
    UserError
        The file is missing or no release.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = given_bytes(path, _LARGEST)
    try:
        yield from yaml.load_all(content, Loader=loader)
    except yaml.YAMLError:
        raise no_release(path) from None


def read_head(path: Path) -> ReleaseHead:
    """Read what a release says of itself, without its gates.

    Raises
    ------
    UserError
        The file is missing or no release.
    """
    plain = next(read_documents(path), None)
    try:
        return head_from_plain(plain)
    except NOT_AS_WRITTEN:
        raise no_release(path) from None


def head_from_plain(plain: Any) -> ReleaseHead:
    """Make the head of what YAML gave.

    Raises
    ------
    KeyError, TypeError, AttributeError
        It is no head of a release.
    """
    panels = {
        name: ReleasedPanel(
            entry["strategy"],
            entry["strategy_sha256"],
            tuple(entry["channels"]),
            {channel: (voltage, gain) for channel, (voltage, gain) in entry["detectors"].items()},
            entry["batches"],
        )
        for name, entry in plain["panels"].items()
    }
    return ReleaseHead(plain["name"], plain["marrowgate"], plain["code"], panels, plain["samples"])


def panel_channels(panel: Panel) -> tuple[dict[str, Any], ...]:
    """Return what a release keeps of a panel: all that says what a channel measures, by the order of the channels."""
    return tuple(
        {name: value for name in _DESCRIBES if (value := _plain(getattr(entry, name)))} for entry in panel.channels
    )


def strategy_digest(strategy: Strategy) -> str:
    """Return the SHA-256 of what of a strategy says how gates are found; descriptions and notes do not count."""
    plain = asdict(strategy)
    del plain["description"]
    for population in plain["populations"]:
        del population["note"]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def misfits(head: ReleaseHead, panel_name: str, panel: Panel, strategy_name: str, strategy: Strategy) -> Iterator[str]:
    """Tell why a panel's samples cannot be gated against a release, a sentence each.

    Parameters
    ----------
    head : ReleaseHead
        The release.
    panel_name, panel : str, Panel
        Panel of the samples.
    strategy_name, strategy : str, Strategy
        What they are gated with.
    """
    released = head.panels.get(panel_name)
    if released is None:
        yield f"release {head.name!r} has no panel {panel_name!r}, only {', '.join(head.panels)}"
        return
    theirs, ours = ({entry["channel"]: entry for entry in kept} for kept in (released.channels, panel_channels(panel)))
    different = [name for name in dict.fromkeys((*theirs, *ours)) if theirs.get(name) != ours.get(name)]
    if different:
        said = "; ".join(f"{name}: {_difference(theirs.get(name), ours.get(name))}" for name in different[:3])
        yield f"panel {panel_name!r} is not the one of release {head.name!r} ({said})"
    if (released.strategy, released.strategy_sha256) != (strategy_name, strategy_digest(strategy)):
        yield f"strategy {strategy_name!r} is not the one of release {head.name!r}, {released.strategy!r} at that time"


def _difference(theirs: Mapping[str, Any] | None, ours: Mapping[str, Any] | None) -> str:
    """Say in a few words what a channel was in the release and what it is now."""
    if theirs is None or ours is None:
        return "not in the release" if theirs is None else "only in the release"
    names = [name for name in _DESCRIBES if theirs.get(name) != ours.get(name)]
    return ", ".join(f"{name} {theirs.get(name, 'none')} then, {ours.get(name, 'none')} now" for name in names)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

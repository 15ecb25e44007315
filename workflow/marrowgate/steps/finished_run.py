"""Whether a folder of results is a finished run of the project as it stands: a release is made of nothing else."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from marrowgate.content import sha256_of
from marrowgate.errors import Fault, UserError, fault
from marrowgate.settings.project import Project
from marrowgate.settings.sample_links import gated
from marrowgate.snakefile.meaning import changed_parts, panel_meaning, strategy_meaning

_CURE = "run the workflow first"
_NEEDED = frozenset({"marrowgate", "code_digests", "gated_with", "records_sha256", "batches_sha256"})
"""What an earlier version may not have written of a run."""


def gated_with(project: Project) -> dict[str, list[str]]:
    """Return what the panel and the strategy of each panel say of gates, as digests of their parts.

    Parameters
    ----------
    project : Project
        The project.
    """
    return {
        name: [panel_meaning(panel), strategy_meaning(project.strategies[project.config.strategy_of_panel[name]])]
        for name, panel in project.panels.items()
        if name in project.config.strategy_of_panel
    }


def read_finished_run(results: Path, project: Project, pairs: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """Read the provenance of a run, and see that its gates are those of the project as it stands.

    Parameters
    ----------
    results : Path
        Folder of the run.
    project : Project
        The project.
    pairs : sequence of tuple of str
        Panel and batch of the gates that are asked for.

    Raises
    ------
    UserError
        The run is not finished, or panels, strategies, samples or gates are other ones than when it was.
    """
    path = results / "provenance.json"
    if not path.is_file():
        raise fault(str(results), "there is no finished run in it", f"{_CURE}, or name its folder with --results")
    run = _read(path)
    faults = [
        *_changed_settings(run, project, pairs),
        *_changed_samples(run, project),
        *_changed_files(results, run, pairs),
    ]
    if faults:
        raise UserError(faults)
    return run


def _read(path: Path) -> dict[str, Any]:
    try:
        run: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise fault(str(path), "is damaged", _CURE) from None
    if not _NEEDED <= run.keys():
        version = run.get("marrowgate", "of unknown version")
        raise fault(str(path), f"is of a run of marrowgate {version} that kept less than a release needs", _CURE)
    return run


def _changed_settings(run: Mapping[str, Any], project: Project, pairs: Sequence[tuple[str, str]]) -> Iterator[Fault]:
    now, then = gated_with(project), run.get("gated_with", {})
    for panel in dict.fromkeys(panel for panel, _ in pairs):
        if panel not in then:
            yield Fault(f"panel {panel}", "the finished run does not say what it was gated with", _CURE)
            continue
        parts = [part for old, new in zip(then[panel], now[panel], strict=True) for part in changed_parts(old, new)]
        if parts:
            yield Fault(f"panel {panel}", f"changed since the run was finished: {', '.join(parts)}", _CURE)


def _changed_samples(run: Mapping[str, Any], project: Project) -> Iterator[Fault]:
    now, then = {sample.sample_id for sample in gated(project)}, run["records_sha256"].keys()
    for what, names in (("new in the sheet", now - then), ("no longer in the sheet", then - now)):
        if names:
            yield Fault("sample sheet", f"since the run was finished {what}: {_listed(sorted(names))}", _CURE)


def _changed_files(results: Path, run: Mapping[str, Any], pairs: Sequence[tuple[str, str]]) -> Iterator[Fault]:
    wanted = {f"consensus/{panel}_{batch}.yaml" for panel, batch in pairs}
    wanted |= {f"scales/{panel}_{batch}.yaml" for panel, batch in pairs} & run["batches_sha256"].keys()
    for name in sorted(wanted):
        path = results / name
        if path.is_file() and sha256_of(path) != run["batches_sha256"].get(name):
            yield Fault(str(path), "is not the file of the finished run", _CURE)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - 5
    return f"{', '.join(names[:5])} and {more} more" if more > 0 else ", ".join(names)

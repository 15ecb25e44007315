"""Batches whose scales and consensus stay as they are: locked ones, and those that a release was made of."""

from collections.abc import Iterable
from pathlib import Path

from marrowgate.content import sha256_of
from marrowgate.errors import Fault
from marrowgate.gating.batch_scales import asks_batch
from marrowgate.settings.project import Project
from marrowgate.settings.sample_links import batches

RESULTS = Path("results")
Pair = tuple[str, str]


def reference_of(project: Project, panel: str, batch: str) -> list[str]:
    """Return the file of the release that a panel and batch are gated against, or nothing."""
    name = project.config.reference_for(panel, batch)
    return [] if name is None else [str(project.release_path(name))]


def frozen(project: Project, kind: str, results: Path = RESULTS) -> list[Pair]:
    """Return the panels and batches whose file of scales or consensus is taken as it lies there.

    These are locked, or a release was made of them and the file is the one that the release has.

    Parameters
    ----------
    project : Project
        The project.
    kind : str
        ``scales`` or ``consensus``.
    results : Path
        Folder of the results.
    """
    return [pair for pair in batches(project) if _is_frozen(project, kind, pair, results)]


def lock_faults(project: Project, config: Path, results: Path = RESULTS) -> list[Fault]:
    """Tell which locked batches have nothing that could stay: no consensus, or no scales where the strategy asks.

    Parameters
    ----------
    project : Project
        The project.
    config : Path
        The config file, for messages.
    results : Path
        Folder of the results.
    """
    faults = []
    for panel, batch in batches(project):
        if not project.config.is_locked(batch) or project.config.reference_for(panel, batch):
            continue
        strategy = project.strategies[project.config.strategy_of_panel[panel]]
        kinds = ("scales", "consensus") if asks_batch(strategy, project.panels[panel]) else ("consensus",)
        for path in (_path(results, kind, (panel, batch)) for kind in kinds):
            if not path.is_file():
                what = f"batch {batch!r} is locked, and there is no {path} to keep"
                cure = "run once without the lock, or gate the batch against a release"
                faults.append(Fault(f"{config}, batches.{batch}.locked", what, cure))
    return faults


def all_but(names: Iterable[str], pairs: Iterable[Pair]) -> str:
    """Return a constraint of the wildcard panel in ``{panel}_{batch}`` that lets no frozen pair pass."""
    shut = "|".join(sorted(f"{panel}_{batch}" for panel, batch in pairs))
    panels = "|".join(sorted(set(names))) or "none_at_all"
    return rf"(?!(?:{shut})\.)(?:{panels})" if shut else panels


def _is_frozen(project: Project, kind: str, pair: Pair, results: Path) -> bool:
    path = _path(results, kind, pair)
    if not path.is_file():
        return False
    panel, batch = pair
    name = project.config.reference_for(panel, batch)
    released = project.releases[name].panels[panel].batches.get(batch) if name else None
    if released is not None:
        return released.get(kind) == sha256_of(path)
    return project.config.is_locked(batch)


def _path(results: Path, kind: str, pair: Pair) -> Path:
    return results / kind / f"{pair[0]}_{pair[1]}.yaml"

"""Which pages and figures of gates a project has, known from its settings and sheets before anything is measured."""

from marrowgate.settings.project import Project
from marrowgate.settings.sample_links import gated

MOST_ON_ONE_PAGE = 200
"""Samples of a run; with more, each has a page of its own and the contact sheets lead there."""
GATES, PROTOCOL = "gates", "protocol"
FIGURE_ENDINGS = ("svg", "pdf", "png")


def planned_sheets(project: Project) -> tuple[str, ...]:
    """Return the contact sheets by name: gates of each panel, and its protocol where its strategy has one."""
    panels = dict.fromkeys(sample.panel for sample in gated(project))
    return tuple(f"{kind}_{panel}" for panel in panels for kind in (GATES, *_protocol_of(project, panel)))


def planned_sample_pages(project: Project) -> tuple[str, ...]:
    """Return the samples that have a page of their own: all or none."""
    samples = tuple(sample.sample_id for sample in gated(project))
    return samples if len(samples) > MOST_ON_ONE_PAGE else ()


def planned_gate_figures(project: Project) -> tuple[str, ...]:
    """Return the figures that show all gates, or the protocol, of one sample of a panel, by the stem of their files."""
    return planned_sheets(project)


def _protocol_of(project: Project, panel: str) -> tuple[str, ...]:
    strategy = project.strategies[project.config.strategy_of_panel[panel]]
    return (PROTOCOL,) if strategy.protocol.plots else ()

"""What is proposed for a file whose owner names no panel or strategy: a panel, and what strategies give with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from marrowgate.drafts.offers import Offer, offer
from marrowgate.drafts.panel_draft import PanelDraft, draft_panel
from marrowgate.drafts.shipped import STRATEGIES, Shipped, panel_file, settings_folder, strategy_file
from marrowgate.fcs.channels import match_panel
from marrowgate.fcs.markers import read_label
from marrowgate.fcs.mass_cytometry import is_mass_cytometry
from marrowgate.fcs.model import Channel, FcsFile
from marrowgate.gating.method_checks import load_checked_strategy
from marrowgate.settings.marker_names import canonical, folded, is_known_marker
from marrowgate.settings.panel import Panel, is_scatter, load_panel
from marrowgate.settings.strategies.strategy import Strategy, strategy_dimensions


@dataclass(frozen=True)
class Library:
    """The shipped panels and strategies, read."""

    folder: Path
    panels: Mapping[str, Panel]
    strategies: Mapping[str, Strategy]

    @property
    def spellings(self) -> frozenset[str]:
        """Return the markers as the strategies write them."""
        named = (strategy_dimensions(strategy) for strategy in self.strategies.values())
        return frozenset(name for names in named for name in names if not is_scatter(name))


@dataclass(frozen=True)
class Proposal:
    """A panel for a file, and what the shipped strategies give with it.

    Parameters
    ----------
    panel : Panel
        What is stained, as far as it is known.
    shipped_panel : str
        Name of the shipped panel that the file's labels confirm; empty when the panel was drafted.
    draft : PanelDraft or None
        The draft with its remarks.
    offers : tuple of Offer
        The strategies that are meant for such a file, in the order in which they are proposed.
    best : Offer or None
        The strategy to begin with; None when no strategy reaches its aim, or at least its denominator.
    """

    panel: Panel
    shipped_panel: str
    draft: PanelDraft | None
    offers: tuple[Offer, ...]
    best: Offer | None


def load_library() -> Library:
    """Read what is shipped.

    Raises
    ------
    UserError
        It is not there, or a file of it cannot be read.
    """
    folder = settings_folder()
    panels = {entry.panel: load_panel(panel_file(entry.panel, folder)) for entry in STRATEGIES if entry.panel}
    strategies = {entry.name: load_checked_strategy(strategy_file(entry.name, folder)) for entry in STRATEGIES}
    return Library(folder, panels, strategies)


def propose(file: FcsFile, library: Library) -> Proposal:
    """Propose a panel and strategies for a file that was read without a panel."""
    name = next((name for name, panel in library.panels.items() if _is_confirmed(file.channels, panel)), "")
    draft = None if name else draft_panel(file.channels, library.spellings)
    panel = draft.panel if draft else library.panels[name]
    offers, best = offers_for(panel, library, mass=is_mass_cytometry(file), shipped_panel=name)
    return Proposal(panel, name, draft, offers, best)


def offers_for(
    panel: Panel, library: Library, *, mass: bool = False, shipped_panel: str = ""
) -> tuple[tuple[Offer, ...], Offer | None]:
    """Return what the strategies give with a panel, and the one to begin with.

    A strategy of one panel is meant for that alone; one for mass cytometry for its files alone.
    """
    meant = [entry for entry in STRATEGIES if _is_meant(entry, library, mass, shipped_panel)]
    offers = tuple(offer(entry.name, library.strategies[entry.name], panel.dimensions) for entry in meant)
    aims = {entry.name: entry.aim for entry in meant}
    reached = [offered for offered in offers if aims[offered.strategy] in offered.had]
    useful = [offered for offered in offers if library.strategies[offered.strategy].roles.denominator in offered.had]
    return offers, next(iter([*reached, *useful]), None)


def aim_of(strategy: str) -> str:
    """Return the population that a shipped strategy is there for."""
    return next(entry.aim for entry in STRATEGIES if entry.name == strategy)


def _is_meant(entry: Shipped, library: Library, mass: bool, shipped_panel: str) -> bool:
    if shipped_panel:
        return entry.panel == shipped_panel
    by_mass = library.strategies[entry.name].home is None and entry.panel == "marrow_cytof"
    return by_mass if mass else not entry.panel


def _is_confirmed(channels: Sequence[Channel], panel: Panel) -> bool:
    """Say whether a file's own names confirm every marker of a panel: detectors alone may carry anything."""
    matched = match_panel([channel.name for channel in channels], panel)
    stained = [entry for entry in panel.channels if entry.marker]
    confirmed = {
        entry.channel for index, entry in matched.items() if entry.marker and _says(channels[index], entry.marker)
    }
    return bool(stained) and confirmed >= {entry.channel for entry in stained}


def _says(channel: Channel, marker: str) -> bool:
    written: Collection[str] = (channel.marker, read_label(channel.label, channel.name).marker, channel.name)
    return any(canonical(name) == canonical(marker) or _begins_with(folded(name), folded(marker)) for name in written)


def _begins_with(name: str, marker: str) -> bool:
    """Say whether a name is the marker followed by another one, as where two antibodies share a channel."""
    return name.startswith(marker) and is_known_marker(name.removeprefix(marker))

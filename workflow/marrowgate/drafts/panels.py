"""The panels of many files: one for all that are stained alike, named, and the control tubes given to theirs."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from marrowgate.drafts.panel_draft import PanelDraft, draft_panel
from marrowgate.drafts.proposal import Library, Proposal, offers_for, propose
from marrowgate.fcs.channels import match_panel
from marrowgate.fcs.mass_cytometry import is_mass_cytometry
from marrowgate.fcs.model import FcsFile
from marrowgate.settings.marker_names import canonical
from marrowgate.settings.panel import Panel

_Stains = frozenset[tuple[str, str]]


@dataclass
class NamedPanel:
    """A panel of the project.

    Parameters
    ----------
    name : str
        Its file, without ``.yaml``.
    panel : Panel
        What is stained, as far as it is known.
    draft : PanelDraft or None
        What to write; None when it is a shipped one, or stands in the project already.
    proposal : Proposal
        What the shipped strategies give with it.
    files : list of int
        Places of its files.
    is_new : bool
        False when it stands in the project already.
    """

    name: str
    panel: Panel
    draft: PanelDraft | None
    proposal: Proposal
    files: list[int] = field(default_factory=list)
    is_new: bool = True


def assign_panels(headers: Sequence[FcsFile], library: Library, existing: Mapping[str, Panel]) -> list[NamedPanel]:
    """Return the panels of files that were read without a panel, each with the places of its files.

    A file whose channels are all in a panel that stands in the project already, and whose labels do not contradict it,
    gets that one. So does a file without some of the labels of another one with the same channels: a control tube.
    Rejected files belong to no panel.

    Parameters
    ----------
    headers : sequence of FcsFile
        The data sets.
    library : Library
        What is shipped.
    existing : mapping of str to Panel
        Panels of the project.
    """
    panels = [_existing(name, panel, headers, library) for name, panel in existing.items()]
    groups: dict[Hashable, list[int]] = {}
    for index, header in enumerate(headers):
        if header.verdict.status == "rejected" or not header.channels:
            continue
        own = next((named for named in panels if _fits(header, named.panel)), None)
        if own is not None:
            own.files.append(index)
        else:
            groups.setdefault((_channels(header), _stains(header)), []).append(index)
    # the tube with most markers first, so that its controls find it
    ordered = sorted(groups.values(), key=lambda indices: -len(_stains(headers[indices[0]])))
    fresh: list[NamedPanel] = []
    for indices in ordered:
        header = headers[indices[0]]
        wider = [named for named in fresh if _is_part(header, headers[named.files[0]])]
        if len(wider) == 1:
            wider[0].files += indices
            continue
        proposal = propose(header, library)
        fresh.append(NamedPanel(proposal.shipped_panel, proposal.panel, proposal.draft, proposal, list(indices)))
    return [named for named in panels if named.files] + _named(fresh, set(existing))


def _named(panels: Sequence[NamedPanel], taken: set[str]) -> list[NamedPanel]:
    number = 1
    for named in sorted(panels, key=lambda panel: min(panel.files)):
        while not named.name or named.name in taken:
            named.name, number = f"panel{number}", number + 1
        taken.add(named.name)
    return sorted(panels, key=lambda panel: min(panel.files))


def _existing(name: str, panel: Panel, headers: Sequence[FcsFile], library: Library) -> NamedPanel:
    mass = any(is_mass_cytometry(header) and _fits(header, panel) for header in headers)
    shipped = name if name in library.panels else ""
    offers, best = offers_for(panel, library, mass=mass, shipped_panel=shipped)
    return NamedPanel(name, panel, None, Proposal(panel, shipped, None, offers, best), is_new=False)


def _fits(header: FcsFile, panel: Panel) -> bool:
    """Say whether a file has all channels of a panel, no label that says otherwise, and most of its markers in it."""
    matched = match_panel([channel.name for channel in header.channels], panel)
    if len(matched) < len(panel.channels):
        return False
    of_panel = {header.channels[index].name: entry.marker for index, entry in matched.items()}
    drafted = draft_panel(header.channels).panel.channels
    own = {entry.channel: entry.marker for entry in drafted if entry.marker}
    if 2 * len(own.keys() & of_panel.keys()) < len(own):
        return False
    return all(
        canonical(marker) == canonical(of_panel[name] or "") or not of_panel[name]
        for name, marker in own.items()
        if name in of_panel
    )


def _channels(header: FcsFile) -> frozenset[str]:
    return frozenset(channel.name for channel in header.channels)


def _stains(header: FcsFile) -> _Stains:
    drafted = draft_panel(header.channels).panel.channels
    return frozenset((entry.channel, canonical(entry.marker)) for entry in drafted if entry.marker)


def _is_part(header: FcsFile, wider: FcsFile) -> bool:
    return _channels(header) == _channels(wider) and _stains(header) <= _stains(wider)

"""What `marrowgate try` is asked for: which data sets, with which panel and strategy, beside which controls."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from marrowgate.drafts.offers import offer
from marrowgate.drafts.proposal import Library, aim_of, offers_for, propose
from marrowgate.errors import Fault
from marrowgate.fcs.channels import match_panel
from marrowgate.fcs.markers import read_label, says_another_marker
from marrowgate.fcs.mass_cytometry import is_mass_cytometry
from marrowgate.fcs.model import FcsFile
from marrowgate.fcs.read import data_sets
from marrowgate.gating.records import ControlRole
from marrowgate.settings.marker_names import is_known_marker
from marrowgate.settings.messages import correct_to
from marrowgate.settings.panel import Panel, PanelChannel, own_marker
from marrowgate.settings.strategies.strategy import Strategy
from marrowgate.steps.try_run import TryFile, TryGroup

CONTROLS = ("unstained", "fmo", "isotype", "baseline")
_WITH_MARKER = frozenset({"fmo", "isotype"})
_WHERE = "option --control"


@dataclass(frozen=True)
class GivenControl:
    """A control as the command line gives it."""

    role: ControlRole
    path: Path


@dataclass(frozen=True)
class Setup:
    """What some of the files are gated with.

    Parameters
    ----------
    panel : Panel
        The panel without the channels that the files do not have.
    drafted : bool
        Whether the panel comes from the files' own labels.
    strategy_name : str
        Empty when no strategy gates anything with that panel.
    strategy : Strategy or None
        The strategy.
    proposed : bool
        Whether the strategy was proposed rather than given.
    aim : str
        The population that it is there for.
    lacking : mapping
        Markers that the panel has not, and the populations that are not had because of them.
    remarks : tuple of str
        What the files lack of the panel, and where they contradict it.
    """

    panel: Panel
    drafted: bool
    strategy_name: str
    strategy: Strategy | None
    proposed: bool
    aim: str
    lacking: dict[tuple[str, ...], tuple[str, ...]]
    remarks: tuple[str, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """Return what two files have in common that are told of together."""
        return (frozenset(self.panel.channels), self.strategy_name, self.remarks)


def named_data_sets(files: Iterable[Path], *, anonymous: bool, start: str = "file") -> dict[str, tuple[Path, FcsFile]]:
    """Return the header of each data set of each file under a name that can stand in a file name, no two the same."""
    named: dict[str, tuple[Path, FcsFile]] = {}
    for n, path in enumerate(files, start=1):
        base = re.sub(r"[^A-Za-z0-9]+", "_", path.stem).strip("_")[:80] or start
        base = f"{start}{n}" if anonymous else base
        for header in data_sets(path):
            name, number = base, 2
            while name in named:
                name, number = f"{base}_{number}", number + 1
            named[name] = (path, header)
    return named


def given_controls(words: Iterable[str]) -> tuple[list[GivenControl], list[Fault]]:
    """Read the option ``--control``: ``KIND=FILE``, or ``KIND:MARKER=FILE`` for fmo and isotype.

    Returns
    -------
    tuple of (list of GivenControl, list of Fault)
        The controls, and one fault for each word that is wrong.
    """
    controls: list[GivenControl] = []
    faults: list[Fault] = []
    for word in words:
        kind_and_marker, _, file = word.partition("=")
        kind, _, marker = kind_and_marker.partition(":")
        problem = _control_fault(word, kind.casefold(), marker, file)
        if problem:
            faults.append(problem)
        else:
            controls.append(GivenControl(ControlRole(kind.casefold(), marker), Path(file)))
    return controls, faults


def marker_faults(controls: Iterable[GivenControl], panels: Sequence[Panel]) -> Iterator[Fault]:
    """Tell which controls name a marker that none of the panels has."""
    markers = list(dict.fromkeys(entry.marker for panel in panels for entry in panel.channels if entry.marker))
    for role in dict.fromkeys(control.role for control in controls if control.role.marker):
        if markers and not any(own_marker(panel, role.marker) for panel in panels):
            cure = correct_to(role.marker, markers, f"name one of {', '.join(markers)}")
            yield Fault(_WHERE, f"the panel has no marker {role.marker!r} for {role.kind}", cure)


def setup_of(
    header: FcsFile, panel: Panel | None, strategy: tuple[str, Strategy] | None, library: Library | None
) -> Setup:
    """Choose the panel and the strategy of a file: the given ones, or those that its labels propose.

    Parameters
    ----------
    header : FcsFile
        Read without a panel.
    panel, strategy : Panel or None, (str, Strategy) or None
        What the command line gives.
    library : Library or None
        What is shipped; needed where one of the two is not given.
    """
    remarks: tuple[str, ...] = ()
    drafted, shipped = panel is None, ""
    if panel is None:
        proposal = propose(header, _needed(library))
        panel, shipped = proposal.panel, proposal.shipped_panel
        if proposal.draft and proposal.draft.unknown:
            remarks = (_unknown_channels(proposal.draft.unknown),)
    else:
        panel, remarks = _as_in_file(header, panel)
    if strategy is not None:
        name, given = strategy
        known = library is not None and name in library.strategies
        aim = aim_of(name) if known else given.roles.rare
        lacking = offer(name, given, panel.dimensions).lacking
        return Setup(panel, drafted, name, given, False, aim, lacking, remarks)
    _, best = offers_for(panel, _needed(library), mass=is_mass_cytometry(header), shipped_panel=shipped)
    if best is None:
        return Setup(panel, drafted, "", None, True, "", {}, remarks)
    chosen = _needed(library).strategies[best.strategy]
    return Setup(panel, drafted, best.strategy, chosen, True, aim_of(best.strategy), best.lacking, remarks)


def groups_of(
    members: Sequence[str],
    setup: Setup,
    panel_name: str,
    data: dict[str, tuple[Path, FcsFile]],
    controls: Sequence[tuple[str, GivenControl, FcsFile]],
    *,
    one_batch: bool,
) -> Iterator[TryGroup]:
    """Return the groups of files that lend each other gates: all of one setup when that is said, else each alone."""
    if setup.strategy is None:
        return
    serving = tuple(
        TryFile(name, control.path, header.data_set, _in_words_of(setup.panel, control.role))
        for name, control, header in controls
        if _has_channels(header, setup.panel)
    )
    files = [TryFile(name, data[name][0], data[name][1].data_set) for name in members]
    for stained in [tuple(files)] if one_batch else [(file,) for file in files]:
        name = "try" if one_batch else stained[0].name
        yield TryGroup(name, panel_name, setup.panel, setup.strategy, stained, serving)


def _in_words_of(panel: Panel, role: ControlRole) -> ControlRole:
    """Return a role whose marker is spelt as in the panel, so that it is that marker's control."""
    return replace(role, marker=own_marker(panel, role.marker) or role.marker) if role.marker else role


def _has_channels(header: FcsFile, panel: Panel) -> bool:
    return len(match_panel([channel.name for channel in header.channels], panel)) == len(panel.channels)


def _control_fault(word: str, kind: str, marker: str, file: str) -> Fault | None:
    form = "write it like fmo:CXCR4=FILE, unstained=FILE or baseline=FILE"
    if not file:
        return Fault(_WHERE, f"must be KIND=FILE or KIND:MARKER=FILE, got {word.partition('=')[0]!r}", form)
    if kind not in CONTROLS:
        return Fault(_WHERE, f"there is no kind of control {kind!r}", correct_to(kind, CONTROLS, form))
    if kind in _WITH_MARKER and not marker:
        return Fault(_WHERE, f"{kind} names no marker", form)
    if kind not in _WITH_MARKER and marker:
        return Fault(_WHERE, f"{kind} takes no marker, got {marker!r}", form)
    if not Path(file).is_file():
        return Fault(_WHERE, f"there is no such file for {kind}{':' if marker else ''}{marker}", "correct the path")
    return None


def _needed(library: Library | None) -> Library:
    if library is None:
        msg = "without a panel or a strategy the shipped ones are needed"
        raise ValueError(msg)
    return library


def _as_in_file(header: FcsFile, panel: Panel) -> tuple[Panel, tuple[str, ...]]:
    """Return the panel without what the file lacks or contradicts, and what that is in words.

    A channel that is labelled as another marker is not gated under the panel's name: it would be wrong without a word.
    """
    if not header.channels:
        return panel, ()
    matched = match_panel([channel.name for channel in header.channels], panel)
    contradicted = _contradictions(header, matched)
    usable = {entry.channel for entry in matched.values()} - contradicted.keys()
    missing = [entry for entry in panel.channels if entry.channel not in usable | contradicted.keys()]
    remarks = tuple(contradicted.values())
    stained = [entry for entry in panel.channels if entry.marker]
    n_lost = sum(entry.channel not in usable for entry in stained)
    if missing:
        listed = ", ".join(map(_named, missing))
        remarks = (f"{len(missing)} of {len(panel.channels)} channels of the panel are not there: {listed}", *remarks)
    if 2 * n_lost > len(stained):
        more = f"{n_lost} of the panel's {len(stained)} markers are not in the file as the panel has them"
        remarks = (*remarks, f"{more}: is it the right panel? Without --panel the file's own labels are taken")
    kept = tuple(entry for entry in panel.channels if entry.channel in usable)
    return (panel.model_copy(update={"channels": kept}) if kept else panel), remarks


def _contradictions(header: FcsFile, matched: Mapping[int, PanelChannel]) -> dict[str, str]:
    """Return the channels of the panel that the file labels as another marker, each with that in words."""
    contradicted = {}
    for index, entry in matched.items():
        channel = header.channels[index]
        if entry.marker and says_another_marker(channel.label, channel.name, entry.marker):
            written = read_label(channel.label, channel.name).marker
            said = f"calls it {written}" if is_known_marker(written) else "names another marker"
            remark = f"the panel calls {channel.name} {entry.marker}, the file {said}: it is not used"
            contradicted[entry.channel] = remark
    return contradicted


def _named(entry: PanelChannel) -> str:
    meaning = entry.marker or entry.scatter
    return f"{entry.channel} ({meaning})" if meaning and meaning != entry.channel else entry.channel


def _unknown_channels(unknown: Sequence[str]) -> str:
    shown = ", ".join(unknown[:6]) + (f" and {len(unknown) - 6} more" if len(unknown) > 6 else "")
    return f"nothing says what is stained in {shown}; a panel can say it (--panel)"

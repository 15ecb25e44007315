"""Which samples are blanks of which population: those that lack a marker that its events must carry.

A CD34 FMO is a blank of CD34+ cells. Not so one without CXCR4, which holds them all the same, baseline blood, which
holds true ones, and an unstained sample, in which nothing passes the CD45 gate.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from marrowgate.gating.methods import needs_of, stains_of_step
from marrowgate.measure.limit_of_blank import Blank
from marrowgate.measure.record import SampleRecord
from marrowgate.settings.sheets import Sample
from marrowgate.settings.strategies.strategy import ROOT, Population, Step, Strategy

BLANK_KINDS = frozenset({"fmo", "isotype"})


@dataclass(frozen=True)
class BlankSample:
    """A sample that lacks one marker, with its counts and the strategy that gated it."""

    sample: Sample
    record: SampleRecord
    strategy: Strategy


def carried_markers(strategy: Strategy, markers: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the stains that an event must carry to be in a population, from the gates on its way.

    A gate asks for a stain when it keeps what lies above a boundary, or a cluster or box that begins above zero. Of a
    slanted boundary that is the second dimension. What a gate keeps below a boundary needs no stain. A union needs
    what all of its parts need.

    Parameters
    ----------
    strategy : Strategy
        The tree.
    markers : collection of str
        Stains of the panel; other dimensions are scatter, or absent.

    Returns
    -------
    dict of str to frozenset of str
        One entry per population.
    """
    carried: dict[str, frozenset[str]] = {ROOT: frozenset()}
    own: dict[str, frozenset[str]] = {}
    for population in strategy.populations:
        own[population.name] = _own_markers(population, own, markers)
        carried[population.name] = carried[population.parent] | own[population.name] | _joined(population, carried)
    del carried[ROOT]
    return carried


def blank_markers(strategy: Strategy, markers: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the stains whose absence makes a sample a blank of a population.

    Those that the population must carry, but for those of CD45+ events: without them the denominator is lost, too.
    Beads shine without any stain and have no blank.
    """
    carried = carried_markers(strategy, markers)
    roles = strategy.roles
    denominator = carried.get(roles.denominator, frozenset())
    without = {*roles.beads, roles.denominator}
    return {name: frozenset() if name in without else needed - denominator for name, needed in carried.items()}


@dataclass(frozen=True)
class Blanks:
    """All blank samples of a run.

    Parameters
    ----------
    markers : mapping of str to mapping of str to frozenset of str
        Panel, then population, to the stains whose absence makes a blank.
    pools : mapping
        Panel, batch and population to the counts of its blanks, as (events, CD45+ events); the batch "" is the run.
    """

    markers: Mapping[str, Mapping[str, frozenset[str]]]
    pools: Mapping[tuple[str, str, str], Sequence[tuple[int, int]]]

    def blank_of(self, sample: Sample, population: str) -> Blank:
        """Return the blank of a population of a sample: of its panel and batch, else of its panel in the whole run."""
        if is_blank(sample, self.markers.get(sample.panel, {}).get(population, frozenset())):
            return Blank("is_blank")
        own = self.pools.get((sample.panel, sample.batch, population))
        pool = own or self.pools.get((sample.panel, "", population))
        if not pool:
            return Blank()
        return Blank("batch" if own else "run", tuple(n for n, _ in pool), tuple(n_cd45 for _, n_cd45 in pool))


NO_BLANKS = Blanks({}, {})


def is_blank(sample: Sample, missing: Collection[str]) -> bool:
    """Say whether a sample lacks one of the stains."""
    return sample.control_type in BLANK_KINDS and sample.control_marker in missing


def find_blanks(candidates: Iterable[BlankSample], markers: Mapping[str, Collection[str]]) -> Blanks:
    """Pool the blanks of each population by panel and batch, and over the run.

    Parameters
    ----------
    candidates : iterable of BlankSample
        All samples of the run; those that are no blank of anything are passed over.
    markers : mapping of str to collection of str
        Panel to its stains.
    """
    missing: dict[str, Mapping[str, frozenset[str]]] = {}
    pools: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda blank: blank.sample.sample_id):
        panel = candidate.sample.panel
        if panel not in missing:
            missing[panel] = blank_markers(candidate.strategy, markers.get(panel, ()))
        leucocytes = candidate.strategy.roles.denominator
        n_cd45 = next((count.n_events for count in candidate.record.counts if count.population == leucocytes), None)
        for count in candidate.record.counts:
            if n_cd45 and count.n_events is not None and is_blank(candidate.sample, missing[panel][count.population]):
                for batch in (candidate.sample.batch, ""):
                    pools[panel, batch, count.population].append((count.n_events, n_cd45))
    return Blanks(missing, pools)


def _own_markers(population: Population, own: Mapping[str, frozenset[str]], markers: Collection[str]) -> frozenset[str]:
    step, dimensions = _step_for(population, markers)
    taken_over = [own.get(name, frozenset()) for name in needs_of(step).gates]
    return frozenset(stains_of_step(step, dimensions)).union(*taken_over) & frozenset(markers)


def _step_for(population: Population, markers: Collection[str]) -> tuple[Step, tuple[str, ...]]:
    """Return the fallback where the panel lacks a stain and the fallback does without it."""
    instead = population.fallback
    stains = {name for name in population.dimensions if "SC-" not in name}
    if instead is None or not instead.dimensions or stains <= set(markers):
        return population, population.dimensions
    return instead, instead.dimensions


def _joined(population: Population, carried: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return what a Boolean population needs beside its parent's stains."""
    needs = needs_of(population)
    needed = [carried[name] for name in needs.operands]
    if not needed or needs.operator == "not":
        return frozenset()
    return frozenset.intersection(*needed) if needs.operator == "or" else frozenset.union(*needed)

"""Why a population cannot be gated: markers that the panel lacks, landmarks that are lost, gates that it needs."""

from collections.abc import Sequence

from marrowgate.fcs.model import Note
from marrowgate.gating.doubts.saturation import MOST_CUT_OFF, saturated
from marrowgate.gating.geometry.gates import Boolean
from marrowgate.gating.methods import Needs, needs_of
from marrowgate.gating.reasons import Reasons, because
from marrowgate.gating.sample_events import EventRows
from marrowgate.gating.walk.walk import SampleToFit, Walk
from marrowgate.settings.strategies.strategy import Fallback, Population, Step, rests_on_numbers


def for_panel(sample: SampleToFit, population: Population) -> Population:
    """Let the fallback stand in where the panel lacks a marker and the fallback does without it."""
    instead = population.fallback
    if instead is None or not instead.dimensions or not absent_dimensions(sample, population.dimensions):
        return population
    if absent_dimensions(sample, instead.dimensions):
        return population
    return _by_fallback(population, instead)


def for_scale(sample: SampleToFit, population: Population, rows: EventRows) -> tuple[Population, Reasons]:
    """Let the fallback stand in where a method needs true values and a channel cut off those of many events.

    Parameters
    ----------
    sample : SampleToFit
        The sample.
    population : Population
        What is to be gated.
    rows : ndarray of intp
        Events of its parent.

    Returns
    -------
    tuple of (Population, tuple of Note)
        The population itself, without a reason, where no channel cuts it off, or one of the fallback does, too.
    """
    instead = population.fallback
    if instead is None or not instead.dimensions or not needs_of(population).true_values:
        return population, ()
    if absent_dimensions(sample, instead.dimensions):
        return population, ()
    cut, also_cut = (
        saturated(sample.sample_events, dimensions, population.parent, rows, MOST_CUT_OFF)
        for dimensions in (population.dimensions, instead.dimensions)
    )
    if not cut or also_cut:
        return population, ()
    sentence = f"{cut[0].sentence}, so {', '.join(instead.dimensions)} stands in"
    return _by_fallback(population, instead), (because("beyond_scale", sentence),)


def _by_fallback(population: Population, instead: Fallback) -> Population:
    changed = {"dimensions": instead.dimensions, "method": instead.method, "arguments": instead.arguments}
    return population.model_copy(update={**changed, "fallback": None})


def why_not_gated(sample: SampleToFit, population: Population, parent: str, walk: Walk) -> Reasons:
    """Return why a population cannot be gated; empty when it can."""
    absent = absent_dimensions(sample, population.dimensions)
    if absent:
        return (because("marker_absent", f"the panel lacks {', '.join(absent)}"),)
    lost = without_landmark(sample, population, population.dimensions)
    if lost:
        return lost
    needs = needs_of(population)
    if sample.role.lacks(population.dimensions) and not needs.control:
        return (because("marker_left_out", f"the sample is a control without {', '.join(population.dimensions)}"),)
    skipped = [name for name in needs.operands if walk.lacks_marker(name)]
    if skipped and (len(skipped) == len(needs.operands) or needs.operator == "and"):
        return _absent_with(skipped, walk)
    missing = _missing(population, needs, [parent, *(name for name in needs.operands if name not in skipped)], walk)
    # no sample of the panel can show it, whatever else is missing in this one
    absent = [name for name in missing if walk.lacks_marker(name)]
    if absent:
        return _absent_with(absent, walk)
    return (because("needs_gate", f"needs {', '.join(missing)}, which has no gate"),) if missing else ()


def without_landmark(sample: SampleToFit, step: Step, dimensions: Sequence[str]) -> Reasons:
    """Return in which dimensions the step's numbers mean nothing, because the batch shows no landmark."""
    lost = [name for name in dimensions if name in sample.sample_events.unplaced]
    if not lost or not rests_on_numbers(step):
        return ()
    return (because("no_landmark", f"the batch shows no landmark for {', '.join(lost)}"),)


def _missing(population: Population, needs: Needs, inside: Sequence[str], walk: Walk) -> list[str]:
    """Return the populations without a gate that a population lies in, is joined of or refers to."""
    missing = [name for name in inside if name not in walk.rows]
    if not population.fallback:
        # a method whose reference has no gate finds no events there, and then the fallback has its turn
        missing += [walk.at(name) for name in needs.references if walk.at(name) not in walk.rows]
        # of these only the gate is looked at, not the events
        gates = [walk.at(name) for name in needs.gates]
        missing += [name for name in gates if name not in walk.rows and not walk.has_gate(name)]
    return missing


def _absent_with(names: Sequence[str], walk: Walk) -> Reasons:
    """Say which markers are absent that other populations need."""
    by_name = {record.population: record for record in walk.records}
    return tuple(dict.fromkeys(reason for name in names for reason in by_name[name].reasons))


def without_absent(gate: Boolean, walk: Walk) -> Boolean:
    """Leave out the populations that the panel cannot show."""
    return Boolean(gate.operator, tuple(name for name in gate.operands if not walk.lacks_marker(name)))


def reasons_without(sample: SampleToFit, population: Population) -> Reasons:
    """Return the reasons of the strategy's own that the panel calls for; the strategy gives their codes."""
    present = sample.sample_events.channels
    return tuple(
        Note(code, f"the panel has no {' or '.join(markers)}")
        for code, markers in population.reason_without.items()
        if not present.keys() & set(markers)
    )


def absent_dimensions(sample: SampleToFit, dimensions: Sequence[str]) -> list[str]:
    """Return the dimensions that a sample lacks; a height that stands in for an area is none beside itself."""
    channels = sample.sample_events.channels
    return [
        name
        for name in dimensions
        if name not in channels or (channels[name].scatter != name and channels[name].scatter in dimensions)
    ]

"""Two releases beside each other, in lines for a person."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from marrowgate.gating.consensus import AgreedGate, Consensus
from marrowgate.gating.geometry.gate_coordinates import numbers, reach, same_kind
from marrowgate.gating.landmarks.factors import factors_of
from marrowgate.gating.landmarks.watches import Watch
from marrowgate.gating.outputs import describe
from marrowgate.gating.releases.release_file import PanelGates, Release
from marrowgate.plain_text import counted
from marrowgate.settings.released import ReleasedPanel

SMALL = 0.001
"""Gates nearer to each other than this part of full scale are the same."""
SMALL_FOLD = 0.02
"""Intervals whose ends differ by a smaller factor (ln) are the same."""


def differences(first: Release, second: Release) -> Iterator[str]:
    """Return what differs between two releases, a line each; nothing where they are the same."""
    one, other = first.head, second.head
    if one.version != other.version:
        yield f"marrowgate: {one.version} and {other.version}"
    code = [step for step in one.code if one.code[step] != other.code.get(step)]
    if code:
        yield f"code: {', '.join(code)} differ"
    gone, new = one.samples.keys() - other.samples.keys(), other.samples.keys() - one.samples.keys()
    if gone or new:
        both = len(one.samples.keys() & other.samples.keys())
        yield f"samples: {both} in both, {len(gone)} in {one.name} only, {len(new)} in {other.name} only"
    for name in dict.fromkeys((*one.panels, *other.panels)):
        if name not in one.panels or name not in other.panels:
            yield f"panel {name}: only in {one.name if name in one.panels else other.name}"
            continue
        lines = (*_of_panel(one.panels[name], other.panels[name]), *_of_gates(first.gates[name], second.gates[name]))
        yield from (f"panel {name}: {line}" for line in lines)


def _of_panel(first: ReleasedPanel, second: ReleasedPanel) -> Iterator[str]:
    if first.channels != second.channels:
        yield "its channels, markers or clones differ"
    if first.strategy_sha256 != second.strategy_sha256:
        yield f"strategy {first.strategy} and {second.strategy} differ"
    for channel in dict.fromkeys((*first.detectors, *second.detectors)):
        pair = [panel.detectors.get(channel) for panel in (first, second)]
        if pair[0] != pair[1]:
            yield f"{channel}: {_setting(pair[0])}; {_setting(pair[1])}"


def _setting(values: tuple[float | None, float | None] | None) -> str:
    named = zip(("voltage", "gain"), values or (), strict=False)
    return ", ".join(f"{name} {value:g}" for name, value in named if value is not None) or "not stated"


def _of_gates(first: PanelGates, second: PanelGates) -> Iterator[str]:
    one, other = (factors_of(panel.scales.landmarks) for panel in (first, second))
    for name in dict.fromkeys((*one, *other)):
        if name in one and name in other and one[name] != other[name]:
            yield f"landmark of {name}: {other[name] / one[name]:.2f} times"
    yield from _of_watches(first.scales.watches, second.scales.watches)
    gates, others = ({gate.population: gate for gate in panel.consensus.gates} for panel in (first, second))
    for population in dict.fromkeys((*gates, *others)):
        if population not in gates or population not in others:
            yield f"{population}: only in {(first if population in gates else second).consensus.batch}"
        else:
            yield from _of_gate(first.consensus, gates[population], second.consensus, others[population])


def _of_watches(first: Sequence[Watch], second: Sequence[Watch]) -> Iterator[str]:
    """Say where two releases do not tell alike whether a detector reads as it did."""
    one, other = ({watch.dimension: watch for watch in reversed(watches)} for watches in (first, second))
    for name in dict.fromkeys((*one, *other)):
        before, after = one.get(name), other.get(name)
        if before is None or after is None or abs(before.limit - after.limit) >= SMALL_FOLD:
            yield f"detector of {name}: {_watched(before)}; {_watched(after)}"


def _watched(watch: Watch | None) -> str:
    if watch is None:
        return "not judged"
    return f"unchanged up to {math.exp(watch.limit):.2f} times by {counted(watch.n_patients, 'patient')}"


def _of_gate(one: Consensus, gate: AgreedGate, other: Consensus, second: AgreedGate) -> Iterator[str]:
    """Say how far two gates lie apart, on the scale and in channel units."""
    if gate.gate is None or second.gate is None:
        if (gate.gate is None) != (second.gate is None):
            yield f"{gate.population}: a gate in {(one if second.gate is None else other).batch} only"
    elif not same_kind(gate.gate, second.gate):
        yield f"{gate.population}: another kind of gate"
    elif numbers(gate.gate).size:
        away = float(np.max(np.abs(numbers(gate.gate) - numbers(second.gate)) / reach(gate.gate)))
        if away >= SMALL:
            before, after = describe(gate.gate, one.scales), describe(second.gate, other.scales)
            yield f"{gate.population}: {away:.3f} of full scale; {before}; {after}"
        wider = np.abs(np.array(second.limit) - np.array(gate.limit)) if len(gate.limit) == len(second.limit) else None
        if wider is not None and wider.size and wider.max() >= SMALL:
            at = int(np.argmax(wider))
            yield f"{gate.population}: limit {gate.limit[at]:.3f} and {second.limit[at]:.3f} of full scale"

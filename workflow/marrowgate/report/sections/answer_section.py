"""The answer of a run in its first sentence, what must be known beside it, and what the design cannot say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marrowgate.endpoint_names import read_endpoint
from marrowgate.report.wording import endpoint_words, number, p_value, status_counts

Row = Mapping[str, Any]
DESCRIBED = {"described", "declared"}
LEVEL = 0.05
NOT_RANDOMISED = (
    "Patients were not randomised: a difference between the arms is an association, and may stem from what else "
    "differs between them."
)
NOT_WHY = "Counts say how many cells there are, not why: a rise may be production, release or longer life."
MISSED = (
    "A {}-fold difference would be found in 4 of 5 cohorts of this size; a smaller one can well be missed, so that no "
    "difference shown is not the same as no difference."
)


@dataclass(frozen=True)
class Responders:
    """How many patients of an arm respond, and who."""

    arm: str
    n: int
    n_patients: int
    who: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What stands first in the report.

    Parameters
    ----------
    sentence : str
        The primary contrast with its interval; why there is none, where there is none.
    basis : tuple of str
        What the sentence rests on.
    caveats : tuple of str
        What the data of this run put in doubt.
    limits : tuple of str
        What the design cannot say, whatever the data.
    responders : tuple of Responders
        One entry per arm.
    """

    sentence: str
    basis: tuple[str, ...]
    caveats: tuple[str, ...]
    limits: tuple[str, ...]
    responders: tuple[Responders, ...]


def make_answer(tables: Mapping[str, Sequence[Row]], responder: str, arms: Sequence[str]) -> Answer:
    """Put the primary contrast into words.

    Parameters
    ----------
    tables : mapping of str to sequence of mapping
        Rows of contrasts, design, endpoints and populations.
    responder : str
        Endpoint of the responders' calls.
    arms : sequence of str
        Names of the arms, in their order.
    """
    primary = [row for row in tables["contrasts"] if row["role"] == "primary"]
    sentences = [primary_sentence(row) for row in primary]
    return Answer(
        " ".join(sentences) or "No arms are compared in this run.",
        tuple(part for row in primary if row["status"] == "ok" for part in _parts(row["reason"])),
        tuple(dict.fromkeys((*_caveats(primary, tables["design"]), *_gates(primary, tables["populations"])))),
        tuple(_limits(primary)),
        tuple(_responders(tables["endpoints"], responder, arms)),
    )


def primary_sentence(row: Row) -> str:
    """Say what a contrast shows: direction, size, interval, chance, and how many patients."""
    what = endpoint_words(row["endpoint"])
    what = f"{what[:1].upper()}{what[1:]}"
    first, second = row["arm_1"], row["arm_2"]
    if row["estimate"] is None:
        return f"{what}: {first} and {second} are not compared, because {row['reason'] or 'there is no estimate'}."
    if row["scale"] == "log2 fold":
        size, interval, zero = _fold(row["estimate"]), _interval(row, _fold), 0.0
        compared = f"the change from baseline in {first} is {size} times that in {second}"
    elif row["scale"] == "risk_difference":
        size, interval, zero = _points(row["estimate"]), _interval(row, _points), 0.0
        compared = f"the share in {first} is {size} points above that in {second}"
    else:
        size, interval, zero = number(row["estimate"]), _interval(row, number), 1.0
        compared = f"the {row['scale'].replace('_', ' ')} of {first} against {second} is {size}"
    verdict = _verdict(row, zero, first, second)
    patients = f"{row['n_arm_1']} {first} and {row['n_arm_2']} {second} patients"
    parts = [part for part in (interval, _chance(row["p_value"]), patients) if part]
    return f"{verdict}{what}: {compared} ({'; '.join(parts)})."


def _verdict(row: Row, zero: float, first: str, second: str) -> str:
    low, high = row["ci_low"], row["ci_high"]
    if low is None or high is None:
        return ""
    if low > zero:
        return f"Higher in {first} than in {second}. "
    return f"Lower in {first} than in {second}. " if high < zero else "No difference is shown. "


def _fold(value: float) -> str:
    return number(2.0**value)


def _points(value: float) -> str:
    return f"{100 * value:.0f}"


def _interval(row: Row, shown: Any) -> str:
    low, high = row["ci_low"], row["ci_high"]
    return "no interval" if low is None or high is None else f"95 % interval {shown(low)} to {shown(high)}"


def _chance(value: float | None) -> str:
    return "" if value is None else f"p {p_value(value)}" if value < 0.001 else f"p = {p_value(value)}"


def _caveats(primary: Sequence[Row], design: Sequence[Row]) -> list[str]:
    """Return what the primary contrast's own row and the design say against it."""
    sentences = [row["reason"] for row in primary if row["estimate"] is not None and row["status"] != "ok"]
    measures = {read_endpoint(row["endpoint"]).measure for row in primary}
    sentences += [
        row["reason"]
        for row in design
        if row["measure"] in measures and row["status"] not in DESCRIBED and row["reason"]
    ]
    return [part for reason in sentences for part in _parts(reason)]


def _parts(reason: str | None) -> list[str]:
    parts = [part.strip() for part in (reason or "").split("; ")]
    return [f"{part[:1].upper()}{part[1:]}" for part in parts if part]


def _gates(primary: Sequence[Row], populations: Sequence[Row]) -> list[str]:
    """Say how many samples' gates on the way to the primary's population are not the sample's own."""
    sentences = []
    stained = [row for row in populations if row["control_type"] == "none"]
    for measure in dict.fromkeys(read_endpoint(row["endpoint"]).measure for row in primary):
        names = {row["population"] for row in stained if measure.startswith(f"{row['population']}_")}
        name = max(names, key=len, default="")
        own = [row for row in stained if row["population"] == name]
        weak = [row for row in own if row["gate_status"] not in {"ok", "fixed", "overridden"}]
        if weak:
            sentences.append(
                f"Gates of {endpoint_words(name)}: in {len(weak)} of {len(own)} samples one on the way is not the "
                f"sample's own ({status_counts(row['gate_status'] for row in weak)})"
            )
    return sentences


def _limits(primary: Sequence[Row]) -> list[str]:
    if not primary:
        return []
    sentences = [NOT_RANDOMISED, NOT_WHY]
    sizes = [row["detectable"] for row in primary if (row["p_value"] or 0.0) >= LEVEL and row["detectable"] is not None]
    return sentences + [MISSED.format(_fold(size)) for size in sizes]


def _responders(endpoints: Sequence[Row], responder: str, arms: Sequence[str]) -> list[Responders]:
    called = [row for row in endpoints if row["endpoint"] == responder and row["value"] is not None]
    kept = []
    for arm in arms:
        own = [row for row in called if row["arm"] == arm]
        who = tuple(sorted(row["patient_id"] for row in own if row["value"]))
        if own:
            kept.append(Responders(arm, len(who), len(own), who))
    return kept

"""Design checks before any model: what the arms, visits, batches and preparations allow to be said."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from marrowgate.cohort.compared_arms import ComparedArms
from marrowgate.cohort.courses import Course
from marrowgate.cohort.readings import Reading
from marrowgate.settings.arms import ArmPair
from marrowgate.stats.two_arms import welch

SHARED_SHARE = 0.8  # share of readings in batches with both arms below which it is said
UNEQUAL_VISITS = 1.25
RANK_TOLERANCE = 1e-8
BASELINE_P = 0.01
"""P-value of the arms' difference before treatment below which it is flagged: a change is then biased where the gap is
chance or selection, the value adjusted for its baseline where it is real, and one reading cannot tell which."""


@dataclass(frozen=True)
class Finding:
    """One thing about the design that a reader must know.

    Parameters
    ----------
    code : str
        Short name.
    level : str
        `refused`: a difference cannot be told from something else, so none is estimated; `flagged`: it is estimated.
    sentence : str
        In plain words.
    """

    code: str
    level: Literal["flagged", "refused"]
    sentence: str


def check_design(
    readings: Sequence[Reading],
    courses: Mapping[str, Course],
    arms: ComparedArms,
) -> list[Finding]:
    """Check one measure.

    Parameters
    ----------
    readings : sequence of Reading
        Of the measure, all phases.
    courses : mapping of str to Course
        By patient_id.
    arms : ComparedArms
        Arm of each patient.

    Returns
    -------
    list of Finding
        Empty when nothing stands in the way.
    """
    used = [reading for reading in readings if reading.visit.phase in {"baseline", "on_therapy"}]
    findings = [*_patients(courses, arms)]
    for what, levels in (
        ("batch", [reading.batch for reading in used]),
        ("preparation", [reading.preparation for reading in used]),
        ("count method", [reading.platform for reading in used]),
    ):
        findings += _against_arm(what, levels, [arms[reading.visit.patient_id] for reading in used], arms.pair)
    findings += _batch_against_time(used)
    findings += _batch_against_change(used, arms)
    findings += _visits(courses, arms)
    findings += _baselines(courses, arms)
    unplaced = sum(reading.visit.phase == "unplaced" for reading in readings)
    if unplaced:
        findings.append(Finding("unplaced", "flagged", f"{unplaced} readings have neither day nor cycle: not used"))
    return findings


def is_flagged(findings: Iterable[Finding]) -> bool:
    """Say whether findings flag the rows of a measure."""
    return any(finding.level == "flagged" for finding in findings)


def _patients(courses: Mapping[str, Course], arms: ComparedArms) -> Iterable[Finding]:
    for arm in arms.pair:
        n = sum(arms[patient_id] == arm for patient_id in courses)
        if n < 2:
            said = "no patient" if n == 0 else "one patient"
            yield Finding("arm_too_small", "refused", f"the {arm} arm has {said} with a value: two are needed")


def _against_arm(what: str, levels: Sequence[str], arms: Sequence[str], pair: ArmPair) -> Iterable[Finding]:
    """Compare how a property of the samples is shared by the arms."""
    table = Counter(zip(levels, arms, strict=True))
    names = sorted({level for level in levels if level})
    if len(names) < 2 or len(set(arms)) < 2:
        return
    both = [name for name in names if all(table[name, arm] for arm in pair)]
    shares = "; ".join(f"{name}: " + ", ".join(f"{table[name, arm]} {arm}" for arm in pair) for name in names)
    if not both:
        sentence = f"no {what} has readings of both arms, so arm and {what} cannot be told apart ({shares})"
        yield Finding(f"{what}_is_arm", "refused", sentence)
        return
    share = sum(table[name, arm] for name in both for arm in pair) / len(levels)
    if what != "batch":
        yield Finding(f"mixed_{what}", "flagged", f"more than one {what} is mixed ({shares})")
    elif share < SHARED_SHARE:
        sentence = f"only {100 * share:.0f} % of the readings are in batches with both arms ({shares})"
        yield Finding("batch_unequal", "flagged", sentence)
    elif _cramer(table, names, pair) > 0.5:
        yield Finding("batch_unequal", "flagged", f"the arms are shared unequally by the batches ({shares})")


def _cramer(table: Counter[tuple[str, str]], names: Sequence[str], pair: ArmPair) -> float:
    """Return Cramer's V of batch and arm, 0 for equal shares and 1 for complete confounding."""
    seen = np.array([[table[name, arm] for arm in pair] for name in names], dtype=np.float64)
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / seen.sum()
    return math.sqrt(float(((seen - expected) ** 2 / expected).sum() / seen.sum()))


def _batch_against_time(readings: Sequence[Reading]) -> Iterable[Finding]:
    phases: dict[str, set[str]] = {}
    for reading in readings:
        if reading.batch:
            phases.setdefault(reading.batch, set()).add(reading.visit.phase)
    if len(phases) > 1 and all(len(seen) == 1 for seen in phases.values()) and len(set().union(*phases.values())) > 1:
        sentence = "no batch has readings both of baseline and on therapy: a change is also a change of batch"
        yield Finding("batch_is_time", "flagged", sentence)


def _batch_against_change(readings: Sequence[Reading], arms: ComparedArms) -> Iterable[Finding]:
    """Ask whether the arms' difference in change could be made up of batches alone, within patients."""
    own = [reading for reading in readings if reading.batch]
    if len(_arms_with_changes(own, arms)) < len(set(arms.pair)):
        return  # there is no difference in change to make up: that is refused by itself
    batches = sorted({reading.batch for reading in own})
    treated = np.array([reading.visit.phase == "on_therapy" for reading in own], dtype=np.float64)
    in_first = np.array([arms.is_first(reading.visit.patient_id) for reading in own], dtype=np.float64)
    columns = np.column_stack(
        [treated, *([float(reading.batch == name) for reading in own] for name in batches), treated * in_first]
    )
    names = np.array([reading.visit.patient_id for reading in own])
    for name in set(names.tolist()):
        columns[names == name] -= columns[names == name].mean(axis=0)
    rest, whole = (np.linalg.matrix_rank(part, tol=RANK_TOLERANCE) for part in (columns[:, :-1], columns))
    if rest == whole:
        sentence = "within patients the batches alone could make up the arms' difference in change"
        yield Finding("batch_is_change", "refused", sentence)


def _arms_with_changes(readings: Sequence[Reading], arms: ComparedArms) -> set[str]:
    """Return the arms with a patient who has readings both at baseline and on therapy."""
    phases: dict[str, set[str]] = {}
    for reading in readings:
        phases.setdefault(reading.visit.patient_id, set()).add(reading.visit.phase)
    return {arms[patient_id] for patient_id, seen in phases.items() if len(seen) > 1}


def _visits(courses: Mapping[str, Course], arms: ComparedArms) -> Iterable[Finding]:
    counts = {arm: [len(c.window) for p, c in courses.items() if arms[p] == arm and c.window] for arm in arms.pair}
    if not all(counts.values()):
        return
    means = {arm: float(np.mean(counts[arm])) for arm in arms.pair}
    if max(means.values()) > UNEQUAL_VISITS * min(means.values()):
        visits_of_arms = " and ".join(f"{means[arm]:.1f} in the {arm} arm" for arm in arms.pair)
        yield Finding("unequal_visits", "flagged", f"visits per patient in the window differ: {visits_of_arms}")


def _baselines(courses: Mapping[str, Course], arms: ComparedArms) -> Iterable[Finding]:
    values_of_arm = {
        arm: np.array([c.baseline.log2 for p, c in courses.items() if arms[p] == arm and c.baseline])
        for arm in arms.pair
    }
    without = sum(c.baseline is None for c in courses.values())
    if without and any(values.size for values in values_of_arm.values()):
        yield Finding("missing_baseline", "flagged", f"{without} patients have no baseline and are left out of changes")
    if min(values.size for values in values_of_arm.values()) < 2:
        return
    gap = welch(values_of_arm[arms.pair.first], values_of_arm[arms.pair.second])
    if gap.p < BASELINE_P:
        sentence = (
            f"the arms differ at baseline by {gap.value:+.2f} log2 (p {gap.p:.2g}): "
            "change score and analysis of covariance may disagree"
        )
        yield Finding("baseline_gap", "flagged", sentence)

"""The way of the samples from the sheet to the contrasts, with a reason for each that is lost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marrowgate.report.wording import endpoint_words, words
from marrowgate.settings.project import Project
from marrowgate.settings.sample_links import gated

Row = Mapping[str, Any]
REASONS_SHOWN = 6
CONTROLS = {
    "beads": "bead samples: calibrated, not gated",
    "single_stain": "single stains: for the spillover, not gated",
    "unstained": "unstained samples",
    "fmo": "FMO controls",
    "isotype": "isotype controls",
}


@dataclass(frozen=True)
class Stage:
    """One box of the diagram.

    Parameters
    ----------
    name : str
        What is counted.
    n : int
        How many.
    unit : str
        Of what: samples or patients.
    lost : tuple of (int, str)
        How many of the box before are not in this one, with the reason.
    parts : tuple of (int, str)
        What the box holds.
    """

    name: str
    n: int
    unit: str
    lost: tuple[tuple[int, str], ...] = ()
    parts: tuple[tuple[int, str], ...] = ()


def sample_flow(project: Project, manifest: Sequence[Row], populations: Sequence[Row]) -> list[Stage]:
    """Return the boxes from the sample sheet to the samples that are gated.

    Parameters
    ----------
    project : Project
        The sample sheet; bead samples and single stains are in it alone.
    manifest : sequence of mapping
        Rows of the manifest.
    populations : sequence of mapping
        Rows of the table of populations.
    """
    listed = {sample.sample_id: sample.control_type for sample in project.samples}
    if not listed:
        return []
    to_gate = {sample.sample_id for sample in gated(project)}
    verdicts = {row["sample_id"]: row for row in manifest}
    apart = Counter(CONTROLS.get(kind, words(kind)) for name, kind in listed.items() if name not in to_gate)
    bad = [row for row in manifest if row["verdict"] in {"rejected", "failed"}]
    good = [row for row in manifest if row["verdict"] in {"accepted", "repaired"}]
    stained = {row["sample_id"] for row in good if listed.get(row["sample_id"]) == "none"}
    kinds = Counter(listed.get(row["sample_id"], "none") for row in good)
    controls = [(n, CONTROLS[kind]) for kind, n in kinds.items() if kind in CONTROLS]
    measured = {row["sample_id"] for row in populations if row["n_events"] is not None}
    return [
        Stage("received", len(listed), "samples in the sheet", parts=_parts(listed)),
        Stage("read", len(verdicts), "samples in the manifest", tuple((n, why) for why, n in apart.items())),
        Stage("usable", len(good), "samples accepted or repaired", _why(bad), _verdicts(good)),
        Stage("stained", len(stained), "stained samples", tuple(controls)),
        Stage("gated", len(stained & measured), "stained samples with numbers", _ungated(stained - measured)),
    ]


def population_flow(populations: Sequence[Row], shown: Sequence[str]) -> list[tuple[str, list[Stage]]]:
    """Return, for each population that the endpoints read, stained samples in which it is gated and quantifiable.

    Parameters
    ----------
    populations : sequence of mapping
        Rows of the table of populations.
    shown : sequence of str
        Names of the populations.
    """
    flows = []
    for name in shown:
        rows = [row for row in populations if row["population"] == name and row["control_type"] == "none"]
        if not rows:
            continue
        has_numbers = [row for row in rows if row["n_events"] is not None]
        clear = [row for row in has_numbers if row["detection"] == "quantifiable"]
        missing = Counter(row["gate_reason"] or words(row["gate_status"]) for row in rows if row["n_events"] is None)
        few = Counter(_too_few(row) for row in has_numbers if row["detection"] != "quantifiable")
        flows.append(
            (
                name,
                [
                    Stage("stained", len(rows), "samples of its panel"),
                    Stage("gated", len(has_numbers), "with a gate", _counted(missing)),
                    Stage("quantifiable", len(clear), "counted well enough", _counted(few)),
                ],
            )
        )
    return flows


def contrast_flow(design: Sequence[Row]) -> list[tuple[str, list[Stage]]]:
    """Return the patients of both arms on the way to the primary contrast, by contrast."""
    flows: dict[str, list[Stage]] = {}
    for row in design:
        if row["item"].startswith("flow_"):
            stages = flows.setdefault(row["contrast"], [])
            n = (row["n_arm_1"] or 0) + (row["n_arm_2"] or 0)
            lost = ((stages[-1].n - n, f"not: {endpoint_words(row['reason'])}"),) if stages and stages[-1].n > n else ()
            parts = ((row["n_arm_1"] or 0, row["arm_1"]), (row["n_arm_2"] or 0, row["arm_2"]))
            stages.append(Stage("", n, _patients(row["reason"]), lost, parts))
    return list(flows.items())


def _patients(reason: str) -> str:
    said = endpoint_words(reason)
    return said if said.startswith("patients") else f"patients {said}"


def _parts(listed: Mapping[str, str]) -> tuple[tuple[int, str], ...]:
    kinds = Counter(listed.values())
    names = {"none": "stained", **{kind: text.split(":")[0] for kind, text in CONTROLS.items()}}
    return tuple((n, names.get(kind, words(kind))) for kind, n in kinds.most_common())


def _verdicts(rows: Sequence[Row]) -> tuple[tuple[int, str], ...]:
    return tuple((n, word) for word, n in Counter(row["verdict"] for row in rows).items())


def _why(rows: Sequence[Row]) -> tuple[tuple[int, str], ...]:
    return _counted(Counter(f"{row['verdict']}: {row['reasons'] or 'no reason is given'}" for row in rows))


def _ungated(names: set[str]) -> tuple[tuple[int, str], ...]:
    return ((len(names), "no population has a number: the gates stand under what to look at by hand"),) if names else ()


def _too_few(row: Row) -> str:
    needed, gate_cv = row["events_needed"], row["gate_cv_pct"]
    if row["detection"] == "not_detected":
        return "not above the limit of blank"
    if needed is not None and row["n_events"] < needed:
        return f"fewer than the {needed:,} events that the wanted CV takes"
    if gate_cv is None:
        return "enough events, but how sure the gates are is not known"
    return "enough events, but the gates are not sure enough for the wanted CV"


def _counted(reasons: Counter[str]) -> tuple[tuple[int, str], ...]:
    listed = [(n, why) for why, n in reasons.most_common(REASONS_SHOWN)]
    rest = sum(reasons.values()) - sum(n for n, _ in listed)
    return (*listed, (rest, "further reasons")) if rest else tuple(listed)

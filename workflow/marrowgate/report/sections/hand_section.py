"""What a person should look at, worst first, each with the text of a correction that is ready to edit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marrowgate.report.wording import check_words, endpoint_words, number, words

Row = Mapping[str, Any]
GATE_RANKS = {
    "failed": 1,
    "no_valley": 1,
    "too_few_events": 2,
    "not_gated": 2,
    "doubtful": 3,
    "shifted": 4,
    "borrowed": 6,
}
"""Statuses that ask for an eye, the worst first; the others rest on the sample's own evidence or on the strategy."""
OF_BATCH = "reference_fold_of_batch_"
"""A check of a whole batch, which stands in the rows of each of its samples."""
FIRST_CHECKS = (
    "platform_difference",
    "other_labels",
    "detector_settings",
    OF_BATCH,
    "spillover",
    "signal_",
    "compensated_channels",
)
"""Checks whose flags can move every number of a sample."""
COUNTING = "cv_pct_"
ABSENT = "marker_absent"
EDGE = re.compile(r"(?P<dimension>[^\s<>=]+)(?P<side><|>=)(?P<value>-?[0-9.]+(?:e[+-]?\d+)?)")


@dataclass(frozen=True)
class ToLookAt:
    """One thing to look at.

    Parameters
    ----------
    rank : int
        0 for samples without any number; higher is less urgent.
    sample_id, panel, batch : str
        Where; `sample_id` is empty for what concerns a whole batch.
    what : str
        The gate or check.
    status, reason : str
        How sure, and why not surer.
    gate : str
        Population whose gate it is; empty for a check.
    also : int
        Other populations that stand on the gate.
    correction : str
        Text of an override ready to edit; empty where no gate can mend it.
    """

    rank: int
    sample_id: str
    panel: str
    batch: str
    what: str
    status: str
    reason: str
    gate: str = ""
    also: int = 0
    correction: str = ""


Ranked = tuple[tuple[int, ...], ToLookAt]
"""What an entry is sorted by, and the entry."""


def to_look_at(
    manifest: Sequence[Row],
    populations: Sequence[Row],
    quality: Sequence[Row],
    gates: Mapping[str, Sequence[Row]],
    reported: Sequence[str],
) -> list[ToLookAt]:
    """Return everything to look at, worst first.

    Parameters
    ----------
    manifest, populations, quality : sequence of mapping
        Rows of these tables.
    gates : mapping of str to sequence of mapping
        sample_id to the rows of its gates; for the boundaries of a correction.
    reported : sequence of str
        Populations that the endpoints read: their gates come first among gates of one status.

    Returns
    -------
    list of ToLookAt
        Counting errors are left out, see `counting_notes`; gates of a marker that the panel lacks are left out too.
    """
    kept = [*_without_numbers(manifest), *_gates(populations, gates, frozenset(reported)), *_flags(quality)]
    # the sort is stable: within a rank the order of the tables
    return [entry for _, entry in sorted(kept, key=lambda pair: pair[0])]


def counting_notes(quality: Sequence[Row]) -> list[tuple[str, int, int, list[str]]]:
    """Return the populations that are counted less surely than asked for: name, flagged, checked, samples."""
    rows = [row for row in quality if row["check"].startswith(COUNTING)]
    notes = []
    for check in dict.fromkeys(row["check"] for row in rows):
        own = [row for row in rows if row["check"] == check and row["verdict"] != "not_checked"]
        flagged = [row["sample_id"] for row in own if row["verdict"] == "flagged"]
        if flagged:
            notes.append((check.removeprefix(COUNTING), len(flagged), len(own), flagged))
    return notes


def _without_numbers(manifest: Sequence[Row]) -> list[Ranked]:
    return [
        ((0,), ToLookAt(0, row["sample_id"], "", "", "the whole sample", row["verdict"], row["reasons"] or ""))
        for row in manifest
        if row["verdict"] in {"rejected", "failed"}
    ]


def _gates(populations: Sequence[Row], gates: Mapping[str, Sequence[Row]], reported: frozenset[str]) -> list[Ranked]:
    """Return each weak gate of each stained sample once, with how many populations stand on it."""
    stained = [row for row in populations if row["control_type"] == "none"]
    on_it: dict[tuple[str, str], set[str]] = {}
    for row in stained:
        gate = row["weakest_gate"] or row["population"]
        on_it.setdefault((row["sample_id"], gate), set()).add(row["population"])
    kept: list[Ranked] = []
    for row in stained:
        name, status = row["population"], row["gate_status"]
        rank = GATE_RANKS.get(status)
        is_own = row["weakest_gate"] in {None, "", name}
        if rank is None or not is_own or ABSENT in (row["gate_reason_code"] or "") or not row["batch"]:
            continue
        standing = on_it[row["sample_id"], name]
        entry = ToLookAt(
            *(rank, row["sample_id"], row["panel"], row["batch"], f"gate of {endpoint_words(name)}", words(status)),
            row["gate_reason"] or "",
            name,
            len(standing - {name}),
            correction_text(row["sample_id"], name, gates.get(row["sample_id"], ())),
        )
        kept.append(((rank, 0 if standing & reported else 1, -len(standing)), entry))
    return kept


def _flags(quality: Sequence[Row]) -> list[Ranked]:
    kept: list[Ranked] = []
    for row in _each_batch_once(quality):
        if row["verdict"] != "flagged" or row["check"].startswith(COUNTING):
            continue
        rank = 2 if row["check"].startswith(FIRST_CHECKS) else 5
        what = f"{check_words(row['check'])}: {number(row['value'])}, limit {number(row['limit'])}"
        entry = ToLookAt(rank, row["sample_id"] or "", "", row["batch"] or "", what, "flagged", row["reason"] or "")
        kept.append(((rank, 0, 0), entry))
    return kept


def _each_batch_once(quality: Sequence[Row]) -> list[Row]:
    """Return the rows with one row for all samples of a batch where the check is that of the whole batch."""
    kept: dict[tuple[Any, ...], Row] = {}
    for at, row in enumerate(quality):
        if row["check"].startswith(OF_BATCH):
            # panels of a batch have detectors of their own, and so another value
            kept.setdefault((row["batch"], row["check"], row["value"]), {**row, "sample_id": ""})
        else:
            kept[at,] = row
    return list(kept.values())


def edges_of(boundary: str | None) -> list[tuple[str, str, float]]:
    """Return the straight boundaries of a gate: dimension, ``<`` or ``>=``, and value on the linear scale.

    Parameters
    ----------
    boundary : str or None
        As in the table of gates. Polygons and ellipses have none.
    """
    if not boundary or " in polygon " in boundary or boundary.startswith("ellipse"):
        return []
    return [(m["dimension"], m["side"], float(m["value"])) for m in EDGE.finditer(boundary)]


def correction_text(sample_id: str, population: str, gates: Sequence[Row]) -> str:
    """Return the text of `config/overrides/<sample_id>.yaml` with the gate as it is now, ready to edit."""
    boundary = next((row["boundary"] for row in gates if row["population"] == population), None)
    lines = [f"# config/overrides/{sample_id}.yaml", "gates:", f"- population: {population}"]
    lines += _boundary_lines(boundary or "")
    return "\n".join([*lines, "  reviewer:", "  reason:", "  date:  # like 2026-03-31"])


def _boundary_lines(boundary: str) -> list[str]:
    """Return the boundary in the form of an override: a rectangle, a polygon, or what there is as a comment."""
    edges = edges_of(boundary)
    if edges:
        lines = ["  rectangle:  # linear scale, as it is now: move it"]
        for dimension in dict.fromkeys(dimension for dimension, _, _ in edges):
            own = {("high" if side == "<" else "low"): value for name, side, value in edges if name == dimension}
            inside = ", ".join(f"{end}: {value:.6g}" for end, value in sorted(own.items(), reverse=True))
            lines.append(f"    {quoted(dimension)}: {{{inside}}}")
        return lines
    dimensions, is_polygon, corners = boundary.partition(" in polygon ")
    if is_polygon:
        names = ", ".join(map(quoted, dimensions.split(",")))
        inside = ", ".join(f"[{corner.replace(',', ', ')}]" for corner in re.findall(r"\(([^)]*)\)", corners))
        return [
            *("  polygon:  # linear scale, as it is now: move its corners", f"    dimensions: [{names}]"),
            f"    vertices: [{inside}]",
        ]
    return [
        f"  rectangle:  # linear scale; now: {boundary or 'no boundary'}",
        "    # marrowgate correct writes the gate as it is now, whatever its kind",
    ]


def quoted(name: str) -> str:
    """Return a name as YAML reads it back."""
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_./+-]*", name) else "'" + name.replace("'", "''") + "'"

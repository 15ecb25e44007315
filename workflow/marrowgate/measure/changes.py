"""Published rows that differ from those of the last run: which, by how much, and why where that is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marrowgate.settings.sheets import Sample

Row = Mapping[str, Any]
_PUBLISHED = ("n_events", "n_parent", "pct_of_parent", "per_100_cd45", "cells_per_ul", "detection", "gate_status")
_PUBLISHED_INTENSITIES = (
    *("n_events", "median_fi", "delta_fi", "ratio_fi", "abc", "pct_above_control", "control_type", "status"),
    "gate_status",
)
COMPARED = ("sample_id", "patient_id", "panel", "batch", "population", *_PUBLISHED)
COMPARED_INTENSITIES = ("sample_id", "patient_id", "population", "marker", *_PUBLISHED_INTENSITIES)
"""Columns of `populations.tsv` and `intensities.tsv` that are looked at."""
_GATING = ("scales", "fit", "consensus", "gate")
_SAME = 1e-9


@dataclass(frozen=True)
class Change:
    """What is compared: the run before and this one, each as its provenance tells it.

    Parameters
    ----------
    last, now : mapping
        Content of provenance.json.
    samples : mapping of str to Sample
        Rows of the sample sheet.
    strategy_of_panel : mapping of str to str
        As in the config.
    """

    last: Row
    now: Row
    samples: Mapping[str, Sample]
    strategy_of_panel: Mapping[str, str]

    def reasons(self, sample_id: str) -> list[str]:
        """Return all that changed which the numbers of a sample are made from; empty when nothing is known."""
        sample = self.samples[sample_id]
        pair = f"{sample.panel}_{sample.batch}"
        owner = sample.control_for or sample_id
        inputs = {
            f"override {owner}": "a person's gates were given, changed or taken back",
            f"panel {sample.panel}": "the panel was changed",
            f"strategy {self.strategy_of_panel[sample.panel]}": "the strategy was changed",
        }
        says = ["the file is another one"] if self._differs("files_sha256", sample_id) else []
        says += [what for name, what in inputs.items() if self._differs("inputs_sha256", name)]
        if self._differs("batches_sha256", f"scales/{pair}.yaml"):
            says.append(f"the scales of {sample.panel} in {sample.batch} are others{self._members(sample)}")
        elif self._differs("batches_sha256", f"consensus/{pair}.yaml"):
            says.append(f"the consensus of {sample.panel} in {sample.batch} is another one{self._members(sample)}")
        steps = [step for step in _GATING if self._differs("code_digests", step)]
        says += [f"other code of {', '.join(steps)}"] if steps else []
        return says + (["other settings"] if self.last.get("settings_sha256") != self.now["settings_sha256"] else [])

    def _differs(self, part: str, name: str) -> bool:
        return bool(self.last.get(part, {}).get(name) != self.now[part].get(name))

    def _members(self, sample: Sample) -> str:
        """Say how many samples came to the batch; those that left it are no longer in the sheet."""
        before = self.last.get("files_sha256", {})
        new = [
            name
            for name, other in self.samples.items()
            if (other.panel, other.batch) == (sample.panel, sample.batch)
            and name in self.now["files_sha256"]
            and name not in before
        ]
        return f", with {len(new)} samples more" if len(new) > 1 else ", with one sample more" if new else ""


def change_rows(before: Iterable[Row], now: Iterable[Row], change: Change) -> list[dict[str, Any]]:
    """Return the rows of `changes.tsv`: populations that are in both runs and whose published values differ.

    Parameters
    ----------
    before, now : iterable of mapping
        Rows of `populations.tsv` of the last run and of this one.
    change : Change
        What the two were made from.
    """
    earlier = {(row["sample_id"], row["population"]): row for row in before}
    rows = []
    for row in now:
        last = earlier.get((row["sample_id"], row["population"]))
        changed = [name for name in _PUBLISHED if last is not None and _differ(last.get(name), row.get(name))]
        if last is None or not changed:
            continue
        rows.append(
            {
                **{name: row[name] for name in ("sample_id", "patient_id", "panel", "batch", "population")},
                "changed": ", ".join(changed),
                "last_n_events": last["n_events"],
                "n_events": row["n_events"],
                "change_pct": _change_pct(last["n_events"], row["n_events"]),
                "last_pct_of_parent": last["pct_of_parent"],
                "pct_of_parent": row["pct_of_parent"],
                "last_gate_status": last["gate_status"],
                "gate_status": row["gate_status"],
                "reason": "; ".join(change.reasons(row["sample_id"])),
            }
        )
    return rows


def intensity_change_rows(before: Iterable[Row], now: Iterable[Row], change: Change) -> list[dict[str, Any]]:
    """Return the rows of `changes.tsv` for intensities that are in both runs and whose published values differ.

    Parameters
    ----------
    before, now : iterable of mapping
        Rows of `intensities.tsv` of the last run and of this one.
    change : Change
        What the two were made from.
    """
    key = ("sample_id", "population", "marker")
    earlier = {tuple(row[name] for name in key): row for row in before}
    rows = []
    for row in now:
        last = earlier.get(tuple(row[name] for name in key))
        changed = [name for name in _PUBLISHED_INTENSITIES if last and _differ(last.get(name), row.get(name))]
        if last is None or not changed:
            continue
        sample = change.samples[row["sample_id"]]
        rows.append(
            {
                **{name: row[name] for name in (*key, "patient_id")},
                "panel": sample.panel,
                "batch": sample.batch,
                "changed": ", ".join(changed),
                "last_n_events": last["n_events"],
                "n_events": row["n_events"],
                "change_pct": _change_pct(last["n_events"], row["n_events"]),
                "last_median_fi": last["median_fi"],
                "median_fi": row["median_fi"],
                "median_change_pct": _change_pct(last["median_fi"], row["median_fi"]),
                "last_gate_status": last["gate_status"],
                "gate_status": row["gate_status"],
                "reason": "; ".join(change.reasons(row["sample_id"])),
            }
        )
    return rows


def _differ(before: Any, now: Any) -> bool:
    if isinstance(before, float) and isinstance(now, float):
        return abs(before - now) > _SAME * max(abs(before), abs(now))
    return bool(before != now)


def _change_pct(before: float | None, now: float | None) -> float | None:
    return 100.0 * (now - before) / before if before and now is not None else None

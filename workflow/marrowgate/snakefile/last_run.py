"""The tables of the last run, set aside before the next one makes them anew, and what that changed."""

import shutil
from pathlib import Path

RESULTS = Path("results")
LAST_RUN = "last_run"
_KEPT = ("tables/populations.parquet", "provenance.json")


def keep_last_run(results: Path = RESULTS) -> None:
    """Copy what the next run is compared with; where a failed run left only a part of it, the older copy stays."""
    found = [results / name for name in _KEPT]
    if all(path.is_file() for path in found):
        (results / LAST_RUN).mkdir(exist_ok=True)
        for path in found:
            shutil.copyfile(path, results / LAST_RUN / path.name)


def changes_line(changes: Path) -> str:
    """Say in a line how many published rows differ from the last run; empty when none does."""
    if not changes.is_file():
        return ""
    # only where a run has ended: the Snakefile itself imports nothing heavy
    import pyarrow.parquet as pq

    rows = pq.read_table(changes, columns=["sample_id", "change_pct"]).to_pylist()
    if not rows:
        return ""
    largest = max((abs(row["change_pct"]) for row in rows if row["change_pct"] is not None), default=0.0)
    samples = len({row["sample_id"] for row in rows})
    return (
        f"{len(rows)} published rows of {samples} samples differ from the last run, counts by up to {largest:.3g} %; "
        f"see {changes.with_suffix('.tsv')}"
    )

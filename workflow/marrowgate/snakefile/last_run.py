"""The tables of the last run, set aside before the next one makes them anew, and what that changed."""

import shutil
from pathlib import Path

from marrowgate.plain_text import counted

RESULTS = Path("results")
LAST_RUN = "last_run"
_KEPT = ("tables/populations.parquet", "tables/intensities.parquet", "provenance.json")


def keep_last_run(results: Path = RESULTS) -> None:
    """Copy what the next run is compared with; where a failed run left only a part of it, the older copy stays."""
    paths = [results / name for name in _KEPT]
    if all(path.is_file() for path in paths):
        (results / LAST_RUN).mkdir(exist_ok=True)
        for path in paths:
            shutil.copyfile(path, results / LAST_RUN / path.name)


def changes_line(changes: Path) -> str:
    """Say in a line how many published rows differ from the last run; empty when none does."""
    if not changes.is_file():
        return ""
    # only where a run has ended: the Snakefile itself imports nothing heavy
    import pyarrow.parquet as pq

    rows = pq.read_table(changes, columns=["sample_id", "change_pct", "median_change_pct"]).to_pylist()
    if not rows:
        return ""
    counts, medians = (
        max((abs(row[name]) for row in rows if row[name] is not None), default=0.0)
        for name in ("change_pct", "median_change_pct")
    )
    of_medians = f", median intensities by up to {medians:.3g} %" if medians else ""
    samples = len({row["sample_id"] for row in rows})
    verb = "differs" if len(rows) == 1 else "differ"
    differ = f"{counted(len(rows), 'published row')} of {counted(samples, 'sample')} {verb} from the last run"
    return f"{differ}, counts by up to {counts:.3g} %{of_medians}; see {changes.with_suffix('.tsv')}"

"""What a run that was killed or failed leaves behind: half-written files, and a report that is of an earlier run."""

from collections.abc import Collection, Iterable
from pathlib import Path

from marrowgate.errors import Fault

REPORT = Path("results/report.html")
STALE = "report_of_an_earlier_run.html"


def sweep(folders: Iterable[Path]) -> int:
    """Remove the half-written files that killed steps left.

    Call it when no step runs: a step that is at work has such a file, too.

    Parameters
    ----------
    folders : iterable of Path
        Where steps write.

    Returns
    -------
    int
        Files that were removed.
    """
    found = {path for folder in folders if folder.is_dir() for path in folder.rglob(".*.part")}
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def set_aside_report(page: Path = REPORT) -> Path | None:
    """Rename the report after a run that failed, so that nobody takes it for that run's.

    Returns
    -------
    Path or None
        Where it is now; None when there was none.
    """
    if not page.is_file():
        return None
    return page.replace(page.with_name(STALE))


def other_project(samples: Collection[str], records: Path = Path("results/records")) -> list[Fault]:
    """Return a fault where the results are of samples none of which is in the sheet: those of another project.

    Parameters
    ----------
    samples : collection of str
        Every sample_id of the sheet.
    records : Path
        Folder with a file for each sample that was gated.
    """
    there = sorted(path.stem for path in records.glob("*.json")) if records.is_dir() else []
    if not there or any(name in samples for name in there):
        return []
    what = f"holds results of {len(there)} samples, such as {there[0]}, none of which is in the sample sheet"
    return [Fault("results", what, "move them away, or work in a folder of your own (--directory)")]


def failed_samples(manifest: Path) -> list[str]:
    """Return the samples in which a step ended with a defect of the program, from the manifest's Parquet."""
    if not manifest.is_file():
        return []
    # only where a run has ended: the Snakefile itself imports nothing heavy
    import pyarrow.parquet as pq

    rows = pq.read_table(manifest, columns=["sample_id", "verdict"]).to_pylist()
    return [row["sample_id"] for row in rows if row["verdict"] == "failed"]

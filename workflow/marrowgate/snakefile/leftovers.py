"""What a run that was killed or failed leaves behind: half-written files, and a report that is of an earlier run."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Protocol

from marrowgate.errors import Fault

REPORT = Path("results/report.html")
STALE = "report_of_an_earlier_run.html"


def nothing_lies_in(folder: Path) -> bool:
    """Return whether a folder is empty but for what Snakemake makes before it reads the Snakefile."""
    return all(path.name == ".snakemake" for path in folder.iterdir())


def empty_folder_fault(config_file: Path) -> Fault:
    """Tell of a working folder with nothing in it: Snakemake makes a `--directory` that is not there."""
    what = "holds nothing; a --directory that was not there is made by Snakemake"
    return Fault("the working folder", what, f"correct its name, or put {config_file} into it")


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
    parts = {path for folder in folders if folder.is_dir() for path in folder.rglob(".*.part")}
    for path in parts:
        path.unlink(missing_ok=True)
    return len(parts)


class PlannedJob(Protocol):
    """What is asked of a job of Snakemake."""

    output: Iterable[str]


def makes_report(jobs: Iterable[PlannedJob], page: Path = REPORT) -> bool:
    """Say whether one of the jobs writes the report."""
    return any(page == Path(output) for job in jobs for output in job.output)


def set_aside_report(page: Path = REPORT) -> Path | None:
    """Rename the report of an earlier run, so that nobody takes it for that of a run which failed or was killed.

    Returns
    -------
    Path or None
        Where it is now; None when there is none.
    """
    stale = page.with_name(STALE)
    if page.is_file():
        page.replace(stale)
    return stale if stale.is_file() else None


def remove_stale_report(page: Path = REPORT) -> None:
    """Remove the report that was set aside once there is a new one."""
    if page.is_file():
        page.with_name(STALE).unlink(missing_ok=True)


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

"""Files of samples that somebody removed, which nothing else asks for."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_ENDINGS = {
    "fits": (".json",),
    "stability": (".json",),
    "gates": (".xml", ".tsv", ".parquet"),
    "events": (".parquet",),
    "pictures": (".json",),
    "records": (".json",),
}
"""What `fit` and `gate` leave of a sample, by the folder that it lies in."""


def lost_files(samples: Iterable[str], results: Path) -> list[str]:
    """Return the files of gated samples that are no longer there, so that the run makes them again.

    Snakemake makes a removed file again when a rule that it has to run, or the target, names it. Named for all samples
    they would be a tenth of the plan, so the target names those that are missing. A sample without a record in a
    project without a manifest was not gated yet: its files are made anyway, since the manifest needs its record.

    Parameters
    ----------
    samples : iterable of str
        The gated samples of the sheet.
    results : Path
        The folder of results.

    Returns
    -------
    list of str
        Paths below ``results/``, in the order of the samples.
    """
    there = {folder: set(_names(results / folder)) for folder in _ENDINGS}
    is_complete = (results / "manifest.tsv").exists()
    return [
        f"results/{folder}/{sample_id}{ending}"
        for sample_id in samples
        if is_complete or f"{sample_id}.json" in there["records"]
        for folder, endings in _ENDINGS.items()
        for ending in endings
        if f"{sample_id}{ending}" not in there[folder]
    ]


def _names(folder: Path) -> Iterator[str]:
    if folder.is_dir():
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries)

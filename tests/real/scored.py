"""What `marrowgate try` finds in real files, against labels that people gave; the labels play no part in the gating."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from marrowgate.cli import main
from marrowgate.tables import read_rows

CONFIG = Path(__file__).resolve().parents[2] / "config"


def tried(out: Path, panel: Path, strategy: str, files: list[Path], *further: str) -> Path:
    """Gate files together as a user does, with a shipped strategy and further options."""
    words = ["try", "--panel", str(panel), "--strategy", str(CONFIG / "strategies" / f"{strategy}.yaml")]
    assert main([*words, "--out", str(out), "--one-batch", *further, *map(str, files)]) == 0
    return out


def labels(path: Path, column: str) -> np.ndarray:
    """Return the label of every event."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return np.array([row[column] for row in csv.DictReader(content.decode("utf-8").splitlines())])


def found_in(out: Path, name: str, population: str) -> np.ndarray:
    """Return which events a population holds; none where it has no gate."""
    column = pq.read_table(out / "events" / f"{name}.parquet", columns=[population])[population]
    return np.zeros(len(column), dtype=bool) if column.null_count else np.array(column)


def score(
    out: Path, name: str, population: str, truth: np.ndarray, counted: np.ndarray | None = None
) -> tuple[float, str]:
    """Return F1 and status (of the weakest gate on its way) of a population; without a gate F1 is 0."""
    found = found_in(out, name, population)
    if counted is not None:
        found, truth = found[counted], truth[counted]
    rows = read_rows(out / "tables" / "populations.tsv")
    statuses = {row["population"]: row["gate_status"] for row in rows if row["sample_id"] == name}
    return 2 * np.count_nonzero(found & truth) / (found.sum() + truth.sum()), statuses[population]

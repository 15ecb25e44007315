"""Spillover matrices as CSV: a row of detectors, then one row for each fluorochrome, with or without its name."""

import csv
import math
from pathlib import Path

import numpy as np

from marrowgate.errors import Fault, UserError
from marrowgate.fcs.model import Spillover
from marrowgate.files import write_text
from marrowgate.settings.files.given_file import given_bytes

_LARGEST = 10_000_000


def write_spillover(path: Path, spillover: Spillover) -> None:
    """Write a matrix as CSV: rows are fluorochromes, called by their own detector, columns are detectors."""
    lines = [",".join(["", *map(_quoted, spillover.labels)])]
    for label, row in zip(spillover.labels, spillover.matrix, strict=True):
        lines.append(",".join([_quoted(label), *(f"{value:.6g}" for value in row)]))
    write_text(path, "\n".join(lines) + "\n")


def read_spillover(path: Path) -> Spillover:
    """Read a matrix that is wanted for compensation.

    Accepted are a header of detectors with or without a first column of names; ``FITC-A :: CD3``, as FlowJo writes it,
    means FITC-A.

    Returns
    -------
    Spillover
        Rows are fluorochromes, columns are detectors.

    Raises
    ------
    UserError
        All faults of the file: no square of numbers, a diagonal that is not 1, names that stand twice, rows that are in
        another order than the columns.
    """
    rows = _read_rows(path)
    named = _is_number(rows[1][0]) is None
    labels = [_detector(cell) for cell in (rows[0][1:] if named and len(rows[0]) == len(rows[1]) else rows[0])]
    body = [row[1:] if named else row for row in rows[1:]]
    faults = _label_faults(path, labels, [_detector(row[0]) for row in rows[1:]] if named else [])
    faults += _value_faults(path, labels, body)
    if faults:
        raise UserError(faults)
    matrix = np.array([[float(cell) for cell in row] for row in body], dtype=np.float64)
    matrix.setflags(write=False)
    return Spillover(tuple(labels), matrix)


def _read_rows(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file, at least two rows of them; a file that is no such thing is the user's fault."""
    try:
        text = given_bytes(path, _LARGEST, "matrix").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"the file cannot be read ({type(error).__name__})"
        raise UserError([Fault(str(path), what, "give a CSV file in UTF-8")]) from None
    if _is_divided_by_semicolons(text):
        what = "its values are divided by semicolons and have decimal commas, as Excel writes CSV in some countries"
        raise UserError([Fault(str(path), what, "save it with commas between the values and points in the numbers")])
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines())]
    except csv.Error:
        raise UserError([Fault(str(path), "it is not CSV", "write the matrix as CSV")]) from None
    rows = [row for row in rows if any(row)]
    if len(rows) < 2:
        what = "there is no matrix: a row of detectors and one row for each fluorochrome are needed"
        raise UserError([Fault(str(path), what, "write the matrix as CSV")])
    return rows


def _label_faults(path: Path, labels: list[str], names: list[str]) -> list[Fault]:
    where = f"{path} line 1"
    faults = []
    if "" in labels:
        faults.append(Fault(where, f"column {labels.index('') + 1} has no name", "name its detector"))
    twice = sorted({label for label in labels if label and labels.count(label) > 1})
    faults += [Fault(where, f"detector {label!r} stands twice", "keep one column and row of it") for label in twice]
    if set(names) == set(labels):
        for line, (name, label) in enumerate(zip(names, labels, strict=False), start=2):
            if name != label:
                what = f"the row is {name!r} where the column is {label!r}"
                faults.append(Fault(f"{path} line {line}", what, "put the rows in the order of the columns"))
    return faults


def _value_faults(path: Path, labels: list[str], body: list[list[str]]) -> list[Fault]:
    faults = []
    if len(body) != len(labels):
        what = f"there are {len(body)} rows for {len(labels)} detectors"
        faults.append(Fault(str(path), what, "give one row for each detector"))
    for line, row in enumerate(body, start=2):
        where = f"{path} line {line}"
        if len(row) != len(labels):
            faults.append(Fault(where, f"the row has {len(row)} values for {len(labels)} detectors", "complete it"))
            continue
        for label, cell in zip(labels, row, strict=True):
            if _is_number(cell) is None:
                faults.append(Fault(f"{where}, column {label}", f"{cell!r} is no number", "write a number, 0 for none"))
        index = line - 2
        own = _is_number(row[index]) if index < len(row) else None
        if own is not None and not math.isclose(own, 1.0, abs_tol=1e-6):
            cure = "divide the row by it; a compensation matrix (the inverse) is not what is asked for"
            faults.append(Fault(f"{where}, column {labels[index]}", f"the diagonal is {own:g}, it must be 1", cure))
    return faults


def _is_divided_by_semicolons(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(";" in line for line in lines)


def _is_number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _detector(cell: str) -> str:
    return cell.partition(" :: ")[0].strip()


def _quoted(label: str) -> str:
    return '"' + label.replace('"', '""') + '"' if any(mark in label for mark in ',"\n') else label

"""Rows of a drafted sample sheet, and the sheet with new rows behind those that stand there already."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

COLUMNS = (
    "sample_id",
    "patient_id",
    "fcs",
    "data_set",
    "panel",
    "batch",
    "control_type",
    "control_marker",
    "control_for",
    "cycle",
    "cycle_day",
    "day",
    "acquisition_day",
    "to_do",
)
"""Columns of a drafted sheet; the last two are the user's own and used by nobody."""

Cells = dict[str, str]


def to_do(cells: Mapping[str, str], more: Sequence[str] = ()) -> str:
    """Name the columns of a row that are empty and should not be."""
    kind = cells.get("control_type") or "none"
    wanted = ["batch", *(("patient_id", "day") if kind == "none" else ())]
    empty = [name for name in wanted if not cells.get(name)]
    return " ".join(dict.fromkeys([*empty, *more]))


def with_partners(rows: Sequence[Cells]) -> list[Cells]:
    """Return the rows with `control_for` filled in where one stained row of the same patient, visit and panel is meant.

    A control without patient belongs to its batch.
    """
    linked = []
    for row in rows:
        if row["control_type"] not in {"fmo", "isotype"} or not row["patient_id"] or row["control_for"]:
            linked.append(row)
            continue
        same = [
            other["sample_id"]
            for other in rows
            if other["control_type"] == "none" and all(other[name] == row[name] for name in _SAME)
        ]
        linked.append({**row, "control_for": same[0]} if len(same) == 1 else row)
    return linked


_SAME = ("patient_id", "panel", "batch", "cycle", "cycle_day", "day")


def sheet_text(header: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Return a tab-separated sheet."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return stream.getvalue()


def with_new_rows(text: str, new: Sequence[Mapping[str, str]], filled: Mapping[int, Mapping[str, str]]) -> str:
    """Return a tab-separated sheet with new rows behind the old ones, and cells of old rows that were empty filled in.

    Parameters
    ----------
    text : str
        The sheet as it stands; its columns, their order and all cells that are not empty stay.
    new : sequence of mapping of str to str
        Cells by column; columns that the sheet has not are added behind the others where a row needs them.
    filled : mapping of int to mapping of str to str
        Cells for an old row, by its place among the rows.
    """
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter="\t"))
    header, old = lines[0], [line for line in lines[1:] if any(cell.strip() for cell in line)]
    needed = [name for row in [*new, *filled.values()] for name in row if row[name] and name not in header]
    header = [*header, *dict.fromkeys(needed)]
    rows = [dict(zip(header, line, strict=False)) for line in old]
    for index, cells in filled.items():
        rows[index] |= {name: cell for name, cell in cells.items() if not rows[index].get(name, "").strip()}
    return sheet_text(header, [*rows, *new])


def next_number(ids: Sequence[str]) -> int:
    """Return the number behind the highest of ids such as ``s001``."""
    numbered = (re.match(r"s(\d{3,})(?:_|$)", name) for name in ids)
    return max((int(match[1]) for match in numbered if match), default=0) + 1

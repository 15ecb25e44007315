"""Tables: tab-separated text with a header, and the same table as Parquet beside it, both typed by `columns`."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from marrowgate import __version__
from marrowgate.columns import Column, table_columns
from marrowgate.files import whole_file

Row = Mapping[str, Any]

_ARROW = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}


def write_table(path: Path, table: str, rows: Iterable[Row], extra: Sequence[Column] = ()) -> None:
    """Write rows as `path` (tab-separated) and as Parquet with the same stem.

    Parameters
    ----------
    path : Path
        Ends in ``.tsv``.
    table : str
        A name in `columns.TABLES`.
    rows : iterable of mapping
        Column name to value; what is missing, None or NaN is left empty.
    extra : sequence of Column
        Further columns behind the registered ones.

    Raises
    ------
    KeyError
        A row has a column that the table has not.
    """
    write_columns(path, (*table_columns(table), *extra), rows)


def write_columns(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """Write a table whose columns are given one by one; see `write_table`."""
    data = _arrow(columns, list(rows))
    with whole_file(path) as part:
        part.write_text(_text(data), encoding="utf-8", newline="\n")
    with whole_file(path.with_suffix(".parquet")) as part:
        pq.write_table(data, part)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read the Parquet beside a table as one dict per row; missing values are None."""
    rows: list[dict[str, Any]] = pq.read_table(path.with_suffix(".parquet"), memory_map=False).to_pylist()
    return rows


def _arrow(columns: Sequence[Column], rows: list[Row]) -> pa.Table:
    known = {column.name for column in columns}
    unknown = sorted({name for row in rows for name in row} - known)
    if unknown:
        msg = f"columns not in the registry for this table: {', '.join(unknown)}"
        raise KeyError(msg)
    arrays = [
        pa.array([_missing(row.get(column.name)) for row in rows], type=_ARROW[column.dtype]) for column in columns
    ]
    metadata = {"marrowgate_version": __version__}
    return pa.table(arrays, schema=pa.schema([(c.name, _ARROW[c.dtype]) for c in columns], metadata=metadata))


def _missing(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def _text(data: pa.Table) -> str:
    columns = [[_cell(value) for value in column.to_pylist()] for column in data.columns]
    lines = ["\t".join(data.column_names), *("\t".join(cells) for cells in zip(*columns, strict=True))]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    return " ".join(str(value).split())

"""Tables: tab-separated text with a header, and the same table as Parquet beside it, both typed by `columns`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from marrowgate import __version__
from marrowgate.arrow_arrays import ARROW_TYPES, array_of
from marrowgate.columns import Column, table_columns
from marrowgate.errors import Fault, UserError
from marrowgate.files import whole_file
from marrowgate.plain_text import not_a_formula, printable

Row = Mapping[str, Any]

_ROWS_AT_ONCE = 5_000
_ONE_LINE = dict.fromkeys(map(ord, "\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), " ")


def write_table(path: Path, table: str, rows: Iterable[Row], extra: Sequence[Column] = ()) -> None:
    """Write rows as `path` (tab-separated) and as Parquet with the same stem.

    Parameters
    ----------
    path : Path
        Ends in ``.tsv``.
    table : str
        A name in `columns.TABLES`.
    rows : iterable of mapping
        Column name to value; what is missing, None or NaN is left empty. Tabs and line ends in text become spaces,
        other control characters U+FFFD. In the text file a cell that a spreadsheet would take for a formula begins
        with an apostrophe.
    extra : sequence of Column
        Further columns behind the registered ones.

    Raises
    ------
    KeyError
        A row has a column that the table has not.
    TypeError
        A value does not fit its column's dtype.
    """
    write_columns(path, (*table_columns(table), *extra), rows)


def write_columns(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """Write a table whose columns are given one by one; see `write_table`."""
    write_arrow(path, _arrow(columns, list(rows)))


def write_arrow(path: Path, data: pa.Table) -> None:
    """Write a table that `joined` or `_arrow` made; see `write_table`."""
    # both parts are written before either takes its place
    with whole_file(path) as text, whole_file(path.with_suffix(".parquet")) as parquet:
        with text.open("w", encoding="utf-8", newline="\n") as lines:
            lines.writelines(_texts(data))
        pq.write_table(data, parquet)


def joined(table: str, parts: Iterable[Sequence[Row]]) -> pa.Table:
    """Return the rows of many samples as one table; as rows they would take five times the memory.

    Parameters
    ----------
    table : str
        A name in `columns.TABLES`.
    parts : iterable of sequence of mapping
        Rows, a sample's each; see `write_table`.
    """
    columns = table_columns(table)
    made = [_arrow(columns, [])]
    waiting: list[Row] = []
    for rows in parts:
        waiting += rows
        if len(waiting) >= _ROWS_AT_ONCE:
            made.append(_arrow(columns, waiting))
            waiting = []
    return pa.concat_tables([*made, _arrow(columns, waiting)])


def rows_of(data: pa.Table, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Return the rows of a table one after the other, with some of its columns."""
    for batch in data.select(names).to_batches(max_chunksize=_ROWS_AT_ONCE):
        yield from batch.to_pylist()


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read the Parquet beside a table as one dict per row; missing values are None.

    Raises
    ------
    UserError
        There is no Parquet, or the text says something else: somebody changed it, and it is not what would be read.
    """
    parquet = path.with_suffix(".parquet")
    if not parquet.is_file():
        raise UserError([Fault(str(path), f"there is no {parquet.name} beside it", "make both with marrowgate")])
    data = pq.read_table(parquet, memory_map=False)
    if path != parquet and path.is_file() and path.read_text(encoding="utf-8") != _text(data):
        what = f"it was changed and differs from {parquet.name}, which is what is read"
        cure = "correct the sheets or settings that it is made from, and make both anew"
        raise UserError([Fault(str(path), what, cure)])
    rows: list[dict[str, Any]] = data.to_pylist()
    return rows


def _arrow(columns: Sequence[Column], rows: list[Row]) -> pa.Table:
    known = {column.name for column in columns}
    unknown = sorted({name for row in rows for name in row} - known)
    if unknown:
        msg = f"columns not in the registry for this table: {', '.join(unknown)}"
        raise KeyError(msg)
    arrays = [_array(column, [row.get(column.name) for row in rows]) for column in columns]
    metadata = {"marrowgate_version": __version__}
    return pa.table(arrays, schema=pa.schema([(c.name, ARROW_TYPES[c.dtype]) for c in columns], metadata=metadata))


def _array(column: Column, values: list[Any]) -> pa.Array:
    cells = [None if _is_missing(value) else value for value in values]
    if column.dtype == "string":
        cells = [printable(cell.translate(_ONE_LINE)) if isinstance(cell, str) else cell for cell in cells]
    try:
        return array_of(cells, column.dtype)
    except TypeError as error:
        msg = f"column {column.name} is {column.dtype}: {error}"
        raise TypeError(msg) from None


def _is_missing(value: Any) -> bool:
    # NaN of any float type is the one value that differs from itself
    return value is None or bool(value != value)  # noqa: PLR0124


def _text(data: pa.Table) -> str:
    return "".join(_texts(data))


def _texts(data: pa.Table) -> Iterator[str]:
    yield "\t".join(data.column_names) + "\n"
    for batch in data.to_batches(max_chunksize=_ROWS_AT_ONCE):
        columns = [[_cell(value) for value in column.to_pylist()] for column in batch.columns]
        yield "".join("\t".join(cells) + "\n" for cells in zip(*columns, strict=True))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    return not_a_formula(value) if isinstance(value, str) else str(value)

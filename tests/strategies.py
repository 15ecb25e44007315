"""Hypothesis strategies for what people hand in."""

import csv
import io

from hypothesis import strategies as st

names = st.from_regex(r"[A-Za-z0-9_]{1,12}", fullmatch=True).filter(lambda name: name not in {"NA", "nan", "NaN"})
"""Names as sample_id allows them."""

words = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc", "Zs"]) | st.just(" "), min_size=1, max_size=12
).map(str.strip)
"""Text of one cell as a person types it, in letters of western Europe; it may be empty."""


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """Draw a header of distinct names and rows with at least one cell that is not empty."""
    header = draw(st.lists(names, min_size=2, max_size=6, unique=True))
    cells = words.filter(
        lambda cell: cell not in {"NA", "N/A", "n/a", "NaN", "nan"} and not cell.startswith(("#", "="))
    )
    row = st.lists(cells, min_size=len(header), max_size=len(header)).filter(any)
    return header, draw(st.lists(row, max_size=6))


@st.composite
def saved_sheets(draw: st.DrawFn) -> tuple[list[str], list[list[str]], bytes]:
    """Draw a table and the bytes that a spreadsheet program might save it as."""
    header, rows = draw(tables())
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    stream = io.StringIO()
    writer = csv.writer(
        stream,
        delimiter=draw(st.sampled_from("\t,;")),
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    blank_columns, blank_rows = draw(st.integers(0, 3)), draw(st.integers(0, 2))
    writer.writerows([*row, *[""] * blank_columns] for row in (header, *rows))
    writer.writerows([[""] * (len(header) + blank_columns)] * blank_rows)
    return header, rows, stream.getvalue().encode(encoding)


yaml_texts = st.text(st.sampled_from(list("ab12 \n\t:-[]{},'\"&*!#|>%@`?~.xyes")), max_size=60)
"""Text made of YAML's own signs."""

finite = st.floats(allow_nan=False, allow_infinity=False)
"""Numbers that a table may hold."""

one_line = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20)
"""Text without line ends and other control characters."""

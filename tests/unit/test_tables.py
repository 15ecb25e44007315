import math

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marrowgate import __version__, tables
from marrowgate.columns import Column, table_columns
from marrowgate.errors import UserError
from marrowgate.tables import read_rows, write_columns, write_table
from strategies import finite, one_line

COLUMNS = (
    Column("name", "string", "a name"),
    Column("n_events", "int64", "a count"),
    Column("value", "float64", "a number"),
    Column("qc_ok", "bool", "a mark"),
)
EMPTY = dict.fromkeys(column.name for column in COLUMNS)

rows_of_any_kind = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.none() | one_line,
            "n_events": st.none() | st.integers(-(2**63), 2**63 - 1),
            "value": st.none() | finite,
            "qc_ok": st.none() | st.booleans(),
        },
    ),
    max_size=5,
)


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


@given(rows_of_any_kind)
def test_any_rows__come_back_from_parquet_and_stand_in_the_text(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "t.tsv"
    write_columns(path, COLUMNS, rows)
    assert read_rows(path) == [{**EMPTY, **row} for row in rows]
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") == 1 + len(rows)
    assert {line.count("\t") for line in text.split("\n")[:-1]} == {len(COLUMNS) - 1}


def test_text__is_typed_in_plain_form(tmp_path):
    path = tmp_path / "t.tsv"
    write_columns(path, COLUMNS, [{"name": "A", "n_events": 3, "value": 0.1, "qc_ok": True}, {"qc_ok": False}])
    assert path.read_bytes() == b"name\tn_events\tvalue\tqc_ok\nA\t3\t0.1\ttrue\n\t\t\tfalse\n"


def test_parquet__has_the_registered_types_even_without_rows(tmp_path):
    write_columns(tmp_path / "t.tsv", COLUMNS, [])
    schema = pq.read_schema(tmp_path / "t.parquet")
    assert [str(field.type) for field in schema] == ["string", "int64", "double", "bool"]
    assert schema.metadata[b"marrowgate_version"] == __version__.encode()
    assert lines(tmp_path / "t.tsv") == ["name\tn_events\tvalue\tqc_ok"]


@pytest.mark.parametrize("missing", [None, math.nan, np.float64("nan"), np.float32("nan")])
def test_missing_number__is_empty_in_both(tmp_path, missing):
    write_columns(tmp_path / "t.tsv", COLUMNS, [{"name": "A", "value": missing}])
    assert lines(tmp_path / "t.tsv")[1] == "A\t\t\t"
    assert read_rows(tmp_path / "t.tsv") == [{**EMPTY, "name": "A"}]


def test_tabs_and_line_ends_in_text__become_spaces_in_both(tmp_path):
    write_columns(tmp_path / "t.tsv", COLUMNS, [{"name": "a\tb\nc\r\nd\u2028e  f"}])
    assert lines(tmp_path / "t.tsv")[1] == "a b c  d e  f\t\t\t"
    assert read_rows(tmp_path / "t.tsv")[0]["name"] == "a b c  d e  f"


def test_unknown_column__is_refused_and_nothing_written(tmp_path):
    with pytest.raises(KeyError, match="columns not in the registry for this table: extra, other"):
        write_table(tmp_path / "t.tsv", "manifest", [{"sample_id": "A"}, {"other": 1, "extra": 2}])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_events", 1.5), ("n_events", np.float32(0.5)), ("n_events", "x"), ("value", "1.5"), ("name", 3)],
)
def test_wrong_type__is_refused_with_the_column_s_name(tmp_path, name, value):
    with pytest.raises(TypeError, match=f"^column {name} is "):
        write_columns(tmp_path / "t.tsv", COLUMNS, [{name: value}])
    assert list(tmp_path.iterdir()) == []


def test_extra_columns__stand_behind_the_registered_ones(tmp_path):
    write_table(tmp_path / "t.tsv", "figures", [{"name": "a", "qc_ok": True}], extra=[COLUMNS[3]])
    assert lines(tmp_path / "t.tsv") == ["name\tvalue\tunit\tdetail\tqc_ok", "a\t\t\t\ttrue"]


def test_both_files__are_written_or_neither(tmp_path, monkeypatch):
    path = tmp_path / "t.tsv"
    write_columns(path, COLUMNS, [{"name": "old"}])

    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(tables.pq, "write_table", fail)
    with pytest.raises(RuntimeError):
        write_columns(path, COLUMNS, [{"name": "new"}])
    assert lines(path)[1] == "old\t\t\t"
    assert read_rows(path)[0]["name"] == "old"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["t.parquet", "t.tsv"]


def test_text_that_was_changed__is_not_passed_over(tmp_path):
    write_columns(tmp_path / "t.tsv", COLUMNS, [{"name": "A", "value": 1.5}])
    (tmp_path / "t.tsv").write_text(
        (tmp_path / "t.tsv").read_text(encoding="utf-8").replace("1.5", "2.5"), encoding="utf-8"
    )
    with pytest.raises(UserError) as caught:
        read_rows(tmp_path / "t.tsv")
    assert str(caught.value.faults[0]) == (
        f"{tmp_path / 't.tsv'}: it was changed and differs from t.parquet, which is what is read; "
        "correct the sheets or settings that it is made from, and make both anew"
    )


def test_text_without_its_parquet__is_told(tmp_path):
    (tmp_path / "t.tsv").write_text("name\nA\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"there is no t\.parquet beside it"):
        read_rows(tmp_path / "t.tsv")


@pytest.mark.parametrize("at_once", [1, 2, 5, 100])
def test_joined__rows_of_many_samples_are_the_table_that_one_list_makes(tmp_path, monkeypatch, at_once):
    rows = [{"sample_id": f"s{number}", "verdict": "accepted", "n_events": number} for number in range(11)]
    parts = [rows[:1], [], rows[1:4], rows[4:]]
    write_table(tmp_path / "one.tsv", "manifest", rows)
    monkeypatch.setattr(tables, "_ROWS_AT_ONCE", at_once)
    made = tables.joined("manifest", parts)
    tables.write_arrow(tmp_path / "parts.tsv", made)
    assert (tmp_path / "parts.tsv").read_bytes() == (tmp_path / "one.tsv").read_bytes()
    assert read_rows(tmp_path / "parts.tsv") == read_rows(tmp_path / "one.tsv")
    assert list(tables.rows_of(made, ["n_events", "sample_id"])) == [
        {"n_events": number, "sample_id": f"s{number}"} for number in range(11)
    ]


def test_joined__no_rows_are_an_empty_table_with_all_columns():
    assert tables.joined("manifest", []).column_names == [column.name for column in table_columns("manifest")]

import pytest

from marrowgate import columns
from marrowgate.columns import COLUMNS, TABLES, VISIT_INTENSITIES, VISIT_KEY, VISIT_MEASURES, table_columns

VISITS = {*VISIT_KEY, *VISIT_MEASURES, *VISIT_INTENSITIES}


@pytest.mark.parametrize("table", TABLES)
def test_table__has_registered_columns_once_each(table):
    assert [column.name for column in table_columns(table)] == list(dict.fromkeys(TABLES[table]))


def test_visit_table__has_registered_columns():
    assert set(COLUMNS) >= VISITS


def test_every_registered_column__is_used():
    used = {name for names in TABLES.values() for name in names} | VISITS
    assert set(COLUMNS) - used == set()


def test_names__stand_once_in_the_registry():
    names = [column.name for column in columns._COLUMNS]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("column", COLUMNS.values(), ids=lambda column: column.name)
def test_column__has_a_dtype_that_tables_can_write_and_a_meaning(column):
    assert column.dtype in {"string", "int64", "float64", "bool"}
    assert column.meaning


@pytest.mark.parametrize("name", [name for name in COLUMNS if name.startswith("pct_")])
def test_percentage__names_its_denominator(name):
    assert COLUMNS[name].denominator
    assert COLUMNS[name].unit == "%"


@pytest.mark.parametrize("name", [name for name in COLUMNS if name.endswith("_low")])
def test_lower_limit__has_an_upper_one_of_the_same_kind(name):
    low, high = COLUMNS[name], COLUMNS[name.removesuffix("_low") + "_high"]
    assert (low.unit, low.denominator, low.dtype) == (high.unit, high.denominator, "float64")
    assert high.dtype == "float64"


def test_unknown_table__is_a_defect():
    with pytest.raises(KeyError, match="no_such_table"):
        table_columns("no_such_table")


def test_prefixed__keeps_type_and_unit():
    (column,) = columns.prefixed("ig", ["per_100_cd45"])
    assert column.name == "ig_per_100_cd45"
    assert (column.dtype, column.unit) == ("float64", COLUMNS["per_100_cd45"].unit)


def test_markdown__names_every_table_and_column():
    text = columns.markdown()
    assert all(f"## {table}\n" in text for table in TABLES)
    assert all(f"| `{name}` | {column.dtype} |" in text for name, column in COLUMNS.items())

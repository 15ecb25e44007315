"""The populations of the page."""

from typing import Any

from marrowgate.columns import table_columns
from marrowgate.report.sections.populations_section import MOST_SAMPLE_ROWS, panel_tables

EMPTY = {column.name: None for column in table_columns("populations")}
Row = dict[str, Any]


def tube(sample_id: str, population: str, parent: str = "root", **more: Any) -> Row:
    who = {"sample_id": sample_id, "panel": "p", "control_type": "none", "gate_status": "ok"}
    return {**EMPTY, **who, "population": population, "parent": parent} | more


def counted(sample_id: str, n_events: int, pct: float, **more: Any) -> Row:
    limits = {"pct_of_parent": pct, "pct_of_parent_low": pct / 2, "pct_of_parent_high": min(2 * pct, 100.0)}
    return tube(sample_id, "cells", n_events=n_events, n_parent=12345, **limits, **more)


def test_panel_tables__one_tube_has_values_with_intervals():
    (table,) = panel_tables([counted("a", 1234, 10.0)], {})
    assert (table.panel, table.n_samples, table.headings) == ("p", 1, ("events", "% of parent"))
    (line,) = table.lines
    assert line.cells == ("1,234 of 12,345", "10 (5 to 20)")
    assert line.gates == "ok"
    assert table.samples == ()


def test_panel_tables__several_tubes_have_a_median_and_a_range_and_each_its_row():
    rows = [counted("a", 10, 1.0), counted("b", 30, 3.0, gate_status="borrowed"), counted("c", 20, 2.0)]
    (table,) = panel_tables(rows, {})
    assert table.lines[0].cells == ("20 (10 to 30)", "2 (1 to 3)")
    assert table.lines[0].gates == "2 of 3"
    assert [(row["sample_id"], cells[1]) for row, cells in table.samples] == [
        ("a", "1 (0.5 to 2)"),
        ("b", "3 (1.5 to 6)"),
        ("c", "2 (1 to 4)"),
    ]


def test_panel_tables__missing_is_a_dash_and_no_zero():
    rows = [counted("a", 0, 0.0), tube("b", "cells", gate_status="no_valley"), tube("a", "blasts"), tube("b", "blasts")]
    (table,) = panel_tables(rows, {})
    assert [line.cells for line in table.lines] == [("0 (0 to 0)", "0 (0 to 0)"), ("-", "-")]
    assert [line.gated for line in table.lines] == [1, 0]
    assert not table.is_complete


def test_panel_tables__a_rejected_tube_is_told_with_its_reason():
    rows = [counted("a", 10, 1.0), counted("c", 20, 1.0), tube("b", "cells", gate_status="not_gated")]
    (table,) = panel_tables(rows, {"b": "truncated: too short", "elsewhere": "another panel's"})
    assert table.rejected == (("b", "truncated: too short"),)
    assert [row["sample_id"] for row, _ in table.samples] == ["a", "c"]
    assert table.n_samples == 3


def test_panel_tables__each_population_stands_below_its_parent():
    rows = [tube("a", "t"), tube("a", "b"), tube("a", "t_cd4", "t"), tube("a", "b_naive", "b")]
    (table,) = panel_tables(rows, {})
    assert [(line.population, line.depth) for line in table.lines] == [
        ("t", 0),
        ("t_cd4", 1),
        ("b", 0),
        ("b_naive", 1),
    ]


def test_panel_tables__nearly_all_is_not_all():
    (table,) = panel_tables([counted("a", 10, 99.97)], {})
    assert table.lines[0].cells[1] == ">99.9 (50 to 100)"


def test_panel_tables__controls_are_left_out():
    assert panel_tables([tube("a", "cells", control_type="fmo")], {}) == []


def test_panel_tables__many_tubes_are_left_to_the_table_of_populations():
    rows = [counted(f"s{n}", 10, 1.0) for n in range(MOST_SAMPLE_ROWS + 1)]
    (table,) = panel_tables(rows, {})
    assert table.samples == ()
    assert panel_tables(rows[:-1], {})[0].samples != ()
